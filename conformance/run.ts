import { type Corpus, openCorpus } from './corpus.ts'
import { type Failure, runSuite, type Tally } from './run-suite.ts'
import type { ConformanceCase, Suite } from './suite.ts'

/** What a run is told. */
export interface RunOptions {
  /** The arguments of the command: `--corpus DIR` and names of suites. */
  readonly args: readonly string[]
  readonly suites: readonly Suite[]
  /** The folder of the corpus unless `--corpus` names one. */
  readonly defaultCorpus: string
  print(line: string): void
}

/** The run could not be done as asked: not a failure of a case. */
const MISUSE = 2

/** Runs suites and prints what they came to. Returns the exit code. */
export async function runConformance(options: RunOptions): Promise<number> {
  const { print, suites } = options
  const request = readArguments(options)
  if ('problem' in request) {
    print(request.problem)
    return MISUSE
  }
  const { directory, names } = request
  const corpus = openCorpus(directory)
  const selection = select(names, suites, corpus)
  if (selection.unknown.length > 0) {
    print(unknownSuites(selection.unknown, suites, corpus))
    return MISUSE
  }
  if (corpus === undefined && selection.suites.some(({ needsCorpus }) => needsCorpus)) {
    print(missingCorpus(directory, selection.suites))
    return MISUSE
  }
  const tallies: Tally[] = []
  for (const suite of selection.suites) {
    const result = await runSuite(casesOf(suite, corpus), suite.skips)
    for (const failure of result.failures) print(failureText(suite.name, failure))
    print(`${suite.name}: ${tallyText(result)}`)
    tallies.push(result)
  }
  for (const name of selection.notRun) {
    print(`${name}: not run, there is no runner for it yet (${corpus?.cases(name).length} cases)`)
  }
  const sum = sumOf(tallies)
  print(tallyText(sum))
  return sum.failed === 0 ? 0 : 1
}

type Request =
  | { readonly directory: string; readonly names: readonly string[] }
  | { readonly problem: string }

function readArguments({ args, defaultCorpus }: RunOptions): Request {
  let directory = defaultCorpus
  const names: string[] = []
  for (let i = 0; i < args.length; i += 1) {
    const arg = args[i] as string
    if (arg === '--corpus') {
      const value = args[i + 1]
      if (value === undefined) return { problem: '--corpus needs a folder' }
      directory = value
      i += 1
    } else if (arg.startsWith('--corpus=')) directory = arg.slice('--corpus='.length)
    else if (arg.startsWith('-')) {
      return { problem: `unknown option \`${arg}\`; usage: conformance [--corpus DIR] [SUITE…]` }
    } else names.push(arg)
  }
  return { directory, names }
}

interface Selection {
  readonly suites: readonly Suite[]
  /** Suites of the corpus that no runner exists for. */
  readonly notRun: readonly string[]
  /** Asked for, and nowhere. */
  readonly unknown: readonly string[]
}

/** `server` means every suite below `server/`; no name means all. */
function select(
  names: readonly string[],
  suites: readonly Suite[],
  corpus: Corpus | undefined,
): Selection {
  const orphans = (corpus?.suites ?? []).filter(
    (name) => !suites.some((each) => each.name === name),
  )
  if (names.length === 0) return { suites, notRun: orphans, unknown: [] }
  const isAsked = (suite: string): boolean =>
    names.some((name) => suite === name || suite.startsWith(`${name}/`))
  const known = [...suites.map(({ name }) => name), ...orphans]
  return {
    suites: suites.filter(({ name }) => isAsked(name)),
    notRun: orphans.filter(isAsked),
    unknown: names.filter(
      (name) => !known.some((suite) => suite === name || suite.startsWith(`${name}/`)),
    ),
  }
}

function casesOf(suite: Suite, corpus: Corpus | undefined): Iterable<ConformanceCase> {
  if (!suite.needsCorpus) return suite.cases()
  return corpus === undefined ? [] : suite.cases(corpus)
}

function unknownSuites(
  names: readonly string[],
  suites: readonly Suite[],
  corpus: Corpus | undefined,
): string {
  const known = suites.map(({ name }) => name).join(', ')
  const where = corpus === undefined ? '' : ` and the folders of ${corpus.directory}`
  return `no suite is named ${names.join(', ')}; there are ${known}${where}`
}

function missingCorpus(directory: string, suites: readonly Suite[]): string {
  const needing = suites.filter(({ needsCorpus }) => needsCorpus).map(({ name }) => name)
  const free = suites.filter(({ needsCorpus }) => !needsCorpus).map(({ name }) => name)
  const hint = free.length > 0 ? `\nWithout it you can run: ${free.join(', ')}.` : ''
  return `There are no cases in ${directory}, which ${needing.join(', ')} need.
Give a folder with SUITE/CASE.json files, converted from the tests of Cerbos: --corpus DIR.${hint}`
}

function failureText(suite: string, { name, difference }: Failure): string {
  return `FAIL ${suite} ${name}\n${difference.replaceAll(/^/gm, '     ')}`
}

function tallyText({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}

function sumOf(tallies: readonly Tally[]): Tally {
  const sum = (of: (tally: Tally) => number): number =>
    tallies.reduce((total, each) => total + of(each), 0)
  return {
    passed: sum(({ passed }) => passed),
    failed: sum(({ failed }) => failed),
    skipped: sum(({ skipped }) => skipped),
  }
}
