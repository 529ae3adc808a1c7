import { endRotation, newSecret, type RotationErrors, startRotation } from '../clients/secrets.ts'
import { minutesFromNow, timestamp } from '../clock.ts'
import type { Emulation } from '../emulation.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import type { Organization } from '../entities.ts'
import { StytchFailure } from '../errors.ts'
import { given, listOf, object, oneOf, optional, string, text } from '../fields.ts'
import { replaceScimConnection } from '../organizations.ts'
import type { ScimConnection } from '../scim/entities.ts'
import { pageOf, queryLimit } from '../search.ts'
import { assertRoles } from '../sso/connections.ts'
import type { Need } from '../steps/authorize-member.ts'
import { type InOrganization, organizationOfCall } from './of-member.ts'

// biome-ignore format: list
const identityProvider = oneOf(['generic', 'okta', 'microsoft-entra', 'cyberark', 'jumpcloud', 'onelogin', 'pingfederate', 'rippling'], 'invalid_scim_idp')

const year = 525_600
// Stytch has no error for a second start.
const errors: RotationErrors = { notRotating: 'scim_connection_not_rotating_token' }

const path = '/v1/b2b/scim/:organization_id/connection'
const reference = { organization_id: string, connection_id: string }

/** SCIM: the connection of an organization to its directory. */
export const scimEndpoints: readonly Endpoint[] = [
  endpoint(
    { method: 'POST', path, sdk: 'scim.connection.create' },
    {
      organization_id: string,
      display_name: optional(text),
      identity_provider: optional(identityProvider),
    },
    {
      needs: (call) => scimNeed(call, 'create'),
      run(call) {
        const organization = organizationOfCall(call)
        if (organization.scim_connection !== undefined)
          throw new StytchFailure('active_scim_connection_exists')
        const token = newSecret(call)
        const connection = save(call, organization, {
          connection_id: call.ids.id('scim-connection'),
          display_name: call.fields.display_name ?? '',
          identity_provider: call.fields.identity_provider ?? 'generic',
          tokens: { current: token, next: undefined },
          token_expires_at: minutesFromNow(call.clock, year),
          next_token_expires_at: undefined,
          group_roles: [],
          groups: [],
        })
        return {
          connection: { ...showWithoutTokens(call, organization, connection), bearer_token: token },
        }
      },
    },
  ),
  endpoint(
    { method: 'GET', path, sdk: 'scim.connection.get' },
    { organization_id: string },
    {
      needs: (call) => scimNeed(call, 'get'),
      run(call) {
        const organization = organizationOfCall(call)
        return { connection: show(call, organization, activeConnection(organization)) }
      },
    },
  ),
  endpoint(
    { method: 'PUT', path: `${path}/:connection_id`, sdk: 'scim.connection.update' },
    {
      ...reference,
      display_name: optional(text),
      identity_provider: optional(identityProvider),
      scim_group_implicit_role_assignments: optional(
        listOf(object({ role_id: string, group_id: string, group_name: optional(text) })),
      ),
    },
    {
      needs: (call) => scimNeed(call, 'update'),
      run(call) {
        const { organization, connection } = connectionOfCall(call)
        const { display_name, identity_provider } = call.fields
        const asked = call.fields.scim_group_implicit_role_assignments
        assertRoles(call.project, organization, asked ?? [])
        const group_roles = asked?.map(({ role_id, group_id }) => {
          const group = connection.groups.find((one) => one.group_id === group_id)
          if (group === undefined)
            throw new StytchFailure('scim_group_role_assignment_group_does_not_exist')
          return { role_id, group_id, group_name: group.group_name }
        })
        const changed = save(call, organization, {
          ...connection,
          ...given({ display_name, identity_provider, group_roles }),
        })
        return { connection: show(call, organization, changed) }
      },
    },
  ),
  endpoint(
    { method: 'DELETE', path: `${path}/:connection_id`, sdk: 'scim.connection.delete' },
    reference,
    {
      needs: (call) => scimNeed(call, 'delete'),
      run(call) {
        const { organization, connection } = connectionOfCall(call)
        replaceScimConnection(call, organization, undefined)
        return { connection_id: connection.connection_id }
      },
    },
  ),
  endpoint(
    { method: 'GET', path: `${path}/:connection_id`, sdk: 'scim.connection.getGroups' },
    { ...reference, cursor: optional(string), limit: optional(queryLimit) },
    {
      needs: (call) => scimNeed(call, 'get'),
      run(call) {
        const { organization, connection } = connectionOfCall(call)
        const { organization_id } = organization
        const { connection_id } = connection
        const { page, next_cursor } = pageOf(connection.groups, call.fields)
        return {
          scim_groups: page.map(({ group_id, group_name }) => ({
            ...{ group_id, group_name, organization_id, connection_id },
          })),
          next_cursor,
        }
      },
    },
  ),
  endpoint(
    {
      method: 'POST',
      path: `${path}/:connection_id/rotate/start`,
      sdk: 'scim.connection.rotateStart',
    },
    reference,
    {
      needs: (call) => scimNeed(call, 'update'),
      run(call) {
        const { organization, connection } = connectionOfCall(call)
        const tokens = startRotation(call, connection.tokens, errors)
        const changed = save(call, organization, {
          ...connection,
          tokens,
          next_token_expires_at: minutesFromNow(call.clock, year),
        })
        return {
          connection: {
            ...showWithoutTokens(call, organization, changed),
            bearer_token_last_four: tokens.current.slice(-4),
            next_bearer_token: tokens.next,
          },
        }
      },
    },
  ),
  ...(
    [
      ['complete', 'rotateComplete'],
      ['cancel', 'rotateCancel'],
    ] as const
  ).map(([end, name]) =>
    endpoint(
      {
        method: 'POST',
        path: `${path}/:connection_id/rotate/${end}`,
        sdk: `scim.connection.${name}`,
      },
      reference,
      {
        needs: (call) => scimNeed(call, 'update'),
        run(call) {
          const { organization, connection } = connectionOfCall(call)
          const { next_token_expires_at, token_expires_at } = connection
          const isComplete = end === 'complete'
          const changed = save(call, organization, {
            ...connection,
            tokens: endRotation(connection.tokens, end, errors),
            token_expires_at: (isComplete ? next_token_expires_at : undefined) ?? token_expires_at,
            next_token_expires_at: undefined,
          })
          return { connection: show(call, organization, changed) }
        },
      },
    ),
  ),
]

