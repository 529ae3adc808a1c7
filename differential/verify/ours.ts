import { compilePolicies, type SourceFile } from '@lockstitch/policy'
import { isTestPath, jsonReport, type RunOptions, runTests } from '@lockstitch/verify'

import { answerFrom, type VerifyAnswer } from './answer.ts'
import type { VerifyPlant } from './plants.ts'
import { type Json, TOKEN, textOf, type VerifyCase } from './verify-case.ts'

/** What we say of a case, with a planted bug where there is one. */
export function answerOf(each: VerifyCase, plant: VerifyPlant | undefined): VerifyAnswer {
  const contents = plant?.files ? plant.files(structuredClone({ ...each.files })) : each.files
  const files = Object.entries(contents).map(([path, content]): SourceFile => {
    return { path, text: textOf(content, TOKEN) }
  })
  const options: RunOptions = { ...each.way.options, explainFailures: false, ...plant?.options }
  const enforced = (options.schemaEnforcement ?? 'reject') !== 'none'
  const { policySet } = compilePolicies(
    files.filter(({ path }) => !isTestPath(path)),
    { compat: 'cerbos', invalidSchemas: enforced ? 'error' : 'ignore' },
  )
  if (policySet === undefined) return { exitCode: 3, suites: 'no results' }
  const results = runTests(
    policySet,
    files.filter(({ path }) => isTestPath(path)),
    options,
  )
  const { suites = [] } = JSON.parse(jsonReport(results)) as { suites?: Json[] }
  return answerFrom(plant?.results ? suites.map(plant.results) : suites)
}
