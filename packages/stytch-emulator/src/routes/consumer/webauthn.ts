import { isIP } from 'node:net'

import type { WebAuthnRegistration } from '../../consumer/entities.ts'
import { ownUserSession, signInUser } from '../../consumer/sessions.ts'
import { changeUser, requireUser, showUser } from '../../consumer/users.ts'
import {
  algorithms,
  ceremonyMinutes,
  endCeremony,
  library,
  ownerOfRegistration,
  readAnswer,
  showRegistration,
  startCeremony,
  verifyAssertion,
  verifyNewCredential,
} from '../../consumer/webauthn.ts'
import type { Emulation } from '../../emulation.ts'
import type { Endpoint } from '../../endpoint.ts'
import { StytchFailure } from '../../errors.ts'
import { factorOf } from '../../factors.ts'
import { boolean, oneOf, optional, type Reader, string, text } from '../../fields.ts'
import { userEndpoint, userSignInFields } from './user-endpoint.ts'

/** A name that a browser may have in its address line: credentials belong to one. */
const domainName: Reader<string> = (value, name) => {
  const given = string(value, name).toLowerCase()
  const isName =
    given.length <= 253 &&
    /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(given)
  if (!isName || isIP(given) !== 0) throw new StytchFailure('invalid_webauthn_registration_domain')
  return given
}

const startFields = {
  domain: domainName,
  return_passkey_credential_options: optional(boolean),
  use_base64_url_encoding: optional(boolean),
}

/**
 * WebAuthn and passkeys of users.
 * @see https://stytch.com/docs/guides/webauthn/api
 */
