import type { Emulation, Project } from '../emulation.ts'
import type { Member, Organization } from '../entities.ts'
import { StytchFailure } from '../errors.ts'
import { memberRoles } from '../members.ts'
import { rolesOf } from '../organizations.ts'
import type { ConnectedApp, Consent } from './entities.ts'
import { showSecrets } from './secrets.ts'

/** Scopes that every project has, beside those of its policy. */
const standardScopes: readonly string[] = ['openid', 'profile', 'email', 'phone', 'offline_access']

/** The scope that makes an app as good as the member. */
export const fullAccess = 'full_access'

/** The connected app with this id. */
export function requireConnectedApp({ store }: Project, clientId: string): ConnectedApp {
  const app = store.connectedApps.get(clientId)
  if (app === undefined) throw new StytchFailure('connected_app_not_found')
  return app
}

/** Stores a new or changed connected app. */
export function saveConnectedApp({ project }: Emulation, app: ConnectedApp): ConnectedApp {
  project.store.connectedApps.set(app.client_id, app)
  return app
}

/** Whether the app is the application's own. */
export function isFirstParty({ client_type }: ConnectedApp): boolean {
  return client_type.startsWith('first_party')
}

/** A connected app as the API shows it. */
export function showConnectedApp(app: ConnectedApp): object {
  return { ...showWithSecret(app), creation_method: 'API' }
}

/** A connected app as the API shows it together with a secret. */
export function showWithSecret({ secrets, ...app }: ConnectedApp): object {
  return { ...app, status: 'active', ...(secrets !== undefined && showSecrets(secrets)) }
}

/** A connected app as members see it. */
export function showPublicly(app: ConnectedApp): object {
  const { client_id, client_name, client_description, client_type, logo_url } = app
  return { client_id, client_name, client_description, client_type, logo_url }
}

/** A connected app in a list of those that someone uses. */
export function showUsed(app: ConnectedApp): object {
  const { client_id, client_name, client_description, client_type, logo_url } = app
  return {
    connected_app_id: client_id,
    name: client_name,
    description: client_description,
    client_type,
    logo_url,
  }
}

/** What a member has let an app do, if anything. */
export function consentOf(
  { store }: Project,
  app: ConnectedApp,
  member: Member,
): Consent | undefined {
  return store.consents.get(consentKey(app.client_id, member.member_id))
}

/** Keeps what a member lets an app do, or that they no longer do. */
export function saveConsent({ project }: Emulation, consent: Consent): void {
  const key = consentKey(consent.client_id, consent.member_id)
  const before = project.store.consents.get(key)?.scopes ?? []
  project.store.consents.set(key, {
    ...consent,
    scopes: [...new Set([...before, ...consent.scopes])],
  })
}

/** Takes back what a member let an app do, with every token that came of it. */
export function revokeConsent({ project }: Emulation, { client_id, member_id }: Consent): void {
  const { consents, authorizationCodes, refreshTokens, accessTokens } = project.store
  consents.delete(consentKey(client_id, member_id))
  for (const table of [authorizationCodes, refreshTokens, accessTokens])
    for (const [key, grant] of table)
      if (grant.client_id === client_id && grant.member_id === member_id) table.delete(key)
}

/** Whether an organization lets its members use an app. */
export function allowsApp(organization: Organization, app: ConnectedApp): boolean {
  const [allowed, list] = isFirstParty(app)
    ? [
        organization.first_party_connected_apps_allowed_type,
        organization.allowed_first_party_connected_apps,
      ]
    : [
        organization.third_party_connected_apps_allowed_type,
        organization.allowed_third_party_connected_apps,
      ]
  return allowed === 'ALL_ALLOWED' || (allowed === 'RESTRICTED' && list.includes(app.client_id))
}

/**
 * Whether a member can grant a scope to an app: one of a policy only where they have every permission
 * that it stands for, so that no app gets more than they have.
 */
export function isGrantable(
  project: Project,
  app: ConnectedApp,
  scope: string,
  { organization, member }: { readonly organization: Organization; readonly member: Member },
): boolean {
  if (standardScopes.includes(scope)) return true
  if (scope === fullAccess) return app.full_access_allowed
  const definition = project.settings.rbac_policy.scopes.find((one) => one.scope === scope)
  if (definition === undefined) return false
  const held = memberRoles(organization, member).map((role) => role.role_id)
  const permissions = rolesOf(project, organization)
    .filter((role) => held.includes(role.role_id))
    .flatMap((role) => role.permissions)
  return definition.permissions.every(({ resource_id, actions }) =>
    actions.every((action) =>
      permissions.some(
        (one) =>
          one.resource_id === resource_id &&
          (one.actions.includes(action) || one.actions.includes('*')),
      ),
    ),
  )
}

/** What a scope is for, or that there is no such scope. */
export function describeScope({ settings }: Project, scope: string): string | undefined {
  if (standardScopes.includes(scope) || scope === fullAccess) return ''
  return settings.rbac_policy.scopes.find((one) => one.scope === scope)?.description
}

function consentKey(clientId: string, memberId: string): string {
  return `${clientId} ${memberId}`
}
