import { sanitiseName } from '@lockstitch/policy'

import { isReservedRole, organizationRolePrefix } from '../roles.ts'
import { ceilingRole, namesSomethingElse } from './names.ts'
import type { RbacPermission, RbacPolicy, RbacRole } from './rbac-policy.ts'
import { organizationSuite, resourceSuite } from './suites.ts'
import { type YamlValue, yamlComment, yamlText } from './yaml-text.ts'

/** How a policy is imported. */
export interface ImportOptions {
  /**
   * Whether `*` becomes the list of the resource's declared actions. Stytch lets it grant actions that
   * nobody declared, and so does the import unless told otherwise.
   */
  readonly expandWildcards?: boolean
  /**
   * Whether resources belong to organizations. On for a B2B project, which has the role
   * `stytch_member`; a consumer project's policies have no boundary.
   */
  readonly tenancy?: boolean
}

/** Policies and their tests, with all that is to be said about them. */
export interface RbacImport {
  readonly files: readonly ImportedFile[]
  /** What could not be kept, and what is kept but dangerous. */
  readonly notes: readonly ImportNote[]
}

/** A file; its path is relative and has `/` in it. */
export interface ImportedFile {
  readonly path: string
  readonly text: string
}

/** Something to know about an import. */
export interface ImportNote {
  /** `lost`: Stytch allows it, the policies do not. `differs`: it is kept, in another way. `lint`: kept as it is. */
  readonly kind: 'lost' | 'differs' | 'lint'
  readonly message: string
}

/** The first line of every file that the import writes. */
export const importedMarker = '# Imported from Stytch RBAC'

/** One permission on one resource, with a name that policies can have. */
interface Grant {
  readonly resource: string
  /** Either the actions or `*` alone. */
  readonly actions: readonly string[]
}

/** What one role, or scope, may do. */
export interface Granted {
  /** As policies name it. */
  readonly name: string
  readonly description: string
  readonly grants: readonly Grant[]
}

/** What of an RBAC policy can be kept. */
export interface Kept {
  readonly resources: ReadonlyMap<string, KeptResource>
  readonly roles: readonly Granted[]
  readonly scopes: readonly Granted[]
  readonly organizations: readonly { readonly id: string; readonly roles: readonly Granted[] }[]
  readonly tenancy: boolean
}

interface KeptResource {
  readonly description: string
  readonly actions: readonly string[]
}

/**
 * Makes Cerbos policies of Stytch's RBAC policy: for each resource a resource policy, for each custom
 * role of an organization a role policy in the organization's scope, and a test suite for each.
 */
export function importRbac(policy: RbacPolicy, options: ImportOptions = {}): RbacImport {
  const notes: ImportNote[] = []
  const kept = keep(policy, options, (kind, message) => notes.push({ kind, message }))
  const fileName = fileNames()
  const files: ImportedFile[] = []
  for (const [resource, { description }] of kept.resources) {
    const name = fileName('resource', resource)
    files.push(file(`${name}.yaml`, description, resourcePolicy(resource, kept)))
    const suite = resourceSuite(resource, kept)
    if (suite !== undefined) files.push(file(`${name}_test.yaml`, '', suite))
  }
  for (const organization of kept.organizations) {
    const folder = `organizations/${organization.id}`
    for (const role of organization.roles) {
      const path = `${folder}/${fileName(organization.id, role.name)}.yaml`
      files.push(file(path, role.description, rolePolicy(role, organization.id, kept)))
    }
    const suite = organizationSuite(organization, kept)
    if (suite !== undefined) files.push(file(`${folder}/roles_test.yaml`, '', suite))
  }
  return { files, notes }
}

type Note = (kind: ImportNote['kind'], message: string) => void

function keep(policy: RbacPolicy, options: ImportOptions, note: Note): Kept {
  const resources = keptResources(policy, note)
  const projectRoles = merged(policy.roles).filter(({ role_id }) => isKeptRole(role_id, note))
  const grantsOf = (owner: string, permissions: readonly RbacPermission[]): Grant[] =>
    keptGrants(owner, permissions, resources, options, note)
  const granted = (role: RbacRole, name: string, owner: string): Granted => {
    return { name, description: role.description, grants: grantsOf(owner, role.permissions) }
  }
  const projectIds = new Set(policy.roles.map(({ role_id }) => role_id))
  const scopes = policy.scopes.filter(({ scope }) => scope !== '' && !/\p{Cs}/u.test(scope))
  for (const { organization_id, roles } of policy.organizations) {
    for (const { role_id } of roles.filter((role) => projectIds.has(role.role_id)))
      note(
        'differs',
        `${organization_id} adds to the project's role \`${role_id}\`: members have what it adds by the role \`${organizationRolePrefix}${role_id}\`, which \`rbacRoles\` gives them`,
      )
  }
  const kept: Kept = {
    resources,
    tenancy: options.tenancy ?? projectIds.has('stytch_member'),
    roles: projectRoles.map((role) => granted(role, role.role_id, `role \`${role.role_id}\``)),
    scopes: scopes.map(({ scope, description, permissions }) => {
      return { name: scope, description, grants: grantsOf(`scope \`${scope}\``, permissions) }
    }),
    organizations: mergedOrganizations(policy)
      .filter(({ organization_id }) => isKeptOrganization(organization_id, note))
      .map(({ organization_id: id, roles }) => ({
        id,
        roles: merged(roles)
          .filter(({ role_id }) => isKeptName(role_id, `role \`${role_id}\` of ${id}`, note))
          .map((role) => {
            const owner = `role \`${role.role_id}\` of ${id}`
            const ofProject = inProject(role.permissions, policy, owner, note)
            const name = `${organizationRolePrefix}${role.role_id}`
            return granted({ ...role, permissions: ofProject }, name, owner)
          }),
      })),
  }
  if (kept.scopes.length > 0)
    note(
      'differs',
      "scopes are kept for principals with the role `connected_app` and the token's scopes in `attr.scopes`: ask about the member, and about the app",
    )
  return kept
}

