import { deepEqual, equal } from 'node:assert/strict'

import { acmeId, appUrl, globexId, mayaId } from '../seed.ts'
import type { ContractCases } from './contract.ts'
import {
  acme,
  addPhone,
  choosePassword,
  codeOf,
  discover,
  mailedToken,
  maya,
  mayaAddress,
  otherPassword,
  password,
  registerTotp,
  sendLink,
  sentCode,
  sessionOf,
  visitProvider,
} from './steps.ts'

const nobody = { organization_id: acmeId, email_address: 'nobody@elsewhere.test' }

/** Ways to sign in that the emulator alone takes part in. */
export const signInCases: ContractCases = {
  'magicLinks.email.loginOrSignup': {
    async works(contract) {
      const answer = await contract.b2b.magicLinks.authenticate(await sendLink(contract))
      equal(answer.member_id, mayaId)
    },
    fails: ({ b2b }) =>
      b2b.magicLinks.email.loginOrSignup({ ...nobody, signup_redirect_url: appUrl }),
    error: 'invalid_email_for_jit_provisioning',
  },
  'magicLinks.email.invite': {
    async works({ b2b }) {
      const email_address = 'new@acme.test'
      await b2b.magicLinks.email.invite({ ...acme, email_address, invite_redirect_url: appUrl })
      const { member } = await b2b.organizations.members.get({ ...acme, email_address })
      equal(member.status, 'invited')
    },
    fails: ({ b2b }) =>
      b2b.magicLinks.email.invite({ ...mayaAddress, invite_redirect_url: appUrl }),
    error: 'duplicate_member_email',
  },
  'magicLinks.authenticate': {
    async works(contract) {
      await contract.b2b.magicLinks.authenticate(await sendLink(contract))
      equal((await contract.b2b.sessions.get(maya)).member_sessions.length, 1)
    },
    async fails(contract) {
      const link = await sendLink(contract)
      await contract.b2b.magicLinks.authenticate(link)
      await contract.b2b.magicLinks.authenticate(link)
    },
    error: 'unable_to_auth_magic_link',
  },
  'magicLinks.email.discovery.send': {
    async works(contract) {
      const { intermediate_session_token } = await discover(contract)
      const list = await contract.b2b.discovery.organizations.list({ intermediate_session_token })
      equal(list.email_address, 'maya@acme.test')
    },
    fails: ({ b2b }) =>
      b2b.magicLinks.email.discovery.send({
        email_address: 'maya@acme.test',
        discovery_redirect_url: 'https://elsewhere.example/',
      }),
    error: 'no_match_for_provided_magic_link_url',
  },
  'magicLinks.discovery.authenticate': {
    async works(contract) {
      const { intermediate_session_token } = await discover(contract)
      const { member } = await contract.b2b.discovery.intermediateSessions.exchange({
        intermediate_session_token,
        organization_id: globexId,
      })
      equal(member.email_address, 'maya@acme.test')
    },
    fails: ({ b2b }) =>
      b2b.magicLinks.discovery.authenticate({ discovery_magic_links_token: 'nothing' }),
    error: 'magic_link_not_found',
  },
  'discovery.organizations.list': {
    async works(contract) {
      const { discovered_organizations } = await contract.b2b.discovery.organizations.list(
        await discover(contract),
      )
      equal(discovered_organizations.length, 2)
    },
    fails: ({ b2b }) => b2b.discovery.organizations.list({ intermediate_session_token: 'nothing' }),
    error: 'intermediate_session_not_found',
  },
  'discovery.organizations.create': {
    async works(contract) {
      await contract.b2b.discovery.organizations.create({
        ...(await discover(contract, 'founder@start.test')),
        organization_name: 'Start',
      })
      const { organization } = await contract.b2b.organizations.get({ organization_id: 'start' })
      equal(organization.organization_name, 'Start')
    },
    async fails(contract) {
      await contract.b2b.discovery.organizations.create({
        ...(await discover(contract)),
        organization_name: 'Another',
        organization_slug: 'acme',
      })
    },
    error: 'organization_slug_already_used',
  },
  'discovery.intermediateSessions.exchange': {
    async works(contract) {
      const started = await discover(contract)
      await contract.b2b.discovery.intermediateSessions.exchange({ ...started, ...acme })
      equal((await contract.b2b.sessions.get(maya)).member_sessions.length, 1)
    },
    async fails(contract) {
      const started = await discover(contract)
      const { intermediateSessions } = contract.b2b.discovery
      await intermediateSessions.exchange({ ...started, ...acme })
      await intermediateSessions.exchange({ ...started, ...acme })
    },
    error: 'intermediate_session_not_found',
  },
  'otps.email.loginOrSignup': {
    async works(contract) {
      const { email } = contract.b2b.otps
      await email.loginOrSignup(mayaAddress)
      await email.authenticate({ ...mayaAddress, code: sentCode(contract) })
    },
    fails: ({ b2b }) => b2b.otps.email.loginOrSignup(nobody),
    error: 'invalid_email_for_jit_provisioning',
  },
  'otps.email.authenticate': {
    async works(contract) {
      const { email } = contract.b2b.otps
      await email.loginOrSignup(mayaAddress)
      await email.authenticate({ ...mayaAddress, code: sentCode(contract) })
      equal((await contract.b2b.sessions.get(maya)).member_sessions.length, 1)
    },
    fails: ({ b2b }) => b2b.otps.email.authenticate({ ...mayaAddress, code: '000000' }),
    error: 'otp_code_not_found',
  },
  'otps.email.discovery.send': {
    async works(contract) {
      const email_address = 'maya@acme.test'
      const { discovery } = contract.b2b.otps.email
      await discovery.send({ email_address })
      await discovery.authenticate({ email_address, code: sentCode(contract) })
    },
    fails: ({ b2b }) => b2b.otps.email.discovery.send({ email_address: 'nobody' }),
    error: 'invalid_email',
  },
  'otps.email.discovery.authenticate': {
    async works(contract) {
      const email_address = 'maya@acme.test'
      const { otps, discovery } = contract.b2b
      await otps.email.discovery.send({ email_address })
      const { intermediate_session_token } = await otps.email.discovery.authenticate({
        email_address,
        code: sentCode(contract),
      })
      const list = await discovery.organizations.list({ intermediate_session_token })
      equal(list.email_address, email_address)
    },
    fails: ({ b2b }) =>
      b2b.otps.email.discovery.authenticate({ email_address: 'maya@acme.test', code: '000000' }),
    error: 'otp_code_not_found',
  },
  'otps.sms.send': {
    async works(contract) {
      await contract.b2b.otps.sms.send({ ...maya, mfa_phone_number: '+15551234567' })
      const { member } = await contract.b2b.organizations.members.get(maya)
      equal(member.mfa_phone_number, '+15551234567')
    },
    fails: ({ b2b }) => b2b.otps.sms.send(maya),
    error: 'member_phone_number_not_found',
  },
  'otps.sms.authenticate': {
    async works(contract) {
      await addPhone(contract)
      const { sms } = contract.b2b.otps
      await sms.send(maya)
      const code = sentCode(contract, '+15551234567')
      await sms.authenticate({ ...maya, ...sessionOf(contract), code })
      const { member } = await contract.b2b.organizations.members.get(maya)
      equal(member.mfa_phone_number_verified, true)
    },
    async fails(contract) {
      await addPhone(contract)
      await contract.b2b.otps.sms.authenticate({ ...maya, ...sessionOf(contract), code: '000000' })
    },
    error: 'otp_code_not_found',
  },
  'totps.create': {
    async works(contract) {
      const { totp_registration_id, secret } = await contract.b2b.totps.create(maya)
      const code = codeOf(contract, secret)
      await contract.b2b.totps.authenticate({ ...maya, ...sessionOf(contract), code })
      const { member } = await contract.b2b.organizations.members.get(maya)
      equal(member.totp_registration_id, totp_registration_id)
    },
    async fails(contract) {
      await registerTotp(contract)
      await contract.b2b.totps.create(maya)
    },
    error: 'active_totp_exists',
  },
  'totps.authenticate': {
    async works(contract) {
      await registerTotp(contract)
      const [session] = (await contract.b2b.sessions.get(maya)).member_sessions
      equal(
        session?.authentication_factors.some(({ type }) => type === 'totp'),
        true,
      )
    },
    fails: (contract) =>
      contract.b2b.totps.authenticate({ ...maya, ...sessionOf(contract), code: '000000' }),
    error: 'totp_not_found',
  },
  'totps.migrate': {
    async works(contract) {
      const recovery_codes = ['a1b2-c3d4-e5f6']
      await contract.b2b.totps.migrate({ ...maya, secret: 'JBSWY3DPEHPK3PXP', recovery_codes })
      deepEqual((await contract.b2b.recoveryCodes.get(maya)).recovery_codes, recovery_codes)
    },
    async fails(contract) {
      await registerTotp(contract)
      const secret = 'JBSWY3DPEHPK3PXP'
      await contract.b2b.totps.migrate({ ...maya, secret, recovery_codes: [] })
    },
    error: 'active_totp_exists',
  },
  'recoveryCodes.get': {
    async works(contract) {
      const { recovery_codes } = await registerTotp(contract)
      deepEqual((await contract.b2b.recoveryCodes.get(maya)).recovery_codes, recovery_codes)
    },
    fails: ({ b2b }) => b2b.recoveryCodes.get(maya),
    error: 'recovery_codes_not_found',
  },
  'recoveryCodes.recover': {
    async works(contract) {
      const [recovery_code = ''] = (await registerTotp(contract)).recovery_codes
      const { recoveryCodes } = contract.b2b
      await recoveryCodes.recover({ ...maya, ...sessionOf(contract), recovery_code })
      equal((await recoveryCodes.get(maya)).recovery_codes.includes(recovery_code), false)
    },
    async fails(contract) {
      await registerTotp(contract)
      const recovery_code = 'aaaa-bbbb-cccc'
      await contract.b2b.recoveryCodes.recover({ ...maya, ...sessionOf(contract), recovery_code })
    },
    error: 'unable_to_authenticate_recovery_code',
  },
  'recoveryCodes.rotate': {
    async works(contract) {
      await registerTotp(contract)
      const { recovery_codes } = await contract.b2b.recoveryCodes.rotate(maya)
      deepEqual((await contract.b2b.recoveryCodes.get(maya)).recovery_codes, recovery_codes)
    },
    fails: ({ b2b }) => b2b.recoveryCodes.rotate(maya),
    error: 'recovery_codes_not_found',
  },
  'passwords.strengthCheck': {
    async works({ b2b }) {
      equal((await b2b.passwords.strengthCheck({ password })).valid_password, true)
    },
    fails: ({ b2b }) => b2b.passwords.strengthCheck({ password, email_address: 'nobody' }),
    error: 'invalid_email',
  },
  'passwords.migrate': {
    async works({ b2b }) {
      // "Hello, world!" in MD5.
      const hash = '6cd3556deb0da54bca060b4c39479839'
      await b2b.passwords.migrate({ ...mayaAddress, hash, hash_type: 'md_5' })
      await b2b.passwords.authenticate({ ...mayaAddress, password: 'Hello, world!' })
    },
    fails: ({ b2b }) => b2b.passwords.migrate({ ...mayaAddress, hash: 'x', hash_type: 'md_5' }),
    error: 'invalid_hash',
  },
  'passwords.authenticate': {
    async works(contract) {
      await choosePassword(contract)
      await contract.b2b.passwords.authenticate({ ...mayaAddress, password })
      equal((await contract.b2b.sessions.get(maya)).member_sessions.length, 2)
    },
    fails: ({ b2b }) => b2b.passwords.authenticate({ ...mayaAddress, password }),
    error: 'unauthorized_credentials',
  },
  'passwords.email.resetStart': {
    async works(contract) {
      await choosePassword(contract)
      await contract.b2b.passwords.authenticate({ ...mayaAddress, password })
    },
    fails: ({ b2b }) =>
      b2b.passwords.email.resetStart({ ...nobody, reset_password_redirect_url: appUrl }),
    error: 'member_not_found',
  },
  'passwords.email.reset': {
    async works(contract) {
      await choosePassword(contract)
      await contract.b2b.passwords.authenticate({ ...mayaAddress, password })
    },
    fails: ({ b2b }) => b2b.passwords.email.reset({ password_reset_token: 'nothing', password }),
    error: 'unable_to_auth_password_reset_token',
  },
  'passwords.email.requireReset': {
    async works(contract) {
      await choosePassword(contract)
      await contract.b2b.passwords.email.requireReset(mayaAddress)
      deepEqual((await contract.b2b.sessions.get(maya)).member_sessions, [])
    },
    fails: ({ b2b }) => b2b.passwords.email.requireReset(mayaAddress),
    error: 'member_password_not_found',
  },
  'passwords.sessions.reset': {
    async works(contract) {
      const { passwords } = contract.b2b
      await passwords.sessions.reset({ ...acme, ...sessionOf(contract), password })
      await passwords.authenticate({ ...mayaAddress, password })
    },
    fails: (contract) =>
      contract.b2b.passwords.sessions.reset({ ...acme, ...sessionOf(contract), password: 'maya' }),
    error: 'weak_password',
  },
  'passwords.existingPassword.reset': {
    async works(contract) {
      await choosePassword(contract)
      const { passwords } = contract.b2b
      const change = { existing_password: password, new_password: otherPassword }
      await passwords.existingPassword.reset({ ...mayaAddress, ...change })
      await passwords.authenticate({ ...mayaAddress, password: otherPassword })
    },
    async fails(contract) {
      await choosePassword(contract)
      const change = { existing_password: password, new_password: password }
      await contract.b2b.passwords.existingPassword.reset({ ...mayaAddress, ...change })
    },
    error: 'cannot_reset_password_with_existing_password',
  },
  'passwords.discovery.email.resetStart': {
    async works(contract) {
      const email_address = 'maya@acme.test'
      const { discovery, authenticate } = contract.b2b.passwords
      await discovery.email.resetStart({ email_address, reset_password_redirect_url: appUrl })
      await discovery.email.reset({ password_reset_token: mailedToken(contract), password })
      await authenticate({ ...mayaAddress, password })
    },
    fails: ({ b2b }) =>
      b2b.passwords.discovery.email.resetStart({
        email_address: 'maya@acme.test',
        reset_password_redirect_url: 'https://elsewhere.example/',
      }),
    error: 'invalid_password_reset_redirect_url',
  },
  'passwords.discovery.email.reset': {
    async works(contract) {
      const email_address = 'maya@acme.test'
      const { discovery } = contract.b2b.passwords
      await discovery.email.resetStart({ email_address, reset_password_redirect_url: appUrl })
      await discovery.email.reset({ password_reset_token: mailedToken(contract), password })
      await discovery.authenticate({ email_address, password })
    },
    fails: ({ b2b }) =>
      b2b.passwords.discovery.email.reset({ password_reset_token: 'nothing', password }),
    error: 'unable_to_auth_password_reset_token',
  },
  'passwords.discovery.authenticate': {
    async works(contract) {
      await choosePassword(contract)
      const { passwords, discovery } = contract.b2b
      const { intermediate_session_token } = await passwords.discovery.authenticate({
        email_address: 'maya@acme.test',
        password,
      })
      const list = await discovery.organizations.list({ intermediate_session_token })
      equal(list.email_address, 'maya@acme.test')
    },
    fails: ({ b2b }) =>
      b2b.passwords.discovery.authenticate({ email_address: 'maya@acme.test', password }),
    error: 'unauthorized_credentials',
  },
  'oauth.authenticate': {
    async works(contract) {
      await contract.b2b.oauth.authenticate({
        oauth_token: await visitProvider(contract, 'google'),
      })
      const { member } = await contract.b2b.organizations.members.get(maya)
      equal(member.oauth_registrations[0]?.provider_type, 'Google')
    },
    fails: ({ b2b }) => b2b.oauth.authenticate({ oauth_token: 'nothing' }),
    error: 'oauth_token_not_found',
  },
  'oauth.discovery.authenticate': {
    async works(contract) {
      const { oauth, discovery } = contract.b2b
      const { intermediate_session_token } = await oauth.discovery.authenticate({
        discovery_oauth_token: await visitProvider(contract, 'google', 'discovery'),
      })
      const list = await discovery.organizations.list({ intermediate_session_token })
      equal(list.email_address, 'maya@acme.test')
    },
    fails: ({ b2b }) => b2b.oauth.discovery.authenticate({ discovery_oauth_token: 'nothing' }),
    error: 'oauth_token_not_found',
  },
}
