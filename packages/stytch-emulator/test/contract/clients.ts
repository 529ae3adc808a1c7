import { deepEqual, equal } from 'node:assert/strict'
import type { B2BClient, Client } from 'stytch'

import { adaId, mayaId } from '../seed.ts'
import type { Contract, ContractCases } from './contract.ts'
import { acme, maya, sessionOf } from './steps.ts'

/** The part of a client that both have. */
type Shared = Pick<B2BClient, 'm2m' | 'connectedApp'> & Pick<Client, 'm2m' | 'connectedApp'>

const redirect_uri = 'http://127.0.0.1:5000/callback'

async function machine(client: Shared): Promise<{ client_id: string; client_secret: string }> {
  const { m2m_client } = await client.m2m.clients.create({ scopes: ['read:all', 'write:all'] })
  return { client_id: m2m_client.client_id, client_secret: m2m_client.client_secret }
}

/** A connected app. */
export async function app(
  client: Shared,
  fields: object = {},
): Promise<{ client_id: string; client_secret: string }> {
  const { connected_app } = await client.connectedApp.clients.create({
    client_type: 'third_party',
    client_name: 'Planner',
    redirect_urls: [redirect_uri],
    full_access_allowed: true,
    ...fields,
  })
  return { client_id: connected_app.client_id, client_secret: connected_app.client_secret ?? '' }
}

/** What someone lets an app do; an access token that came of it. */
interface Consented {
  readonly client_id: string
  readonly client_secret: string
  readonly access_token: string
}

/** What a member lets an app do. */
export async function consent(contract: Contract, scopes: readonly string[]): Promise<Consented> {
  const client = await app(contract.b2b)
  const { authorization_code = '' } = await contract.b2b.idp.oauth.authorize({
    ...authorization(client.client_id, scopes),
    ...sessionOf(contract),
    consent_granted: true,
  })
  return { ...client, access_token: await redeem(contract, client, authorization_code) }
}

/** What a user lets an app do. */
export async function consentOfUser(
  contract: Contract,
  user_id: string,
  scopes: readonly string[],
): Promise<Consented> {
  const client = await app(contract.consumer)
  const { authorization_code = '' } = await contract.consumer.idp.oauth.authorize({
    ...authorization(client.client_id, scopes),
    user_id,
    consent_granted: true,
  })
  return { ...client, access_token: await redeem(contract, client, authorization_code) }
}

async function redeem(
  { emulator }: Contract,
  client: { readonly client_id: string; readonly client_secret: string },
  code: string,
): Promise<string> {
  const url = `${emulator.url}/v1/public/${emulator.project.projectId}/oauth2/token`
  const grant = { grant_type: 'authorization_code', redirect_uri, code, ...client }
  const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(grant) })
  const { access_token } = (await answer.json()) as { readonly access_token: string }
  return access_token
}

/** What an app asks for. */
export function authorization(client_id: string, scopes: readonly string[] = ['openid']) {
  return { client_id, redirect_uri, response_type: 'code', scopes: [...scopes] }
}

