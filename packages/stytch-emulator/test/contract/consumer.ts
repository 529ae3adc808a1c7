import { deepEqual, equal } from 'node:assert/strict'
import { decodeProtectedHeader } from 'jose'

import { appUrl } from '../seed.ts'
import type { Contract, ContractCases } from './contract.ts'
import { codeOf, mailedToken, otherPassword, password, sentCode } from './steps.ts'

const email = 'uma@home.test'
const phone_number = '+15557654321'
const hour = { session_duration_minutes: 60 }
const nobody = { user_id: 'nobody' }

/** A user with an address. */
export async function uma(
  { consumer }: Contract,
  fields: object = {},
): Promise<{ readonly user_id: string; readonly email_id: string; readonly phone_id: string }> {
  const { user_id, email_id, phone_id } = await consumer.users.create({ email, ...fields })
  return { user_id, email_id, phone_id }
}

/** A session of that user. */
export async function signInUma(
  contract: Contract,
): Promise<{ readonly user_id: string; readonly session_token: string; session_jwt: string }> {
  const { user_id } = await uma(contract)
  const { token } = await contract.consumer.magicLinks.create({ user_id })
  const answer = await contract.consumer.magicLinks.authenticate({ token, ...hour })
  return { user_id, session_token: answer.session_token, session_jwt: answer.session_jwt }
}

async function choosePassword({ consumer }: Contract): Promise<{ readonly user_id: string }> {
  const { user_id } = await consumer.passwords.create({ email, password })
  return { user_id }
}

async function registerTotp(contract: Contract): Promise<{
  readonly user_id: string
  readonly totp_id: string
  readonly recovery_codes: readonly string[]
}> {
  const { user_id } = await uma(contract)
  const { totp_id, secret, recovery_codes } = await contract.consumer.totps.create({ user_id })
  const totp_code = codeOf(contract, secret)
  await contract.consumer.totps.authenticate({ user_id, totp_code })
  return { user_id, totp_id, recovery_codes }
}

/** How many sessions a user has. */
export async function countSessions({ consumer }: Contract, user_id: string): Promise<number> {
  return (await consumer.sessions.get({ user_id })).sessions.length
}

