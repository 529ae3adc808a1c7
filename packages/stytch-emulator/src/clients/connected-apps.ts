import type { Emulation, Project } from '../emulation.ts'
import type { Organization } from '../entities.ts'
import { StytchFailure } from '../errors.ts'
import { given } from '../fields.ts'
import { grantingRoles } from '../rbac.ts'
import type { ConnectedApp, Consent } from './entities.ts'
import { showSecrets } from './secrets.ts'
import type { Subject } from './subjects.ts'

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

/** An app with everything that was left out. */
export function newConnectedApp(
  { ids }: Emulation,
  fields: Pick<ConnectedApp, 'client_type'> & {
    readonly [K in keyof ConnectedApp]?: ConnectedApp[K] | undefined
  },
): ConnectedApp {
  return {
    client_id: ids.id('connected-app'),
    client_name: '',
    client_description: '',
    redirect_urls: [],
    full_access_allowed: false,
    access_token_expiry_minutes: 60,
    access_token_custom_audience: '',
    access_token_template_content: '',
    post_logout_redirect_urls: [],
    logo_url: '',
    bypass_consent_for_offline_access: false,
    id_token_template_content: '',
    registration: undefined,
    secrets: undefined,
    ...given(fields),
    client_type: fields.client_type,
  }
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
  return {
    ...showWithSecret(app),
    creation_method: app.registration === undefined ? 'API' : 'DYNAMIC_CLIENT_REGISTRATION',
  }
}

/** A connected app as the API shows it together with a secret. */
export function showWithSecret({
  secrets,
  registration: _registration,
  ...app
}: ConnectedApp): object {
  return { ...app, status: 'active', ...(secrets !== undefined && showSecrets(secrets)) }
}

/** A connected app as members see it. */
export function showPublicly(
  app: ConnectedApp,
): Pick<
  ConnectedApp,
  'client_id' | 'client_name' | 'client_description' | 'client_type' | 'logo_url'
> {
  const { client_id, client_name, client_description, client_type, logo_url } = app
  return { client_id, client_name, client_description, client_type, logo_url }
}

/** A connected app in a list of those that someone uses. */
export function showUsed(app: ConnectedApp): object {
  const { client_id, client_name, client_description, ...shown } = showPublicly(app)
  return {
    connected_app_id: client_id,
    name: client_name,
    description: client_description,
    ...shown,
  }
}

/** What someone has let an app do, if anything. */
export function consentOf(
  { store }: Project,
  app: ConnectedApp,
  subjectId: string,
): Consent | undefined {
  return store.consents.get(consentKey(app.client_id, subjectId))
}

/** Keeps what someone lets an app do, beside what they let it do before. */
export function saveConsent({ project }: Emulation, consent: Consent): void {
  const key = consentKey(consent.client_id, consent.subject_id)
  const before = project.store.consents.get(key)?.scopes ?? []
  project.store.consents.set(key, {
    ...consent,
    scopes: [...new Set([...before, ...consent.scopes])],
  })
}

/** Takes back what someone let an app do, with every token that came of it. */
export function revokeConsent({ project }: Emulation, { client_id, subject_id }: Consent): void {
  const { consents, authorizationCodes, refreshTokens, accessTokens } = project.store
  consents.delete(consentKey(client_id, subject_id))
  for (const table of [authorizationCodes, refreshTokens, accessTokens])
    for (const [key, grant] of table)
      if (grant.client_id === client_id && grant.subject_id === subject_id) table.delete(key)
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
 * Whether someone can grant a scope to an app: one of a policy only where they have every permission
 * that it stands for, so that no app gets more than they have.
 */
export function isGrantable(
  { settings }: Project,
  app: ConnectedApp,
  scope: string,
  { roles, policy }: Subject,
): boolean {
  if (standardScopes.includes(scope)) return true
  if (scope === fullAccess) return app.full_access_allowed
  const definition = settings.rbac_policy.scopes.find((one) => one.scope === scope)
  return (
    definition?.permissions.every(({ resource_id, actions }) =>
      actions.every((action) => grantingRoles(policy, roles, resource_id, action).length > 0),
    ) ?? false
  )
}

/** What a scope is for, or that there is no such scope. */
export function describeScope({ settings }: Project, scope: string): string | undefined {
  if (standardScopes.includes(scope) || scope === fullAccess) return ''
  return settings.rbac_policy.scopes.find((one) => one.scope === scope)?.description
}

function consentKey(clientId: string, subjectId: string): string {
  return `${clientId} ${subjectId}`
}
