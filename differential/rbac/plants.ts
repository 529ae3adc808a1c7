import type { CheckInput } from '@lockstitch/engine'
import type { ImportOptions, RbacPermission, RbacPolicy, RbacRole } from '@lockstitch/stytch/rbac'

import type { Plant } from '../area.ts'

/** A bug: in what is imported, in the files, in the names of roles, or in what is asked. */
export interface RbacPlant extends Plant {
  readonly policy?: (policy: RbacPolicy) => RbacPolicy
  readonly options?: ImportOptions
  readonly text?: (text: string) => string
  readonly roles?: (roles: readonly string[]) => string[]
  readonly input?: (input: CheckInput) => CheckInput
  readonly lenientScopeSearch?: boolean
}

const inRoles =
  (change: (role: RbacRole) => RbacRole) =>
  (policy: RbacPolicy): RbacPolicy => ({
    ...policy,
    roles: policy.roles.map(change),
    organizations: policy.organizations.map((of) => ({ ...of, roles: of.roles.map(change) })),
  })
const inPermissions = (change: (of: readonly RbacPermission[]) => readonly RbacPermission[]) =>
  inRoles((role) => ({ ...role, permissions: change(role.permissions) }))
const inActions = (change: (of: readonly string[]) => readonly string[]) =>
  inPermissions((of) => of.map((each) => ({ ...each, actions: change(each.actions) })))
const inOwnRoles =
  (change: (role: RbacRole) => RbacRole) =>
  (policy: RbacPolicy): RbacPolicy => ({
    ...policy,
    organizations: policy.organizations.map((of) => ({ ...of, roles: of.roles.map(change) })),
  })
const replaced = (pattern: RegExp, by: string) => (text: string) => text.replace(pattern, by)
const onResource =
  (change: (of: CheckInput['resource']) => CheckInput['resource']) =>
  (input: CheckInput): CheckInput => ({ ...input, resource: change(input.resource) })
const first = <T>(of: readonly T[]): T[] => of.slice(0, 1)

// biome-ignore format: table
export const PLANTS: readonly RbacPlant[] = [
  { name: 'boundary-lost',           doc: 'organizations have no boundary',                      options: { tenancy: false } },
  { name: 'boundary-of-itself',      doc: 'a resource is compared with itself',                  text: replaced(/R\.attr\.organization_id == P\.attr\.organization_id/, 'R.attr.organization_id == R.attr.organization_id') },
  { name: 'boundary-inverted',       doc: 'only other organizations are let in',                 text: replaced(/"!\(has/, '"(has') },
  { name: 'boundary-of-reads',       doc: 'the boundary holds for one action',                   text: replaced(/actions: \["\*"\]\n(\s+)effect: EFFECT_DENY/, 'actions: [read]\n$1effect: EFFECT_DENY') },
  { name: 'wildcards-expanded',      doc: '`*` covers declared actions only',                    options: { expandWildcards: true } },
  { name: 'wildcards-lost',          doc: '`*` is not read',                                     policy: inActions((actions) => actions.filter((action) => action !== '*')) },
  { name: 'own-wildcards-lost',      doc: '`*` of organizations is not read',                    policy: inOwnRoles((role) => ({ ...role, permissions: role.permissions.map((each) => ({ ...each, actions: each.actions.filter((action) => action !== '*') })) })) },
  { name: 'last-action-lost',        doc: 'the last action of a permission is not read',         policy: inActions((actions) => actions.slice(0, -1)) },
  { name: 'first-permission-only',   doc: 'of the permissions of a role one is read',            policy: inPermissions(first) },
  { name: 'one-permission-each',     doc: 'a second permission on a resource is not read',       policy: inPermissions((of) => of.filter((each, at) => of.findIndex((other) => other.resource_id === each.resource_id) === at)) },
  { name: 'own-roles-lost',          doc: "organizations' roles are not read",                   policy: (policy) => ({ ...policy, organizations: [] }) },
  { name: 'own-roles-of-one',        doc: 'only one organization has roles',                     policy: (policy) => ({ ...policy, organizations: first(policy.organizations) }) },
  { name: 'own-first-role-only',     doc: 'an organization has only one role',                   policy: (policy) => ({ ...policy, organizations: policy.organizations.map((of) => ({ ...of, roles: first(of.roles) })) }) },
  { name: 'ceiling-lost',            doc: 'the project allows nothing to the roles of organizations', text: replaced(/roles: \[organization_ceiling\]/, 'roles: [nobody]') },
  { name: 'ceiling-low',             doc: 'the project allows one action to them',               text: replaced(/actions: \["\*"\](\n\s+effect: EFFECT_ALLOW\n\s+roles: \[organization_ceiling\])/, 'actions: [read]$1') },
  { name: 'everybody-at-the-ceiling', doc: 'everybody may do what organizations may allow',      text: replaced(/roles: \[organization_ceiling\]/, 'roles: ["*"]') },
  { name: 'other-organization',      doc: 'the roles of an organization hold in another',        policy: (policy) => ({ ...policy, organizations: policy.organizations.map((of, at, all) => ({ ...of, roles: (all[(at + 1) % all.length] ?? of).roles })) }) },
  { name: 'scopes-lost',             doc: 'scopes grant nothing',                                policy: (policy) => ({ ...policy, scopes: [] }) },
  { name: 'scope-ignored',           doc: 'every app has every scope',                           text: replaced(/(has\(P\.attr\.scopes\)) && .* in P\.attr\.scopes"/, '$1"') },
  { name: 'scopes-for-everybody',    doc: 'members have what scopes grant',                      text: (text) => text.replace(/roles: \[connected_app\]\n\s+condition:\n\s+match:\n\s+expr: .*/g, 'roles: ["*"]') },
  { name: 'first-scope-only',        doc: 'of the scopes of a token one is read',                input: (input) => ({ ...input, principal: { ...input.principal, attr: { ...input.principal.attr, ...(Array.isArray(input.principal.attr?.scopes) && { scopes: first(input.principal.attr.scopes) }) } } }) },
  { name: 'roles-in-small-letters',  doc: 'capitals in roles do not count',                      policy: inRoles((role) => ({ ...role, role_id: role.role_id.toLowerCase() })), roles: (roles) => roles.map((role) => role.toLowerCase()) },
  { name: 'actions-in-small-letters', doc: 'capitals in actions do not count',                   policy: inActions((actions) => [...new Set(actions.map((action) => action.toLowerCase()))]), input: (input) => ({ ...input, actions: [...input.actions] }) },
  { name: 'roles-without-prefix',    doc: 'roles of organizations pass for those of the project', roles: (roles) => [...roles] },
  { name: 'all-roles-with-prefix',   doc: 'all roles pass for those of an organization',         roles: (roles) => roles.map((role) => `org:${role}`) },
  { name: 'member-role-only',        doc: 'a session has the role that every member has',        roles: first },
  { name: 'stytch-resources-lost',   doc: 'permissions on resources of Stytch are not read',     policy: inPermissions((of) => of.filter(({ resource_id }) => !resource_id.startsWith('stytch.'))) },
  { name: 'undeclared-lost',         doc: 'permissions on resources that are not declared are not read', policy: (policy) => inPermissions((of) => of.filter(({ resource_id }) => policy.resources.some((each) => each.resource_id === resource_id)))(policy) },
  { name: 'no-resource-scope',       doc: 'a resource is asked about without its scope',         input: onResource(({ scope: _, ...resource }) => resource) },
  { name: 'strict-scopes',           doc: 'an organization without policies has no rights',      lenientScopeSearch: false },
]
