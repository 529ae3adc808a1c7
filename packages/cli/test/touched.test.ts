import { compilePolicies } from '@lockstitch/policy'
import { findTestSuites, runTests, type SuiteResults } from '@lockstitch/verify'
import { describe, expect, test } from 'vitest'

import { type TestedWith, untouchedBy } from '../src/compile/touched.ts'

const HEAD = 'apiVersion: api.cerbos.dev/v1\n'
const policy = (kind: string, effect = 'ALLOW', fields = ''): string =>
  `${HEAD}resourcePolicy: {resource: ${kind}, version: default${fields}, importDerivedRoles: [common], rules: [{actions: [view], effect: EFFECT_${effect}, derivedRoles: [owner]}]}\n`
const roles = (expr: string): string =>
  `${HEAD}derivedRoles: {name: common, definitions: [{name: owner, parentRoles: [user], condition: {match: {expr: ${expr}}}}]}\n`
const suite = (kind: string, effect = 'ALLOW'): string =>
  `{name: ${kind}, principals: {p: {id: p, roles: [user]}}, resources: {r: {kind: ${kind}, id: r}}, tests: [{name: t, input: {principals: [p], resources: [r], actions: [view]}, expected: [{principal: p, resource: r, actions: {view: EFFECT_${effect}}}]}]}\n`

type Files = Readonly<Record<string, string>>

const FILES: Files = {
  'roles.yaml': roles('"true"'),
  'document.yaml': policy('document'),
  'folder.yaml': policy('"my:folder"'),
  'document_test.yaml': suite('document'),
  'sub/folder_test.yaml': suite('"my:folder"'),
  'sub/broken_test.yaml': 'name: broken\n',
}
const SCHEMA = '{"type": "object"}'

interface Run {
  readonly tested: TestedWith
  readonly suites: readonly SuiteResults[]
}

function runAll(texts: Files): Run {
  const files = Object.entries(texts).map(([path, text]) => ({ path, text }))
  const isTest = (path: string): boolean => /_test\.yaml$|testdata/.test(path)
  const policyFiles = files.filter(({ path }) => !isTest(path))
  const testFiles = files.filter(({ path }) => isTest(path))
  const { policySet, diagnostics } = compilePolicies(policyFiles, { compat: 'cerbos' })
  if (policySet === undefined) throw new Error(diagnostics.map(({ message }) => message).join())
  const { suites } = runTests(policySet, testFiles, { explainFailures: false })
  return { tested: { policySet, policyFiles, testFiles }, suites }
}

/** The suites that are run again, of which the others have the same results as before. */
function rerun(before: Files, after: Files): readonly string[] {
  const [old, young] = [runAll(before), runAll(after)]
  const kept = old.suites.filter(untouchedBy(old.tested, young.tested))
  for (const each of kept) {
    expect(young.suites.find(({ file }) => file === each.file)).toEqual(each)
  }
  const names = new Set(kept.map(({ file }) => file))
  return findTestSuites(young.tested.testFiles).flatMap(({ path }) => (names.has(path) ? [] : path))
}

const ALL = ['document_test.yaml', 'sub/broken_test.yaml', 'sub/folder_test.yaml']
const OF_DOCUMENT = ['document_test.yaml', 'sub/broken_test.yaml']
const OF_FOLDER = ['sub/broken_test.yaml', 'sub/folder_test.yaml']

describe('what a change makes run again', () => {
  // biome-ignore format: table
  test.each<[rule: string, change: Files, again: readonly string[]]>([
    ['nothing changed',                          {}, []],
    ['the rules of a policy: tests of its kind, and what could not be run', { 'document.yaml': policy('document', 'DENY') }, OF_DOCUMENT],
    ['a kind that is written in another way',    { 'folder.yaml': policy('"my:folder"', 'DENY') }, OF_FOLDER],
    ['what policies import',                     { 'roles.yaml': roles('"false"') }, ALL],
    ['a new policy, by which a scope exists',    { 'acme.yaml': policy('document', 'DENY', ', scope: acme') }, ALL],
    ['a policy that becomes one of another kind', { 'document.yaml': policy('page') }, ALL],
    ['the permissions of a scope',               { 'document.yaml': policy('document', 'ALLOW', ', scopePermissions: SCOPE_PERMISSIONS_OVERRIDE_PARENT') }, ALL],
    ['a schema',                                 { '_schemas/document.json': SCHEMA }, ALL],
    ['a test',                                   { 'document_test.yaml': suite('document', 'DENY') }, ['document_test.yaml']],
    ['a new test',                               { 'sub/new_test.yaml': suite('document') }, ['sub/new_test.yaml']],
    ['fixtures: the suites beside them',         { 'sub/testdata/principals.yaml': 'principals: {q: {id: q, roles: [user]}}\n' }, OF_FOLDER],
  ])('%s', (_, change, again) => {
    expect(rerun(FILES, { ...FILES, ...change })).toEqual(again)
  })

  test('a policy that goes', () => {
    const { 'document.yaml': _, ...others } = FILES
    expect(rerun(FILES, others)).toEqual(ALL)
  })
})
