import type { Random } from '../random.ts'

/** What an expression of a document can read. */
export interface Readable {
  readonly variables: readonly string[]
  readonly constants: readonly string[]
}

// biome-ignore format: a table
const PLAIN: readonly string[] = [
  'true', 'R.attr.owner == P.id', 'request.resource.attr.public', 'P.attr.level > 2', '"x" in R.attr.tags',
  'R.attr.tags.exists(t, t == P.attr.team)', 'has(R.attr.team) && R.attr.team in P.attr.teams', 'size(P.roles) > 1',
  'now() > timestamp("2024-01-01T00:00:00Z")', 'request.auxData.jwt.iss == "a"', 'R.attr.text.matches("^a.*")', 'G.stage == "prod"',
  'P.attr.email.endsWith("@example.com")', 'hierarchy(R.attr.path).ancestorOf(hierarchy("a.b"))', '"a" == \'a\'', 'R.id != P.id', 'has(V.?unknown)',
]

/** An expression that compiles. */
export function goodExpression(random: Random, { variables, constants }: Readable): string {
  const parts = Array.from({ length: 1 + random.below(2) }, () => {
    if (variables.length > 0 && random.chance(0.3))
      return useOf('V', random.pick(variables), random)
    if (constants.length > 0 && random.chance(0.3))
      return useOf('C', random.pick(constants), random)
    return random.pick(PLAIN.slice(0, -1))
  })
  return parts.join(random.pick([' && ', ' || ']))
}

function useOf(root: 'V' | 'C', name: string, random: Random): string {
  const long = root === 'V' ? 'variables' : 'constants'
  return random.pick([`${root}.${name} == 1`, `${long}.${name} != "x"`, `has(${root}.${name})`])
}

/** Expressions that do not compile, by what is wrong. */
// biome-ignore format: a table
export const BAD_EXPRESSIONS: Readonly<Record<'syntax' | 'types' | 'names', readonly string[]>> = {
  syntax: ['1 +', 'R.attr.x ==', '(P.id', 'P.id)', 'a b', '', ' ', '"open', 'R.attr.x = 1', 'R.attr.x && && P.id', '[1, 2', '1 ? 2', '&& true', 'R..attr', '{1: }', 'x.exists(', '@', 'true !'],
  types: ['1 == "a"', '1 + "a"', '1 == 1.0', '!1', '"a" && true', '"a".size() == "b"', 'true ? 1 : "a" + 1', 'timestamp("x")', 'R.attr.x.matches("[")', '[1].exists(i, i)', 'size(1)', '1 in 2', 'duration("1y")'],
  names: ['nothing', 'R.owner == P.id', 'P.attribute.x', 'foo()', 'R.attr.x.foo(1)', 'request.subject.id', 'nothing && other', 'R.attr.tags.any(t, t)', 'math.max(1, 2)', 'P.role == "a"', 'runtime.roles'],
}
