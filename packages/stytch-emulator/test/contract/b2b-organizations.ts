import { deepEqual, equal } from 'node:assert/strict'
import { decodeProtectedHeader } from 'jose'

import { acmeId, adaId, mayaId } from '../seed.ts'
import type { ContractCases } from './contract.ts'
import {
  acme,
  addPhone,
  choosePassword,
  linkProvider,
  maya,
  mayaAddress,
  registerTotp,
  sessionOf,
} from './steps.ts'

const nobody = { organization_id: 'nobody' }
const noMember = { organization_id: acmeId, member_id: 'nobody' }

/** Organizations, members and the policy. */
export const organizationCases: ContractCases = {
  'organizations.create': {
    async works({ b2b }) {
      const { organization } = await b2b.organizations.create({ organization_name: 'Initech' })
      const found = await b2b.organizations.get({ organization_id: 'initech' })
      equal(found.organization.organization_id, organization.organization_id)
    },
    fails: ({ b2b }) =>
      b2b.organizations.create({ organization_name: 'Acme', organization_slug: 'acme' }),
    error: 'organization_slug_already_used',
  },
  'organizations.get': {
    async works({ b2b }) {
      const { organization } = await b2b.organizations.get({ organization_id: 'acme' })
      equal(organization.organization_id, acmeId)
    },
    fails: ({ b2b }) => b2b.organizations.get(nobody),
    error: 'organization_not_found',
  },
  'organizations.update': {
    async works({ b2b }) {
      await b2b.organizations.update({ ...acme, organization_name: 'Acme Ltd' })
      equal((await b2b.organizations.get(acme)).organization.organization_name, 'Acme Ltd')
    },
    fails: ({ b2b }) => b2b.organizations.update({ ...acme, mfa_policy: 'SOMETIMES' }),
    error: 'invalid_organization_mfa_policy',
  },
  'organizations.delete': {
    async works({ b2b }) {
      await b2b.organizations.delete(acme)
      const { results_metadata } = await b2b.organizations.search({})
      equal(results_metadata.total, 1)
    },
    fails: ({ b2b }) => b2b.organizations.delete(nobody),
    error: 'organization_not_found',
  },
  'organizations.search': {
    async works({ b2b }) {
      await b2b.organizations.create({ organization_name: 'Initech' })
      const { organizations } = await b2b.organizations.search({
        query: {
          operator: 'AND',
          operands: [{ filter_name: 'organization_slugs', filter_value: ['initech'] }],
        },
      })
      equal(organizations[0]?.organization_name, 'Initech')
    },
    fails: ({ b2b }) =>
      b2b.organizations.search({
        query: {
          operator: 'AND',
          operands: [{ filter_name: 'organization_name_fuzzy', filter_value: 'a' }],
        },
      }),
    error: 'organization_search_organization_name_fuzzy_too_short',
  },
  'organizations.members.create': {
    async works({ b2b }) {
      const email_address = 'new@acme.test'
      await b2b.organizations.members.create({ ...acme, email_address, name: 'New' })
      equal((await b2b.organizations.members.get({ ...acme, email_address })).member.name, 'New')
    },
    fails: ({ b2b }) => b2b.organizations.members.create(mayaAddress),
    error: 'duplicate_member_email',
  },
  'organizations.members.get': {
    async works({ b2b }) {
      equal((await b2b.organizations.members.get(mayaAddress)).member.member_id, mayaId)
    },
    fails: ({ b2b }) => b2b.organizations.members.get(noMember),
    error: 'member_not_found',
  },
  'organizations.members.update': {
    async works({ b2b }) {
      await b2b.organizations.members.update({ ...maya, roles: ['owner'] })
      const { member } = await b2b.organizations.members.get(maya)
      deepEqual(
        member.roles.map((role) => role.role_id),
        ['stytch_member', 'owner'],
      )
    },
    fails: ({ b2b }) => b2b.organizations.members.update({ ...maya, roles: ['nobody'] }),
    error: 'invalid_rbac_role_assignment',
  },
  'organizations.members.delete': {
    async works({ b2b }) {
      await b2b.organizations.members.delete(maya)
      const query = { member_id: mayaId, include_deleted: true }
      equal((await b2b.organizations.members.dangerouslyGet(query)).member.status, 'deleted')
    },
    fails: ({ b2b }) => b2b.organizations.members.delete(noMember),
    error: 'member_not_found',
  },
  'organizations.members.reactivate': {
    async works({ b2b }) {
      await b2b.organizations.members.delete(maya)
      await b2b.organizations.members.reactivate(maya)
      equal((await b2b.organizations.members.get(maya)).member.status, 'active')
    },
    fails: ({ b2b }) => b2b.organizations.members.reactivate(noMember),
    error: 'no_deleted_member_found_for_reactivation',
  },
  'organizations.members.search': {
    async works({ b2b }) {
      await b2b.organizations.members.update({ ...maya, is_breakglass: true })
      const { members } = await b2b.organizations.members.search({
        organization_ids: [acmeId],
        query: {
          operator: 'AND',
          operands: [{ filter_name: 'member_is_breakglass', filter_value: true }],
        },
      })
      deepEqual(
        members.map((member) => member.member_id),
        [mayaId],
      )
    },
    fails: ({ b2b }) => b2b.organizations.members.search({ organization_ids: [] }),
    error: 'member_search_organization_ids_empty',
  },
  'organizations.members.dangerouslyGet': {
    async works({ b2b }) {
      const { member } = await b2b.organizations.members.dangerouslyGet({ member_id: mayaId })
      equal(member.organization_id, acmeId)
    },
    fails: ({ b2b }) => b2b.organizations.members.dangerouslyGet({ member_id: 'nobody' }),
    error: 'member_not_found',
  },
  'organizations.members.deleteMFAPhoneNumber': {
    async works(contract) {
      const { members } = contract.b2b.organizations
      await addPhone(contract)
      await members.deleteMFAPhoneNumber(maya)
      equal((await members.get(maya)).member.mfa_phone_number, '')
    },
    fails: ({ b2b }) => b2b.organizations.members.deleteMFAPhoneNumber(maya),
    error: 'member_phone_number_not_found',
  },
  'organizations.members.deleteTOTP': {
    async works(contract) {
      const { members } = contract.b2b.organizations
      await registerTotp(contract)
      await members.deleteTOTP(maya)
      equal((await members.get(maya)).member.totp_registration_id, '')
    },
    fails: ({ b2b }) => b2b.organizations.members.deleteTOTP(maya),
    error: 'totp_not_found',
  },
  'organizations.members.deletePassword': {
    async works(contract) {
      const { members } = contract.b2b.organizations
      await choosePassword(contract)
      const { member_password_id } = (await members.get(maya)).member
      await members.deletePassword({ ...acme, member_password_id })
      equal((await members.get(maya)).member.member_password_id, '')
    },
    fails: ({ b2b }) =>
      b2b.organizations.members.deletePassword({ ...acme, member_password_id: 'nobody' }),
    error: 'member_password_not_found',
  },
  'organizations.members.unlinkRetiredEmail': {
    async works({ b2b }) {
      const { members } = b2b.organizations
      await members.update({ ...maya, email_address: 'maya.moss@acme.test' })
      await members.unlinkRetiredEmail({ ...maya, email_address: 'maya@acme.test' })
      deepEqual((await members.get(maya)).member.retired_email_addresses, [])
    },
    fails: ({ b2b }) => b2b.organizations.members.unlinkRetiredEmail(maya),
    error: 'retired_email_missing_email_identifiers',
  },
  'organizations.members.deleteExternalId': {
    async works({ b2b }) {
      const { members } = b2b.organizations
      await members.update({ ...maya, external_id: 'employee-7' })
      await members.deleteExternalId(maya)
      equal((await members.get(maya)).member.external_id, '')
    },
    fails: ({ b2b }) => b2b.organizations.members.deleteExternalId(noMember),
    error: 'member_not_found',
  },
  ...Object.fromEntries(
    (['google', 'microsoft', 'github', 'slack', 'hubspot'] as const).map((provider) => [
      `organizations.members.oauthProviders.${provider}`,
      {
        async works(contract) {
          await linkProvider(contract, provider)
          const { members } = contract.b2b.organizations
          const { provider_type } = await members.oauthProviders[provider](maya)
          const [registration] = (await members.get(maya)).member.oauth_registrations
          equal(registration?.provider_type, provider_type)
        },
        fails: ({ b2b }) => b2b.organizations.members.oauthProviders[provider](maya),
        error: 'member_oauth_token_not_found',
      } satisfies ContractCases[string],
    ]),
  ),
  'rbac.policy': {
    async works({ b2b }) {
      const { policy } = await b2b.rbac.policy()
      equal(
        policy?.roles.some((role) => role.role_id === 'editor'),
        true,
      )
    },
    fails: ({ stranger }) => stranger.rbac.policy(),
    error: 'unauthorized_credentials',
  },
  'rbac.organizations.getOrgPolicy': {
    async works({ b2b }) {
      deepEqual((await b2b.rbac.organizations.getOrgPolicy(acme)).org_policy?.roles, [])
    },
    fails: ({ b2b }) => b2b.rbac.organizations.getOrgPolicy(nobody),
    error: 'organization_not_found',
  },
  'rbac.organizations.setOrgPolicy': {
    async works({ b2b }) {
      const roles = [{ role_id: 'archivist', description: '', permissions: [] }]
      await b2b.rbac.organizations.setOrgPolicy({ ...acme, org_policy: { roles } })
      deepEqual((await b2b.rbac.organizations.getOrgPolicy(acme)).org_policy?.roles, roles)
    },
    fails: ({ b2b }) =>
      b2b.rbac.organizations.setOrgPolicy({
        ...acme,
        org_policy: { roles: [{ role_id: 'stytch_admin', description: '', permissions: [] }] },
      }),
    error: 'invalid_rbac_stytch_role_edit',
  },
  'sessions.get': {
    async works(contract) {
      sessionOf(contract)
      equal((await contract.b2b.sessions.get(maya)).member_sessions.length, 1)
    },
    fails: ({ b2b }) => b2b.sessions.get(noMember),
    error: 'member_not_found',
  },
  'sessions.authenticate': {
    async works(contract) {
      const { sessions } = contract.b2b
      await sessions.authenticate({
        ...sessionOf(contract),
        session_duration_minutes: 5,
        session_custom_claims: { theme: 'dark' },
      })
      const [session] = (await sessions.get(maya)).member_sessions
      deepEqual(session?.custom_claims, { theme: 'dark' })
    },
    fails: (contract) =>
      contract.b2b.sessions.authenticate({
        ...sessionOf(contract),
        authorization_check: { ...acme, resource_id: 'stytch.member', action: 'create' },
      }),
    error: 'session_authorization_error',
  },
  'sessions.authenticateJwt': {
    async works({ b2b, emulator }) {
      const { session_jwt } = emulator.startSession(mayaId)
      const { member_session } = await b2b.sessions.authenticateJwt({ session_jwt })
      equal(member_session.member_id, mayaId)
    },
    fails: ({ b2b }) => b2b.sessions.authenticateJwt({ session_jwt: 'a.b.c' }),
    error: 'unable_to_parse_session_jwt',
  },
  'sessions.authenticateJwtLocal': {
    async works({ b2b, emulator }) {
      const { session_jwt } = emulator.startSession(mayaId)
      const local = await b2b.sessions.authenticateJwtLocal({ session_jwt })
      const [session] = (await b2b.sessions.get(maya)).member_sessions
      equal(local.member_session_id, session?.member_session_id)
    },
    fails: ({ b2b }) => b2b.sessions.authenticateJwtLocal({ session_jwt: 'a.b.c' }),
    error: 'jwt_invalid',
  },
  'sessions.exchange': {
    async works(contract) {
      const { organization } = await contract.b2b.sessions.exchange({
        ...sessionOf(contract),
        organization_id: 'globex',
      })
      const { member } = await contract.b2b.organizations.members.get({
        organization_id: organization.organization_id,
        email_address: 'maya@acme.test',
      })
      equal(member.status, 'active')
    },
    fails: (contract) =>
      contract.b2b.sessions.exchange({ ...sessionOf(contract, adaId), organization_id: 'globex' }),
    error: 'member_not_found',
  },
  'sessions.revoke': {
    async works(contract) {
      const { sessions } = contract.b2b
      await sessions.revoke(sessionOf(contract))
      deepEqual((await sessions.get(maya)).member_sessions, [])
    },
    fails: ({ b2b }) => b2b.sessions.revoke({}),
    error: 'no_session_revoke_arguments',
  },
  'sessions.getJWKS': {
    async works({ b2b, emulator }) {
      const { session_jwt } = emulator.startSession(mayaId)
      const { keys } = await b2b.sessions.getJWKS({ project_id: emulator.project.projectId })
      equal(keys[0]?.kid, decodeProtectedHeader(session_jwt).kid)
    },
    fails: ({ b2b }) => b2b.sessions.getJWKS({ project_id: 'project-test-nobody' }),
    error: 'project_not_found',
  },
}
