import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { declare, declareFunctions } from '../src/check/declarations.ts'
import { check } from '../src/check.ts'
import { ALL_MACROS } from '../src/extension-macros.ts'
import { ALL_FUNCTIONS } from '../src/functions/library.ts'
import { parse } from '../src/parser.ts'
import { cerbosBinary, compileWithCerbos } from './cerbos.ts'
import { CERBOS_EXPRESSIONS } from './cerbos-expressions.ts'
import { CERBOS_VARIABLES } from './cerbos-variables.ts'
import { withoutHint } from './check-support.ts'
import { randomConditions } from './random-conditions.ts'
import { sampleCall } from './sample-calls.ts'

const DECLARED = ALL_FUNCTIONS.filter(({ undeclared }) => undeclared !== true)

const DECLARATIONS = declare({
  variables: CERBOS_VARIABLES,
  functions: declareFunctions(DECLARED),
})

function messagesFor(source: string): readonly string[] {
  const parsed = parse(source, { macros: ALL_MACROS })
  if (!parsed.ok) return parsed.diagnostics.map(({ message }) => message)
  const result = check(parsed.expr, DECLARATIONS)
  return result.ok ? [] : result.diagnostics.map(({ message }) => message)
}

/** The expressions of which Cerbos says something else. */
function differences(executable: string, expressions: readonly string[]): readonly unknown[] {
  const answers = compileWithCerbos(executable, expressions)
  return expressions.flatMap((source, i) => {
    const expected = comparable((answers[i] ?? []).map(withoutHint))
    const got = comparable(messagesFor(source).map(withoutHint))
    return JSON.stringify(got) === JSON.stringify(expected) ? [] : [{ source, got, expected }]
  })
}

/** Each message once, type variables without their numbers: they count the overloads tried. */
function comparable(messages: readonly string[]): readonly string[] {
  return [...new Set(messages.map((message) => message.replace(/\b_var\d+/g, '_var')))].sort()
}

const binary = cerbosBinary()
const missing = `@cerbos/cerbos-${process.platform}-${process.arch} is not installed`

describe.skipIf(binary === undefined)(
  `Cerbos's own answers${binary === undefined ? ` (${missing})` : ''}`,
  () => {
    test('expressions that Cerbos rejects are rejected with its messages, the others are not', () => {
      expect(differences(binary ?? '', CERBOS_EXPRESSIONS)).toEqual([])
      expect(CERBOS_EXPRESSIONS.length).toBeGreaterThan(350)
    }, 60_000)

    test('every overload exists and has the same result type', () => {
      // Comparing with something else tells the type in the message.
      const calls = DECLARED.flatMap((overload) => sampleCall(overload) ?? [])
      const expressions = [...new Set(calls)].map((call) => `${call} == G`)
      expect(differences(binary ?? '', expressions)).toEqual([])
      expect(expressions.length).toBeGreaterThan(300)
    }, 60_000)

    test('the same holds for random expressions', () => {
      const expressions = fc.sample(randomConditions(), { seed: 1, numRuns: 1000 })
      expect(differences(binary ?? '', expressions)).toEqual([])
    }, 60_000)
  },
)
