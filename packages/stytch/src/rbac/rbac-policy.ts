import { type Fields, field, isFields, ShapeError } from '../shape.ts'

/** Stytch's RBAC policy of a project, with the roles that organizations defined for themselves. */
export interface RbacPolicy {
  readonly roles: readonly RbacRole[]
  readonly resources: readonly RbacResource[]
  readonly scopes: readonly RbacScope[]
  readonly organizations: readonly RbacOrganization[]
}

/** A role and what it may do. */
export interface RbacRole {
  readonly role_id: string
  readonly description: string
  readonly permissions: readonly RbacPermission[]
}

/** A kind of resource and the actions it knows. */
export interface RbacResource {
  readonly resource_id: string
  readonly description: string
  readonly actions: readonly string[]
}

/** An OAuth scope and what it grants to a Connected App. */
export interface RbacScope {
  readonly scope: string
  readonly description: string
  readonly permissions: readonly RbacPermission[]
}

/** Actions on one kind of resource. `*` stands for every action, also for those that nobody declared. */
export interface RbacPermission {
  readonly resource_id: string
  readonly actions: readonly string[]
}

/** An organization's custom roles. */
export interface RbacOrganization {
  readonly organization_id: string
  readonly roles: readonly RbacRole[]
}

/**
 * Reads an RBAC policy: the answer of `rbac.policy()` or the policy in it, with `organizations` beside
 * it, a list of `{ organization_id, roles }` or of the answers of `rbac.organizations.getOrgPolicy()`
 * with their `organization_id`.
 * @throws {ShapeError} for anything else.
 */
export function readRbacPolicy(value: unknown): RbacPolicy {
  if (!isFields(value)) throw new ShapeError('the RBAC policy', 'an object')
  const inner = field(value, 'policy')
  const policy = isFields(inner) ? inner : value
  return {
    roles: list(policy, 'roles', readRole),
    resources: list(policy, 'resources', (item, path) => ({
      ...described(item, path),
      resource_id: text(item, 'resource_id', path),
      actions: texts(item, 'actions', path),
    })),
    scopes: optionalList(policy, 'scopes', (item, path) => ({
      ...described(item, path),
      scope: text(item, 'scope', path),
      permissions: list(item, 'permissions', readPermission, path),
    })),
    organizations: optionalList(value, 'organizations', readOrganization),
  }
}

function readOrganization(item: Fields, path: string): RbacOrganization {
  const inner = field(item, 'org_policy')
  return {
    organization_id: text(item, 'organization_id', path),
    roles: list(isFields(inner) ? inner : item, 'roles', readRole, path),
  }
}

function readRole(item: Fields, path: string): RbacRole {
  return {
    ...described(item, path),
    role_id: text(item, 'role_id', path),
    permissions: list(item, 'permissions', readPermission, path),
  }
}

function readPermission(item: Fields, path: string): RbacPermission {
  return {
    resource_id: text(item, 'resource_id', path),
    actions: texts(item, 'actions', path),
  }
}

function described(item: Fields, path: string): { readonly description: string } {
  return {
    description: field(item, 'description') === undefined ? '' : text(item, 'description', path),
  }
}

type ReadItem<T> = (item: Fields, path: string) => T

function list<T>(owner: Fields, name: string, read: ReadItem<T>, path = ''): T[] {
  const value = field(owner, name)
  const at = path === '' ? name : `${path}.${name}`
  if (!Array.isArray(value)) throw new ShapeError(at, 'a list')
  return value.map((item: unknown, index) => {
    if (!isFields(item)) throw new ShapeError(`${at}[${index}]`, 'an object')
    return read(item, `${at}[${index}]`)
  })
}

function optionalList<T>(owner: Fields, name: string, read: ReadItem<T>): T[] {
  return (field(owner, name) ?? null) === null ? [] : list(owner, name, read)
}

function text(owner: Fields, name: string, path: string): string {
  const value = field(owner, name)
  if (typeof value !== 'string') throw new ShapeError(`${path}.${name}`, 'a string')
  return value
}

function texts(owner: Fields, name: string, path: string): string[] {
  const value = field(owner, name)
  const at = `${path}.${name}`
  if (!Array.isArray(value)) throw new ShapeError(at, 'a list of strings')
  return value.map((item: unknown, index) => {
    if (typeof item !== 'string') throw new ShapeError(`${at}[${index}]`, 'a string')
    return item
  })
}
