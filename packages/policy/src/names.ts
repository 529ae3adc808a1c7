const SANITISABLE = /^[A-Za-z][\w@.\-/]*(:[A-Za-z][\w@.\-/]*)*$/

/**
 * The form of a name that policies are found by: `album:object` becomes `album_object`. Names that
 * Cerbos's first releases would not have allowed stay as they are.
 */
export function sanitiseName(name: string): string {
  return SANITISABLE.test(name) ? name.replace(/[^\w.]+/g, '_') : name
}

/** What a policy is about, which with version and scope names it. */
export interface PolicyIdentity {
  readonly kind: 'resource' | 'principal' | 'role'
  /** The resource kind, principal id or role. */
  readonly subject: string
  readonly version: string
  readonly scope: string
}

/** The key of a policy as `matchedPolicy` shows it: `resource.album_object.vdefault/acme.hr`. */
export function policyKey({ kind, subject, version, scope }: PolicyIdentity): string {
  const base = `${kind}.${sanitiseName(subject)}.v${sanitiseName(version)}`
  return scope === '' ? base : `${base}/${scope}`
}

/** The fully qualified name that belongs to a key. */
export function fqnOf(key: string): string {
  return `cerbos.${key}`
}

/** The ancestors of a scope, the nearest first: `a.b` has `a` and `''`, `.` has `''`. */
export function parentScopes(scope: string): string[] {
  const parents: string[] = []
  for (let rest = scope; rest !== ''; ) {
    rest = rest.includes('.') ? rest.slice(0, rest.lastIndexOf('.')) : ''
    parents.push(rest)
  }
  return parents
}
