import { compilePolicies, type LinkedPolicySet, type SourceFile } from '@lockstitch/policy'
import { isTestPath, jsonReport, type RunOptions, runTests } from '@lockstitch/verify'

import { answerFrom, type VerifyAnswer } from './answer.ts'
import type { VerifyPlant } from './plants.ts'
import { type Json, TOKEN, textOf, type VerifyCase } from './verify-case.ts'

/** What we say of a case, with a planted bug where there is one. */
export function answerOf(each: VerifyCase, plant: VerifyPlant | undefined): VerifyAnswer {
  const files = plant?.files ? plant.files(structuredClone({ ...each.files })) : each.files
  const options: RunOptions = { ...each.way.options, explainFailures: false, ...plant?.options }
  const { policySet, tests } = compileCase(files, options)
  if (policySet === undefined) return { exitCode: 3, suites: 'no results' }
  const { suites = [] } = JSON.parse(jsonReport(runTests(policySet, tests, options))) as {
    suites?: Json[]
  }
  return answerFrom(plant?.results ? suites.map(plant.results) : suites)
}

/** Whether the policies of a case are right, so that there are tests to run. */
export function compilesHere({ files, way }: VerifyCase): boolean {
  return compileCase(files, way.options).policySet !== undefined
}

function compileCase(
  contents: VerifyCase['files'],
  { schemaEnforcement = 'reject' }: RunOptions,
): { readonly policySet: LinkedPolicySet | undefined; readonly tests: readonly SourceFile[] } {
  const files = Object.entries(contents).map(([path, content]): SourceFile => {
    return { path, text: textOf(content, TOKEN) }
  })
  const { policySet } = compilePolicies(
    files.filter(({ path }) => !isTestPath(path)),
    { compat: 'cerbos', invalidSchemas: schemaEnforcement === 'none' ? 'ignore' : 'error' },
  )
  return { policySet, tests: files.filter(({ path }) => isTestPath(path)) }
}
