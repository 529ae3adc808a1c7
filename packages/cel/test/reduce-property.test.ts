import fc from 'fast-check'
import { expect, test } from 'vitest'

import { CERBOS_FOLDING, CERBOS_FUNCTIONS } from '../src/cerbos.ts'
import { NOW } from '../src/clock.ts'
import { type Activation, createEnv, type EnvOptions } from '../src/env.ts'
import { print } from '../src/print.ts'
import { type ReduceOptions, reduce } from '../src/reduce.ts'
import { DYN } from '../src/types.ts'
import { Timestamp } from '../src/values.ts'
import { CERBOS_VARIABLES } from './cerbos-variables.ts'
import { randomAttributes, randomExpressions } from './random-expressions.ts'
import { show } from './reference.ts'

const variables = { ...CERBOS_VARIABLES, x: DYN, y: DYN, e: DYN, f: DYN }

/** What may be unknown; the rest is known. */
const split = fc.constantFrom<Pick<ReduceOptions, 'unknown' | 'known'>>(
  {
    unknown: [
      ['R', 'attr'],
      ['R', 'id'],
      ['request', 'resource'],
    ],
  },
  {
    unknown: [['R', 'attr']],
    known: [
      ['R', 'attr', 'a'],
      ['R', 'attr', 'list'],
    ],
  },
  { unknown: [['R', 'attr', 'a'], ['P', 'attr', 'b'], ['x']] },
  { unknown: [['R'], ['V']], known: [['R', 'kind']] },
  { unknown: [['P'], ['request', 'auxData'], ['y']] },
  { unknown: ([root, name, key]) => root === 'R' && (name !== 'attr' || key !== 'b') },
)
const attributes = randomAttributes()
// biome-ignore format: a table
const ATOMS = [
  'true', 'false', '1 / 0 == 1', 'P.id == "p1"', 'R.attr.a', 'R.attr.b', 'P.attr.a', 'P.attr.b', 'x', 'e', 'f', 'V.a', 'R.id == "r1"', 'R.kind == "doc"',
  'has(R.attr.a)', 'has(P.attr.map.a)', 'R.attr.a == P.attr.a', 'R.attr.a == e', 'R.attr.b in P.attr.list', 'e in R.attr.list', 'P.attr.map[R.attr.a] == 1.0',
  'R.attr["a"] == x', 'R.attr[P.attr.name]', 'R.attr.?a.orValue(P.attr.b)', 'P.attr.?b.orValue(R.attr.a)', 'size(R.attr.list) > 1', 'R.attr.map.b == f', 'P.attr.list == R.attr.list',
  'R.attr.?a.optMap(e, e == P.attr.a).orValue(false)', 'math.greatest(1.0, R.attr.a) > 1.0', 'hierarchy(P.id).overlaps(hierarchy(R.attr.a))', 'timestamp(0) < now()',
]
const RANGES = [
  'P.attr.list',
  'R.attr.list',
  '[1.0, R.attr.a]',
  'P.attr.map',
  'R.attr.map',
  '["a", "b"]',
  '[]',
  'request.resource.attr.list',
  'R.attr.a',
  'P.roles',
]
const QUANTIFIERS = ['all', 'exists', 'exists_one']

/** Conditions in which what is known decides often. */
const { condition: conditions } = fc.letrec<{ condition: string }>((tie) => {
  const any = tie('condition')
  const range = fc.constantFrom(...RANGES)
  return {
    condition: fc.oneof(
      { maxDepth: 4, depthSize: 'medium' },
      fc.constantFrom(...ATOMS),
      fc.tuple(any, fc.constantFrom('&&', '||'), any).map(([a, op, b]) => `(${a} ${op} ${b})`),
      fc.tuple(any, fc.constantFrom('==', '!='), any).map(([a, op, b]) => `(${a} ${op} ${b})`),
      any.map((a) => `!(${a})`),
      fc.tuple(any, any, any).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
      fc
        .tuple(
          range,
          fc.constantFrom(...QUANTIFIERS, 'filter', 'map', 'sortBy'),
          fc.constantFrom('e', 'f', 'P'),
          any,
        )
        .map(([over, macro, variable, a]) => `${over}.${macro}(${variable}, ${a})`),
      fc
        .tuple(range, fc.constantFrom(...QUANTIFIERS), any)
        .map(([over, macro, a]) => `${over}.${macro}(e, f, ${a})`),
      fc
        .tuple(fc.constantFrom('e', 'R', 'x'), any, any)
        .map(([name, a, b]) => `cel.bind(${name}, ${a}, ${b})`),
    ),
  }
})
const input = fc.record({
  source: fc.oneof(
    { weight: 3, arbitrary: conditions },
    { weight: 1, arbitrary: randomExpressions(2) },
  ),
  options: split,
  unroll: fc.constantFrom(0, 2, 10),
  condition: fc.boolean(),
  p: attributes,
  r: attributes,
  other: attributes,
})
type Attributes = Readonly<Record<string, unknown>>

