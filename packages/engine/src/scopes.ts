import type { ScopePermissions } from '@lockstitch/policy'

/**
 * The scopes to ask, from the requested one up to the root. Empty when the requested scope does
 * not exist and the search is strict.
 *
 * A scope exists as soon as any policy of that sort uses it, whatever it is a policy for.
 *
 * @see https://docs.cerbos.dev/cerbos/latest/policies/scoped_policies
 */
export function scopeChain(
  requested: string,
  existing: ReadonlySet<string>,
  lenient: boolean,
): readonly string[] {
  if (existing.size === 0) return NONE
  if (requested === '') return existing.has('') ? ROOT_ONLY : NONE
  if (!existing.has(requested) && !lenient) return NONE
  const chain: string[] = []
  for (let scope = requested; ; scope = parentScope(scope)) {
    if (existing.has(scope)) chain.push(scope)
    if (scope === '') return chain
  }
}

/** `acme.hr` for `acme.hr.uk`, `''` for `acme`. */
function parentScope(scope: string): string {
  const dot = scope.lastIndexOf('.')
  return dot < 0 ? '' : scope.slice(0, dot)
}

/** The scope that a request means: its own, or the default when it names none. */
export function effectiveScope(requested: string | undefined, defaultScope: string): string {
  return trimScope(requested ? requested : defaultScope)
}

/** One leading dot is allowed and means nothing. */
export function trimScope(scope: string): string {
  return scope.startsWith('.') ? scope.slice(1) : scope
}

/** What a policy that says nothing has. */
export const DEFAULT_SCOPE_PERMISSIONS: ScopePermissions = 'override-parent'

const ROOT_ONLY: readonly string[] = ['']
const NONE: readonly string[] = []
