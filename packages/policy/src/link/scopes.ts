import { relatedPlace } from '../diagnostics.ts'
import { scopePermissionsFrom } from '../document.ts'
import type { ScopePermissions } from '../linked.ts'
import { parentScopes, policyKey, sanitiseName } from '../names.ts'
import { type Place, unanchored } from '../place.ts'
import { namePlace, type ScopedPolicy } from './catalogue.ts'
import type { Linker, LinkOptions } from './linker.ts'
import { matchesPattern } from './pattern.ts'

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
    for (const parent of parentScopes(scope)) {
      const missing = policyKey({ kind, subject, version, scope: parent })
      if (catalogue.policies.has(missing)) continue
      if (kind === 'resource' && standIn(policies, subject, version, parent)) continue
      const disabled = catalogue.disabled.get(missing)
      const related = disabled ? [relatedPlace('disabled here', namePlace(disabled))] : []
      const place = document.scope?.place ?? document.place
      const details = { missing, scope, parent, descendant: key }
      report('missing-scope', unanchored(place), details, { related })
    }
  }
}

/** A role policy for the resource stands in for a missing resource policy of its scope. */
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
      matchesPattern(rule.resource?.value ?? '', sanitiseName(resource)),
    )
  })
}

/**
 * The policies of one scope agree on its permissions: the engine has one value for a scope, and
 * with two of them it would depend on the order of loading which one counts.
 */
export function checkScopePermissions({ catalogue, report }: Linker, options: LinkOptions): void {
  const first = new Map<string, { value: ScopePermissions; place: Place; stated: boolean }>()
  for (const { document, scope } of catalogue.policies.values()) {
    if (document.kind === 'rolePolicy') continue
    const value = scopePermissionsFrom(document.scopePermissions?.value) ?? 'override-parent'
    const place = document.scopePermissions?.place ?? document.place
    const stated = document.scopePermissions !== undefined
    const other = first.get(scope)
    if (other === undefined) first.set(scope, { value, place, stated })
    else if (other.value !== value) {
      report(
        'scope-permissions-conflict',
        place,
        { scope, otherValue: inWords(other.value) },
        {
          related: [relatedPlace(other.stated ? 'set here' : 'the default of', other.place)],
          ...(options.compat === 'cerbos' && { severity: 'warning' }),
        },
      )
    }
  }
}

function inWords(value: ScopePermissions): string {
  return value === 'override-parent'
    ? '`SCOPE_PERMISSIONS_OVERRIDE_PARENT`'
    : '`SCOPE_PERMISSIONS_REQUIRE_PARENTAL_CONSENT_FOR_ALLOWS`'
}