/** Machines and connected apps, which B2B and consumer projects share. */
export function clientCases(pick: (contract: Contract) => Shared): ContractCases {
  return {
    'm2m.clients.create': {
      async works(contract) {
        const { m2m } = pick(contract)
        const { client_id } = await machine(pick(contract))
        equal((await m2m.clients.get({ client_id })).m2m_client.status, 'active')
      },
      fails: (contract) =>
        pick(contract).m2m.clients.create({ scopes: [], client_secret: 'short' }),
      error: 'insecure_m2m_client_secret',
    },
    'm2m.clients.get': {
      async works(contract) {
        const { client_id, client_secret } = await machine(pick(contract))
        const { m2m_client } = await pick(contract).m2m.clients.get({ client_id })
        equal(m2m_client.client_secret_last_four, client_secret.slice(-4))
      },
      fails: (contract) => pick(contract).m2m.clients.get({ client_id: 'nobody' }),
      error: 'm2m_client_not_found',
    },
    'm2m.clients.search': {
      async works(contract) {
        const { client_id } = await machine(pick(contract))
        await machine(pick(contract))
        const { m2m_clients } = await pick(contract).m2m.clients.search({
          query: {
            operator: 'AND',
            operands: [{ filter_name: 'client_id', filter_value: [client_id] }],
          },
        })
        deepEqual(
          m2m_clients.map((one) => one.client_id),
          [client_id],
        )
      },
      fails: (contract) =>
        pick(contract).m2m.clients.search({
          query: {
            operator: 'AND',
            // As JavaScript may call it.
            operands: [{ filter_name: 'nobody' as 'client_id', filter_value: [] }],
          },
        }),
      error: 'm2m_search_filter_name_not_recognized',
    },
    'm2m.clients.update': {
      async works(contract) {
        const { m2m } = pick(contract)
        const client = await machine(pick(contract))
        await m2m.clients.update({ client_id: client.client_id, scopes: ['read:all'] })
        const { access_token } = await m2m.token(client)
        deepEqual((await m2m.authenticateToken({ access_token })).scopes, ['read:all'])
      },
      async fails(contract) {
        const { client_id } = await machine(pick(contract))
        // As JavaScript may call it.
        const status = 'asleep' as 'active'
        await pick(contract).m2m.clients.update({ client_id, status })
      },
      error: 'invalid_m2m_client_status',
    },
    'm2m.clients.delete': {
      async works(contract) {
        const { client_id } = await machine(pick(contract))
        await pick(contract).m2m.clients.delete({ client_id })
        equal((await pick(contract).m2m.clients.search({})).results_metadata.total, 0)
      },
      fails: (contract) => pick(contract).m2m.clients.delete({ client_id: 'nobody' }),
      error: 'm2m_client_not_found',
    },
    'm2m.clients.secrets.rotateStart': {
      async works(contract) {
        const { m2m } = pick(contract)
        const { client_id, client_secret } = await machine(pick(contract))
        const { m2m_client } = await m2m.clients.secrets.rotateStart({ client_id })
        await m2m.token({ client_id, client_secret })
        await m2m.token({ client_id, client_secret: m2m_client.next_client_secret })
      },
      async fails(contract) {
        const { client_id } = await machine(pick(contract))
        const { secrets } = pick(contract).m2m.clients
        await secrets.rotateStart({ client_id })
        await secrets.rotateStart({ client_id })
      },
      error: 'm2m_client_already_rotating_secret',
    },
    'm2m.clients.secrets.rotate': {
      async works(contract) {
        const { m2m } = pick(contract)
        const { client_id } = await machine(pick(contract))
        const { m2m_client } = await m2m.clients.secrets.rotateStart({ client_id })
        await m2m.clients.secrets.rotate({ client_id })
        await m2m.token({ client_id, client_secret: m2m_client.next_client_secret })
      },
      async fails(contract) {
        const { client_id } = await machine(pick(contract))
        await pick(contract).m2m.clients.secrets.rotate({ client_id })
      },
      error: 'm2m_client_not_rotating_secret',
    },
    'm2m.clients.secrets.rotateCancel': {
      async works(contract) {
        const { m2m } = pick(contract)
        const client = await machine(pick(contract))
        await m2m.clients.secrets.rotateStart(client)
        await m2m.clients.secrets.rotateCancel(client)
        await m2m.token(client)
      },
      async fails(contract) {
        const { client_id } = await machine(pick(contract))
        await pick(contract).m2m.clients.secrets.rotateCancel({ client_id })
      },
      error: 'm2m_client_not_rotating_secret',
    },
    'm2m.token': {
      async works(contract) {
        const { m2m } = pick(contract)
        const client = await machine(pick(contract))
        const { access_token } = await m2m.token({ ...client, scopes: ['read:all'] })
        deepEqual((await m2m.authenticateToken({ access_token })).scopes, ['read:all'])
      },
      async fails(contract) {
        const { client_id } = await machine(pick(contract))
        await pick(contract).m2m.token({ client_id, client_secret: 'secret-test-wrong' })
      },
      error: 'invalid_client',
    },
    'm2m.authenticateToken': {
      async works(contract) {
        const { m2m } = pick(contract)
        const client = await machine(pick(contract))
        const { access_token } = await m2m.token(client)
        const answer = await m2m.authenticateToken({
          access_token,
          required_scopes: ['write:all'],
        })
        equal(answer.client_id, client.client_id)
      },
      async fails(contract) {
        const { m2m } = pick(contract)
        const client = await machine(pick(contract))
        const { access_token } = await m2m.token({ ...client, scopes: ['read:all'] })
        await m2m.authenticateToken({ access_token, required_scopes: ['write:all'] })
      },
      error: 'missing_scopes',
    },
    'connectedApp.clients.create': {
      async works(contract) {
        const { client_id } = await app(pick(contract))
        const { connected_app } = await pick(contract).connectedApp.clients.get({ client_id })
        equal(connected_app.client_name, 'Planner')
      },
      fails: (contract) => app(pick(contract), { redirect_urls: ['http://elsewhere.example/'] }),
      error: 'connected_app_redirect_url_http_scheme_must_use_loopback',
    },
    'connectedApp.clients.get': {
      async works(contract) {
        const { client_id, client_secret } = await app(pick(contract))
        const { connected_app } = await pick(contract).connectedApp.clients.get({ client_id })
        equal(connected_app.client_secret_last_four, client_secret.slice(-4))
      },
      fails: (contract) => pick(contract).connectedApp.clients.get({ client_id: 'nobody' }),
      error: 'connected_app_not_found',
    },
    'connectedApp.clients.search': {
      async works(contract) {
        await app(pick(contract))
        equal((await pick(contract).connectedApp.clients.search({})).connected_apps.length, 1)
      },
      fails: (contract) => pick(contract).connectedApp.clients.search({ limit: -1 }),
      error: 'bad_request',
    },
    'connectedApp.clients.update': {
      async works(contract) {
        const { clients } = pick(contract).connectedApp
        const { client_id } = await app(pick(contract))
        await clients.update({ client_id, client_name: 'Planner 2' })
        equal((await clients.get({ client_id })).connected_app.client_name, 'Planner 2')
      },
      async fails(contract) {
        const { client_id } = await app(pick(contract))
        const bypass_consent_for_offline_access = true
        await pick(contract).connectedApp.clients.update({
          client_id,
          bypass_consent_for_offline_access,
        })
      },
      error: 'third_party_clients_require_consent_for_offline_access',
    },
    'connectedApp.clients.delete': {
      async works(contract) {
        const { client_id } = await app(pick(contract))
        await pick(contract).connectedApp.clients.delete({ client_id })
        deepEqual((await pick(contract).connectedApp.clients.search({})).connected_apps, [])
      },
      fails: (contract) => pick(contract).connectedApp.clients.delete({ client_id: 'nobody' }),
      error: 'connected_app_not_found',
    },
    'connectedApp.clients.secrets.rotateStart': {
      async works(contract) {
        const { clients } = pick(contract).connectedApp
        const { client_id } = await app(pick(contract))
        const { connected_app } = await clients.secrets.rotateStart({ client_id })
        const found = await clients.get({ client_id })
        equal(
          found.connected_app.next_client_secret_last_four,
          connected_app.next_client_secret.slice(-4),
        )
      },
      async fails(contract) {
        const { client_id } = await app(pick(contract), { client_type: 'third_party_public' })
        await pick(contract).connectedApp.clients.secrets.rotateStart({ client_id })
      },
      error: 'public_connected_apps_do_not_have_secrets',
    },
    'connectedApp.clients.secrets.rotate': {
      async works(contract) {
        const { clients } = pick(contract).connectedApp
        const { client_id } = await app(pick(contract))
        const { connected_app } = await clients.secrets.rotateStart({ client_id })
        await clients.secrets.rotate({ client_id })
        const found = await clients.get({ client_id })
        equal(
          found.connected_app.client_secret_last_four,
          connected_app.next_client_secret.slice(-4),
        )
      },
      async fails(contract) {
        const { client_id } = await app(pick(contract))
        await pick(contract).connectedApp.clients.secrets.rotate({ client_id })
      },
      error: 'connected_app_not_rotating_secret',
    },
    'connectedApp.clients.secrets.rotateCancel': {
      async works(contract) {
        const { clients } = pick(contract).connectedApp
        const { client_id, client_secret } = await app(pick(contract))
        await clients.secrets.rotateStart({ client_id })
        await clients.secrets.rotateCancel({ client_id })
        const { connected_app } = await clients.get({ client_id })
        equal(connected_app.client_secret_last_four, client_secret.slice(-4))
      },
      async fails(contract) {
        const { client_id } = await app(pick(contract))
        await pick(contract).connectedApp.clients.secrets.rotateCancel({ client_id })
      },
      error: 'connected_app_not_rotating_secret',
    },
  }
}

