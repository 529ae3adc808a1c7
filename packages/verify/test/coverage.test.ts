import { compilePolicies, type LinkedPolicySet } from '@lockstitch/policy'
import { expect, test } from 'vitest'

import { belowThreshold, type CoverageReport, createCoverage } from '../src/coverage.ts'
import { coverageHtml } from '../src/report/coverage-html.ts'
import { coverageText } from '../src/report/coverage-text.ts'
import { runTests } from '../src/run.ts'

const POLICIES = [
  {
    path: 'roles.yaml',
    text: `apiVersion: api.cerbos.dev/v1
derivedRoles:
  name: roles
  definitions:
    - name: owner
      parentRoles: [user]
      condition: {match: {expr: R.attr.owner == P.id}}
`,
  },
  {
    path: 'doc.yaml',
    text: `apiVersion: api.cerbos.dev/v1
resourcePolicy:
  version: default
  resource: doc
  importDerivedRoles: [roles]
  rules:
    - {name: view, actions: [view], effect: EFFECT_ALLOW, roles: [user]}
    - name: edit
      actions: [edit]
      effect: EFFECT_ALLOW
      derivedRoles: [owner]
      condition: {match: {expr: R.attr.open && R.attr.size < 10.0}}
    - name: archive
      actions: [archive]
      effect: EFFECT_ALLOW
      roles: [user]
      condition: {match: {all: {of: [{expr: R.attr.open}, {expr: R.attr.missing == 1}]}}}
    - {name: never, actions: [never], effect: EFFECT_DENY, roles: [user]}
`,
  },
]

const SUITE = `name: S
principals:
  p: {id: p, roles: [user]}
resources:
  own: {kind: doc, id: own, attr: {owner: p, open: true, size: 5}}
  large: {kind: doc, id: large, attr: {owner: p, open: true, size: 50}}
tests:
  - name: t
    input: {principals: [p], resources: [own, large], actions: [view, edit, archive]}
    expected:
      - {principal: p, resources: [own, large], actions: {view: EFFECT_ALLOW}}
`

function policySet(): LinkedPolicySet {
  const compiled = compilePolicies(POLICIES, { compat: 'cerbos' }).policySet
  if (compiled === undefined) throw new Error('the policies do not compile')
  return compiled
}

function cover(suite: string): CoverageReport {
  const policies = policySet()
  const coverage = createCoverage(policies)
  runTests(policies, [{ path: 'a_test.yaml', text: suite }], { coverage })
  return coverage.report()
}

test('a rule is covered when it took effect', () => {
  const rules = cover(SUITE).rules.map(({ name, reached, applied }) => ({ name, reached, applied }))
  expect(rules).toEqual([
    { name: 'view', reached: 2, applied: 2 },
    { name: 'edit', reached: 2, applied: 1 },
    { name: 'archive', reached: 2, applied: 0 },
    { name: 'never', reached: 0, applied: 0 },
    { name: 'owner', reached: 2, applied: 2 },
  ])
})

test('of a condition each part counts, true and false', () => {
  const parts = cover(SUITE).rules.flatMap(({ conditions }) => conditions)
  const outcomes = parts.map((each) => [each.text, each.true, each.false, each.error])
  expect(outcomes).toEqual([
    ['R.attr.open && R.attr.size < 10.0', 1, 1, 0],
    ['R.attr.open', 2, 0, 0],
    ['R.attr.size < 10.0', 1, 1, 0],
    ['R.attr.open', 2, 0, 0],
    ['R.attr.missing == 1', 0, 0, 2],
    ['R.attr.owner == P.id', 2, 0, 0],
  ])
})

test('without tests nothing is covered', () => {
  const report = createCoverage(policySet()).report()
  expect([report.rulesCovered, report.rules.length]).toEqual([0, 5])
})

test('a filter leaves out what it leaves out', () => {
  const policies = policySet()
  const coverage = createCoverage(policies)
  const files = [{ path: 'a_test.yaml', text: SUITE }]
  runTests(policies, files, { coverage, filter: { action: ['view'] } })
  expect(coverage.report().rulesCovered).toBe(1)
})

test('a threshold that is not reached is told, one that is reached is not', () => {
  const report = cover(SUITE)
  expect(belowThreshold(report, { rules: 60 })).toEqual([])
  expect(belowThreshold(report, { rules: 61, conditions: 99 })).toEqual([
    'rules covered: 60.0 %, expected at least 61 %',
    'outcomes of conditions covered: 58.3 %, expected at least 99 %',
  ])
})

test('as text', () => {
  expect(coverageText(cover(SUITE))).toMatchSnapshot()
})

test('as a page that needs no other file and shows names as they are', () => {
  const page = coverageHtml(cover(SUITE))
  expect(page).toContain('R.attr.size &lt; 10.0')
  expect(page).not.toMatch(/<script|<link|src=|url\(|@import/)
  expect(page).toMatch(
    /<html lang="en">[\s\S]*<main>[\s\S]*<h1>[\s\S]*<th scope="col">[\s\S]*<th scope="row">/,
  )
  expect(page).toContain('prefers-color-scheme: dark')
})