/** The resources that are declared, and those that only permissions name. */
function keptResources(policy: RbacPolicy, note: Note): Map<string, KeptResource> {
  const found = new Map<string, { description: string; actions: string[] }>()
  for (const { resource_id, description, actions } of policy.resources) {
    if (!isKeptName(resource_id, `resource \`${resource_id}\``, note)) continue
    const twin = [...found.keys()].find((other) => isTwin(other, resource_id))
    if (twin !== undefined) {
      note('lost', `resource \`${resource_id}\`: Cerbos does not tell it from \`${twin}\``)
      continue
    }
    const known = found.get(resource_id)
    found.set(resource_id, {
      description: known?.description || description,
      actions: [...new Set([...(known?.actions ?? []), ...actions])],
    })
  }
  const permissions = [...policy.roles, ...policy.scopes].flatMap((owner) => owner.permissions)
  for (const { resource_id } of permissions) {
    if (found.has(resource_id) || namesSomethingElse(resource_id)) continue
    if ([...found.keys()].some((other) => isTwin(other, resource_id))) continue
    note('lint', `no resource is declared as \`${resource_id}\`, to which permissions are given`)
    found.set(resource_id, { description: '', actions: [] })
  }
  return found
}

/** Whether two resources are one to Cerbos. */
function isTwin(one: string, other: string): boolean {
  return one !== other && sanitiseName(one) === sanitiseName(other)
}

function keptGrants(
  owner: string,
  permissions: readonly RbacPermission[],
  resources: Kept['resources'],
  { expandWildcards = false }: ImportOptions,
  note: Note,
): Grant[] {
  const byResource = new Map<string, Set<string>>()
  for (const { resource_id, actions } of permissions) {
    const resource = resources.get(resource_id)
    if (resource === undefined) {
      note('lost', `${owner}: the permissions on \`${resource_id}\``)
      continue
    }
    const known = byResource.get(resource_id) ?? new Set()
    byResource.set(resource_id, known)
    for (const action of actions) {
      const where = `${owner}: \`${action}\` on \`${resource_id}\``
      if (action !== '*') {
        if (namesSomethingElse(action)) note('lost', `${where}: an action cannot be named so`)
        else known.add(action)
        if (!resource.actions.includes(action)) note('lint', `${where} is not declared`)
      } else if (expandWildcards) {
        for (const each of resource.actions) if (!namesSomethingElse(each)) known.add(each)
      } else {
        known.add('*')
        note('lint', `${where} grants actions that nobody declared, too`)
      }
    }
  }
  return [...byResource].flatMap(([resource, actions]) => {
    if (actions.size === 0) return []
    return [{ resource, actions: actions.has('*') ? ['*'] : [...actions] }]
  })
}

/** An organization gives rights to what the project declares, and to nothing else. */
function inProject(
  permissions: readonly RbacPermission[],
  policy: RbacPolicy,
  owner: string,
  note: Note,
): RbacPermission[] {
  const declared = new Set(policy.resources.map(({ resource_id }) => resource_id))
  return permissions.filter(({ resource_id }) => {
    const isDeclared = declared.has(resource_id)
    if (!isDeclared) note('lost', `${owner}: \`${resource_id}\` is no resource of the project`)
    return isDeclared
  })
}

/** Stytch adds up what roles of one id may do. */
function merged(roles: readonly RbacRole[]): RbacRole[] {
  const byId = new Map<string, RbacRole>()
  for (const role of roles) {
    const known = byId.get(role.role_id)
    byId.set(
      role.role_id,
      known ? { ...known, permissions: [...known.permissions, ...role.permissions] } : role,
    )
  }
  return [...byId.values()]
}

function mergedOrganizations({ organizations }: RbacPolicy): RbacPolicy['organizations'] {
  const byId = new Map<string, RbacRole[]>()
  for (const { organization_id, roles } of organizations)
    byId.set(organization_id, [...(byId.get(organization_id) ?? []), ...roles])
  return [...byId].map(([organization_id, roles]) => ({ organization_id, roles }))
}

