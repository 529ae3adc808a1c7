import { deepEqual, equal } from 'node:assert/strict'

import { type Authenticator, createAuthenticator } from '../authenticator.ts'
import { uma } from './consumer.ts'
import type { Contract, ContractCases } from './contract.ts'

const domain = 'localhost'
const hour = { session_duration_minutes: 60 }

/** A user with a security key. */
async function register({ consumer }: Contract, user_id: string): Promise<Registered> {
  const key = createAuthenticator()
  const started = await consumer.webauthn.registerStart({ user_id, domain })
  const public_key_credential = key.create(started.public_key_credential_creation_options)
  const answer = await consumer.webauthn.register({ user_id, public_key_credential })
  return { key, user_id, webauthn_registration_id: answer.webauthn_registration_id }
}

interface Registered {
  readonly key: Authenticator
  readonly user_id: string
  readonly webauthn_registration_id: string
}

async function umaWithKey(contract: Contract): Promise<Registered> {
  return await register(contract, (await uma(contract)).user_id)
}

/** Passkeys and security keys of users. */
export const webauthnCases: ContractCases = {
  'webauthn.registerStart': {
    async works(contract) {
      const { key, user_id, webauthn_registration_id } = await umaWithKey(contract)
      const { webauthn } = contract.consumer
      const again = await webauthn.registerStart({ user_id, domain, use_base64_url_encoding: true })
      const options = JSON.parse(again.public_key_credential_creation_options)
      deepEqual(
        options.excludeCredentials.map((one: { id: string }) => one.id),
        [key.id],
      )
      const { credentials } = await webauthn.listCredentials({ user_id, domain })
      equal(credentials[0]?.webauthn_registration_id, webauthn_registration_id)
    },
    async fails(contract) {
      const { user_id } = await uma(contract)
      await contract.consumer.webauthn.registerStart({ user_id, domain: 'https://home.test' })
    },
    error: 'invalid_webauthn_registration_domain',
  },
  'webauthn.register': {
    async works(contract) {
      const { user_id, webauthn_registration_id } = await umaWithKey(contract)
      const { webauthn_registrations } = await contract.consumer.users.get({ user_id })
      deepEqual(
        webauthn_registrations.map((one) => [one.webauthn_registration_id, one.verified]),
        [[webauthn_registration_id, true]],
      )
    },
    async fails(contract) {
      const { user_id } = await uma(contract)
      await contract.consumer.webauthn.register({ user_id, public_key_credential: '{}' })
    },
    error: 'no_pending_webauthn_registration',
  },
  'webauthn.authenticateStart': {
    async works(contract) {
      const { key, user_id } = await umaWithKey(contract)
      const { webauthn } = contract.consumer
      const started = await webauthn.authenticateStart({
        ...{ user_id, domain },
        use_base64_url_encoding: true,
      })
      const options = JSON.parse(started.public_key_credential_request_options)
      deepEqual(options.allowCredentials[0].id, key.id)
      const public_key_credential = key.get(started.public_key_credential_request_options)
      await webauthn.authenticate({ public_key_credential })
    },
    async fails(contract) {
      const { user_id } = await uma(contract)
      await contract.consumer.webauthn.authenticateStart({ user_id, domain })
    },
    error: 'no_active_webauthn_registrations',
  },
  'webauthn.authenticate': {
    async works(contract) {
      const { key, user_id } = await umaWithKey(contract)
      const { webauthn, sessions } = contract.consumer
      const { public_key_credential_request_options: options } = await webauthn.authenticateStart({
        domain,
      })
      await webauthn.authenticate({ public_key_credential: key.get(options), ...hour })
      const [session] = (await sessions.get({ user_id })).sessions
      equal(session?.authentication_factors[0]?.webauthn_factor?.domain, domain)
    },
    fails: ({ consumer }) => consumer.webauthn.authenticate({ public_key_credential: '{}' }),
    error: 'unable_to_auth_webauthn_registration',
  },
  'webauthn.update': {
    async works(contract) {
      const { user_id, webauthn_registration_id } = await umaWithKey(contract)
      await contract.consumer.webauthn.update({ webauthn_registration_id, name: 'blue key' })
      const { webauthn_registrations } = await contract.consumer.users.get({ user_id })
      equal(webauthn_registrations[0]?.name, 'blue key')
    },
    fails: ({ consumer }) =>
      consumer.webauthn.update({ webauthn_registration_id: 'none', name: 'blue key' }),
    error: 'webauthn_registration_not_found',
  },
  'webauthn.listCredentials': {
    async works(contract) {
      const { key, user_id } = await umaWithKey(contract)
      const { webauthn } = contract.consumer
      const { credentials } = await webauthn.listCredentials({ user_id, domain })
      deepEqual(
        credentials.map((one) => [one.credential_id, one.type]),
        [[key.id, 'public-key']],
      )
      const elsewhere = await webauthn.listCredentials({ user_id, domain: 'home.test' })
      deepEqual(elsewhere.credentials, [])
    },
    fails: ({ consumer }) => consumer.webauthn.listCredentials({ user_id: 'nobody', domain }),
    error: 'user_not_found',
  },
  'users.deleteWebAuthnRegistration': {
    async works(contract) {
      const { user_id, webauthn_registration_id } = await umaWithKey(contract)
      const { users } = contract.consumer
      await users.deleteWebAuthnRegistration({ webauthn_registration_id })
      deepEqual((await users.get({ user_id })).webauthn_registrations, [])
    },
    fails: ({ consumer }) =>
      consumer.users.deleteWebAuthnRegistration({ webauthn_registration_id: 'none' }),
    error: 'webauthn_registration_not_found',
  },
}
