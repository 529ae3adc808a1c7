import type { Member, Organization } from '../entities.ts'

/** A role that signing in with a connection brings, and the connection. */
interface SsoRole {
  readonly role_id: string
  readonly source: {
    readonly type: 'sso_connection' | 'sso_connection_group'
    readonly details: { readonly connection_id: string; readonly group?: string }
  }
}

/**
 * The roles that a member's connections bring. They are the member's, but hold only in sessions with
 * a factor of that connection; OpenID Connect brings none.
 * @see https://stytch.com/docs/b2b/guides/rbac/role-assignment
 */
export function ssoRoles(organization: Organization, member: Member): readonly SsoRole[] {
  return member.sso_registrations.flatMap(({ connection_id, groups }) => {
    const connection = organization.sso_connections.find(
      (one) => one.connection_id === connection_id,
    )
    if (connection === undefined || connection.kind === 'oidc') return []
    return [
      ...connection.connection_roles.map(({ role_id }) => ({
        role_id,
        source: { type: 'sso_connection', details: { connection_id } } as const,
      })),
      ...connection.group_roles
        .filter(({ group }) => groups.includes(group))
        .map(({ role_id, group }) => ({
          role_id,
          source: { type: 'sso_connection_group', details: { connection_id, group } } as const,
        })),
    ]
  })
}
