import {
  consentOf,
  isFirstParty,
  newConnectedApp,
  requireConnectedApp,
  revokeConsent,
  saveConnectedApp,
  showConnectedApp,
  showUsed,
  showWithSecret,
} from '../clients/connected-apps.ts'
import type { ClientSecrets, ConnectedApp } from '../clients/entities.ts'
import { newSecret, type RotationErrors } from '../clients/secrets.ts'
import { requireUser } from '../consumer/users.ts'
import type { Emulation, Project } from '../emulation.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import type { Organization } from '../entities.ts'
import { StytchFailure } from '../errors.ts'
import {
  boolean,
  given,
  integer,
  listOf,
  oneOf,
  optional,
  type Reader,
  string,
  text,
} from '../fields.ts'
import { membersOf } from '../organizations.ts'
import { search, searchFields } from '../search.ts'
import { userEndpoint } from './consumer/user-endpoint.ts'
import { memberNeed, memberOfCall, organizationOfCall, selfOrMember } from './of-member.ts'
import { rotationEndpoints } from './rotation.ts'

const clients = ['B2BClient', 'Client'] as const
const errors: RotationErrors = {
  alreadyRotating: 'connected_app_already_rotating_secret',
  notRotating: 'connected_app_not_rotating_secret',
}

/** Where an app may be sent back to. */
export const redirectUrl: Reader<string> = (value, name) => {
  const read = string(value, name)
  if (!/^[a-z][a-z0-9+.-]*:/i.test(read))
    throw new StytchFailure('connected_app_redirect_url_must_include_scheme')
  const url = URL.canParse(read) ? new URL(read) : undefined
  if (url === undefined) throw new StytchFailure('connected_app_invalid_redirect_url')
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (url.protocol === 'http:' && !isLoopback)
    throw new StytchFailure('connected_app_redirect_url_http_scheme_must_use_loopback')
  return read
}

const month = 43_200

const appFields = {
  client_name: optional(text),
  client_description: optional(text),
  redirect_urls: optional(listOf(redirectUrl)),
  full_access_allowed: optional(boolean),
  access_token_expiry_minutes: optional(integer(5, month)),
  access_token_custom_audience: optional(text),
  access_token_template_content: optional(text),
  post_logout_redirect_urls: optional(listOf(redirectUrl)),
  logo_url: optional(text),
  bypass_consent_for_offline_access: optional(boolean),
  id_token_template_content: optional(text),
}

