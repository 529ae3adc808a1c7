import { deepEqual, equal } from 'node:assert/strict'

import { appUrl, mayaId } from '../seed.ts'
import { consent } from './clients.ts'
import type { Contract, ContractCases } from './contract.ts'
import { theirSession, trustedToken } from './other-system.ts'
import {
  acme,
  connectOidc,
  linkProvider,
  mailedToken,
  maya,
  mayaAddress,
  visitIdp,
} from './steps.ts'

async function scim({ b2b }: Contract): Promise<{
  readonly organization_id: string
  readonly connection_id: string
}> {
  const { connection } = await b2b.scim.connection.create({ ...acme, display_name: 'Directory' })
  return { ...acme, connection_id: connection?.connection_id ?? '' }
}

const noConnection = { ...acme, connection_id: 'nobody' }

/** Sessions that were begun elsewhere, directories, and what is left of organizations and members. */
export const otherCases: ContractCases = {
  'sessions.attest': {
    async works(contract) {
      await contract.b2b.sessions.attest({
        ...acme,
        profile_id: 'trusted',
        token: trustedToken(contract),
      })
      const [session] = (await contract.b2b.sessions.get(maya)).member_sessions
      equal(session?.authentication_factors[0]?.type, 'trusted_auth_token')
    },
    fails: (contract) =>
      contract.b2b.sessions.attest({
        ...acme,
        profile_id: 'trusted',
        token: trustedToken(contract, { aud: 'others' }),
      }),
    error: 'invalid_trusted_auth_token',
  },
  'sessions.migrate': {
    async works(contract) {
      await contract.b2b.sessions.migrate({ ...acme, session_token: theirSession })
      equal((await contract.b2b.sessions.get(maya)).member_sessions.length, 1)
    },
    fails: ({ b2b }) => b2b.sessions.migrate({ ...acme, session_token: 'nothing' }),
    error: 'migrate_from_external_unexpected_response',
  },
  'sessions.exchangeAccessToken': {
    async works(contract) {
      const { access_token } = await consent(contract, ['full_access'])
      const { session_token } = await contract.b2b.sessions.exchangeAccessToken({ access_token })
      const { member } = await contract.b2b.sessions.authenticate({ session_token })
      equal(member.member_id, mayaId)
    },
    async fails(contract) {
      const { access_token } = await consent(contract, ['email'])
      await contract.b2b.sessions.exchangeAccessToken({ access_token })
    },
    error: 'oauth_access_token_exchange_missing_full_access',
  },
  'impersonation.authenticate': {
    async works({ b2b, emulator }) {
      const impersonation_token = emulator.impersonate(mayaId, 'support@papers.test')
      await b2b.impersonation.authenticate({ impersonation_token })
      const [session] = (await b2b.sessions.get(maya)).member_sessions
      equal(
        session?.authentication_factors[0]?.impersonated_factor?.impersonator_email_address,
        'support@papers.test',
      )
    },
    async fails({ b2b, emulator }) {
      const impersonation_token = emulator.impersonate(mayaId, 'support@papers.test')
      await b2b.impersonation.authenticate({ impersonation_token })
      await b2b.impersonation.authenticate({ impersonation_token })
    },
    error: 'unable_to_auth_impersonation_token',
  },
  'organizations.metrics': {
    async works({ b2b }) {
      const before = (await b2b.organizations.metrics(acme)).member_count
      await b2b.organizations.members.delete(maya)
      equal((await b2b.organizations.metrics(acme)).member_count, before - 1)
    },
    fails: ({ b2b }) => b2b.organizations.metrics({ organization_id: 'nobody' }),
    error: 'organization_not_found',
  },
  'organizations.deleteExternalId': {
    async works({ b2b }) {
      await b2b.organizations.update({ ...acme, organization_external_id: 'customer-7' })
      await b2b.organizations.deleteExternalId(acme)
      equal((await b2b.organizations.get(acme)).organization.organization_external_id, '')
    },
    fails: ({ b2b }) => b2b.organizations.deleteExternalId({ organization_id: 'nobody' }),
    error: 'organization_not_found',
  },
  'organizations.members.oidcProviders': {
    async works(contract) {
      const connection_id = await connectOidc(contract)
      const sso_token = await visitIdp(contract, connection_id)
      await contract.b2b.sso.authenticate({ sso_token })
      const { registrations } = await contract.b2b.organizations.members.oidcProviders(maya)
      equal(registrations[0]?.connection_id, connection_id)
    },
    async fails(contract) {
      await linkProvider(contract, 'google')
      await contract.b2b.organizations.members.oidcProviders(maya)
    },
    error: 'member_oidc_token_not_found',
  },
  'organizations.members.startEmailUpdate': {
    async works(contract) {
      const { organizations, magicLinks } = contract.b2b
      const email_address = 'maya.moss@acme.test'
      const login_redirect_url = appUrl
      await organizations.members.startEmailUpdate({ ...maya, email_address, login_redirect_url })
      equal((await organizations.members.get(mayaAddress)).member.member_id, mayaId)
      const magic_links_token = mailedToken(contract, email_address)
      await magicLinks.authenticate({ magic_links_token })
      const { member } = await organizations.members.get(maya)
      equal(member.email_address, email_address)
    },
    fails: ({ b2b }) =>
      b2b.organizations.members.startEmailUpdate({
        ...maya,
        email_address: 'ada@acme.test',
        login_redirect_url: appUrl,
      }),
    error: 'duplicate_member_email',
  },
  'scim.connection.create': {
    async works(contract) {
      const { connection_id } = await scim(contract)
      const { connection } = await contract.b2b.scim.connection.get(acme)
      equal(connection?.connection_id, connection_id)
    },
    async fails(contract) {
      await scim(contract)
      await scim(contract)
    },
    error: 'active_scim_connection_exists',
  },
  'scim.connection.get': {
    async works(contract) {
      await scim(contract)
      const { connection } = await contract.b2b.scim.connection.get(acme)
      equal(connection?.display_name, 'Directory')
    },
    fails: ({ b2b }) => b2b.scim.connection.get(acme),
    error: 'no_active_scim_connection',
  },
  'scim.connection.update': {
    async works(contract) {
      const reference = await scim(contract)
      await contract.b2b.scim.connection.update({ ...reference, display_name: 'Other' })
      equal((await contract.b2b.scim.connection.get(acme)).connection?.display_name, 'Other')
    },
    async fails(contract) {
      const reference = await scim(contract)
      await contract.b2b.scim.connection.update({
        ...reference,
        scim_group_implicit_role_assignments: [
          { role_id: 'editor', group_id: 'nobody', group_name: '' },
        ],
      })
    },
    error: 'scim_group_role_assignment_group_does_not_exist',
  },
  'scim.connection.delete': {
    async works(contract) {
      await contract.b2b.scim.connection.delete(await scim(contract))
      const { organization } = await contract.b2b.organizations.get(acme)
      equal(organization.scim_active_connection, undefined)
    },
    fails: ({ b2b }) => b2b.scim.connection.delete(noConnection),
    error: 'no_active_scim_connection',
  },
  'scim.connection.getGroups': {
    async works(contract) {
      const reference = await scim(contract)
      const { scim_groups } = await contract.b2b.scim.connection.getGroups(reference)
      deepEqual(scim_groups, [])
    },
    fails: ({ b2b }) => b2b.scim.connection.getGroups(noConnection),
    error: 'no_active_scim_connection',
  },
  'scim.connection.rotateStart': {
    async works(contract) {
      const { connection } = contract.b2b.scim
      const { connection: rotating } = await connection.rotateStart(await scim(contract))
      const found = (await connection.get(acme)).connection
      equal(found?.next_bearer_token_last_four, rotating?.next_bearer_token.slice(-4))
    },
    fails: ({ b2b }) => b2b.scim.connection.rotateStart(noConnection),
    error: 'no_active_scim_connection',
  },
  'scim.connection.rotateComplete': {
    async works(contract) {
      const { connection } = contract.b2b.scim
      const reference = await scim(contract)
      const { connection: rotating } = await connection.rotateStart(reference)
      await connection.rotateComplete(reference)
      const found = (await connection.get(acme)).connection
      equal(found?.bearer_token_last_four, rotating?.next_bearer_token.slice(-4))
    },
    async fails(contract) {
      await contract.b2b.scim.connection.rotateComplete(await scim(contract))
    },
    error: 'scim_connection_not_rotating_token',
  },
  'scim.connection.rotateCancel': {
    async works(contract) {
      const { connection } = contract.b2b.scim
      const reference = await scim(contract)
      const before = (await connection.get(acme)).connection?.bearer_token_last_four
      await connection.rotateStart(reference)
      await connection.rotateCancel(reference)
      equal((await connection.get(acme)).connection?.bearer_token_last_four, before)
    },
    async fails(contract) {
      await contract.b2b.scim.connection.rotateCancel(await scim(contract))
    },
    error: 'scim_connection_not_rotating_token',
  },
}
