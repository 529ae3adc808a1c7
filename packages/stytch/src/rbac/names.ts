import { isReservedRole, organizationRolePrefix } from '../roles.ts'
import type { RbacPolicy } from './rbac-policy.ts'

/**
 * The role that the role policies of organizations narrow. Nobody has it: a role of a session that is
 * called so is an organization's and has a prefix.
 */
export const ceilingRole = 'organization_ceiling'

/** Names that would mean something else in a Cerbos policy: patterns, and text that is no text. */
export function namesSomethingElse(name: string): boolean {
  return name === '' || /[*?[\]{}!\\]/.test(name) || /\p{Cs}/u.test(name)
}

/**
 * The roles of a session as the imported policies know them. A role of the project keeps its name. A
 * role that the organization defined has the prefix `org:`; where both define one, it is held twice.
 */
export function rbacRoles(
  sessionRoles: readonly string[],
  policy: RbacPolicy,
  organizationId: string,
): string[] {
  const project = new Set(policy.roles.map(({ role_id }) => role_id))
  const own = new Set(
    policy.organizations
      .filter(({ organization_id }) => organization_id === organizationId)
      .flatMap(({ roles }) => roles.map(({ role_id }) => role_id)),
  )
  const names = sessionRoles.flatMap((role) => {
    const ofProject = project.has(role) && !isReservedRole(role)
    const prefixed = `${organizationRolePrefix}${role}`
    if (!ofProject) return [prefixed]
    return own.has(role) ? [role, prefixed] : [role]
  })
  return [...new Set(names)]
}