export const userWebAuthnEndpoints: readonly Endpoint[] = [
  userEndpoint(
    { method: 'POST', path: '/v1/webauthn/register/start', sdk: 'webauthn.registerStart' },
    {
      ...startFields,
      user_id: string,
      user_agent: optional(text),
      authenticator_type: optional(oneOf(['platform', 'cross-platform'])),
      override_id: optional(string),
      override_name: optional(string),
      override_display_name: optional(string),
    },
    async (call) => {
      const { fields } = call
      const user = requireUser(call.project, fields.user_id)
      if (user.status !== 'active') throw new StytchFailure('cannot_use_webauthn_with_pending_user')
      const { generateRegistrationOptions } = await library()
      const userName = fields.override_name ?? user.emails[0]?.email ?? user.user_id
      const user_handle = Buffer.from(fields.override_id ?? user.user_id).toString('base64url')
      const isPasskey = fields.return_passkey_credential_options === true
      const { authenticator_type } = fields
      const challenge = startCeremony(call, {
        kind: 'registration',
        user_id: user.user_id,
        domain: fields.domain,
        user_handle,
        user_agent: fields.user_agent ?? '',
        authenticator_type: authenticator_type ?? '',
      })
      const options = await generateRegistrationOptions({
        rpName: call.project.settings.name,
        rpID: fields.domain,
        userName,
        userDisplayName: fields.override_display_name ?? userName,
        userID: Uint8Array.from(Buffer.from(user_handle, 'base64url')),
        challenge,
        timeout: ceremonyMinutes * 60_000,
        attestationType: isPasskey ? 'none' : 'direct',
        supportedAlgorithmIDs: [...algorithms],
        excludeCredentials: registrationsFor(user.webauthn_registrations, fields.domain),
        authenticatorSelection: {
          ...(authenticator_type !== undefined && { authenticatorAttachment: authenticator_type }),
          residentKey: isPasskey ? 'required' : 'discouraged',
          userVerification: 'preferred',
        },
      })
      return {
        user_id: user.user_id,
        public_key_credential_creation_options: encoded(options, fields.use_base64_url_encoding),
      }
    },
  ),
  userEndpoint(
    { method: 'POST', path: '/v1/webauthn/register', sdk: 'webauthn.register' },
    { user_id: string, public_key_credential: string, ...userSignInFields },
    async (call) => {
      const { fields } = call
      const { user_id } = requireUser(call.project, fields.user_id)
      ownUserSession(call, { user_id }, fields)
      const answer = readAnswer(call, 'registration', fields.public_key_credential)
      if (answer === undefined || answer.ceremony.user_id !== user_id)
        throw new StytchFailure('no_pending_webauthn_registration')
      endCeremony(call, answer.ceremony)
      const credential = await verifyNewCredential(answer)
      if (credential === undefined)
        throw new StytchFailure('unable_to_register_webauthn_registration')
      if (ownerOfCredential(call, credential.id) !== undefined)
        throw new StytchFailure('duplicate_webauthn_registration')
      const { domain, user_agent, authenticator_type, user_handle } = answer.ceremony
      const registration: WebAuthnRegistration = {
        webauthn_registration_id: call.ids.id('webauthn-registration'),
        ...{ domain, user_agent, authenticator_type, user_handle },
        name: '',
        credential_id: credential.id,
        public_key: Buffer.from(credential.publicKey).toString('base64url'),
        counter: credential.counter,
      }
      return signIn(call, user_id, registration, fields)
    },
  ),
  userEndpoint(
    { method: 'POST', path: '/v1/webauthn/authenticate/start', sdk: 'webauthn.authenticateStart' },
    { ...startFields, user_id: optional(string) },
    async (call) => {
      const { fields } = call
      const user =
        fields.user_id === undefined ? undefined : requireUser(call.project, fields.user_id)
      const allowCredentials = registrationsFor(user?.webauthn_registrations ?? [], fields.domain)
      if (user !== undefined && allowCredentials.length === 0)
        throw new StytchFailure('no_active_webauthn_registrations')
      const { generateAuthenticationOptions } = await library()
      const challenge = startCeremony(call, {
        kind: 'authentication',
        user_id: user?.user_id,
        domain: fields.domain,
      })
      const options = await generateAuthenticationOptions({
        rpID: fields.domain,
        challenge,
        timeout: ceremonyMinutes * 60_000,
        allowCredentials,
        userVerification: 'preferred',
      })
      return {
        user_id: user?.user_id ?? '',
        public_key_credential_request_options: encoded(options, fields.use_base64_url_encoding),
      }
    },
  ),
  userEndpoint(
    { method: 'POST', path: '/v1/webauthn/authenticate', sdk: 'webauthn.authenticate' },
    { public_key_credential: string, ...userSignInFields },
    async (call) => {
      const { fields } = call
      const answer = readAnswer(call, 'authentication', fields.public_key_credential)
      if (answer === undefined) throw new StytchFailure('unable_to_auth_webauthn_registration')
      const { ceremony, response } = answer
      const owner = ownerOfCredential(call, response.id)
      if (owner === undefined) throw new StytchFailure('webauthn_registration_not_found')
      const { user, registration } = owner
      ownUserSession(call, user, fields)
      endCeremony(call, ceremony)
      const isAskedFor = ceremony.user_id === undefined || ceremony.user_id === user.user_id
      const { userHandle } = response.response
      const isOwnHandle = !userHandle || userHandle === registration.user_handle
      const counter =
        isAskedFor && isOwnHandle && registration.domain === ceremony.domain
          ? await verifyAssertion(answer, registration)
          : undefined
      if (counter === undefined) throw new StytchFailure('unable_to_auth_webauthn_registration')
      return signIn(call, user.user_id, { ...registration, counter }, fields)
    },
  ),
  userEndpoint(
    { method: 'PUT', path: '/v1/webauthn/:webauthn_registration_id', sdk: 'webauthn.update' },
    { webauthn_registration_id: string, name: text },
    (call) => {
      const { webauthn_registration_id, name } = call.fields
      if (name.trim() === '') throw new StytchFailure('empty_webauthn_registration_name')
      const owner = ownerOfRegistration(call, hasId(webauthn_registration_id))
      if (owner === undefined) throw new StytchFailure('webauthn_registration_not_found')
      const registration = { ...owner.registration, name }
      saveRegistration(call, owner.user.user_id, registration)
      return { webauthn_registration: showRegistration(registration) }
    },
  ),
  userEndpoint(
    {
      method: 'GET',
      path: '/v1/webauthn/credentials/:user_id/:domain',
      sdk: 'webauthn.listCredentials',
    },
    { user_id: string, domain: domainName },
    ({ project, fields }) => {
      const user = requireUser(project, fields.user_id)
      const own = user.webauthn_registrations.filter((one) => one.domain === fields.domain)
      return {
        credentials: own.map(({ credential_id, webauthn_registration_id, public_key }) => ({
          ...{ credential_id, webauthn_registration_id, public_key },
          type: 'public-key',
        })),
      }
    },
  ),
  userEndpoint(
    {
      method: 'DELETE',
      path: '/v1/users/webauthn_registrations/:webauthn_registration_id',
      sdk: 'users.deleteWebAuthnRegistration',
    },
    { webauthn_registration_id: string },
    (call) => {
      const isIt = hasId(call.fields.webauthn_registration_id)
      const owner = ownerOfRegistration(call, isIt)
      if (owner === undefined) throw new StytchFailure('webauthn_registration_not_found')
      const user = changeUser(call, owner.user, {
        webauthn_registrations: owner.user.webauthn_registrations.filter((one) => !isIt(one)),
      })
      return { user_id: user.user_id, user: showUser(user) }
    },
  ),
]

