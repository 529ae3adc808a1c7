import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'

import { compilePolicies } from '../src/compile-policies.ts'
import { renderDiagnostics } from '../src/render-diagnostics.ts'

function compile(text: string): void {
  const files = [{ path: 'a.yaml', text }]
  const { policySet, diagnostics } = compilePolicies(files)
  const hasError = diagnostics.some(({ severity }) => severity === 'error')
  expect(policySet === undefined).toBe(hasError)
  expect(typeof renderDiagnostics(diagnostics, files, { colour: true })).toBe('string')
  for (const { line, column, excerpt } of diagnostics) {
    expect(excerpt.at(-1)?.number).toBe(line)
    expect(column).toBeGreaterThan(0)
  }
}

const word = fc.constantFrom(
  ...['apiVersion', 'api.cerbos.dev/v1', 'resourcePolicy', 'rolePolicy', 'principalPolicy'],
  ...['derivedRoles', 'exportVariables', 'exportConstants', 'rules', 'actions', 'effect', 'roles'],
  ...['condition', 'match', 'all', 'any', 'of', 'expr', 'output', 'when', 'variables', 'local'],
  ...['import', 'definitions', 'name', 'version', 'scope', 'resource', 'schemas', 'metadata'],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'EFFECT_ALLOW', 'default', '<<'],
  ...['V.a', 'C.b', 'P.attr.x == R.attr.y', '1 +', '*', '&a', '*a', '', '---', '? ', '!!str', '%'],
)

const yamlish = fc
  .array(
    fc.oneof(
      word,
      fc.constantFrom(': ', '\n', '  ', '- ', '[', ']', '{', '}', ',', '|', '>', '"', "'", '#'),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''))

const { value: tree } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 7, depthSize: 'medium' },
    word,
    fc.constantFrom(null, true, 0, 1, 2, 1.5, -1, Number.MAX_SAFE_INTEGER),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.tuple(word, tie('value')), { maxLength: 5 }).map((entries) => new Map(entries)),
  ),
}))

describe('no file makes the compiler throw, and no file with an error makes a policy set', () => {
  test('any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), compile), { seed: 1 })
  })

  test('text of YAML and policy words', () => {
    fc.assert(fc.property(yamlish, compile), { seed: 2, numRuns: 1000 })
  })

  test('documents of policy words in any arrangement', () => {
    const document = tree.map((value) => stringify(value, { aliasDuplicateObjects: false }))
    fc.assert(fc.property(document, compile), { seed: 3, numRuns: 1000 })
  })

  test.each([
    ['lists', '['.repeat(50_000)],
    ['mappings', '{a: '.repeat(50_000)],
    ['block lists', '- '.repeat(50_000)],
    ['conditions', `${'{all: {of: ['.repeat(5000)}`],
  ])('%s nested very deep', (_, text) => {
    compile(text)
  })

  test('aliases that stand for billions of values', () => {
    const lines = Array.from({ length: 40 }, (_, index) => {
      return `a${index}: &a${index} [${index === 0 ? '1' : `*a${index - 1}, *a${index - 1}`}]`
    })
    const { diagnostics } = compilePolicies([{ path: 'a.yaml', text: lines.join('\n') }])
    expect(diagnostics.map(({ code }) => code)).toEqual(['yaml-too-complex'])
  })
})