function activationOf(p: Attributes, r: Attributes, x: unknown): Activation {
  const P = { id: 'p1', roles: ['user', 'admin'], attr: p, scope: '' }
  const R = { id: 'r1', kind: 'doc', attr: r }
  const request = { principal: P, resource: R, auxData: { jwt: { sub: 'p1', ...r } } }
  const runtime = { effectiveDerivedRoles: ['owner'] }
  const now = new Timestamp(1_780_315_200, 5)
  return { P, R, request, runtime, V: r, C: p, x, y: 2, e: 'b', [NOW]: now }
}

/** The known part of an activation: wherever a path is unknown, something else stands. */
function hidden(activation: Activation, other: Attributes, options: ReduceOptions): Activation {
  const isUnknown = (path: readonly string[]): boolean => {
    if (typeof options.unknown === 'function') return options.unknown(path)
    const depth = (paths: readonly (readonly string[])[] = []): number =>
      Math.max(
        -1,
        ...paths
          .filter((each) => each.every((name, i) => name === path[i]))
          .map((each) => each.length),
      )
    return depth(options.unknown) > depth(options.known)
  }
  const hide = (value: unknown, path: readonly string[]): unknown => {
    const isRecord =
      typeof value === 'object' && value !== null && !Array.isArray(value) && path.length < 4
    if (isRecord && !(value instanceof Timestamp)) {
      const entries = Object.entries(value).map(([name, each]) => [
        name,
        hide(each, [...path, name]),
      ])
      const more = path.length === 2 && isUnknown([...path, 'zz']) ? Object.entries(other) : []
      return Object.fromEntries([
        ...more.filter(([name]) => isUnknown([...path, name])),
        ...entries,
      ])
    }
    return isUnknown(path) ? 'something else' : value
  }
  const names = Object.entries(activation).map(([name, each]) => [
    name,
    name === NOW ? each : hide(each, [name]),
  ])
  return Object.fromEntries(names) as Activation
}

function check(env: EnvOptions, numRuns: number): { residuals: number; smaller: number } {
  const made = createEnv({ functions: CERBOS_FUNCTIONS, folding: CERBOS_FOLDING, ...env })
  const counts = { residuals: 0, smaller: 0 }
  fc.assert(
    fc.property(input, ({ source, options, unroll, condition, p, r, other }) => {
      const compiled = made.compile(source)
      if (!compiled.ok) return
      const full = activationOf(p, r, other.a)
      const asked: ReduceOptions = { ...options, unroll, condition }
      const known = hidden(full, other, asked)
      const outcome = (result: Parameters<typeof show>[0]): string =>
        condition && typeof result !== 'boolean' ? 'error' : show(result)
      const expected = outcome(compiled.program.evaluate(full))
      const reduced = reduce(compiled.program, known, asked)
      if (reduced.kind === 'refused') throw new Error('there is nothing to refuse')
      if (reduced.kind !== 'residual') {
        const got = reduced.kind === 'value' ? outcome(reduced.value) : 'error'
        expect(got, source).toBe(expected)
        return
      }
      const text = print(reduced.expr)
      counts.residuals += 1
      if (text !== print(compiled.program.expr)) counts.smaller += 1
      expect(outcome(reduced.program.evaluate(full)), `${source} → ${text}`).toBe(expected)
      const parsed = made.compile(text)
      if (!parsed.ok) throw new Error(`${source} → ${text}: ${parsed.diagnostics[0]?.message}`)
      // Written anew, a list that was read before is a constant, and `in` forgives what is beside it.
      const forgives = expected === 'error' && / in \[/.test(text)
      if (!forgives) {
        expect(outcome(parsed.program.evaluate(full)), `${source} → ${text}`).toBe(expected)
      }
      expect(print(parsed.program.expr)).toBe(text)
    }),
    { numRuns, ...(process.env.CEL_SEED ? { seed: Number(process.env.CEL_SEED) } : {}) },
  )
  return counts
}

const runs = Number(process.env.CEL_RUNS ?? 600)

test('what is left of an expression means the same, whatever the unknowns are', () => {
  const { residuals, smaller } = check({ variables, check: false }, runs)
  expect(residuals).toBeGreaterThan(runs * 0.2)
  expect(smaller).toBeGreaterThan(runs * 0.1)
})

test('so it does, and still compiles, where types are checked', () => {
  const { residuals, smaller } = check({ variables }, runs)
  expect(residuals).toBeGreaterThan(runs * 0.1)
  expect(smaller).toBeGreaterThan(runs * 0.05)
})