/** What the emulator has of consumer projects. */
export const consumerProjectCases: ContractCases = {
  'users.create': {
    async works(contract) {
      const { user_id, email_id } = await uma(contract)
      const { emails, roles } = await contract.consumer.users.get({ user_id })
      deepEqual(emails, [{ email_id, email, verified: false }])
      deepEqual(roles, ['stytch_user'])
    },
    async fails(contract) {
      await uma(contract)
      await uma(contract)
    },
    error: 'duplicate_email',
  },
  'users.get': {
    async works(contract) {
      const { user_id } = await uma(contract, { external_id: 'customer-7' })
      equal((await contract.consumer.users.get({ user_id: 'customer-7' })).user_id, user_id)
    },
    fails: ({ consumer }) => consumer.users.get(nobody),
    error: 'user_not_found',
  },
  'users.search': {
    async works(contract) {
      const { user_id } = await uma(contract)
      await contract.consumer.users.create({ email: 'other@home.test' })
      const { results } = await contract.consumer.users.search({
        query: {
          operator: 'AND',
          operands: [{ filter_name: 'email_address_fuzzy', filter_value: 'uma@' }],
        },
      })
      deepEqual(
        results.map((user) => user.user_id),
        [user_id],
      )
    },
    fails: ({ consumer }) =>
      consumer.users.search({
        query: { operator: 'AND', operands: [{ filter_name: 'nobody', filter_value: 1 }] },
      }),
    error: 'user_search_filter_name_not_recognized',
  },
  'users.searchAll': {
    async works(contract) {
      const { user_id } = await uma(contract)
      const pages = await contract.consumer.users.searchAll({})
      const found: string[] = []
      for await (const page of pages) found.push(...page.map((user) => user.user_id))
      deepEqual(found, [user_id])
    },
    async fails({ consumer }) {
      const query = { operator: 'AND', operands: [{ filter_name: 'nobody', filter_value: 1 }] }
      const pages = await consumer.users.searchAll({ query })
      for await (const page of pages) equal(page.length, 0)
    },
    error: 'user_search_filter_name_not_recognized',
  },
  'users.update': {
    async works(contract) {
      const { user_id } = await uma(contract)
      await contract.consumer.users.update({ user_id, name: { first_name: 'Uma' } })
      equal((await contract.consumer.users.get({ user_id })).name?.first_name, 'Uma')
    },
    async fails(contract) {
      const { user_id } = await uma(contract)
      await contract.consumer.users.update({ user_id, roles: ['nobody'] })
    },
    error: 'invalid_rbac_role_assignment',
  },
  'users.exchangePrimaryFactor': {
    async works(contract) {
      const { user_id } = await uma(contract)
      await contract.consumer.users.exchangePrimaryFactor({ user_id, phone_number })
      const { emails, phone_numbers } = await contract.consumer.users.get({ user_id })
      equal(emails.length, 0)
      equal(phone_numbers[0]?.phone_number, phone_number)
    },
    async fails(contract) {
      await contract.consumer.users.exchangePrimaryFactor({ ...(await uma(contract)) })
    },
    error: 'invalid_exchange_primary_factor_fields',
  },
  'users.delete': {
    async works(contract) {
      const { user_id } = await uma(contract)
      await contract.consumer.users.delete({ user_id })
      equal((await contract.consumer.users.search({})).results_metadata.total, 0)
    },
    fails: ({ consumer }) => consumer.users.delete(nobody),
    error: 'user_not_found',
  },
  'users.deleteEmail': {
    async works(contract) {
      const { user_id, email_id } = await uma(contract, { phone_number })
      await contract.consumer.users.deleteEmail({ email_id })
      deepEqual((await contract.consumer.users.get({ user_id })).emails, [])
    },
    async fails(contract) {
      const { email_id } = await uma(contract)
      await contract.consumer.users.deleteEmail({ email_id })
    },
    error: 'cannot_delete_last_primary_factor',
  },
  'users.deletePhoneNumber': {
    async works(contract) {
      const { user_id, phone_id } = await uma(contract, { phone_number })
      await contract.consumer.users.deletePhoneNumber({ phone_id })
      deepEqual((await contract.consumer.users.get({ user_id })).phone_numbers, [])
    },
    fails: ({ consumer }) => consumer.users.deletePhoneNumber({ phone_id: 'nobody' }),
    error: 'phone_number_not_found',
  },
  'users.deleteTOTP': {
    async works(contract) {
      const { user_id, totp_id } = await registerTotp(contract)
      await contract.consumer.users.deleteTOTP({ totp_id })
      deepEqual((await contract.consumer.users.get({ user_id })).totps, [])
    },
    fails: ({ consumer }) => consumer.users.deleteTOTP({ totp_id: 'nobody' }),
    error: 'totp_not_found',
  },
  'users.deletePassword': {
    async works(contract) {
      const { users } = contract.consumer
      const { user_id } = await choosePassword(contract)
      const password_id = (await users.get({ user_id })).password?.password_id ?? ''
      await users.deletePassword({ password_id })
      equal((await users.get({ user_id })).password, undefined)
    },
    fails: ({ consumer }) => consumer.users.deletePassword({ password_id: 'nobody' }),
    error: 'password_not_found',
  },
  'users.deleteExternalId': {
    async works(contract) {
      const { user_id } = await uma(contract, { external_id: 'customer-7' })
      await contract.consumer.users.deleteExternalId({ user_id })
      equal((await contract.consumer.users.get({ user_id })).external_id, '')
    },
    fails: ({ consumer }) => consumer.users.deleteExternalId(nobody),
    error: 'user_not_found',
  },
  'magicLinks.email.send': {
    async works(contract) {
      const { user_id } = await uma(contract)
      await contract.consumer.magicLinks.email.send({ email, login_magic_link_url: appUrl })
      const token = mailedToken(contract, email)
      const answer = await contract.consumer.magicLinks.authenticate({ token })
      equal(answer.user_id, user_id)
    },
    fails: ({ consumer }) =>
      consumer.magicLinks.email.send({ email, login_magic_link_url: appUrl }),
    error: 'email_not_found',
  },
  'magicLinks.email.loginOrCreate': {
    async works(contract) {
      const { magicLinks, users } = contract.consumer
      const { user_id } = await magicLinks.email.loginOrCreate({
        email,
        signup_magic_link_url: appUrl,
      })
      await magicLinks.authenticate({ token: mailedToken(contract, email) })
      equal((await users.get({ user_id })).emails[0]?.verified, true)
    },
    fails: ({ consumer }) =>
      consumer.magicLinks.email.loginOrCreate({
        email,
        signup_magic_link_url: 'https://elsewhere.example/',
      }),
    error: 'no_match_for_provided_magic_link_url',
  },
  'magicLinks.email.invite': {
    async works(contract) {
      const { magicLinks, users } = contract.consumer
      const { user_id } = await magicLinks.email.invite({ email, invite_magic_link_url: appUrl })
      equal((await users.get({ user_id })).status, 'pending')
    },
    async fails(contract) {
      await uma(contract)
      await contract.consumer.magicLinks.email.invite({ email, invite_magic_link_url: appUrl })
    },
    error: 'duplicate_email',
  },
  'magicLinks.email.revokeInvite': {
    async works(contract) {
      const { magicLinks } = contract.consumer
      await magicLinks.email.invite({ email, invite_magic_link_url: appUrl })
      await magicLinks.email.revokeInvite({ email })
      const call = magicLinks.authenticate({ token: mailedToken(contract, email) })
      equal(await call.catch((error: unknown) => error instanceof Error), true)
    },
    fails: ({ consumer }) => consumer.magicLinks.email.revokeInvite({ email }),
    error: 'email_not_found',
  },
  'magicLinks.create': {
    async works(contract) {
      const { user_id } = await signInUma(contract)
      equal(await countSessions(contract, user_id), 1)
    },
    fails: ({ consumer }) => consumer.magicLinks.create(nobody),
    error: 'user_not_found',
  },
  'magicLinks.authenticate': {
    async works(contract) {
      const { user_id } = await signInUma(contract)
      equal(await countSessions(contract, user_id), 1)
    },
    async fails(contract) {
      const { user_id } = await uma(contract)
      const { token } = await contract.consumer.magicLinks.create({ user_id })
      await contract.consumer.magicLinks.authenticate({ token })
      await contract.consumer.magicLinks.authenticate({ token })
    },
    error: 'unable_to_auth_magic_link',
  },
  ...Object.fromEntries(
    (['sms', 'whatsapp'] as const).flatMap((channel) => [
      [
        `otps.${channel}.send`,
        {
          async works(contract) {
            const { phone_id } = await uma(contract, { phone_number })
            await contract.consumer.otps[channel].send({ phone_number })
            const code = sentCode(contract, phone_number)
            await contract.consumer.otps.authenticate({ method_id: phone_id, code })
          },
          fails: ({ consumer }) => consumer.otps[channel].send({ phone_number }),
          error: 'phone_number_not_found',
        } satisfies ContractCases[string],
      ],
      [
        `otps.${channel}.loginOrCreate`,
        {
          async works(contract) {
            const { otps, users } = contract.consumer
            const { phone_id, user_id } = await otps[channel].loginOrCreate({ phone_number })
            const code = sentCode(contract, phone_number)
            await otps.authenticate({ method_id: phone_id, code })
            equal((await users.get({ user_id })).phone_numbers[0]?.verified, true)
          },
          fails: ({ consumer }) => consumer.otps[channel].loginOrCreate({ phone_number: '12' }),
          error: 'invalid_phone_number',
        } satisfies ContractCases[string],
      ],
    ]),
  ),
  'otps.email.send': {
    async works(contract) {
      const { email_id } = await uma(contract)
      await contract.consumer.otps.email.send({ email })
      const code = sentCode(contract, email)
      await contract.consumer.otps.authenticate({ method_id: email_id, code })
    },
    fails: ({ consumer }) => consumer.otps.email.send({ email }),
    error: 'email_not_found',
  },
  'otps.email.loginOrCreate': {
    async works(contract) {
      const { otps, users } = contract.consumer
      const { email_id, user_id } = await otps.email.loginOrCreate({ email })
      await otps.authenticate({ method_id: email_id, code: sentCode(contract, email) })
      equal((await users.get({ user_id })).emails[0]?.verified, true)
    },
    fails: ({ consumer }) => consumer.otps.email.loginOrCreate({ email, expiration_minutes: 99 }),
    error: 'invalid_expiration_otp',
  },
  'otps.authenticate': {
    async works(contract) {
      const { otps } = contract.consumer
      const { email_id, user_id } = await otps.email.loginOrCreate({ email })
      await otps.authenticate({ method_id: email_id, code: sentCode(contract, email), ...hour })
      equal(await countSessions(contract, user_id), 1)
    },
    async fails({ consumer }) {
      const { email_id } = await consumer.otps.email.loginOrCreate({ email })
      await consumer.otps.authenticate({ method_id: email_id, code: '000000' })
    },
    error: 'otp_code_not_found',
  },
  'passwords.create': {
    async works(contract) {
      const { user_id } = await choosePassword(contract)
      const answer = await contract.consumer.passwords.authenticate({ email, password })
      equal(answer.user_id, user_id)
    },
    fails: ({ consumer }) => consumer.passwords.create({ email, password: 'uma' }),
    error: 'weak_password',
  },
  'passwords.authenticate': {
    async works(contract) {
      const { user_id } = await choosePassword(contract)
      await contract.consumer.passwords.authenticate({ email, password, ...hour })
      equal(await countSessions(contract, user_id), 1)
    },
    fails: ({ consumer }) => consumer.passwords.authenticate({ email, password }),
    error: 'unauthorized_credentials',
  },
  'passwords.strengthCheck': {
    async works({ consumer }) {
      equal((await consumer.passwords.strengthCheck({ password })).valid_password, true)
    },
    fails: ({ consumer }) => consumer.passwords.strengthCheck({ password, email: 'nobody' }),
    error: 'invalid_email',
  },
  'passwords.migrate': {
    async works({ consumer }) {
      // "Hello, world!" in MD5.
      const hash = '6cd3556deb0da54bca060b4c39479839'
      await consumer.passwords.migrate({ email, hash, hash_type: 'md_5', roles: [] })
      await consumer.passwords.authenticate({ email, password: 'Hello, world!' })
    },
    fails: ({ consumer }) =>
      consumer.passwords.migrate({ email, hash: 'x', hash_type: 'md_5', roles: [] }),
    error: 'invalid_hash',
  },
  'passwords.email.resetStart': {
    async works(contract) {
      await uma(contract)
      const { passwords } = contract.consumer
      await passwords.email.resetStart({ email, reset_password_redirect_url: appUrl })
      await passwords.email.reset({ token: mailedToken(contract, email), password })
      await passwords.authenticate({ email, password })
    },
    fails: ({ consumer }) =>
      consumer.passwords.email.resetStart({ email, reset_password_redirect_url: appUrl }),
    error: 'email_not_found',
  },
  'passwords.email.reset': {
    async works(contract) {
      await choosePassword(contract)
      const { passwords } = contract.consumer
      await passwords.email.resetStart({ email, reset_password_redirect_url: appUrl })
      const token = mailedToken(contract, email)
      await passwords.email.reset({ token, password: otherPassword })
      await passwords.authenticate({ email, password: otherPassword })
    },
    fails: ({ consumer }) => consumer.passwords.email.reset({ token: 'nothing', password }),
    error: 'unable_to_auth_password_reset_token',
  },
  'passwords.existingPassword.reset': {
    async works(contract) {
      await choosePassword(contract)
      const { passwords } = contract.consumer
      const change = { existing_password: password, new_password: otherPassword }
      await passwords.existingPassword.reset({ email, ...change })
      await passwords.authenticate({ email, password: otherPassword })
    },
    async fails(contract) {
      await choosePassword(contract)
      const change = { existing_password: password, new_password: password }
      await contract.consumer.passwords.existingPassword.reset({ email, ...change })
    },
    error: 'cannot_reset_password_with_existing_password',
  },
  'passwords.sessions.reset': {
    async works(contract) {
      const { session_token } = await signInUma(contract)
      await contract.consumer.passwords.sessions.reset({ session_token, password })
      await contract.consumer.passwords.authenticate({ email, password })
    },
    async fails(contract) {
      const { session_token } = await signInUma(contract)
      contract.emulator.clock.advance(10 * 60_000)
      await contract.consumer.passwords.sessions.reset({ session_token, password })
    },
    error: 'session_too_old_to_reset_password',
  },
  'totps.create': {
    async works(contract) {
      const { user_id, totp_id } = await registerTotp(contract)
      const { totps } = await contract.consumer.users.get({ user_id })
      deepEqual(totps, [{ totp_id, verified: true }])
    },
    async fails(contract) {
      const { user_id } = await registerTotp(contract)
      await contract.consumer.totps.create({ user_id })
    },
    error: 'active_totp_exists',
  },
  'totps.authenticate': {
    async works(contract) {
      const { user_id, session_token } = await signInUma(contract)
      const { secret } = await contract.consumer.totps.create({ user_id })
      const totp_code = codeOf(contract, secret)
      await contract.consumer.totps.authenticate({ user_id, totp_code, session_token })
      const [session] = (await contract.consumer.sessions.get({ user_id })).sessions
      deepEqual(
        session?.authentication_factors.map((factor) => factor.type),
        ['magic_link', 'totp'],
      )
    },
    async fails(contract) {
      const { user_id } = await uma(contract)
      await contract.consumer.totps.authenticate({ user_id, totp_code: '000000' })
    },
    error: 'totp_not_found',
  },
  'totps.recoveryCodes': {
    async works(contract) {
      const { user_id, recovery_codes } = await registerTotp(contract)
      const { totps } = await contract.consumer.totps.recoveryCodes({ user_id })
      deepEqual(totps[0]?.recovery_codes, recovery_codes)
    },
    async fails(contract) {
      const { user_id } = await uma(contract)
      await contract.consumer.totps.recoveryCodes({ user_id })
    },
    error: 'totp_not_found',
  },
  'totps.recover': {
    async works(contract) {
      const { totps } = contract.consumer
      const { user_id, recovery_codes } = await registerTotp(contract)
      const [recovery_code = ''] = recovery_codes
      await totps.recover({ user_id, recovery_code })
      const left = (await totps.recoveryCodes({ user_id })).totps[0]?.recovery_codes
      equal(left?.includes(recovery_code), false)
    },
    async fails(contract) {
      const { user_id } = await registerTotp(contract)
      await contract.consumer.totps.recover({ user_id, recovery_code: 'aaaa-bbbb-cccc' })
    },
    error: 'unable_to_authenticate_recovery_code',
  },
  'sessions.get': {
    async works(contract) {
      const { user_id } = await signInUma(contract)
      equal(await countSessions(contract, user_id), 1)
    },
    fails: ({ consumer }) => consumer.sessions.get(nobody),
    error: 'user_not_found',
  },
  'sessions.authenticate': {
    async works(contract) {
      const { sessions } = contract.consumer
      const { user_id, session_token } = await signInUma(contract)
      await sessions.authenticate({ session_token, session_custom_claims: { theme: 'dark' } })
      deepEqual((await sessions.get({ user_id })).sessions[0]?.custom_claims, { theme: 'dark' })
    },
    async fails(contract) {
      const { session_token } = await signInUma(contract)
      await contract.consumer.sessions.authenticate({
        session_token,
        authorization_check: { resource_id: 'document', action: 'edit' },
      })
    },
    error: 'consumer_session_authorization_error',
  },
  'sessions.authenticateJwt': {
    async works(contract) {
      const { user_id, session_jwt } = await signInUma(contract)
      const { session } = await contract.consumer.sessions.authenticateJwt({ session_jwt })
      equal(session.user_id, user_id)
    },
    fails: ({ consumer }) => consumer.sessions.authenticateJwt({ session_jwt: 'a.b.c' }),
    error: 'unable_to_parse_session_jwt',
  },
  'sessions.authenticateJwtLocal': {
    async works(contract) {
      const { user_id, session_jwt } = await signInUma(contract)
      const local = await contract.consumer.sessions.authenticateJwtLocal({ session_jwt })
      const [session] = (await contract.consumer.sessions.get({ user_id })).sessions
      equal(local.session_id, session?.session_id)
    },
    fails: ({ consumer }) => consumer.sessions.authenticateJwtLocal({ session_jwt: 'a.b.c' }),
    error: 'jwt_invalid',
  },
  'sessions.revoke': {
    async works(contract) {
      const { user_id, session_token } = await signInUma(contract)
      await contract.consumer.sessions.revoke({ session_token })
      equal(await countSessions(contract, user_id), 0)
    },
    fails: ({ consumer }) => consumer.sessions.revoke({}),
    error: 'no_session_revoke_arguments',
  },
  'sessions.getJWKS': {
    async works(contract) {
      const { session_jwt } = await signInUma(contract)
      const project_id = contract.emulator.project.projectId
      const { keys } = await contract.consumer.sessions.getJWKS({ project_id })
      equal(keys[0]?.kid, decodeProtectedHeader(session_jwt).kid)
    },
    fails: ({ consumer }) => consumer.sessions.getJWKS({ project_id: 'project-test-nobody' }),
    error: 'project_not_found',
  },
  'rbac.policy': {
    async works({ consumer }) {
      const { policy } = await consumer.rbac.policy()
      deepEqual(
        policy?.roles.map((role) => role.role_id),
        ['stytch_user', 'editor', 'owner'],
      )
    },
    fails: ({ strangeConsumer }) => strangeConsumer.rbac.policy(),
    error: 'unauthorized_credentials',
  },
}
