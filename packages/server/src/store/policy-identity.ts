import { parentScopes, policyKey, sanitiseName } from '@lockstitch/policy'

import type { Message } from '../wire/schema.ts'

/** What a policy is called and what it needs. */
export interface StoredIdentity {
  /** `resource.document.vdefault/acme`, `derived_roles.common`. */
  readonly id: string
  /** As databases have it: `RESOURCE`. */
  readonly kind: string
  readonly name: string
  readonly version: string
  readonly scope: string
  /** The ids of the policies that it imports. */
  readonly dependencies: readonly string[]
  /** The ids of the policies of its parent scopes. */
  readonly ancestors: readonly string[]
}

interface Body {
  readonly name?: string
  readonly resource?: string
  readonly principal?: string
  readonly role?: string
  readonly version?: string
  readonly scope?: string
  readonly importDerivedRoles?: readonly string[]
  readonly variables?: { readonly import?: readonly string[] }
  readonly constants?: { readonly import?: readonly string[] }
}

/** The identity of a policy, by its message. */
export function identityOf(policy: Message): StoredIdentity {
  const [[field, body] = []] = SORTS.flatMap((sort) => {
    const found = policy[sort.field] as Body | undefined // The reader of the type made it.
    return found === undefined ? [] : [[sort, found] as const]
  })
  if (field === undefined || body === undefined) throw new TypeError('a policy is of some type')
  const name = String(body[field.name] ?? '')
  const dependencies = [
    ...idsOf('derived_roles', body.importDerivedRoles),
    ...idsOf('export_variables', body.variables?.import),
    ...idsOf('export_constants', body.constants?.import),
  ]
  if (field.prefix !== undefined) {
    const id = `${field.prefix}.${sanitiseName(name)}`
    return { id, kind: field.kind, name, version: '', scope: '', dependencies, ancestors: [] }
  }
  const { version = field.subject === 'role' ? 'default' : '', scope = '' } = body
  const keyIn = (inScope: string): string =>
    policyKey({ kind: field.subject, subject: name, version, scope: inScope })
  const ancestors = field.subject === 'role' ? [] : parentScopes(scope).map(keyIn)
  return { id: keyIn(scope), kind: field.kind, name, version, scope, dependencies, ancestors }
}

function idsOf(prefix: string, names: readonly string[] = []): readonly string[] {
  return names.map((name) => `${prefix}.${sanitiseName(name)}`)
}

type Sort = {
  readonly field: string
  readonly kind: string
  readonly name: keyof Body
} & (
  | { readonly subject: 'resource' | 'principal' | 'role'; readonly prefix?: undefined }
  | { readonly prefix: string }
)

// biome-ignore format: table
const SORTS: readonly Sort[] = [
  { field: 'resourcePolicy',  kind: 'RESOURCE',         name: 'resource',  subject: 'resource' },
  { field: 'principalPolicy', kind: 'PRINCIPAL',        name: 'principal', subject: 'principal' },
  { field: 'rolePolicy',      kind: 'ROLE',             name: 'role',      subject: 'role' },
  { field: 'derivedRoles',    kind: 'DERIVED_ROLES',    name: 'name',      prefix: 'derived_roles' },
  { field: 'exportVariables', kind: 'EXPORT_VARIABLES', name: 'name',      prefix: 'export_variables' },
  { field: 'exportConstants', kind: 'EXPORT_CONSTANTS', name: 'name',      prefix: 'export_constants' },
]