/** Connected apps: create, get, search, update, delete, their secrets, and who uses them. */
export const connectedAppEndpoints: readonly Endpoint[] = [
  endpoint(
    {
      method: 'POST',
      path: '/v1/connected_apps/clients',
      sdk: 'connectedApp.clients.create',
      clients,
    },
    {
      client_type: oneOf(
        ['first_party', 'first_party_public', 'third_party', 'third_party_public'],
        'invalid_connected_app_type',
      ),
      ...appFields,
    },
    {
      run(call) {
        const { client_type, ...fields } = call.fields
        const isPublic = client_type.endsWith('_public')
        const secret = isPublic ? undefined : newSecret(call)
        const app = newConnectedApp(call, {
          ...fields,
          client_type,
          secrets: secret === undefined ? undefined : { current: secret, next: undefined },
        })
        assertConsentForOffline(app)
        return {
          connected_app: {
            ...showWithSecret(saveConnectedApp(call, app)),
            ...(secret !== undefined && { client_secret: secret }),
          },
        }
      },
    },
  ),
  endpoint(
    {
      method: 'POST',
      path: '/v1/connected_apps/clients/search',
      sdk: 'connectedApp.clients.search',
      clients,
    },
    { cursor: searchFields.cursor, limit: searchFields.limit },
    {
      run({ project, fields }) {
        const { page, results_metadata } = search(
          [...project.store.connectedApps.values()],
          { ...fields, query: undefined },
          {},
          'bad_request',
        )
        return { connected_apps: page.map(showConnectedApp), results_metadata }
      },
    },
  ),
  endpoint(
    {
      method: 'GET',
      path: '/v1/connected_apps/clients/:client_id',
      sdk: 'connectedApp.clients.get',
      clients,
    },
    { client_id: string },
    {
      run: ({ project, fields }) => ({
        connected_app: showConnectedApp(requireConnectedApp(project, fields.client_id)),
      }),
    },
  ),
  endpoint(
    {
      method: 'PUT',
      path: '/v1/connected_apps/clients/:client_id',
      sdk: 'connectedApp.clients.update',
      clients,
    },
    { client_id: string, ...appFields },
    {
      run(call) {
        const { client_id, ...fields } = call.fields
        const app = { ...requireConnectedApp(call.project, client_id), ...given(fields) }
        assertConsentForOffline(app)
        return { connected_app: showConnectedApp(saveConnectedApp(call, app)) }
      },
    },
  ),
  endpoint(
    {
      method: 'DELETE',
      path: '/v1/connected_apps/clients/:client_id',
      sdk: 'connectedApp.clients.delete',
      clients,
    },
    { client_id: string },
    {
      run(call) {
        const { store } = call.project
        const { client_id } = requireConnectedApp(call.project, call.fields.client_id)
        for (const consent of store.consents.values())
          if (consent.client_id === client_id) revokeConsent(call, consent)
        store.connectedApps.delete(client_id)
        return { client_id }
      },
    },
  ),
  ...rotationEndpoints({
    path: '/v1/connected_apps/clients/:client_id',
    sdk: 'connectedApp.clients',
    clients,
    answer: 'connected_app',
    errors,
    find: requireConnectedApp,
    secretsOf: secretsOf,
    save: (emulation, client, secrets) => saveConnectedApp(emulation, { ...client, secrets }),
    show: showConnectedApp,
    showWithSecret,
  }),
  endpoint(
    {
      method: 'GET',
      path: '/v1/b2b/organizations/:organization_id/connected_apps',
      sdk: 'organizations.connectedApps',
    },
    { organization_id: string },
    {
      needs: (call) => [memberNeed(organizationOfCall(call), 'get.connected-apps')],
      run(call) {
        const organization = organizationOfCall(call)
        const apps = [...call.project.store.connectedApps.values()]
        return {
          connected_apps: apps
            .filter((app) => usersOf(call.project, organization, app).length > 0)
            .map(showUsed),
        }
      },
    },
  ),
  endpoint(
    {
      method: 'GET',
      path: '/v1/b2b/organizations/:organization_id/connected_apps/:connected_app_id',
      sdk: 'organizations.getConnectedApp',
    },
    { organization_id: string, connected_app_id: string },
    {
      needs: (call) => [memberNeed(organizationOfCall(call), 'get.connected-apps')],
      run(call) {
        const app = requireConnectedApp(call.project, call.fields.connected_app_id)
        const active_members = usersOf(call.project, organizationOfCall(call), app)
        return { ...showUsed(app), active_members }
      },
    },
  ),
  endpoint(
    {
      method: 'GET',
      path: '/v1/b2b/organizations/:organization_id/members/:member_id/connected_apps',
      sdk: 'organizations.members.getConnectedApps',
    },
    { organization_id: string, member_id: string },
    {
      needs: (call, caller) => selfOrMember(call, caller, ['get.connected-apps']),
      run(call) {
        const { member } = memberOfCall(call)
        return { connected_apps: appsOf(call.project, member.member_id) }
      },
    },
  ),
  endpoint(
    {
      method: 'POST',
      path: '/v1/b2b/organizations/:organization_id/members/:member_id/connected_apps/:connected_app_id/revoke',
      sdk: 'organizations.members.connectedApps.revoke',
    },
    { organization_id: string, member_id: string, connected_app_id: string },
    {
      needs: (call, caller) => selfOrMember(call, caller, ['revoke.connected-app']),
      run(call) {
        const { member } = memberOfCall(call)
        revokeApp(call, call.fields.connected_app_id, member.member_id)
        return {}
      },
    },
  ),
  userEndpoint(
    {
      method: 'GET',
      path: '/v1/users/:user_id/connected_apps',
      sdk: 'users.connectedApps',
    },
    { user_id: string },
    ({ project, fields }) => ({
      connected_apps: appsOf(project, requireUser(project, fields.user_id).user_id),
    }),
  ),
  userEndpoint(
    {
      method: 'POST',
      path: '/v1/users/:user_id/connected_apps/:connected_app_id/revoke',
      sdk: 'users.revoke',
    },
    { user_id: string, connected_app_id: string },
    (call) => {
      const { user_id } = requireUser(call.project, call.fields.user_id)
      revokeApp(call, call.fields.connected_app_id, user_id)
      return {}
    },
  ),
]

/** The apps that someone uses, with what they let each do. */
function appsOf(project: Project, subjectId: string): object[] {
  return [...project.store.connectedApps.values()].flatMap((app) => {
    const consent = consentOf(project, app, subjectId)
    if (consent === undefined) return []
    return [{ ...showUsed(app), scopes_granted: consent.scopes.join(' ') }]
  })
}

function revokeApp(emulation: Emulation, appId: string, subjectId: string): void {
  const app = requireConnectedApp(emulation.project, appId)
  const consent = consentOf(emulation.project, app, subjectId)
  if (consent === undefined) throw new StytchFailure('connected_app_not_found')
  revokeConsent(emulation, consent)
}

function usersOf(project: Project, organization: Organization, app: ConnectedApp): object[] {
  return membersOf(project, organization).flatMap((member) => {
    const consent = consentOf(project, app, member.member_id)
    if (consent === undefined || member.status === 'deleted') return []
    return [{ member_id: member.member_id, granted_scopes: consent.scopes }]
  })
}

function secretsOf({ secrets }: ConnectedApp): ClientSecrets {
  if (secrets === undefined) throw new StytchFailure('public_connected_apps_do_not_have_secrets')
  return secrets
}

/** Others' apps do not work in a member's absence without asking them. */
function assertConsentForOffline(app: ConnectedApp): void {
  if (app.bypass_consent_for_offline_access && !isFirstParty(app))
    throw new StytchFailure('third_party_clients_require_consent_for_offline_access')
}