/** Connected apps that act for members. */
export const memberAppCases: ContractCases = {
  'idp.oauth.authorizeStart': {
    async works(contract) {
      const { client_id } = await app(contract.b2b)
      const { idp } = contract.b2b
      const ask = () => idp.oauth.authorizeStart({ ...authorization(client_id), ...maya })
      equal((await ask()).consent_required, true)
      await idp.oauth.authorize({ ...authorization(client_id), ...maya, consent_granted: true })
      equal((await ask()).consent_required, false)
    },
    async fails(contract) {
      const { client_id } = await app(contract.b2b)
      const redirect_uri_ = 'http://127.0.0.1:5000/elsewhere'
      await contract.b2b.idp.oauth.authorizeStart({
        ...authorization(client_id),
        ...maya,
        redirect_uri: redirect_uri_,
      })
    },
    error: 'connected_app_supplied_redirect_url_not_found_in_client',
  },
  'idp.oauth.authorize': {
    async works(contract) {
      const { client_id, client_secret, access_token } = await consent(contract, ['openid'])
      const { subject } = await contract.b2b.idp.introspectTokenNetwork({
        token: access_token,
        client_id,
        client_secret,
      })
      equal(subject, mayaId)
    },
    async fails(contract) {
      const { client_id } = await app(contract.b2b)
      const request = { ...authorization(client_id), consent_granted: true }
      await contract.b2b.idp.oauth.authorize(request)
    },
    error: 'no_oauth_authorize_member_selector',
  },
  'idp.introspectTokenNetwork': {
    async works(contract) {
      const { client_id, client_secret, access_token } = await consent(contract, ['email'])
      const client = { token: access_token, client_id, client_secret }
      equal((await contract.b2b.idp.introspectTokenNetwork(client)).scope, 'email')
    },
    async fails(contract) {
      const { client_id, client_secret, access_token } = await consent(contract, ['email'])
      const revoked = { ...maya, connected_app_id: client_id }
      await contract.b2b.organizations.members.connectedApps.revoke(revoked)
      const client = { token: access_token, client_id, client_secret }
      await contract.b2b.idp.introspectTokenNetwork(client)
    },
    error: 'token_invalid',
  },
  'idp.introspectTokenLocal': {
    async works(contract) {
      const { access_token } = await consent(contract, ['email'])
      const { subject, organization } = await contract.b2b.idp.introspectTokenLocal(access_token)
      const { member } = await contract.b2b.organizations.members.get(
        organization === undefined ? maya : { ...acme, member_id: subject },
      )
      equal(member.member_id, mayaId)
    },
    fails: ({ b2b }) => b2b.idp.introspectTokenLocal('a.b.c'),
    error: 'jwt_invalid',
  },
  'organizations.connectedApps': {
    async works(contract) {
      const { client_id } = await consent(contract, ['email'])
      const { connected_apps } = await contract.b2b.organizations.connectedApps(acme)
      equal(connected_apps[0]?.connected_app_id, client_id)
    },
    fails: ({ b2b }) => b2b.organizations.connectedApps({ organization_id: 'nobody' }),
    error: 'organization_not_found',
  },
  'organizations.getConnectedApp': {
    async works(contract) {
      const { client_id } = await consent(contract, ['email'])
      const query = { ...acme, connected_app_id: client_id }
      const { active_members } = await contract.b2b.organizations.getConnectedApp(query)
      deepEqual(active_members, [{ member_id: mayaId, granted_scopes: ['email'] }])
    },
    fails: ({ b2b }) => b2b.organizations.getConnectedApp({ ...acme, connected_app_id: 'nobody' }),
    error: 'connected_app_not_found',
  },
  'organizations.members.getConnectedApps': {
    async works(contract) {
      await consent(contract, ['email'])
      const { members } = contract.b2b.organizations
      equal((await members.getConnectedApps(maya)).connected_apps[0]?.scopes_granted, 'email')
      const ada = { ...acme, member_id: adaId }
      deepEqual((await members.getConnectedApps(ada)).connected_apps, [])
    },
    fails: ({ b2b }) =>
      b2b.organizations.members.getConnectedApps({ ...acme, member_id: 'nobody' }),
    error: 'member_not_found',
  },
  'organizations.members.connectedApps.revoke': {
    async works(contract) {
      const { client_id } = await consent(contract, ['email'])
      const { members } = contract.b2b.organizations
      await members.connectedApps.revoke({ ...maya, connected_app_id: client_id })
      deepEqual((await members.getConnectedApps(maya)).connected_apps, [])
    },
    fails: ({ b2b }) =>
      b2b.organizations.members.connectedApps.revoke({ ...maya, connected_app_id: 'nobody' }),
    error: 'connected_app_not_found',
  },
}
