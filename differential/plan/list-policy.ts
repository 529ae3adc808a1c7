import type { PolicyFile } from '../check/policy-set.ts'
import type { Random } from '../random.ts'
import { FAILING_EXPRESSIONS, PLAN_EXPRESSIONS } from './conditions.ts'

export const LIST = 'listed'

/** Expressions with what large policies hardly ever leave in a plan. */
const RARE: readonly string[] = [
  ...['R.attr.n / 2.0 != 1.0', 'R.attr.n - P.attr.level >= 0.0', 'R.attr.n * 2.0 == 4.0'],
  ...['int(R.attr.n) % 2 == 1', '-R.attr.n < 0.0', 'double(R.attr.n) > P.attr.level'],
  ...['string(R.attr.n) == "1"', 'R.attr.team.matches("^b.*e$")', 'R.attr.owner.matches(P.id)'],
  ...['R.attr.team.lowerAscii() == P.attr.team', 'R.attr.owner.lowerAscii() != R.attr.team'],
  ...['R.attr.owner.replace(P.id, "me") == "me"', 'R.attr.owner.endsWith("acme")'],
  ...['R.attr.owner.contains("@")', 'type(R.attr.n) == double', 'R.attr.meta[P.id] == 1.0'],
  ...['timestamp(R.attr.at).getFullYear() == 2024', 'timestamp(R.attr.at).getFullYear() > 2023'],
  ...['timeSince(timestamp(R.attr.at)) > duration("24h")', 'R.attr.meta == {"region": "eu"}'],
  ...['hierarchy(R.attr.team).overlaps(hierarchy(P.id))', 'hasIntersection(R.attr.tags, ["x"])'],
  ...['math.greatest(R.attr.n, 1.0) > 1.0', 'R.attr.tags.exists_one(t, t == "x")'],
  ...['size(R.attr.tags.filter(t, t == "x")) > 0', 'R.attr.tags.map(t, t + "!") == ["x!"]'],
  ...[
    'R.attr.tags.map(t, t != "x", size(t)) == [1]',
    'R.attr.tags.transformList(i, t, t) == ["x"]',
  ],
  ...['R.attr.owner.startsWith("ac")', 'R.attr.owner.startsWith(P.id)'],
  '[R.attr.team, R.attr.owner] == ["blue", "p1"]',
  '[R.attr.team, P.id].exists(x, x == R.attr.owner)',
  '{"blue": {"n": 1}, "red": {"n": 2}}[R.attr.team].n > 1',
  '{"blue": {"n": 1}}[R.attr.owner].n == 1',
  ...[
    'R.attr.flag ? R.attr.owner == P.id : R.attr.team == "blue"',
    'R.attr.tags.all(t, t != P.id)',
  ],
]

const OTHERS = 8

/** The actions of the policy. */
export const LIST_ACTIONS: readonly string[] = Array.from(
  { length: RARE.length + FAILING_EXPRESSIONS.length + OTHERS },
  (_, at) => `list${at}`,
)

/** A policy of lists: an action a condition, so that what is left of each is the whole plan. */
export function listPolicy(random: Random): PolicyFile {
  const others = Array.from({ length: OTHERS }, () => random.pick(PLAN_EXPRESSIONS))
  const rules = [...RARE, ...FAILING_EXPRESSIONS, ...others].map((expr, at) => ({
    actions: [LIST_ACTIONS[at] ?? ''],
    effect: 'EFFECT_ALLOW',
    roles: ['*'],
    // The comment keeps Cerbos from taking it for the rule of another policy.
    condition: { match: { expr: `${expr} // ${at}` } },
  }))
  const content = { resource: LIST, version: 'default', rules }
  return { path: `${LIST}.yaml`, kind: 'resourcePolicy', version: 'default', content, head: {} }
}