function isKeptRole(role: string, note: Note): boolean {
  if (!isReservedRole(role)) return isKeptName(role, `role \`${role}\``, note)
  note('lost', `role \`${role}\`: the name means something else in policies; rename it`)
  return false
}

function isKeptName(name: string, what: string, note: Note): boolean {
  if (!namesSomethingElse(name)) return true
  note('lost', `${what}: it cannot be named so in a policy`)
  return false
}

/** Ids of organizations are scopes; a dot would make one organization the child of another. */
function isKeptOrganization(id: string, note: Note): boolean {
  if (/^[0-9a-zA-Z][\w-]*$/.test(id)) return true
  note('lost', `the roles of \`${id}\`: it is no id of an organization`)
  return false
}

/**
 * The last word about a resource of another organization, or of none. A member's organization is in
 * the verified session, the resource's in its record.
 */
const outsideBoundary =
  '!(has(R.attr.organization_id) && type(R.attr.organization_id) == string && has(P.attr.organization_id) && R.attr.organization_id == P.attr.organization_id)'

function resourcePolicy(resource: string, kept: Kept): YamlValue {
  const grantsOn = ({ grants }: Granted): readonly string[] =>
    grants.find((grant) => grant.resource === resource)?.actions ?? []
  const rules: YamlValue[] = []
  if (kept.tenancy)
    rules.push({
      actions: ['*'],
      effect: 'EFFECT_DENY',
      roles: ['*'],
      condition: { match: { expr: outsideBoundary } },
    })
  for (const role of kept.roles)
    if (grantsOn(role).length > 0)
      rules.push({ actions: grantsOn(role), effect: 'EFFECT_ALLOW', roles: [role.name] })
  for (const scope of kept.scopes)
    if (grantsOn(scope).length > 0)
      rules.push({
        actions: grantsOn(scope),
        effect: 'EFFECT_ALLOW',
        roles: ['connected_app'],
        condition: {
          match: { expr: `has(P.attr.scopes) && ${celText(scope.name)} in P.attr.scopes` },
        },
      })
  if (isGiven(resource, kept))
    rules.push({ actions: ['*'], effect: 'EFFECT_ALLOW', roles: [ceilingRole] })
  return {
    apiVersion: 'api.cerbos.dev/v1',
    resourcePolicy: { resource, version: 'default', ...(rules.length > 0 && { rules }) },
  }
}

/** A string literal of CEL, whose escapes are those of JSON. */
function celText(text: string): string {
  return JSON.stringify(text)
}

/** Whether an organization gives rights to the resource, so that there is a ceiling for them. */
function isGiven(resource: string, { organizations }: Kept): boolean {
  return organizations.some(({ roles }) =>
    roles.some(({ grants }) => grants.some((grant) => grant.resource === resource)),
  )
}

/** What a role policy does not allow stays denied, and what it allows the project has to allow, too. */
function rolePolicy({ name, grants }: Granted, scope: string, kept: Kept): YamlValue {
  const granted = grants.map(({ resource, actions }) => {
    return { resource: inRolePolicy(resource), allowActions: actions }
  })
  // A scope that says nothing about a resource is passed over in lenient scope search, and the role
  // would be left with all that the ceiling allows. These rules say of it that nothing is allowed.
  const others = [...kept.resources.keys()]
    .filter((resource) => isGiven(resource, kept))
    .filter((resource) => !grants.some((grant) => grant.resource === resource))
    .map((resource) => ({
      resource: inRolePolicy(resource),
      allowActions: ['(nothing)'],
      condition: { match: { expr: 'R.kind == ""' } },
    }))
  const rules: YamlValue[] = [...granted, ...others]
  return {
    apiVersion: 'api.cerbos.dev/v1',
    rolePolicy: {
      role: name,
      version: 'default',
      scope,
      parentRoles: [ceilingRole],
      ...(rules.length > 0 && { rules }),
    },
  }
}

/** Role policies match resources by the names that Cerbos makes of them: `folder/x` is `folder_x`. */
function inRolePolicy(resource: string): string {
  return sanitiseName(resource)
}

function file(path: string, description: string, content: YamlValue): ImportedFile {
  const said = description.trim() === '' ? [] : [yamlComment(description)]
  const lines = [`${importedMarker}; \`lockstitch rbac check\` tells when it differs.`, ...said]
  return { path, text: `${lines.join('\n')}${yamlText(content)}\n` }
}

/** File names that are unique also where a file system does not tell capitals apart. */
function fileNames(): (folder: string, name: string) => string {
  const used = new Set<string>()
  return (folder, name) => {
    // Cerbos takes files that end so for tests, and those that begin with a dot for hidden.
    const base = name
      .replace(/[^\w.-]+/g, '_')
      .replace(/^\.+/, '_')
      .replace(/_test$/, '_test_')
      .slice(0, 100)
    let unique = base
    for (let count = 2; used.has(`${folder}/${unique}`.toLowerCase()); count += 1)
      unique = `${base}-${count}`
    used.add(`${folder}/${unique}`.toLowerCase())
    return unique
  }
}
