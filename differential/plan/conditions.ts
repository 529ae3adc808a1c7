import { isObject, type Json, type JsonObject } from '../check/json.ts'
import type { PolicyFile } from '../check/policy-set.ts'
import type { Random } from '../random.ts'

/** Conditions of which a plan knows a part: what Cerbos folds, prunes, writes out and leaves. */
// biome-ignore format: a table
export const PLAN_EXPRESSIONS: readonly string[] = [
  'R.attr.owner == P.id && R.attr.n > 0.0', 'R.attr.owner == P.id || R.attr.team == P.attr.team', '!(R.attr.n == 1.0 || R.attr.flag)',
  'R.attr.n + 1.0 > 2.0', 'R.attr.n + 1 > 2', 'R.attr.n - P.attr.level >= 0.0', 'R.attr.n * 2.0 == 4.0', 'int(R.attr.n) % 2 == 1', '-R.attr.n < 0.0', 'R.attr.n / 2.0 != 1.0',
  'R.attr.team in ["blue", "green"]', 'R.attr.team in ["blue"]', 'R.attr.team in []', 'R.attr.team in P.attr.groups', 'P.attr.team in R.attr.tags', 'R.attr.team in {"blue": 1, "red": 2}',
  'R.attr.tags.exists(t, t == P.attr.team)', 'R.attr.tags.all(t, t != P.id)', 'R.attr.tags.exists_one(t, t == "x")', 'size(R.attr.tags.filter(t, t == "x")) > 0', 'R.attr.tags.map(t, t + "!") == ["x!"]',
  'P.attr.groups.exists(g, g == R.attr.team)', 'P.attr.groups.all(g, g != R.attr.owner)', 'P.attr.groups.exists(g, g in R.attr.tags)', 'P.roles.exists(r, r == R.attr.owner)', 'P.attr.groups.exists(i, g, i > 0 && g == R.attr.team)',
  'P.attr.groups.exists(g, R.attr.tags.exists(t, t == g))', 'R.attr.tags.exists(t, P.attr.groups.exists(g, g == t))', 'hasIntersection(R.attr.tags, P.attr.groups)', 'R.attr.tags.hasIntersection(["x", P.attr.team])',
  '{"eu": 1, "us": 2}[R.attr.meta.region] == 1', '{"blue": {"n": 1}, "red": {"n": 2}}[R.attr.team].n > 1', '"x" in {"blue": ["x"], "red": []}[R.attr.team]',
  '(R.attr.flag ? R.attr.meta : {"region": "eu"}).region == "eu"', '{"blue": {"n": R.attr.n}}[R.attr.team].n > 1.0', 'R.attr.tags.map(t, {"k": t})[0].k == P.attr.team',
  'R.attr.meta[P.attr.team] == 1.0', 'R.attr.meta["region"] == "eu"', 'R.attr.tags[0] == P.attr.team', 'R.attr.meta == {"region": "eu"}', '[R.attr.team, P.id] == ["blue", "p1"]', '[R.attr.team, P.id].exists(x, x == "p1")',
  'R.attr.flag ? R.attr.owner == P.id : R.attr.team == "blue"', '(R.attr.flag ? R.attr.n : P.attr.level) > 1.0', '(P.id == "p1" ? R.attr.n : 1.0) > 0.0', 'R.attr.flag ? 1.0 / 2.0 > 0.4 : false',
  'has(R.attr.team) && R.attr.team == "blue"', '!has(R.attr.meta.region)', 'has(R.attr.meta) ? R.attr.meta.region == "eu" : P.attr.level > 0.0', 'R.attr.team != null', 'R.attr == {}', 'size(R.attr) > 3',
  'R.attr.owner.startsWith(P.id)', 'R.attr.owner.contains("@") && R.attr.owner.endsWith("acme")', 'R.attr.owner.replace(P.id, "me") == "me"', 'R.attr.owner + "!" == P.id + "!"', 'R.attr.team.lowerAscii() == P.attr.team',
  'timestamp(R.attr.at) < timestamp("2024-06-01T00:00:00Z")', 'timestamp(R.attr.at) + duration("1h") > timestamp("2024-06-01T00:00:00Z")', 'timeSince(timestamp(R.attr.at)) > duration("24h")', 'hierarchy(R.attr.team).overlaps(hierarchy(P.attr.team))',
  'R.attr.n == 1.0 || P.attr.missing == 1', 'P.attr.missing == R.attr.n', 'R.attr.n == P.attr.missing', 'R.attr.n == 1.0 && R.attr.team == "blue" && R.attr.flag && R.attr.owner == P.id', 'math.greatest(R.attr.n, P.attr.level) > 1.0',
  'R.attr.?team.orValue("none") == "blue"', 'cel.bind(t, R.attr.team, t == P.attr.team)', 'R.id == "r1" || R.id == P.id', 'R.attr.tags.map(t, t != "x", size(t)) == [1]', 'R.attr.tags.map(t, t != "x", t) == ["y"]', 'R.attr.meta.all(k, v, k != P.attr.team || v == 1.0)',
  'P.attr.level + 1.0 > R.attr.n', 'P.attr.groups[1] == R.attr.team', 'P.attr.groups[5] == R.attr.owner', 'P.attr.missing', 'P.attr.missing == P.id', 'P.attr.team > P.attr.level', 'P.attr.level > 0.0 && R.attr.flag', 'P.attr.missing.deep == R.attr.team',
  'size(P.attr.level) == size(R.attr.tags)', 'int(P.attr.team) == int(R.attr.n)', 'timestamp(P.attr.team) < timestamp(R.attr.at)', 'request.auxData.jwt.nothing == R.attr.owner', 'request.auxData.jwt.team == R.attr.team', 'request.auxData.jwt.level < R.attr.n',
  'R.attr.tags.all(t, t.startsWith("x"))', 'R.attr.tags.all(t, t == R.attr.team || t == "x")', '!R.attr.tags.all(t, t in P.attr.groups)', 'R.attr.tags.all(i, t, i > 0 || t == P.id)',
  'type(R.attr.n) == double', 'string(R.attr.n) == "1"', 'double(R.attr.n) > P.attr.level', 'R.attr.tags == P.attr.groups', 'P.attr.level', 'R.attr.flag', 'P.attr == R.attr', 'R.attr.n in [0, 1, 2]', 'R.attr.n > R.attr.meta.blue',
]