/** Keeps a registration, new or just used, and signs its user in with it. */
function signIn(
  emulation: Emulation,
  userId: string,
  registration: WebAuthnRegistration,
  choices: Parameters<typeof signInUser>[3],
): object {
  const user = saveRegistration(emulation, userId, registration)
  const { webauthn_registration_id, domain, user_agent } = registration
  const factor = factorOf(emulation, {
    type: 'webauthn',
    delivery_method: 'webauthn_registration',
    webauthn_factor: { webauthn_registration_id, domain, user_agent },
  })
  return { ...signInUser(emulation, user, [factor], choices), webauthn_registration_id }
}

/** The user is looked up anew: the check that came before took its time. */
function saveRegistration(
  emulation: Emulation,
  userId: string,
  registration: WebAuthnRegistration,
): ReturnType<typeof changeUser> {
  const user = requireUser(emulation.project, userId)
  const isIt = hasId(registration.webauthn_registration_id)
  const others = user.webauthn_registrations.filter((one) => !isIt(one))
  return changeUser(emulation, user, { webauthn_registrations: [...others, registration] })
}

function ownerOfCredential(
  emulation: Emulation,
  credentialId: string,
): ReturnType<typeof ownerOfRegistration> {
  return ownerOfRegistration(emulation, (one) => one.credential_id === credentialId)
}

function hasId(id: string): (registration: WebAuthnRegistration) => boolean {
  return (registration) => registration.webauthn_registration_id === id
}

function registrationsFor(
  registrations: readonly WebAuthnRegistration[],
  domain: string,
): { id: string }[] {
  return registrations
    .filter((one) => one.domain === domain)
    .map((one) => ({ id: one.credential_id }))
}

interface BinaryOptions {
  readonly challenge: string
  readonly user?: { readonly id: string }
  readonly excludeCredentials?: readonly { readonly id: string }[]
  readonly allowCredentials?: readonly { readonly id: string }[]
}

/** The options for the browser as a JSON text; what is binary is in base64, for URLs where that is asked for. */
function encoded(options: BinaryOptions, isUrlSafe: boolean | undefined): string {
  if (isUrlSafe === true) return JSON.stringify(options)
  const plain = <T extends { readonly id: string }>(one: T): T => ({ ...one, id: base64(one.id) })
  const { challenge, user, excludeCredentials, allowCredentials } = options
  return JSON.stringify({
    ...options,
    challenge: base64(challenge),
    ...(user !== undefined && { user: plain(user) }),
    ...(excludeCredentials !== undefined && { excludeCredentials: excludeCredentials.map(plain) }),
    ...(allowCredentials !== undefined && { allowCredentials: allowCredentials.map(plain) }),
  })
}

function base64(urlSafe: string): string {
  return Buffer.from(urlSafe, 'base64url').toString('base64')
}
