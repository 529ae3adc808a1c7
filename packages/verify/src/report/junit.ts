import type { JsonValue } from '@lockstitch/policy'

import { canonicalJson } from '../json.ts'
import { countOf, rowsOf, type SuiteResults, type TestResults, type TestRow } from '../results.ts'

/** How much a JUnit report has. */
export interface JUnitOptions {
  /** Says of a skipped suite that it was. */
  readonly verbose?: boolean | undefined
}

/**
 * The results as JUnit's XML, to the letter as Cerbos writes it. A suite with an error has no test
 * cases in it, as there.
 */
export function junitReport({ suites, summary }: TestResults, options: JUnitOptions = {}): string {
  const ofResult = (result: string): number =>
    suites.filter((suite) => suite.summary.overallResult === result).length
  const attributes = {
    errors: countOf(summary, 'RESULT_ERRORED') + ofResult('RESULT_ERRORED'),
    failures: countOf(summary, 'RESULT_FAILED'),
    skipped: countOf(summary, 'RESULT_SKIPPED') + ofResult('RESULT_SKIPPED'),
    tests: summary.testsCount,
  }
  const root = element(
    'testsuites',
    attributes,
    suites.map((suite) => suiteElement(suite, options)),
  )
  return `${render(root, '')}\n`
}

interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string | number | undefined>>
  /** Elements, or text that is escaped already. */
  readonly content: readonly Element[] | string
}

function element(
  name: string,
  attributes: Element['attributes'],
  content: Element['content'] = '',
): Element {
  return { name, attributes, content }
}

function suiteElement(suite: SuiteResults, { verbose }: JUnitOptions): Element {
  const { name, file, description, summary, error = '' } = suite
  const result = summary.overallResult
  const isErrored = result === 'RESULT_ERRORED'
  const isSkipped = result === 'RESULT_SKIPPED'
  const hasCases = !isErrored && !isSkipped
  const attributes = {
    description: description === '' ? undefined : description,
    name,
    file,
    errors: isErrored ? 1 : 0,
    failures: hasCases ? countOf(summary, 'RESULT_FAILED') : 0,
    skipped: hasCases ? skippedRows(suite) : Number(isSkipped),
    tests: summary.testsCount,
  }
  return element('testsuite', attributes, [
    ...(isErrored ? [element('error', { type: result }, escapeText(error))] : []),
    ...(isSkipped && verbose
      ? [element('skipped', { message: 'This test suite was skipped' })]
      : []),
    element('properties', {}),
    ...(hasCases ? [...rowsOf([suite])].map(caseElement) : []),
  ])
}

function skippedRows(suite: SuiteResults): number {
  return [...rowsOf([suite])].filter(({ details }) => details.result === 'RESULT_SKIPPED').length
}

function caseElement(row: TestRow): Element {
  const { suite, test, principal, resource, action } = row
  const classname = `${principal}.${resource}.${action}`
  const properties = Object.entries({ principal, resource, action }).map(([name, value]) =>
    element('property', { name }, escapeText(value)),
  )
  return element('testcase', { file: suite.file, classname, name: test.name }, [
    outcomeElement(row),
    element('properties', {}, properties),
  ])
}

function outcomeElement({ details }: TestRow): Element {
  const { result: type } = details
  switch (details.result) {
    case 'RESULT_SKIPPED':
      return element('skipped', { message: 'This test was skipped' })
    case 'RESULT_ERRORED':
      return element('error', { type }, escapeText(details.error))
    case 'RESULT_PASSED': {
      const { effect, outputs } = details.success
      const shown = outputs.map((output) => {
        return 'val' in output
          ? outputElement(output.src, output.val, canonicalJson(output.val))
          : outputElement(output.src, undefined, errorText(output.error))
      })
      return element('success', { type }, [...outputsElement(shown), ...effects(effect, effect)])
    }
    case 'RESULT_FAILED': {
      const { expected, actual, outputs } = details.failure
      const what = outputs.length > 0 ? 'Output' : 'Effect'
      const shown = outputs.map((failure) => {
        if ('mismatched' in failure) {
          const { mismatched } = failure
          return outputElement(failure.src, mismatched.expected, canonicalJson(mismatched.actual))
        }
        if ('missing' in failure) return outputElement(failure.src, failure.missing.expected, '')
        return outputElement(
          failure.src,
          failure.errored.expected,
          errorText(failure.errored.error),
        )
      })
      return element('failure', { type, message: `${what} expectation unsatisfied` }, [
        ...outputsElement(shown),
        ...effects(actual, expected),
      ])
    }
  }
}

function effects(actual: string, expected: string): readonly Element[] {
  return [element('actual', {}, actual), element('expected', {}, expected)]
}

function outputsElement(outputs: readonly Element[]): readonly Element[] {
  return outputs.length === 0 ? [] : [element('outputs', {}, outputs)]
}

function outputElement(src: string, expected: JsonValue | undefined, actual: string): Element {
  return element('output', { src }, [
    element('expected', {}, cdata(canonicalJson(expected ?? null))),
    element('actual', {}, actual === '' ? '' : cdata(actual)),
  ])
}

function errorText(error: string): string {
  return `Failed to evaluate output expression: ${error}`
}

function cdata(text: string): string {
  return `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
}

function render({ name, attributes, content }: Element, indent: string): string {
  const given = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${escapeText(String(value))}"`],
  )
  const open = `${indent}<${name}${given.join('')}>`
  if (typeof content === 'string') return `${open}${content}</${name}>`
  if (content.length === 0) return `${open}</${name}>`
  const inner = content.map((child) => render(child, `${indent}  `))
  return [open, ...inner, `${indent}</${name}>`].join('\n')
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
}

/** XML cannot hold other control characters at all. */
function escapeText(text: string): string {
  return (
    text
      .replace(/["'&<>\t\n\r]/g, (char) => ESCAPES[char] ?? char)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
  )
}
