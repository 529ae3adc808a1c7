import { buildRuleTable } from '@lockstitch/engine/table'
import type { LinkedPolicySet, SourceFile } from '@lockstitch/policy'

import type { Coverage } from './coverage.ts'
import { createDecider, type Defaults } from './decide.ts'
import { excludedReason } from './excluded.ts'
import { findTestSuites, indexFiles } from './files.ts'
import { type SelectionOptions, selectionFrom } from './filter.ts'
import { type LoadedFixtures, loadFixtures } from './fixtures.ts'
import type { Test } from './matrix.ts'
import { type SuiteResults, summarise, type TestResults } from './results.ts'
import { runSuite, type SuiteContext } from './run-suite.ts'

/** How tests are run. */
export interface RunOptions extends SelectionOptions {
  /**
   * Which defaults hold where a suite sets no option: those of `cerbos compile`, unless given, so
   * that the same tests come to the same results; or `lockstitch`, those of an `Engine`.
   */
  readonly defaults?: Defaults | undefined
  /** Whether errors in conditions deny, whatever the suites say. Off by default. */
  readonly strictEvaluation?: boolean | undefined
  /** What attributes that are not what schemas say lead to; `reject` by default, as in Cerbos. */
  readonly schemaEnforcement?: 'none' | 'warn' | 'reject' | undefined
  /** Whether each action is a decision of its own, rather than all of a pair one. Off by default. */
  readonly skipBatching?: boolean | undefined
  /** Whether a failure comes with its explanation. On by default. */
  readonly explainFailures?: boolean | undefined
  /** Told each suite when it has been run. */
  readonly onSuite?: ((progress: Progress) => void) | undefined
  /** Collects what the tests reach; see `createCoverage`. */
  readonly coverage?: Coverage | undefined
}

/** How far a run is. */
export interface Progress {
  readonly suite: SuiteResults
  /** How many suites have been run, this one included. */
  readonly done: number
  readonly total: number
}

/**
 * Runs the test suites among files, with the fixtures among them. Paths are relative to the
 * directory of the tests. Throws a `TestFilterError` for a pattern that cannot be used; everything
 * that is wrong with a suite is in the results.
 */
export function runTests(
  policySet: LinkedPolicySet,
  files: readonly SourceFile[],
  options: RunOptions = {},
): TestResults {
  const suites = [...runTestSuites(policySet, files, options)]
  return { suites, summary: summarise(suites) }
}

/** The same, a suite at a time, for callers that do something else in between. */
export function* runTestSuites(
  policySet: LinkedPolicySet,
  files: readonly SourceFile[],
  options: RunOptions = {},
): Generator<SuiteResults> {
  const suites = findTestSuites(files)
  const context = contextFrom(policySet, files, options)
  for (const [index, file] of suites.entries()) {
    const suite = runSuite(file, context)
    options.onSuite?.({ suite, done: index + 1, total: suites.length })
    yield suite
  }
}

function contextFrom(
  policySet: LinkedPolicySet,
  files: readonly SourceFile[],
  options: RunOptions,
): SuiteContext {
  const defaults = options.defaults ?? 'cerbos'
  const table = buildRuleTable(policySet, defaults === 'cerbos' ? 'cerbos' : 'none', 1)
  const decider = createDecider(table, {
    defaults,
    strictEvaluation: options.strictEvaluation ?? false,
    schemaEnforcement: options.schemaEnforcement ?? 'reject',
  })
  const { coverage } = options
  const onTest = coverage && {
    onTest: ({ input, options: of }: Test, action: string) => {
      coverage.add(decider.explain(input, action, of))
    },
  }
  return {
    decider,
    selection: selectionFrom(options, excludedReason),
    fixturesIn: fixturesReader(files),
    skipBatching: options.skipBatching ?? false,
    explainFailures: options.explainFailures ?? true,
    ...onTest,
  }
}

/** Reads the fixtures of each directory once. */
function fixturesReader(files: readonly SourceFile[]): (directory: string) => LoadedFixtures {
  const byPath = indexFiles(files)
  const read = new Map<string, LoadedFixtures>()
  return (directory) => {
    const fixtures = read.get(directory) ?? loadFixtures(directory, byPath)
    read.set(directory, fixtures)
    return fixtures
  }
}
