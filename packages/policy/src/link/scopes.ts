import type { Severity } from '../codes.ts'
import { type Report, relatedPlace } from '../diagnostics.ts'
import {
  type PolicyDocument,
  type PrincipalPolicy,
  type ResourcePolicy,
  type ScopePermissionsName,
  scopePermissionsFrom,
} from '../document.ts'
import { compilePattern } from '../globs.ts'
import type { ScopePermissions } from '../linked.ts'
import { parentScopes, policyKey } from '../names.ts'
import { type Place, unanchored } from '../place.ts'
import { namePlace, type ScopedPolicy } from './catalogue.ts'
import type { Linker, LinkOptions } from './linker.ts'

/**
 * Every ancestor scope of a resource or principal policy has a policy too.
 * @see https://docs.cerbos.dev/cerbos/latest/policies/scoped_policies
 */
export function checkAncestors({ catalogue, report }: Linker, options: LinkOptions): void {
  if (options.lenientScopeSearch) return
  const policies = [...catalogue.policies.values()]
  for (const { document, key, subject, version, scope } of policies) {
    if (document.kind === 'rolePolicy') continue
    const kind = document.kind === 'resourcePolicy' ? 'resource' : 'principal'
    let reported = 0
    for (const parent of parentScopes(scope)) {
      if (reported >= MOST_MISSING) break
      const missing = policyKey({ kind, subject, version, scope: parent })
      const found = catalogue.policies.get(missing)
      if (found !== undefined) continue
      if (kind === 'resource' && standIn(policies, subject, version, parent)) continue
      const disabled = catalogue.disabled.get(missing)
      const related = disabled ? [relatedPlace('disabled here', namePlace(disabled))] : []
      const place = document.scope?.place ?? document.place
      const details = { missing, scope, parent, descendant: key }
      report('missing-scope', unanchored(place), details, { related })
      reported += 1
    }
  }
}

/** Of one policy: a scope may have any number of names, and each finding has the text of it. */
const MOST_MISSING = 100

/**
 * A policy may have the scope `.`, which Cerbos keeps apart from the root; but `.` in a request is
 * the root, so that nothing ever asks it.
 */
export function checkReachable({ catalogue, report }: Linker, options: LinkOptions): void {
  const severity = options.compat === 'cerbos' ? 'warning' : 'error'
  for (const { document, scope } of catalogue.policies.values()) {
    if (scope !== '.' || document.scope === undefined) continue
    report('unreachable-scope', document.scope.place, undefined, { severity })
  }
}

/**
 * A role policy for the resource, as the policy writes it, stands in for a missing resource policy
 * of its scope.
 */
function standIn(
  policies: readonly ScopedPolicy[],
  resource: string,
  version: string,
  scope: string,
): boolean {
  return policies.some(({ document, ...policy }) => {
    if (document.kind !== 'rolePolicy') return false
    if (policy.version !== version || policy.scope !== scope) return false
    return document.rules.items.some((rule) =>
      compilePattern(rule.resource?.value ?? '')?.(resource),
    )
  })
}

/**
 * The policies of one scope agree on its permissions: the engine has one value for a scope, and
 * with two of them it would depend on the order of loading which one counts.
 */
export function checkScopePermissions({ catalogue, report }: Linker, options: LinkOptions): void {
  const isCompat = options.compat === 'cerbos'
  const refused = isCompat ? conflictsInCerbos(catalogue.documents) : new Map()
  for (const [scope, { document, other }] of refused) {
    reportConflict(scope, document, other, 'error', report)
  }
  const first = new Map<string, ScopedDocument>()
  for (const { document, scope } of catalogue.policies.values()) {
    if (document.kind === 'rolePolicy' || refused.has(scope)) continue
    const other = first.get(scope)
    if (other === undefined) first.set(scope, document)
    else if (permissionsOf(document) !== permissionsOf(other)) {
      reportConflict(scope, document, other, isCompat ? 'warning' : 'error', report)
    }
  }
}

type ScopedDocument = ResourcePolicy | PrincipalPolicy

function permissionsOf({ scopePermissions }: ScopedDocument): ScopePermissions {
  return scopePermissionsFrom(scopePermissions?.value) ?? 'override-parent'
}

function reportConflict(
  scope: string,
  document: PolicyDocument,
  other: PolicyDocument,
  severity: Severity,
  report: Report,
): void {
  const stated = (each: PolicyDocument): Place | undefined =>
    'scopePermissions' in each ? each.scopePermissions?.place : undefined
  const otherPlace = stated(other)
  const value =
    'scopePermissions' in other ? scopePermissionsFrom(other.scopePermissions?.value) : undefined
  report(
    'scope-permissions-conflict',
    stated(document) ?? document.place,
    { scope, otherValue: inWords(value ?? 'override-parent') },
    {
      severity,
      related: [
        relatedPlace(otherPlace ? 'set here' : 'the default of', otherPlace ?? other.place),
      ],
    },
  )
}

/**
 * The scopes that Cerbos refuses. It compares every document but the first of a scope with the
 * second one; a value that is left out differs from the default that it stands for, a role policy
 * has none, and derived roles and exports are in the root scope.
 */
function conflictsInCerbos(
  documents: readonly PolicyDocument[],
): ReadonlyMap<string, { readonly document: PolicyDocument; readonly other: PolicyDocument }> {
  const members = new Map<string, PolicyDocument[]>()
  for (const document of documents) {
    const scope = 'scope' in document ? (document.scope?.value ?? '') : ''
    members.set(scope, [...(members.get(scope) ?? []), document])
  }
  return new Map(
    [...members].flatMap(([scope, [, other, ...rest]]) => {
      const document = rest.find((each) => other && valueInCerbos(each) !== valueInCerbos(other))
      return document && other ? [[scope, { document, other }] as const] : []
    }),
  )
}

function valueInCerbos(document: PolicyDocument): ScopePermissionsName {
  const hasValue = document.kind === 'resourcePolicy' || document.kind === 'principalPolicy'
  return (hasValue && document.scopePermissions?.value) || 'SCOPE_PERMISSIONS_UNSPECIFIED'
}

function inWords(value: ScopePermissions): string {
  return value === 'override-parent'
    ? '`SCOPE_PERMISSIONS_OVERRIDE_PARENT`'
    : '`SCOPE_PERMISSIONS_REQUIRE_PARENTAL_CONSENT_FOR_ALLOWS`'
}
