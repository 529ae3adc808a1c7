import { readFileSync } from 'node:fs'

import { describe, expect, test } from 'vitest'

import { CERBOS_FOLDING, CERBOS_FUNCTIONS } from '../src/cerbos.ts'
import { NOW } from '../src/clock.ts'
import { createEnv } from '../src/env.ts'
import { CelError } from '../src/errors.ts'
import { type JsonValue, toJson } from '../src/to-json.ts'
import { Timestamp } from '../src/values.ts'
import { CERBOS_VARIABLES } from './cerbos-variables.ts'

type Outcome = 'does not compile' | 'error' | { readonly value: JsonValue }

/** What the real Cerbos 0.55.0 answered, asked with the attributes of a resource. */
const groups = JSON.parse(
  readFileSync(new URL('./cerbos-answers.json', import.meta.url), 'utf8'),
) as readonly {
  readonly attr: Readonly<Record<string, JsonValue>>
  readonly cases: Readonly<Record<string, Outcome>>
}[]

/** Where ours is another answer, with the reason. */
const IN_CONTAINERS = 'values that cannot be compared are unequal, in Cerbos they count as equal'
const ANOTHER_TYPE = 'a string in a list is no SPIFFE ID'
const KNOWN: Readonly<Record<string, string>> = {
  '[dyn(hierarchy("a.b"))] == ["a.b"]': IN_CONTAINERS,
  '{"a": dyn(hierarchy("a.b"))} == {"a": "a.b"}': IN_CONTAINERS,
  '{"a": dyn(hierarchy("a"))} != {"a": R.attr.s}': IN_CONTAINERS,
  '[dyn(spiffeID("spiffe://a.b/c"))] == [1]': IN_CONTAINERS,
  'dyn(spiffeID("spiffe://a.b/c")) in ["spiffe://a.b/c"]': ANOTHER_TYPE,
  '"spiffe://a.b/c" in [spiffeID("spiffe://a.b/c"), dyn(1)]': ANOTHER_TYPE,
}

const env = createEnv({
  variables: CERBOS_VARIABLES,
  functions: CERBOS_FUNCTIONS,
  folding: CERBOS_FOLDING,
})
const P = { id: 'p1', roles: ['user', 'admin'], attr: {} }

function outcome(source: string, attr: Readonly<Record<string, JsonValue>>): Outcome {
  const compiled = env.compile(source)
  if (!compiled.ok) return 'does not compile'
  const R = { id: 'r1', attr }
  const result = compiled.program.evaluate({
    P,
    R,
    request: { principal: P, resource: R },
    runtime: { effectiveDerivedRoles: [] },
    [NOW]: new Timestamp(1_780_315_200, 0),
  })
  const value = result instanceof CelError ? result : toJson(result)
  // The record is JSON as JavaScript writes it, which has no -0.
  return value instanceof CelError ? 'error' : { value: JSON.parse(JSON.stringify(value)) }
}

describe.each(groups)('answers of Cerbos, $#', ({ attr, cases }) => {
  test.each(Object.entries(cases).filter(([source]) => !(source in KNOWN)))(
    '%s',
    (source, expected) => {
      expect(outcome(source, attr)).toEqual(expected)
    },
  )

  test.each(Object.entries(cases).filter(([source]) => source in KNOWN))(
    'still differs: %s',
    (source, expected) => {
      expect(outcome(source, attr)).not.toEqual(expected)
    },
  )
})
