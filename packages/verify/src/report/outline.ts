import { explanationText } from '@lockstitch/engine'

import { spacedJson } from '../json.ts'
import {
  countOf,
  type OutputFailure,
  type SuiteResults,
  type Summary,
  type TestDetails,
  type TestResults,
} from '../results.ts'
import { whyLines } from '../why.ts'
import { type Paint, painter } from './paint.ts'
import { partsOf } from './row-text.ts'

/** How results are written for people. */
export interface TextOptions {
  /** Shows passed tests too, and of failed ones the whole explanation. */
  readonly verbose?: boolean | undefined
  /** ANSI colours; off by default. */
  readonly colour?: boolean | undefined
}

/** A line and what belongs below it. */
export interface Entry {
  readonly text: string
  readonly below: readonly Entry[]
}

/** Results as an outline, which a tree and a list show each in its way. */
export function outline({ suites }: TestResults, options: TextOptions): readonly Entry[] {
  const shown = suites.filter(({ summary }) => summary.overallResult !== 'RESULT_SKIPPED')
  return shown.map((suite) => suiteEntry(suite, options))
}

/** `8 tests executed [1 SKIPPED] [4 OK] [2 FAILED] [1 ERROR]` */
export function closingLine({ summary }: TestResults, { colour }: TextOptions): string {
  const tally = tallyText(summary, painter(colour))
  return `${summary.testsCount} tests executed${tally && ` ${tally}`}`
}

function suiteEntry(suite: SuiteResults, options: TextOptions): Entry {
  const paint = painter(options.colour)
  const { name, file, error, summary, location } = suite
  const place = location === undefined ? file : `${file}:${location.line}`
  const title = `${paint(name, 'suite')} (${paint(place, 'name')})`
  if (error !== undefined) {
    return { text: `${title} ${paint('[ERROR]', 'bad')}`, below: [{ text: error, below: [] }] }
  }
  const below = suite.testCases.map((test) =>
    branch(
      paint(test.name, 'name'),
      test.principals.map((principal) =>
        branch(
          paint(principal.name, 'principal'),
          principal.resources.map((resource) =>
            branch(
              paint(resource.name, 'name'),
              resource.actions.map((action) => actionEntry(action.name, action.details, options)),
            ),
          ),
        ),
      ),
    ),
  )
  return { text: `${title} ${tallyText(summary, paint)}`, below: present(below) }
}

/** An entry, unless nothing is shown below it. */
function branch(text: string, below: readonly (Entry | undefined)[]): Entry | undefined {
  const shown = present(below)
  return shown.length === 0 ? undefined : { text, below: shown }
}

function present(entries: readonly (Entry | undefined)[]): readonly Entry[] {
  return entries.filter((entry) => entry !== undefined)
}

function actionEntry(
  name: string,
  details: TestDetails,
  { verbose, colour }: TextOptions,
): Entry | undefined {
  const paint = painter(colour)
  const action = paint(name, 'action')
  switch (details.result) {
    case 'RESULT_SKIPPED':
      return details.filtered ? undefined : leaf(`${action} ${paint('[SKIPPED]', 'faint')}`)
    case 'RESULT_PASSED':
      if (!verbose) return undefined
      return { text: `${action} ${paint('[OK]', 'good')}`, below: successEntries(details.success) }
    case 'RESULT_ERRORED': {
      const below = [leaf(`${paint('ERROR:', 'bad')} ${details.error}`)]
      return { text: `${action} ${paint('[ERROR]', 'bad')}`, below }
    }
    case 'RESULT_FAILED':
      return {
        text: `${action} ${paint('[FAILED]', 'bad')}`,
        below: failureEntries(details, verbose === true, paint),
      }
  }
}

type Passed = Extract<TestDetails, { readonly result: 'RESULT_PASSED' }>
type Failed = Extract<TestDetails, { readonly result: 'RESULT_FAILED' }>

function successEntries({ effect, outputs }: Passed['success']): readonly Entry[] {
  const below = outputs.map((output) => ({
    text: output.src,
    below: [leaf('val' in output ? spacedJson(output.val) : `ERROR: ${output.error}`)],
  }))
  return [leaf(`RESULT: ${effect}`), ...(below.length > 0 ? [{ text: 'OUTPUTS:', below }] : [])]
}

function failureEntries(
  { failure, explanation }: Failed,
  verbose: boolean,
  paint: Paint,
): readonly Entry[] {
  const { expected, actual, outputs } = failure
  const outcome = paint('OUTCOME:', 'bad')
  if (outputs.length > 0) {
    const below = outputs.map((output) => outputEntry(output, paint))
    return [{ text: `${outcome} output expectation unsatisfied`, below }]
  }
  const text = `${outcome} expected: ${expected}, actual: ${paint(actual, 'bad')}`
  if (explanation === undefined) return [leaf(text)]
  const why = verbose ? explanationText(explanation).trimEnd().split('\n') : whyLines(explanation)
  return [leaf(text), ...why.map((line) => leaf(paint(line, 'faint')))]
}

function outputEntry(failure: OutputFailure, paint: Paint): Entry {
  const { expected = null, actual, error } = partsOf(failure)
  const came = error === undefined ? 'MISSING' : `ERROR: ${error}`
  const actualText = actual === undefined ? came : spacedJson(actual)
  return {
    text: failure.src,
    below: [
      leaf(`EXPECTED: ${spacedJson(expected)}`),
      leaf(`${paint('ACTUAL:', 'bad')} ${actualText}`),
    ],
  }
}

function leaf(text: string): Entry {
  return { text, below: [] }
}

function tallyText(summary: Summary, paint: Paint): string {
  // biome-ignore format: table
  const words = [
    ['RESULT_SKIPPED', 'SKIPPED', 'faint'],
    ['RESULT_PASSED',  'OK',      'good'],
    ['RESULT_FAILED',  'FAILED',  'bad'],
    ['RESULT_ERRORED', 'ERROR',   'bad'],
  ] as const
  const parts = words.flatMap(([result, word, style]) => {
    const count = countOf(summary, result)
    return count === 0 ? [] : [paint(`[${count} ${word}]`, style)]
  })
  return parts.join(' ')
}