interface OfConnection extends InOrganization {
  readonly fields: { readonly organization_id: string; readonly connection_id: string }
}

function connectionOfCall(call: OfConnection): {
  readonly organization: Organization
  readonly connection: ScimConnection
} {
  const organization = organizationOfCall(call)
  const connection = activeConnection(organization)
  if (connection.connection_id !== call.fields.connection_id)
    throw new StytchFailure('no_active_scim_connection')
  return { organization, connection }
}

function activeConnection({ scim_connection }: Organization): ScimConnection {
  if (scim_connection === undefined) throw new StytchFailure('no_active_scim_connection')
  return scim_connection
}

function save(
  emulation: Emulation,
  organization: Organization,
  connection: ScimConnection,
): ScimConnection {
  replaceScimConnection(emulation, organization, connection)
  return connection
}

function show(
  emulation: Emulation,
  organization: Organization,
  connection: ScimConnection,
): object {
  const { tokens } = connection
  return {
    ...showWithoutTokens(emulation, organization, connection),
    bearer_token_last_four: tokens.current.slice(-4),
    next_bearer_token_last_four: tokens.next?.slice(-4) ?? '',
  }
}

function showWithoutTokens(
  { url }: Emulation,
  { organization_id }: Organization,
  connection: ScimConnection,
): object {
  const { connection_id, display_name, identity_provider, group_roles } = connection
  const { token_expires_at, next_token_expires_at } = connection
  return {
    organization_id,
    connection_id,
    status: 'active',
    display_name,
    identity_provider,
    base_url: `${url()}/v1/b2b/scim/${connection_id}/v2`,
    bearer_token_expires_at: timestamp(token_expires_at),
    ...(next_token_expires_at && {
      next_bearer_token_expires_at: timestamp(next_token_expires_at),
    }),
    scim_group_implicit_role_assignments: group_roles,
  }
}

function scimNeed(call: InOrganization, action: string): readonly Need[] {
  const { organization_id } = organizationOfCall(call)
  return [{ organization_id, resource_id: 'stytch.scim', action }]
}
