import type { Contender, Evaluate } from './contenders.ts'
import type { Corpus } from './corpus.ts'

type Prepared = Parameters<Evaluate>[0]

/** Plain JavaScript: each condition written by a person, given as CEL → JavaScript. */
export function byHand(
  { now, conditions }: Corpus,
  more: ReadonlyMap<string, Evaluate>,
): Contender {
  const written = handWritten(now)
  const names = new Map(Object.entries(conditions).map(([name, source]) => [source, name]))
  return {
    name: 'hand',
    prepare: ({ principal, resource }) => ({ P: principal, R: resource }),
    compile: (source) =>
      more.get(source) ?? written[names.get(source) ?? ''] ?? 'not written by hand yet',
  }
}

/**
 * The sixteen conditions as a careful programmer writes them in plain JavaScript: constants made
 * once, no library, no more checks than the inputs need. `undefined` stands for an error.
 */
function handWritten(now: Date): Readonly<Record<string, Evaluate>> {
  const nowMillis = now.getTime()
  const since = Date.parse('2024-01-01T00:00:00Z')
  const departments = new Set(['marketing', 'sales', 'finance', 'legal'])
  const address = /^[a-z0-9.]+@example[.]com$/
  return {
    attr_eq: ({ P, R }) => R.attr.owner === P.id,
    const_eq_int: ({ R }) => R.attr.level === 3,
    in_const: ({ P }) => departments.has(P.attr.department),
    roles_inter: ({ P, R }) => P.roles.includes('admin') || intersects(P.attr.teams, R.attr.teams),
    has_field: ({ P, R }) => P.attr.region !== undefined && P.attr.region === R.attr.region,
    exists_list: ({ P, R }) => isShared(R.attr.shares, P.id),
    all_size: ({ R }) => R.attr.tags.length > 2 && !R.attr.tags.includes('secret'),
    string_ops: ({ P, R }) =>
      R.attr.path.startsWith('/docs/') &&
      P.attr.email.endsWith('@example.com') &&
      !R.attr.name.includes('draft'),
    regex: ({ P }) => address.test(P.attr.email),
    ts_cmp: ({ R }) =>
      Date.parse(R.attr.createdAt) > since && Date.parse(R.attr.expiresAt) > nowMillis,
    hierarchy: ({ R }) => R.attr.scope.startsWith('acme.eu.'),
    nested_map: ({ P, R }) => R.attr.acl[P.attr.tenant].perms.read.level >= 3,
    ternary: ({ P, R }) => (R.attr.amount > 1000 ? P.attr.level >= 3 : P.attr.level >= 1),
    arith: ({ P, R }) => R.attr.amount * 1.2 + 10 <= P.attr.limit,
    and20: twentyTerms,
    missing_err: missingTwice,
  }
}

function intersects(left: readonly string[], right: readonly string[]): boolean {
  for (const each of left) if (right.includes(each)) return true
  return false
}

function isShared(shares: readonly { user: string; level: number }[], user: string): boolean {
  for (const share of shares) if (share.user === user && share.level >= 2) return true
  return false
}

function twentyTerms({ P, R }: Prepared): boolean {
  const r = R.attr
  const p = P.attr
  return (
    r.f0 === 'v0' &&
    r.f1 >= 1 &&
    p.g2 !== 'zzz' &&
    r.f3 === p.g3 &&
    r.f4 === 'v4' &&
    r.f5 >= 5 &&
    p.g6 !== 'zzz' &&
    r.f7 === p.g7 &&
    r.f8 === 'v8' &&
    r.f9 >= 9 &&
    p.g10 !== 'zzz' &&
    r.f11 === p.g11 &&
    r.f12 === 'v12' &&
    r.f13 >= 13 &&
    p.g14 !== 'zzz' &&
    r.f15 === p.g15 &&
    r.f16 === 'v16' &&
    r.f17 >= 17 &&
    p.g18 !== 'zzz' &&
    r.f19 === p.g19
  )
}

/** Both sides read what is not there, so there is no answer. */
function missingTwice({ P, R }: Prepared): boolean | undefined {
  const nope = R.attr.nope
  if (nope !== undefined && nope.deeper === 'x') return true
  const also = P.attr.alsoMissing
  if (nope === undefined || also === undefined) return also > 3 ? true : undefined
  return also > 3
}
