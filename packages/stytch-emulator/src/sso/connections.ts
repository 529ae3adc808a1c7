import { timestamp } from '../clock.ts'
import type { Emulation, Project } from '../emulation.ts'
import type { Organization } from '../entities.ts'
import { StytchFailure } from '../errors.ts'
import { replaceConnections, rolesOf } from '../organizations.ts'
import { isActive } from './active.ts'
import type { Certificate, ConnectionRole, DirectConnection, SsoConnection } from './entities.ts'

/** A connection and the organization that owns it. */
export interface OwnedConnection<C extends SsoConnection = SsoConnection> {
  readonly organization: Organization
  readonly connection: C
}

/** Where the identity provider sends its answers. */
export function callbackUrl({ url }: Pick<Emulation, 'url'>, connectionId: string): string {
  return `${url()}/v1/b2b/sso/callback/${connectionId}`
}

/** The organization's connection of this kind with this id. */
export function requireConnection<K extends SsoConnection['kind']>(
  organization: Organization,
  connectionId: string,
  ...kinds: readonly K[]
): Extract<SsoConnection, { readonly kind: K }> {
  const connection = organization.sso_connections.find((one) => one.connection_id === connectionId)
  if (connection === undefined || !isOfKind(connection, kinds))
    throw new StytchFailure(
      kinds.length > 1 ? 'sso_connection_not_found' : notFound[kinds[0] ?? 'external'],
    )
  return connection
}

/** The connection with this id, of whichever organization. */
export function findConnection(
  project: Project,
  connectionId: string,
): OwnedConnection | undefined {
  for (const organization of project.store.organizations.values())
    for (const connection of organization.sso_connections)
      if (connection.connection_id === connectionId) return { organization, connection }
  return undefined
}

/** The connection that talks to the identity provider: another one's for an external connection. */
export function directConnection(
  project: Project,
  connection: SsoConnection,
): OwnedConnection<DirectConnection> | undefined {
  if (connection.kind !== 'external') {
    const owned = findConnection(project, connection.connection_id)
    return owned && { organization: owned.organization, connection }
  }
  const other = findConnection(project, connection.external_connection_id)
  if (other === undefined || other.connection.kind === 'external') return undefined
  return { organization: other.organization, connection: other.connection }
}

/** Puts a new connection beside the organization's others, or a changed one in its place. */
export function saveConnection(
  emulation: Emulation,
  organization: Organization,
  connection: SsoConnection,
): void {
  const others = organization.sso_connections
  const isKnown = others.some((one) => one.connection_id === connection.connection_id)
  replaceConnections(
    emulation,
    organization,
    isKnown
      ? others.map((one) => (one.connection_id === connection.connection_id ? connection : one))
      : [...others, connection],
  )
}

/** Refuses roles that do not exist in the organization. */
export function assertRoles(
  project: Project,
  organization: Organization,
  assignments: readonly ConnectionRole[],
): void {
  const known = rolesOf(project, organization).map((role) => role.role_id)
  for (const { role_id } of assignments)
    if (!known.includes(role_id))
      throw new StytchFailure('invalid_rbac_role_assignment', `The role ${role_id} does not exist.`)
}

/** A connection as the API shows it. */
export function showConnection(
  emulation: Emulation,
  { organization_id }: Organization,
  connection: SsoConnection,
): object {
  const { connection_id, display_name } = connection
  const status = isActive(connection) ? 'active' : 'pending'
  const shown = { organization_id, connection_id, status, display_name }
  const url = callbackUrl(emulation, connection_id)
  if (connection.kind === 'external')
    return {
      ...shown,
      external_organization_id: connection.external_organization_id,
      external_connection_id: connection.external_connection_id,
      external_connection_implicit_role_assignments: connection.connection_roles,
      external_group_implicit_role_assignments: connection.group_roles,
    }
  if (connection.kind === 'oidc') {
    const { kind: _kind, ...fields } = connection
    return { ...fields, ...shown, redirect_url: url }
  }
  const { kind: _kind, connection_roles, group_roles, ...fields } = connection
  return {
    ...fields,
    ...shown,
    acs_url: url,
    audience_uri: url,
    // The emulator does not sign its requests.
    signing_certificates: [],
    verification_certificates: connection.verification_certificates.map(showCertificate),
    encryption_private_keys: connection.encryption_private_keys.map((key) => ({
      ...key,
      created_at: timestamp(key.created_at),
    })),
    saml_connection_implicit_role_assignments: connection_roles,
    saml_group_implicit_role_assignments: group_roles,
  }
}

function showCertificate(certificate: Certificate): object {
  return {
    ...certificate,
    created_at: timestamp(certificate.created_at),
    updated_at: timestamp(certificate.created_at),
    expires_at: timestamp(certificate.expires_at),
  }
}

const notFound = {
  saml: 'saml_connection_not_found',
  oidc: 'oidc_connection_not_found',
  external: 'sso_connection_not_found',
} as const

function isOfKind<K extends SsoConnection['kind']>(
  connection: SsoConnection,
  kinds: readonly K[],
): connection is Extract<SsoConnection, { readonly kind: K }> {
  return (kinds as readonly string[]).includes(connection.kind)
}