/** Conditions that are errors of the principal's, whatever the resource is. */
// biome-ignore format: a table
export const FAILING_EXPRESSIONS: readonly string[] = [
  'P.attr.missing == R.attr.n', 'R.attr.n == P.attr.missing', 'P.attr.missing', 'P.attr.missing == P.id', 'P.attr.missing.deep == R.attr.team', 'P.attr.team > P.attr.level',
  'P.attr.groups[5] == R.attr.owner', 'size(P.attr.level) == size(R.attr.tags)', 'int(P.attr.team) == int(R.attr.n)', 'timestamp(P.attr.team) < timestamp(R.attr.at)',
]

/**
 * A file in which some conditions are such that a plan has something to do. In most files hardly any
 * condition fails: where many do, little else is left to be planned.
 */
export function withPlanConditions(random: Random, file: PolicyFile): PolicyFile {
  if (file.kind === 'schema') return file
  const failing = random.chance(0.2) ? 0.5 : 0.05
  return { ...file, content: replaced(random, failing, file.content) as JsonObject }
}

function replaced(random: Random, failing: number, json: Json): Json {
  if (Array.isArray(json)) return json.map((item) => replaced(random, failing, item))
  if (!isObject(json)) return json
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => {
      // Beside `expr` a match has nothing; outputs have it as well, and are left.
      const isCondition = name === 'match' && isObject(value)
      const replace = isCondition ? replacedMatch : replaced
      return [name, replace(random, failing, value as JsonObject)]
    }),
  )
}

function replacedMatch(random: Random, failing: number, match: JsonObject): JsonObject {
  if (typeof match.expr === 'string') {
    if (!random.chance(0.85)) return match
    return { expr: random.pick(random.chance(failing) ? FAILING_EXPRESSIONS : PLAN_EXPRESSIONS) }
  }
  return Object.fromEntries(
    Object.entries(match).map(([kind, list]) => {
      const of = isObject(list) && Array.isArray(list.of) ? list.of : []
      return [
        kind,
        { of: of.map((part) => (isObject(part) ? replacedMatch(random, failing, part) : part)) },
      ]
    }),
  )
}
