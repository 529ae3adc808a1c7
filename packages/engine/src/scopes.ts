export interface ScopeChains {
  /** For each scope that exists, it and its ancestors that exist, up to the root. */
  readonly byScope: ReadonlyMap<string, readonly string[]>
  /** The length of the longest of them: what is longer need not be looked up. */
  readonly longest: number
}

/**
 * Finds the ancestors of scopes. A scope exists as soon as any policy of that sort uses it,
 * whatever it is a policy for.
 */
export function scopeChains(existing: ReadonlySet<string>): ScopeChains {
  const byScope = new Map<string, readonly string[]>()
  let longest = 0
  for (const scope of existing) {
    longest = Math.max(longest, scope.length)
    const chain = [scope]
    for (let above = scope; above !== ''; ) {
      above = parentScope(above)
      if (existing.has(above)) chain.push(above)
    }
    byScope.set(scope, chain)
  }
  return { byScope, longest }
}

/**
 * The scopes to ask, from the requested one up to the root. Empty when the requested scope does
 * not exist and the search is strict.
 *
 * @see https://docs.cerbos.dev/cerbos/latest/policies/scoped_policies
 */
export function scopeChain(
  requested: string,
  { byScope, longest }: ScopeChains,
  lenient: boolean,
): readonly string[] {
  let scope = requested
  for (;;) {
    const chain = scope.length > longest ? undefined : byScope.get(scope)
    if (chain || !lenient || scope === '') return chain ?? NONE
    scope = parentScope(scope)
  }
}

/** `acme.hr` for `acme.hr.uk`, `''` for `acme`. */
function parentScope(scope: string): string {
  return scope.slice(0, Math.max(0, scope.lastIndexOf('.')))
}

/** The scope that a request means: its own, or the default when it names none. */
export function effectiveScope(requested: string | undefined, defaultScope: string): string {
  return trimScope(requested ? requested : defaultScope)
}

/** One leading dot is allowed and means nothing. */
export function trimScope(scope: string): string {
  return scope.startsWith('.') ? scope.slice(1) : scope
}

const NONE: readonly string[] = []
