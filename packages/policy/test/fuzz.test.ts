import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Pair, parseDocument, stringify, visit } from 'yaml'

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

const punctuation = fc.constantFrom(
  ...[': ', '\n', '  ', '- ', '[', ']', '{', '}', ',', '|', '>', '"', "'", '#'],
)

/** One policy of each kind, with most fields. */
const POLICIES: readonly string[] = [
  `apiVersion: api.cerbos.dev/v1
metadata: {annotations: {team: docs}, hash: 1}
resourcePolicy:
  resource: document
  version: default
  importDerivedRoles: [common]
  variables: {import: [flags], local: {mine: R.attr.owner == P.id}}
  constants: {import: [limits], local: {most: 3}}
  rules:
    - &rule
      name: view
      actions: [view, "list:*"]
      effect: EFFECT_ALLOW
      roles: [user]
      condition: {match: {any: {of: [{expr: V.mine && V.small}, {expr: C.most > C.limit}]}}}
      output:
        when:
          ruleActivated: '"yes"'
          conditionNotMet: |-
            "no"
    - <<: *rule
      name: edit
      derivedRoles: [owner]
`,
  `apiVersion: api.cerbos.dev/v1
principalPolicy:
  principal: maya@example.com
  version: default
  rules:
    - resource: document
      actions:
        - {action: "*", effect: EFFECT_DENY, condition: {match: {expr: R.attr.locked}}}
`,
  `apiVersion: api.cerbos.dev/v1
rolePolicy:
  role: editor
  version: default
  parentRoles: [user]
  rules:
    - {resource: document, allowActions: [view, edit]}
`,
  `apiVersion: api.cerbos.dev/v1
derivedRoles:
  name: common
  definitions:
    - {name: owner, parentRoles: [user], condition: {match: {expr: R.attr.owner == P.id}}}
`,
  `apiVersion: api.cerbos.dev/v1
exportVariables: {name: flags, definitions: {small: R.attr.size < 10}}
`,
  `apiVersion: api.cerbos.dev/v1
exportConstants: {name: limits, definitions: {limit: 1, names: [a, b]}}
`,
]

function changeLine(lines: string[], from: number, to: number, how: string): string[] {
  const [index, target] = [from % lines.length, to % lines.length]
  const line = lines[index] ?? ''
  if (how === 'indent') return lines.with(index, ' '.repeat(to % 5) + line.trimStart())
  if (how === 'copy') return lines.toSpliced(target, 0, line)
  const rest = lines.toSpliced(index, 1)
  return how === 'drop' && rest.length > 0 ? rest : rest.toSpliced(target, 0, line)
}

const yamlish = fc
  .array(fc.oneof(word, punctuation), { maxLength: 60 })
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

  test('bytes that are put into policies, taken out and turned over', () => {
    const edit = fc.record({
      at: fc.nat(),
      removed: fc.nat({ max: 8 }),
      added: fc.oneof(fc.string({ unit: 'binary', maxLength: 4 }), word, punctuation),
    })
    const edited = fc
      .tuple(fc.constantFrom(...POLICIES), fc.array(edit, { minLength: 1, maxLength: 6 }))
      .map(([policy, edits]) =>
        edits.reduce((text, { at, removed, added }) => {
          const start = at % (text.length + 1)
          return text.slice(0, start) + added + text.slice(start + removed)
        }, policy),
      )
    fc.assert(fc.property(edited, compile), { seed: 4, numRuns: 1500 })
  })

  test('lines of policies that are moved, repeated and indented otherwise', () => {
    const change = fc.tuple(fc.nat(), fc.nat(), fc.constantFrom('move', 'copy', 'indent', 'drop'))
    const changed = fc
      .tuple(fc.constantFrom(...POLICIES), fc.array(change, { minLength: 1, maxLength: 6 }))
      .map(([policy, changes]) =>
        changes
          .reduce((lines, [from, to, how]) => changeLine(lines, from, to, how), policy.split('\n'))
          .join('\n'),
      )
    fc.assert(fc.property(changed, compile), { seed: 5, numRuns: 1500 })
  })

  test('values of policies that are replaced by any value', () => {
    const replaced = fc
      .tuple(fc.constantFrom(...POLICIES), fc.nat(), tree)
      .map(([policy, index, value]) => {
        const document = parseDocument(policy)
        const pairs: Pair[] = []
        visit(document, { Pair: (_key, found) => void pairs.push(found) })
        const pair = pairs[index % pairs.length]
        if (pair) pair.value = document.createNode(value, { aliasDuplicateObjects: false })
        return document.toString()
      })
    fc.assert(fc.property(replaced, compile), { seed: 6, numRuns: 1500 })
  })

  test.each([
    ['a whole number of a million digits', `version: ${'9'.repeat(1_000_000)}`],
    ['a decimal number of a million digits', `version: 1.${'0'.repeat(1_000_000)}1`],
    ['an exponent beyond every number', `version: 1.0e${'9'.repeat(1000)}`],
    ['a binary number of a million digits', `version: 0b${'1'.repeat(1_000_000)}`],
    ['a key of a million characters', `${'k'.repeat(1_000_000)}: 1`],
    ['ten thousand keys', Array.from({ length: 10_000 }, (_, index) => `k${index}: 1`).join('\n')],
    ['a scope of ten thousand names', `scope: ${'a.'.repeat(10_000)}a`],
    ['a rule name that backtracks', `name: ${'a'.repeat(10_000)}!`],
    [
      'an expression nested very deep',
      `name: x\n  variables: {local: {a: '${'('.repeat(20_000)}'}}`,
    ],
    [
      'a variable that is read a thousand times',
      `name: x\n  variables: {local: {a: '${'V.b + '.repeat(1000)}1'}}`,
    ],
    [
      'an anchor in every value',
      Array.from({ length: 5000 }, (_, index) => `a${index}: &a${index} *a${index - 1}`).join('\n'),
    ],
  ])('%s', (_, fields) => {
    const body = fields.replaceAll('\n', '\n  ')
    compile(`apiVersion: api.cerbos.dev/v1\nderivedRoles:\n  ${body}\n`)
    compile(`apiVersion: api.cerbos.dev/v1\nresourcePolicy:\n  ${body}\n`)
  })

  test('merge keys that multiply', () => {
    const lines = Array.from({ length: 30 }, (_, index) => {
      const merge =
        index === 0 ? 'x: 1' : `<<: *m${index - 1}, a: *m${index - 1}, b: *m${index - 1}`
      return `m${index}: &m${index} {${merge}}`
    })
    compile(lines.join('\n'))
  })

  test('a file with an error keeps the whole set from being used', () => {
    const damaged = fc.tuple(fc.constantFrom(...POLICIES), fc.nat(), fc.nat({ max: 20 }))
    const property = fc.property(damaged, ([policy, at, removed]) => {
      const start = at % policy.length
      const text = policy.slice(0, start) + policy.slice(start + removed)
      const files = [...POLICIES, text].map((each, index) => ({
        path: `${index}.yaml`,
        text: each,
      }))
      const { policySet, diagnostics } = compilePolicies(files)
      const hasError = diagnostics.some(({ severity }) => severity === 'error')
      expect(policySet === undefined).toBe(hasError)
    })
    fc.assert(property, { seed: 7, numRuns: 300 })
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
