import { compilePolicies } from '@lockstitch/policy'
import { describe, expect, test } from 'vitest'

import { githubReport } from '../src/report/github.ts'
import { junitReport } from '../src/report/junit.ts'
import { listReport } from '../src/report/list.ts'
import { tapReport } from '../src/report/tap.ts'
import { treeReport } from '../src/report/tree.ts'
import type { TestResults } from '../src/results.ts'
import { type RunOptions, runTests } from '../src/run.ts'
import { cerbosCompile, findCerbos } from './cerbos-compile.ts'
import { POLICY } from './suite-cases.ts'

const cerbos = findCerbos()

const FIXTURES = `principals:
  p: {id: p, roles: [user], attr: {y: 1}}
  q: {id: q, roles: [guest]}
resources:
  r: {kind: doc, id: r, attr: {x: 2}}
  s: {kind: nothing, id: s}
`
/** A suite of every sort, with one of each sort of row. */
const FILES: Readonly<Record<string, string>> = {
  'a_test.yaml': `name: <Documents> & "more"
description: What comes of it
${FIXTURES}tests:
  - name: rights
    input: {principals: [p, q], resources: [r, s], actions: [view, edit, fail]}
    expected:
      - {principal: p, resource: r, actions: {view: EFFECT_ALLOW, edit: EFFECT_ALLOW, fail: EFFECT_DENY}}
      - {principal: q, resource: r, actions: {view: EFFECT_ALLOW}}
      - {principal: q, resource: s, actions: {view: EFFECT_ALLOW}}
  - name: outputs
    input: {principals: [p], resources: [r], actions: [view, fail, edit, nothing]}
    expected:
      - principal: p
        resource: r
        actions: {view: EFFECT_ALLOW, fail: EFFECT_ALLOW, nothing: EFFECT_ALLOW}
        outputs:
          - {action: view, expected: [{src: "resource.doc.vdefault#view", val: {a: "]]>"}}]}
          - {action: fail, expected: [{src: "resource.doc.vdefault#fail", val: 1}]}
          - {action: edit, expected: [{src: "resource.doc.vdefault#edit", val: "no"}]}
          - {action: nothing, expected: [{src: "resource.doc.vdefault#other"}]}
  - name: later
    skip: true
    skipReason: not yet
    input: {principals: [p], resources: [r], actions: [view]}
    expected:
      - {principal: p, resource: r, actions: {view: EFFECT_ALLOW}}
`,
  'b_test.yaml': `name: Passes
${FIXTURES}tests:
  - name: view
    input: {principals: [p], resources: [r], actions: [view]}
    expected:
      - {principal: p, resource: r, actions: {view: EFFECT_ALLOW}}
`,
  'c_test.yaml': `name: Skipped
skip: true
skipReason: so
${FIXTURES}tests:
  - name: view
    input: {principals: [p], resources: [r], actions: [view]}
    expected:
      - {principal: p, resource: r, actions: {view: EFFECT_ALLOW}}
`,
  'd_test.yaml': `name: Time
${FIXTURES}tests:
  - name: time
    input: {principals: [p], resources: [r], actions: [later]}
    expected:
      - {principal: p, resource: r, actions: {later: EFFECT_ALLOW}}
`,
  'e_test.yaml': 'name: Broken\ntests: []\nfoo: 1\n',
}

function run(files: Readonly<Record<string, string>>, options: RunOptions = {}): TestResults {
  const { policySet } = compilePolicies([{ path: 'doc.yaml', text: POLICY }], { compat: 'cerbos' })
  if (policySet === undefined) throw new Error('the policy does not compile')
  const sources = Object.entries(files).map(([path, text]) => ({ path, text }))
  return runTests(policySet, sources, options)
}

const plain: RunOptions = { explainFailures: false }

describe.runIf(cerbos !== undefined)(
  'reports are to the letter what the real Cerbos prints',
  () => {
    // biome-ignore format: table
    const reports = [
    { name: 'tree',  args: ['--test-output=tree'],  report: (results: TestResults) => treeReport(results) },
    { name: 'list',  args: ['--test-output=list'],  report: (results: TestResults) => listReport(results) },
    { name: 'junit', args: ['--test-output=junit'], report: (results: TestResults) => junitReport(results) },
    { name: 'junit, verbose', args: ['--test-output=junit', '--verbose'], report: (results: TestResults) => junitReport(results, { verbose: true }) },
  ]
    const only = (...names: readonly string[]) =>
      Object.fromEntries(Object.entries(FILES).filter(([name]) => names.includes(name)))
    const directories = {
      everything: FILES,
      'what passes': only('b_test.yaml'),
      'what is skipped': only('c_test.yaml'),
      nothing: {},
    }
    const cases = reports.flatMap((report) =>
      Object.entries(directories).map(([what, files]) => ({ ...report, what, files })),
    )
    test.each(cases)('$name of $what', async ({ args, report, files }) => {
      const theirs = await cerbosCompile(cerbos ?? '', { 'doc.yaml': POLICY, ...files }, args)
      expect(report(run(files, plain))).toBe(theirs.stdout.replaceAll('\u00a0', ' '))
    })

    test.each(reports)('$name of one action', async ({ args, report }) => {
      const filter = ['--test-filter=action=view']
      const theirs = await cerbosCompile(cerbos ?? '', { 'doc.yaml': POLICY, ...FILES }, [
        ...args,
        ...filter,
      ])
      const ours = run(FILES, { ...plain, filter: { action: ['view'] } })
      expect(report(ours)).toBe(theirs.stdout.replaceAll('\u00a0', ' '))
    })
  },
)

test('verbose trees show what passed, with its outputs', () => {
  expect(
    treeReport(run({ 'b_test.yaml': FILES['b_test.yaml'] ?? '' }), { verbose: true }),
  ).toMatchSnapshot()
})

test('a failure comes with its reason', () => {
  expect(treeReport(run(FILES))).toMatchSnapshot()
})

test('a verbose failure comes with the whole explanation', () => {
  const text = treeReport(run(FILES), { verbose: true })
  expect(text).toContain('ALLOW  fail on doc/r for p (roles: user)')
})

test('TAP', () => {
  expect(tapReport(run(FILES))).toMatchSnapshot()
})

test('annotations for GitHub', () => {
  expect(githubReport(run(FILES), { directory: 'policies/' })).toMatchSnapshot()
})

test('colours are there when they are asked for', () => {
  const plainText = treeReport(run(FILES))
  const coloured = treeReport(run(FILES), { colour: true })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  expect(coloured.replace(/\u001b\[[\d;]*m/g, '')).toBe(plainText)
  expect(coloured).not.toBe(plainText)
})
