import { deepEqual, equal } from 'node:assert/strict'

import { landing, open } from '../browser.ts'
import { appUrl } from '../seed.ts'
import { app, authorization, consentOfUser } from './clients.ts'
import { countSessions, signInUma, uma } from './consumer.ts'
import type { Contract, ContractCases } from './contract.ts'
import { theirSession, trustedToken } from './other-system.ts'

const hour = { session_duration_minutes: 60 }

/** Chooses someone on a provider's page; the token that comes back. */
async function visit(
  { emulator }: Contract,
  parameters: Readonly<Record<string, string>> = {},
): Promise<string> {
  const page = open(emulator, '/v1/public/oauth/google/start', {
    public_token: emulator.project.publicToken,
    login_redirect_url: appUrl,
    user: 'uma@home.test',
    ...parameters,
  })
  return (await landing(page)).token
}

/** Users by way of providers, other systems and connected apps. */
export const otherConsumerCases: ContractCases = {
  'oauth.authenticate': {
    async works(contract) {
      const token = await visit(contract)
      const { user_id, oauth_user_registration_id } = await contract.consumer.oauth.authenticate({
        token,
      })
      const { providers } = await contract.consumer.users.get({ user_id })
      equal(providers[0]?.oauth_user_registration_id, oauth_user_registration_id)
    },
    async fails(contract) {
      const token = await visit(contract)
      await contract.consumer.oauth.authenticate({ token })
      await contract.consumer.oauth.authenticate({ token })
    },
    error: 'oauth_token_not_found',
  },
  'oauth.attach': {
    async works(contract) {
      const { user_id } = await uma(contract)
      const { oauth_attach_token } = await contract.consumer.oauth.attach({
        provider: 'google',
        user_id,
      })
      const token = await visit(contract, { oauth_attach_token, user: 'other@home.test' })
      equal((await contract.consumer.oauth.authenticate({ token })).user_id, user_id)
    },
    fails: ({ consumer }) => consumer.oauth.attach({ provider: 'nobody', user_id: 'nobody' }),
    error: 'invalid_oauth_provider',
  },
  'users.deleteOAuthRegistration': {
    async works(contract) {
      const token = await visit(contract)
      const { user_id, oauth_user_registration_id } = await contract.consumer.oauth.authenticate({
        token,
      })
      await contract.consumer.users.deleteOAuthRegistration({ oauth_user_registration_id })
      deepEqual((await contract.consumer.users.get({ user_id })).providers, [])
    },
    fails: ({ consumer }) =>
      consumer.users.deleteOAuthRegistration({ oauth_user_registration_id: 'nobody' }),
    error: 'oauth_user_registration_not_found',
  },
  'sessions.attest': {
    async works(contract) {
      const { user_id } = await uma(contract)
      const token = trustedToken(contract, { email: 'uma@home.test' })
      await contract.consumer.sessions.attest({ profile_id: 'trusted', token })
      equal(await countSessions(contract, user_id), 1)
    },
    fails: (contract) =>
      contract.consumer.sessions.attest({ profile_id: 'nobody', token: trustedToken(contract) }),
    error: 'trusted_token_profile_not_found',
  },
  'sessions.migrate': {
    async works(contract) {
      const { user_id } = await contract.consumer.users.create({ email: 'maya@acme.test' })
      await contract.consumer.sessions.migrate({ session_token: theirSession, ...hour })
      equal(await countSessions(contract, user_id), 1)
    },
    fails: ({ consumer }) => consumer.sessions.migrate({ session_token: 'nothing' }),
    error: 'migrate_from_external_unexpected_response',
  },
  'sessions.exchangeAccessToken': {
    async works(contract) {
      const { user_id } = await uma(contract)
      const { access_token } = await consentOfUser(contract, user_id, ['full_access'])
      await contract.consumer.sessions.exchangeAccessToken({ access_token })
      equal(await countSessions(contract, user_id), 1)
    },
    async fails(contract) {
      const { user_id } = await uma(contract)
      const { access_token } = await consentOfUser(contract, user_id, ['email'])
      await contract.consumer.sessions.exchangeAccessToken({ access_token })
    },
    error: 'oauth_access_token_exchange_missing_full_access',
  },
  'impersonation.authenticate': {
    async works(contract) {
      const { user_id } = await uma(contract)
      const impersonation_token = contract.emulator.impersonate(user_id, 'support@papers.test')
      await contract.consumer.impersonation.authenticate({ impersonation_token })
      const [session] = (await contract.consumer.sessions.get({ user_id })).sessions
      equal(session?.authentication_factors[0]?.type, 'impersonated')
    },
    fails: ({ consumer }) =>
      consumer.impersonation.authenticate({ impersonation_token: 'nothing' }),
    error: 'unable_to_auth_impersonation_token',
  },
  'idp.oauth.authorizeStart': {
    async works(contract) {
      const { user_id } = await uma(contract)
      const { client_id } = await app(contract.consumer)
      const { idp } = contract.consumer
      const ask = () => idp.oauth.authorizeStart({ ...authorization(client_id), user_id })
      equal((await ask()).consent_required, true)
      await idp.oauth.authorize({ ...authorization(client_id), user_id, consent_granted: true })
      equal((await ask()).consent_required, false)
    },
    async fails(contract) {
      const { client_id } = await app(contract.consumer)
      await contract.consumer.idp.oauth.authorizeStart(authorization(client_id))
    },
    error: 'no_oauth_authorize_user_selector',
  },
  'idp.oauth.authorize': {
    async works(contract) {
      const { user_id, session_token } = await signInUma(contract)
      const { client_id } = await app(contract.consumer)
      const request = { ...authorization(client_id), session_token, consent_granted: true }
      await contract.consumer.idp.oauth.authorize(request)
      const { connected_apps } = await contract.consumer.users.connectedApps({ user_id })
      equal(connected_apps[0]?.connected_app_id, client_id)
    },
    async fails(contract) {
      const { user_id } = await uma(contract)
      const { client_id } = await app(contract.consumer)
      const request = { ...authorization(client_id, ['fly']), user_id, consent_granted: true }
      await contract.consumer.idp.oauth.authorize(request)
    },
    error: 'oauth_invalid_scope_requested',
  },
  'idp.introspectTokenNetwork': {
    async works(contract) {
      const { user_id } = await uma(contract)
      const { access_token: token, ...client } = await consentOfUser(contract, user_id, ['email'])
      const { subject } = await contract.consumer.idp.introspectTokenNetwork({ token, ...client })
      equal(subject, user_id)
    },
    async fails(contract) {
      const { user_id } = await uma(contract)
      const { access_token: token, ...client } = await consentOfUser(contract, user_id, ['email'])
      await contract.consumer.users.delete({ user_id })
      await contract.consumer.idp.introspectTokenNetwork({ token, ...client })
    },
    error: 'token_invalid',
  },
  'idp.introspectTokenLocal': {
    async works(contract) {
      const { user_id } = await uma(contract)
      const { access_token } = await consentOfUser(contract, user_id, ['email'])
      const { subject } = await contract.consumer.idp.introspectTokenLocal(access_token)
      equal((await contract.consumer.users.get({ user_id: subject ?? '' })).user_id, user_id)
    },
    fails: ({ consumer }) => consumer.idp.introspectTokenLocal('a.b.c'),
    error: 'jwt_invalid',
  },
  'users.connectedApps': {
    async works(contract) {
      const { user_id } = await uma(contract)
      await consentOfUser(contract, user_id, ['email'])
      const { connected_apps } = await contract.consumer.users.connectedApps({ user_id })
      equal(connected_apps[0]?.scopes_granted, 'email')
    },
    fails: ({ consumer }) => consumer.users.connectedApps({ user_id: 'nobody' }),
    error: 'user_not_found',
  },
  'users.revoke': {
    async works(contract) {
      const { user_id } = await uma(contract)
      const { client_id } = await consentOfUser(contract, user_id, ['email'])
      await contract.consumer.users.revoke({ user_id, connected_app_id: client_id })
      deepEqual((await contract.consumer.users.connectedApps({ user_id })).connected_apps, [])
    },
    async fails(contract) {
      const { user_id } = await uma(contract)
      await contract.consumer.users.revoke({ user_id, connected_app_id: 'nobody' })
    },
    error: 'connected_app_not_found',
  },
}
