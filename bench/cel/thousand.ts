import type { Evaluate } from './contenders.ts'

/** A condition as CEL and as the JavaScript that says the same. */
export interface Condition {
  readonly source: string
  readonly byHand: Evaluate
}

interface Term {
  readonly cel: string
  readonly js: string
}

type Pick = (below: number) => number

const DEPARTMENTS = ['marketing', 'sales', 'finance', 'legal', 'hr', 'support', 'design']

/** The kinds of terms that policies are made of; each choice of numbers makes another one. */
// biome-ignore format: a table
const TERMS: readonly ((pick: Pick) => Term)[] = [
  () => ({ cel: 'R.attr.owner == P.id', js: 'R.attr.owner === P.id' }),
  (pick) => same('R.attr.level ==', 'R.attr.level ===', pick(5)),
  (pick) => same('R.attr.amount >', 'R.attr.amount >', pick(2000)),
  (pick) => same('P.attr.level >=', 'P.attr.level >=', pick(4)),
  (pick) => same('size(R.attr.tags) >', 'R.attr.tags.length >', pick(8)),
  (pick) => departments(DEPARTMENTS.slice(pick(4)).slice(0, 1 + pick(4))),
  (pick) => text(`"${['admin', 'user', 'editor', 'auditor'][pick(4)]}" in P.roles`, (role) => `P.roles.includes(${role})`),
  (pick) => text(`R.attr.path.startsWith("/docs/${'abc'[pick(3)]}")`, (prefix) => `R.attr.path.startsWith(${prefix})`),
  (pick) => text(`P.attr.email.endsWith("${pick(16)}@example.com")`, (suffix) => `P.attr.email.endsWith(${suffix})`),
  (pick) => text(`R.attr.scope != "acme.${pick(9)}"`, (scope) => `R.attr.scope !== ${scope}`),
  () => ({ cel: 'has(P.attr.region) && P.attr.region == R.attr.region', js: 'P.attr.region !== undefined && P.attr.region === R.attr.region' }),
  () => ({ cel: 'hasIntersection(P.attr.teams, R.attr.teams)', js: 'P.attr.teams.some((team) => R.attr.teams.includes(team))' }),
  (pick) => shares(pick(4)),
  (pick) => { const field = [0, 4, 8, 12, 16][pick(5)]; return { cel: `R.attr.f${field} == "v${field}"`, js: `R.attr.f${field} === "v${field}"` } },
]

function same(cel: string, js: string, number: number): Term {
  return { cel: `${cel} ${number}`, js: `${js} ${number}` }
}

function text(cel: string, js: (literal: string) => string): Term {
  const literal = /"[^"]*"/.exec(cel)?.[0] ?? ''
  return { cel, js: js(literal) }
}

function departments(names: readonly string[]): Term {
  const list = JSON.stringify(names)
  return { cel: `P.attr.department in ${list}`, js: `${list}.includes(P.attr.department)` }
}

function shares(level: number): Term {
  return {
    cel: `R.attr.shares.exists(s, s.user == P.id && s.level >= ${level})`,
    js: `R.attr.shares.some((s) => s.user === P.id && s.level >= ${level})`,
  }
}

/** Different conditions of two or three terms, the same ones each time. */
export function thousandConditions(): readonly Condition[] {
  const pick = seeded(1)
  const conditions = new Map<string, Condition>()
  while (conditions.size < 1000) {
    const terms = Array.from({ length: 2 + pick(2) }, () => termAt(pick(TERMS.length))(pick))
    const operator = pick(3) === 0 ? ' || ' : ' && '
    const source = terms.map(({ cel }) => `(${cel})`).join(operator)
    const js = terms.map((term) => `(${term.js})`).join(operator)
    // What a programmer would have typed a thousand times; a function each, as those would be.
    const byHand = new Function('{ P, R }', `return ${js}`) as Evaluate
    conditions.set(source, { source, byHand })
  }
  return [...conditions.values()]
}

function termAt(index: number): (pick: Pick) => Term {
  return TERMS[index] as (pick: Pick) => Term // Picked below the length.
}

/** A linear congruential generator: the same numbers each time. */
function seeded(seed: number): Pick {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}
