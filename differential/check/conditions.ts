import type { Random } from '../random.ts'
import type { JsonObject } from './json.ts'
import { INFINITE } from './quirks.ts'

/** What the expressions of a policy may read besides the request. */
export interface Names {
  readonly variables: boolean
  readonly constants: boolean
}

/**
 * Mostly of one kind each, and in many ways wrong for some of the requests. None is like
 * `R.attr.flag == true` or `1 / 0`, for which Cerbos needs a hundred times the time of the others.
 */
// biome-ignore format: a table
const EXPRESSIONS: readonly string[] = [
  'true', 'false', 'R.attr.n == 1.0', 'R.attr.n > 0.0', 'R.attr.n < P.attr.level', 'P.attr.team == R.attr.team', 'R.attr.owner == P.id',
  'R.attr.n == 1.0 || R.attr.missing', 'R.attr.missing == 1', 'has(R.attr.team)', '!has(R.attr.n)', 'has(P.attr.team) && P.attr.team == "blue"',
  '"x" in R.attr.tags', 'R.attr.tags.exists(t, t == P.attr.team)', 'size(R.attr.tags) > 1', 'has(R.attr.tags) && has(P.attr.groups) && hasIntersection(R.attr.tags, P.attr.groups)', 'P.attr.groups[0] == "x"',
  'P.id == "p1"', 'P.id.startsWith("p")', 'R.id != "r1"', 'R.kind == "doc"', 'R.scope == "a" || P.scope == "a"', 'has(R.scope) && R.scope != ""',
  '"r1" in P.roles', 'size(request.principal.roles) > 1', 'request.resource.attr.flag', 'R.attr.flag ? R.attr.n == 1.0 : P.attr.level > 1.0',
  'R.attr.meta.region == "eu"', 'has(R.attr.meta.region) && R.attr.meta.region in ["eu", "us"]', 'R.attr.meta[P.attr.team] == 1.0', 'int(R.attr.n) + 1 > 1', 'R.attr.team.matches("^b.*")',
  'timestamp(R.attr.at) < now()', 'now() > timestamp("2020-01-01T00:00:00Z")', 'timestamp(R.attr.at).getFullYear() == 2024',
  'request.auxData.jwt.team == "blue"', 'has(request.aux_data.jwt.level) && request.aux_data.jwt.level > 1.0', '"blue" == request.auxData.jwt.team || P.attr.level > 0.0',
  'G.environment == "test"', 'globals.limit > 2.0', 'G.nothing == 1', 'has(G.environment)',
  'R.attr.n', 'R.attr.team', 'R.attr.n / 0.0 > 1.0', '1 / int(R.attr.n) == 1', 'R.policyVersion == "v2" || R.attr.n > 0.0',
]

const OF_DERIVED_ROLES: readonly string[] = [
  '"d1" in runtime.effectiveDerivedRoles',
  'size(runtime.effectiveDerivedRoles) > 1',
  '!("d2" in runtime.effectiveDerivedRoles) || R.attr.n > 0.0',
]

const OF_VARIABLES: readonly string[] = [
  'V.positive',
  'V.same && R.attr.n >= 0.0',
  'has(V.broken)',
  'V.broken == null',
  'V.chain > 1.0',
  'variables.same || V.positive',
]

const OF_CONSTANTS: readonly string[] = [
  'C.one == R.attr.n',
  'P.attr.team in constants.teams',
  'C.limits.low < R.attr.n',
  'C.nothing == null',
]

/** Variables for a block, by name. `broken` fails, `chain` reads others. */
export const VARIABLES: JsonObject = {
  positive: 'R.attr.n > 0.0',
  same: 'P.attr.team == R.attr.team',
  broken: 'R.attr.missing.deep',
  chain: 'V.positive ? 2.0 : R.attr.n',
  unused: 'R.attr.missing.deeper',
}

export const CONSTANTS: JsonObject = {
  one: 1,
  teams: ['blue', 'red'],
  limits: { low: 0, high: 2.5 },
  nothing: null,
}

export const GLOBALS = { environment: 'test', limit: 3 } as const

/** An expression that such a policy may have. `runtime` is not for the conditions of derived roles. */
function randomExpression(random: Random, names: Names, readsRuntime: boolean): string {
  if (names.variables && random.chance(0.25)) return random.pick(OF_VARIABLES)
  if (names.constants && random.chance(0.15)) return random.pick(OF_CONSTANTS)
  if (readsRuntime && random.chance(0.08)) return random.pick(OF_DERIVED_ROLES)
  return random.pick(EXPRESSIONS)
}

/** A condition: one expression, or a list of conditions. */
export function randomCondition(random: Random, names: Names, readsRuntime = true): JsonObject {
  return { match: randomMatch(random, names, readsRuntime, 0) }
}

function randomMatch(
  random: Random,
  names: Names,
  readsRuntime: boolean,
  depth: number,
): JsonObject {
  if (depth === 3 || random.chance(0.6)) {
    return { expr: randomExpression(random, names, readsRuntime) }
  }
  const kind = random.pick(['all', 'any', 'none'])
  const of = Array.from({ length: 1 + random.below(3) }, () =>
    randomMatch(random, names, readsRuntime, depth + 1),
  )
  return { [kind]: { of } }
}

// None is the text of a condition: see `shared-cores.ts`.
const OUTPUTS: readonly string[] = [
  '"text"',
  '(R.attr.n)',
  '(R.attr.team)',
  '{"who": P.id, "what": R.kind}',
  '[R.id, P.id]',
  '9007199254740993',
  'R.attr.tags',
  'R.attr.missing',
  'duration("90s")',
  'timestamp(R.attr.at)',
  'P.roles',
  'runtime.effectiveDerivedRoles.size()',
]

/** The expression of an output. */
export function randomOutput(random: Random, names: Names): string {
  if (names.variables && random.chance(0.2)) return '(V.positive)'
  if (names.constants && random.chance(0.2)) return 'C.limits'
  // An infinite number for some requests, which is no JSON.
  if (random.chance(0.02)) return INFINITE
  return random.pick(OUTPUTS)
}
