import fc from 'fast-check'
import { expect, test } from 'vitest'

import { CERBOS_FOLDING, CERBOS_FUNCTIONS } from '../src/cerbos.ts'
import { NOW } from '../src/clock.ts'
import { type Activation, createEnv, type EnvOptions } from '../src/env.ts'
import { CelError } from '../src/errors.ts'
import { ALL_FUNCTIONS } from '../src/functions/library.ts'
import { DYN } from '../src/types.ts'
import { Timestamp, type Value } from '../src/values.ts'
import { CERBOS_VARIABLES } from './cerbos-variables.ts'
import { randomAttributes, randomExpressions } from './random-expressions.ts'
import { evaluate, show } from './reference.ts'

const variables = { ...CERBOS_VARIABLES, x: DYN, y: DYN }
const input = fc.record({
  source: randomExpressions(3),
  p: randomAttributes(),
  r: randomAttributes(),
  v: randomAttributes(),
})

function activationOf({ p, r, v }: Record<'p' | 'r' | 'v', Record<string, unknown>>): Activation {
  const P = { id: 'p1', roles: ['user', 'admin'], attr: p, scope: '' }
  const R = { id: 'r1', kind: 'doc', attr: r }
  const request = { principal: P, resource: R, auxData: { jwt: { sub: 'p1', ...r } } }
  const runtime = { effectiveDerivedRoles: ['owner'] }
  const V = { ...v, b: new CelError('division-by-zero', 'division by zero') }
  const now = new Timestamp(1_780_315_200, 5)
  return { P, R, request, runtime, V, C: v, x: [1n, 'a'], y: 2, [NOW]: now }
}

/** Counts the cases in which the compiled expression and the reference agree; fails where they do not. */
function compare(options: EnvOptions, numRuns: number): { compiled: number; values: number } {
  const env = createEnv({ functions: CERBOS_FUNCTIONS, folding: CERBOS_FOLDING, ...options })
  const counts = { compiled: 0, values: 0 }
  fc.assert(
    fc.property(input, ({ source, ...rest }) => {
      const compiled = env.compile(source)
      if (!compiled.ok) return
      const activation = activationOf(rest)
      const { program } = compiled
      const result = show(program.evaluate(activation))
      if (program.failure !== undefined) {
        expect(result, source).toBe('error')
        return
      }
      const world = { variables, functions: ALL_FUNCTIONS, activation }
      expect(result, source).toBe(show(evaluate(program.expr, world) as Value))
      expect(show(program.evaluate(activation)), `a second time: ${source}`).toBe(result)
      counts.compiled += 1
      if (result !== 'error') counts.values += 1
    }),
    { numRuns, ...(process.env.CEL_SEED ? { seed: Number(process.env.CEL_SEED) } : {}) },
  )
  return counts
}

const runs = Number(process.env.CEL_RUNS ?? 3000)

test('a compiled expression means what walking its tree means, whatever the types', () => {
  const { compiled, values } = compare({ variables, check: false }, runs)
  expect(compiled).toBeGreaterThan(runs * 0.8)
  expect(values).toBeGreaterThan(runs * 0.2)
})

test('so does one whose types were checked', () => {
  const { compiled, values } = compare({ variables }, runs)
  expect(compiled).toBeGreaterThan(runs * 0.2)
  expect(values).toBeGreaterThan(runs * 0.1)
})
