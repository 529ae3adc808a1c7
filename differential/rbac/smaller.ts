import type { RbacCase } from './rbac-case.ts'

/** Cases with less in them: a role, a permission, an organization, or a scope. */
export function* smallerCases(each: RbacCase): Generator<RbacCase> {
  const { set, roles, scopes } = each
  for (const without of lists(roles)) yield { ...each, roles: without }
  if (scopes !== undefined) for (const without of lists(scopes)) yield { ...each, scopes: without }
  const { policy } = set
  const held = new Set(roles)
  const isNeeded = ({ role_id }: { readonly role_id: string }): boolean =>
    held.has(role_id) || role_id.startsWith('stytch_')
  const withPolicy = (change: Partial<typeof policy>): RbacCase => {
    return { ...each, set: { ...set, policy: { ...policy, ...change } } }
  }
  const unneeded = policy.roles.filter((role) => !isNeeded(role))
  if (unneeded.length > 0) yield withPolicy({ roles: policy.roles.filter(isNeeded) })
  for (const scopesLeft of lists(policy.scopes)) yield withPolicy({ scopes: scopesLeft })
  for (const organizations of lists(policy.organizations)) {
    const own = organizations.find(({ organization_id }) => organization_id === each.organizationId)
    const there = [...policy.roles, ...(own?.roles ?? [])].map(({ role_id }) => role_id)
    const less = withPolicy({ organizations })
    // Nobody can have a role that there is not.
    yield { ...less, roles: roles.filter((role) => there.includes(role)) }
  }
}

/** The list without one of its entries. */
function* lists<T>(of: readonly T[]): Generator<readonly T[]> {
  for (const index of of.keys()) yield of.filter((_, at) => at !== index)
}
