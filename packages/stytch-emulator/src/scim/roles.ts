import type { Member, Organization } from '../entities.ts'

/** A role that a group of the directory brings. */
interface ScimRole {
  readonly role_id: string
  readonly source: {
    readonly type: 'scim_connection_group'
    readonly details: { readonly connection_id: string; readonly group_id: string }
  }
}

/**
 * The roles that the groups of a member's directory bring, however they sign in.
 * @see https://stytch.com/docs/b2b/guides/rbac/role-assignment
 */
export function scimRoles(
  { scim_connection }: Organization,
  { member_id }: Member,
): readonly ScimRole[] {
  if (scim_connection === undefined) return []
  const { connection_id, groups, group_roles } = scim_connection
  const own = groups.filter((group) => group.member_ids.includes(member_id))
  return group_roles
    .filter(({ group_id }) => own.some((group) => group.group_id === group_id))
    .map(({ role_id, group_id }) => ({
      role_id,
      source: { type: 'scim_connection_group', details: { connection_id, group_id } },
    }))
}
