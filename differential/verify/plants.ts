import type { RunOptions } from '@lockstitch/verify'

import type { Plant } from '../area.ts'
import type { Json, JsonObject } from './verify-case.ts'

/** A bug: in what is read, in how it is run, or in what is told. */
export interface VerifyPlant extends Plant {
  readonly files?: (files: Record<string, Json>) => Record<string, Json>
  readonly options?: RunOptions
  readonly results?: (suite: Json) => Json
}

/** Drops or changes a value wherever a name has it; `undefined` drops. */
type Change = (value: Json, name: string, owner: JsonObject) => Json | undefined

const inSuites =
  (change: Change) =>
  (files: Record<string, Json>): Record<string, Json> =>
    Object.fromEntries(
      Object.entries(files).map(([path, content]) => [
        path,
        path.endsWith('_test.json') ? changed(content, change) : content,
      ]),
    )

const inFixtures =
  (change: Change) =>
  (files: Record<string, Json>): Record<string, Json> =>
    Object.fromEntries(
      Object.entries(files).map(([path, content]) => [
        path,
        /_test\.json$|testdata/.test(path) ? changed(content, change) : content,
      ]),
    )

const without =
  (dropped: string): Change =>
  (value, name) =>
    name === dropped ? undefined : value
const withoutIn =
  (dropped: string, marker: string): Change =>
  (value, name, owner) =>
    name === dropped && marker in owner ? undefined : value

// biome-ignore format: table
export const PLANTS: readonly VerifyPlant[] = [
  { name: 'now-lost',               doc: 'the option `now` is not read',                       files: inSuites(without('now')) },
  { name: 'now-nanoseconds-lost',   doc: '`now` is cut to milliseconds',                       files: inSuites((value, name) => name === 'now' && typeof value === 'string' ? value.replace(/\.\d+/, '') : value) },
  { name: 'now-zone-lost',          doc: 'the time zone of `now` is taken for UTC',            files: inSuites((value, name) => name === 'now' && typeof value === 'string' ? value.replace('+02:00', 'Z') : value) },
  { name: 'globals-lost',           doc: 'globals are not read',                               files: inSuites(without('globals')) },
  { name: 'lenient-lost',           doc: 'lenient scope search is not read',                   files: inSuites(without('lenientScopeSearch')) },
  { name: 'strict-option-lost',     doc: 'strict evaluation of an option is not read',         files: inSuites(without('strictEvaluation')) },
  { name: 'strict-always',          doc: 'evaluation is always strict',                        options: { strictEvaluation: true } },
  { name: 'default-version-lost',   doc: 'the default policy version is not read',             files: inSuites(without('defaultPolicyVersion')) },
  { name: 'default-scope-lost',     doc: 'the default scope is not read',                      files: inSuites(without('defaultScope')) },
  { name: 'test-options-lost',      doc: 'the options of a test do not replace those of the suite', files: inSuites(withoutIn('options', 'input')) },
  { name: 'suite-skip-lost',        doc: 'a suite that is skipped is run',                     files: inSuites(withoutIn('skip', 'tests')) },
  { name: 'test-skip-lost',         doc: 'a test that is skipped is run',                      files: inSuites(withoutIn('skip', 'input')) },
  { name: 'skip-reason-lost',       doc: 'why something is skipped is not told',               files: inSuites(without('skipReason')) },
  { name: 'suite-group-lost',       doc: 'the groups of a suite do not count',                 files: inSuites(withoutIn('principalGroups', 'tests')) },
  { name: 'claims-lost',            doc: 'a token has no claims',                              files: inFixtures(without('jwt')) },
  { name: 'several-tokens-lost',    doc: 'only one token is read',                             files: inFixtures(without('jwts')) },
  { name: 'fixture-version-lost',   doc: 'fixtures have no policy version',                    files: inFixtures(without('policyVersion')) },
  { name: 'fixture-scope-lost',     doc: 'fixtures have no scope',                             files: inFixtures(without('scope')) },
  { name: 'outputs-unchecked',      doc: 'expected outputs are not compared',                  files: inSuites(withoutIn('outputs', 'actions')) },
  { name: 'no-value-is-null',       doc: 'an output expectation without a value expects null', files: inSuites((value, name) => name === 'expected' && Array.isArray(value) ? value.map((item) => isObject(item) && 'src' in item && !('val' in item) ? { ...item, val: null } : item) : value) },
  { name: 'schemas-ignored',        doc: 'attributes are not validated',                       options: { schemaEnforcement: 'none' } },
  { name: 'description-lost',       doc: 'the description is not told',                        results: (suite) => changed(suite, without('description')) },
  { name: 'all-actions-run',        doc: 'a filter of actions is not obeyed',                  options: { filter: {} } },
  { name: 'pattern-lost',           doc: 'a pattern of names is not obeyed',                   options: { run: '' } },
  { name: 'errors-are-failures',    doc: 'what cannot be decided counts as failed',            results: (suite) => changed(suite, (value) => value === 'RESULT_ERRORED' ? 'RESULT_FAILED' : value) },
  { name: 'position-from-zero',     doc: 'columns of errors count from zero',                  results: (suite) => changed(suite, (value, name) => name === 'error' && typeof value === 'string' ? value.replace(/(\d+):(\d+) /g, (_, line: string, column: string) => `${line}:${Number(column) - 1} `) : value) },
]

function changed(value: Json, change: Change): Json {
  if (Array.isArray(value)) return value.map((item) => changed(item, change))
  if (!isObject(value)) return value
  const entries = Object.entries(value).flatMap(([name, of]) => {
    const next = change(of, name, value)
    return next === undefined ? [] : [[name, changed(next, change)] as const]
  })
  return Object.fromEntries(entries)
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
