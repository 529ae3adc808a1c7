import { compilePolicies } from '@lockstitch/policy'
import { findTestSuites, runTests, type SuiteResults } from '@lockstitch/verify'
import { describe, expect, test } from 'vitest'

import { type TestedWith, untouchedBy } from '../src/compile/touched.ts'

const HEAD = 'apiVersion: api.cerbos.dev/v1\n'
const policy = (kind: string, effect = 'ALLOW', fields = ''): string =>
  `${HEAD}resourcePolicy: {resource: ${kind}, version: default${fields}, importDerivedRoles: [common], rules: [{actions: [view], effect: EFFECT_${effect}, derivedRoles: [owner]}]}\n`
const roles = (expr: string, name = 'common'): string =>
  `${HEAD}derivedRoles: {name: ${name}, definitions: [{name: owner, parentRoles: [user], condition: {match: {expr: ${expr}}}}]}\n`
const suite = (kind: string, effect = 'ALLOW'): string =>
  `{name: ${kind}, principals: {p: {id: p, roles: [user]}}, resources: {r: {kind: ${kind}, id: r}}, tests: [{name: t, input: {principals: [p], resources: [r], actions: [view]}, expected: [{principal: p, resource: r, actions: {view: EFFECT_${effect}}}]}]}\n`

type Files = Readonly<Record<string, string>>

/** A policy without derived roles. */
const other = (kind: string, fields = '', expr = '"true"'): string =>
  `${HEAD}resourcePolicy: {resource: ${kind}, version: default, ${fields}rules: [{actions: [view], effect: EFFECT_ALLOW, roles: [user], condition: {match: {expr: ${expr}}}}]}\n`
const variables = (expr: string, name = 'common', variable = 'kind'): string =>
  `${HEAD}exportVariables: {name: ${name}, definitions: {${variable}: '${expr}'}}\n`
const constants = (definition: string): string =>
  `${HEAD}exportConstants: {name: common, definitions: {${definition}}}\n`

const FILES: Files = {
  'roles.yaml': roles('"true"'),
  'document.yaml': policy('document'),
  'folder.yaml': policy('"my:folder"'),
  'page.yaml': other(
    'page',
    'variables: {import: [common]}, constants: {import: [common]}, ',
    'V.kind != R.kind && C.limit > 0',
  ),
  'variables.yaml': variables('"document"'),
  'constants.yaml': constants('limit: 1'),
  'document_test.yaml': suite('document'),
  'page_test.yaml': suite('page'),
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

const ALL = ['document_test.yaml', 'page_test.yaml', 'sub/broken_test.yaml', 'sub/folder_test.yaml']
const OF_BOTH = ['document_test.yaml', 'sub/broken_test.yaml', 'sub/folder_test.yaml']
const OF_PAGE = ['page_test.yaml', 'sub/broken_test.yaml']
const OF_DOCUMENT = ['document_test.yaml', 'sub/broken_test.yaml']
const OF_FOLDER = ['sub/broken_test.yaml', 'sub/folder_test.yaml']

describe('what a change makes run again', () => {
  // biome-ignore format: table
  test.each<[rule: string, change: Files, again: readonly string[]]>([
    ['nothing changed',                          {}, []],
    ['the rules of a policy: tests of its kind, and what could not be run', { 'document.yaml': policy('document', 'DENY') }, OF_DOCUMENT],
    ['a kind that is written in another way',    { 'folder.yaml': policy('"my:folder"', 'DENY') }, OF_FOLDER],
    ['derived roles: tests of what imports them', { 'roles.yaml': roles('"false"') }, OF_BOTH],
    ['derived roles and a policy that imports them no more', { 'roles.yaml': roles('"false"'), 'folder.yaml': other('"my:folder"') }, OF_BOTH],
    ['derived roles that are new',              { 'more.yaml': roles('"true"', 'more'), 'page.yaml': other('page', 'importDerivedRoles: [more], ') }, ALL],
    ['variables: tests of what reads them', { 'variables.yaml': variables('"page"') }, OF_PAGE],
    ['constants, which do not tell who reads them', { 'constants.yaml': constants('limit: 2') }, ALL],
    ['a new policy, by which a scope exists',    { 'acme.yaml': policy('document', 'DENY', ', scope: acme') }, ALL],
    ['a policy that becomes one of another kind', { 'document.yaml': policy('sheet') }, ALL],
    ['a schema',                                 { '_schemas/document.json': SCHEMA }, ALL],
    ['a test',                                   { 'document_test.yaml': suite('document', 'DENY') }, ['document_test.yaml']],
    ['a new test',                               { 'sub/new_test.yaml': suite('document') }, ['sub/new_test.yaml']],
    ['fixtures: the suites beside them',         { 'sub/testdata/principals.yaml': 'principals: {q: {id: q, roles: [user]}}\n' }, OF_FOLDER],
  ])('%s', (_, change, again) => {
    expect(rerun(FILES, { ...FILES, ...change })).toEqual(again)
  })

  test('variables that the policy of a principal reads', () => {
    const files = {
      ...FILES,
      'for-all.yaml': variables('"p"', 'for_all', 'all'),
      'principal.yaml': `${HEAD}principalPolicy: {principal: p, version: default, variables: {import: [for_all]}, rules: [{resource: page, actions: [{action: edit, effect: EFFECT_ALLOW, condition: {match: {expr: V.all == P.id}}}]}]}\n`,
    }
    const again = rerun(files, { ...files, 'for-all.yaml': variables('"q"', 'for_all', 'all') })
    expect(again).toEqual(ALL)
  })

  test('the permissions of a scope', () => {
    // Cerbos refuses some sets in which one policy has permissions and the exports have none.
    const { 'page.yaml': _, 'variables.yaml': __, 'constants.yaml': ___, ...files } = FILES
    const permissions = ', scopePermissions: SCOPE_PERMISSIONS_OVERRIDE_PARENT'
    const document = policy('document', 'ALLOW', permissions)
    expect(rerun(files, { ...files, 'document.yaml': document })).toEqual(ALL)
  })

  test('a policy that goes', () => {
    const { 'document.yaml': _, ...others } = FILES
    expect(rerun(FILES, others)).toEqual(ALL)
  })
})
