import { compileGlob, sanitiseName } from '@lockstitch/policy'

import type { Json, JsonObject } from './json.ts'
import { listOf } from './json.ts'
import type { CheckCase, PolicyFile } from './policy-set.ts'

/** The policies that a case can meet, and by which names. */
export interface Reach {
  readonly kind: string
  readonly version: string
  readonly principalVersion: string
  readonly scope: string
  /** The scopes that are asked, of resource and role policies. */
  readonly scopes: readonly string[]
  readonly resources: readonly PolicyFile[]
  readonly principals: readonly PolicyFile[]
  /** Those of the principal and all that stand above them. */
  readonly roleNames: ReadonlySet<string>
  /** Of these roles. */
  readonly roles: readonly PolicyFile[]
  /** Sets of derived roles, variables and constants that those import. */
  readonly imported: readonly PolicyFile[]
}

/** Finds the policies that a case can meet, without a look at rules and conditions. */
export function reachOf({ policies, settings, input }: CheckCase): Reach {
  const files = policies.files.filter(({ head }) => head.disabled !== true)
  const { principal, resource } = input
  const version = resource.policyVersion || settings.defaultPolicyVersion
  const principalVersion = principal.policyVersion || settings.defaultPolicyVersion
  const kind = sanitiseName(resource.kind)
  const of = (wanted: PolicyFile['kind']): readonly PolicyFile[] =>
    files.filter((file) => file.kind === wanted)
  const scopeOfRequest = (given: string | undefined): string =>
    (given || settings.defaultScope).replace(/^\./, '')
  const chain = (leaf: string, those: readonly PolicyFile[]): readonly string[] => {
    const exists = new Set(those.map(scopeOf))
    if (!exists.has(leaf) && !settings.lenientScopeSearch) return []
    const parts = leaf === '' ? [] : leaf.split('.')
    const all = [...parts.map((_, i) => parts.slice(0, parts.length - i).join('.')), '']
    return all.filter((each) => exists.has(each))
  }
  const scope = scopeOfRequest(resource.scope)
  const scopes = chain(scope, [...of('resourcePolicy'), ...of('rolePolicy')])
  const principalScopes = chain(scopeOfRequest(principal.scope), of('principalPolicy'))
  const hasVersion = (file: PolicyFile): boolean => file.version === version
  const closure = new Set(principal.roles)
  for (const role of closure) {
    for (const { content } of of('rolePolicy').filter((file) => scopeOf(file) === scope)) {
      if (content.role !== role) continue
      for (const parent of listOf(content.parentRoles)) closure.add(String(parent))
    }
  }
  const resources = of('resourcePolicy').filter(
    (file) =>
      hasVersion(file) &&
      scopes.includes(scopeOf(file)) &&
      sanitiseName(String(file.content.resource)) === kind,
  )
  const principals = of('principalPolicy').filter(
    (file) =>
      hasVersion(file) &&
      principalScopes.includes(scopeOf(file)) &&
      file.content.principal === principal.id,
  )
  const roles = of('rolePolicy').filter(
    (file) =>
      hasVersion(file) && scopes.includes(scopeOf(file)) && closure.has(String(file.content.role)),
  )
  const found = [...resources, ...principals, ...roles]
  const importing = found.map(({ content }) => JSON.stringify(content))
  const imported = files.filter(
    ({ content }) =>
      typeof content.name === 'string' &&
      importing.some((text) => text.includes(`["${content.name}"]`)),
  )
  return {
    kind,
    version,
    principalVersion,
    scope,
    scopes,
    resources,
    principals,
    roleNames: closure,
    roles,
    imported,
  }
}

export function scopeOf({ content }: { readonly content: JsonObject }): string {
  return typeof content.scope === 'string' ? content.scope : ''
}

/** Whether the pattern of a principal policy's rule is about a kind, by its sanitised name. */
export function isAbout(pattern: string, kind: string): boolean {
  if (!pattern.includes('*')) return sanitiseName(pattern) === kind
  return compileGlob(pattern)?.(kind) === true
}

/** Whether the pattern of a rule's action is about one of those that are asked. */
export function isAboutAny(pattern: Json, actions: readonly string[]): boolean {
  const text = String(pattern)
  const matches = text.includes('*') ? compileGlob(text) : undefined
  return actions.some((action) => action === text || matches?.(action))
}
