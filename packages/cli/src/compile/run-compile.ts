import { createPolicyCompiler } from '@lockstitch/policy'

import { wantsColour } from '../colour.ts'
import type { CompileOptions } from '../commands/compile.ts'
import type { TestingOptions } from '../commands/compile-options.ts'
import type { TestOptions } from '../commands/test.ts'
import { CommandFailure, type ExitCode, exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { isArchive, unpackArchives } from './archive.ts'
import { reportCoverage } from './coverage-report.ts'
import { githubPolicies, policyReports } from './policy-report.ts'
import { type ReadPolicies, readPolicies } from './read-policies.ts'
import { sarifReport } from './sarif.ts'
import { testReports } from './test-report.ts'
import { createTestRunner, type TestRun } from './test-runner.ts'
import { watchAndRun } from './watch.ts'

/** Runs `lockstitch compile`. */
export function runCompile(directory: string, options: CompileOptions, io: Io): Promise<ExitCode> {
  const output = options.json ? 'json' : options.output
  return run({
    directory,
    options,
    io,
    policyOutput: output,
    testOutput: options.testOutput ?? (output === 'sarif' ? undefined : output),
    runsTests: options.skipTests !== true,
  })
}

/** Runs `lockstitch test`. */
export function runTest(directory: string, options: TestOptions, io: Io): Promise<ExitCode> {
  const output = options.json ? 'json' : options.output
  const policyOutput = output === 'json' || output === 'github' ? output : 'tree'
  return run({
    directory,
    options,
    io,
    policyOutput,
    testOutput: output,
    runsTests: true,
    expectsTests: true,
  })
}

/** A run of either command. */
interface Task {
  readonly directory: string
  readonly options: TestingOptions
  readonly io: Io
  readonly policyOutput: keyof typeof policyReports
  /** Undefined where one report tells of policies and tests. */
  readonly testOutput: keyof typeof testReports | undefined
  readonly runsTests: boolean
  /** Whether running no test at all is worth a word; `cerbos compile` counts it as a success. */
  readonly expectsTests?: true
}

async function run(task: Task): Promise<ExitCode> {
  const { directory, options } = task
  const named = [directory, options.tests ?? directory]
  if (options.watch && named.some(isArchive))
    throw new CommandFailure(exitCodes.usage, 'an archive is not watched: unpack it')
  const unpacked = await unpackArchives(named)
  try {
    return await runFrom(unpacked.placeOf, named, task)
  } finally {
    unpacked.remove()
  }
}

async function runFrom(
  placeOf: PlaceOf,
  directories: readonly string[],
  task: Task,
): Promise<ExitCode> {
  const { directory, options, io } = task
  const runner = createTestRunner(directory, placeOf, options, io)
  const compilePolicies = createPolicyCompiler()
  const compile = (): Promise<ReadPolicies> =>
    readPolicies(placeOf(directory), options, compilePolicies)
  if (options.verbose && task.testOutput === 'json') io.stderr.write(NO_TRACES)
  if (!options.watch) return await runOnce(task, compile, runner.run)
  return await watchAndRun({ directories, io }, () => runOnce(task, compile, runner.runChanged))
}

/** Where to read what the command line names. */
type PlaceOf = (path: string) => string

/** Cerbos's JSON has the steps of its engine then, which ours does not take. */
const NO_TRACES =
  'lockstitch: --verbose adds no traces to JSON; text reports explain each failure\n'

type RunTests = (policies: ReadPolicies & { kind: 'compiled' }) => Promise<TestRun>

async function runOnce(
  task: Task,
  compile: () => Promise<ReadPolicies>,
  runTests: RunTests,
): Promise<ExitCode> {
  const { directory, options, io, policyOutput } = task
  const policies = await compile()
  if (policies.kind === 'unreadable' || policies.policySet === undefined) {
    io.stdout.write(policyReports[policyOutput](policies, styleOf(task)))
    return exitCodes.policies
  }
  warn(task, policies)
  if (!task.runsTests) {
    if (policyOutput === 'sarif') io.stdout.write(sarifReport({ policies, directory }))
    return exitCodes.ok
  }
  const tests = await runTests(policies)
  reportTests(task, policies, tests)
  // What a machine reads stays what it is.
  const isText = task.testOutput === 'tree' || task.testOutput === 'list'
  const to = isText ? io.stdout : io.stderr
  const isCovered = await reportCoverage(tests.coverage, options, { io, to })
  const { overallResult, testsCount } = tests.results.summary
  const ranNone = overallResult === 'RESULT_UNSPECIFIED' || overallResult === 'RESULT_SKIPPED'
  if (task.expectsTests && ranNone)
    io.stderr.write(`lockstitch: no test ran: ${noTests(testsCount, tests.directory)}\n`)
  const hasFailed = overallResult === 'RESULT_FAILED' || overallResult === 'RESULT_ERRORED'
  return hasFailed || !isCovered ? exitCodes.tests : exitCodes.ok
}

function noTests(count: number, directory: string): string {
  return count === 0 ? `there are none in \`${directory}\`` : `all ${count} were skipped`
}

function reportTests(task: Task, policies: ReadPolicies, { results, directory }: TestRun): void {
  const { io, testOutput, options } = task
  const text =
    testOutput === undefined
      ? sarifReport({
          policies,
          tests: results,
          directory: task.directory,
          testDirectory: directory,
        })
      : testReports[testOutput](results, {
          directory,
          colour: styleOf(task).colour,
          verbose: options.verbose === true,
        })
  io.stdout.write(text)
}

/** What is legal and surely not meant: on standard error, so that reports stay what they are. */
function warn(task: Task, policies: ReadPolicies & { kind: 'compiled' }): void {
  const { io, policyOutput, directory } = task
  if (policies.files.length === 0)
    io.stderr.write(`lockstitch: there are no policies in \`${directory}\`\n`)
  if (policies.diagnostics.length === 0) return
  if (policyOutput === 'github') io.stdout.write(githubPolicies(policies, directory))
  else if (policyOutput === 'tree' || policyOutput === 'list')
    io.stderr.write(`${policyReports[policyOutput](policies, { ...styleOf(task) })}\n`)
}

function styleOf({ directory, options, io }: Task): { directory: string; colour: boolean } {
  return { directory, colour: wantsColour(options, io) }
}
