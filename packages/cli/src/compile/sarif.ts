import { isAbsolute, posix } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Diagnostic } from '@lockstitch/policy'
import { inPlainWords } from '@lockstitch/policy/plain-words'
import type { TestResults } from '@lockstitch/verify'

import { version } from '../version.ts'
import { failedTests } from './failed-tests.ts'
import type { ReadPolicies } from './read-policies.ts'

/** What is reported. */
export interface SarifInput {
  readonly policies: ReadPolicies
  readonly tests?: TestResults | undefined
  /** Of the policies, from where the command runs. */
  readonly directory: string
  /** Of the tests, if it is another one. */
  readonly testDirectory?: string
}

interface Result {
  readonly ruleId: string
  readonly level: 'error' | 'warning'
  readonly message: string
  readonly file: string
  readonly region?: Readonly<Record<string, number>>
}

/**
 * Findings in the format of code scanners, one run. A file without findings is a valid report too:
 * whoever uploads it wants to be told that all is well.
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function sarifReport(input: SarifInput): string {
  const results = resultsOf(input)
  const rules = [...new Set(results.map(({ ruleId }) => ruleId))].sort()
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'lockstitch',
            version: version(),
            rules: rules.map((id) => ({ id })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: results.map(({ ruleId, level, message, file, region }) => ({
          ruleId,
          ruleIndex: rules.indexOf(ruleId),
          level,
          message: { text: message },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: uriOf(file) },
                ...(region && { region }),
              },
            },
          ],
        })),
      },
    ],
  }
  return `${JSON.stringify(log, undefined, 2)}\n`
}

function resultsOf(input: SarifInput): readonly Result[] {
  const { policies, tests, directory, testDirectory = directory } = input
  const ofPolicies =
    policies.kind === 'compiled' ? inPlainWords(policies.diagnostics, policies.files) : []
  return [
    ...(policies.kind === 'unreadable'
      ? [
          {
            ruleId: 'policy-file-unreadable',
            level: 'error' as const,
            message: policies.message,
            file: posix.join(directory, policies.file),
          },
        ]
      : []),
    ...ofPolicies.map((diagnostic) => ofDiagnostic(diagnostic, directory)),
    ...(tests ? failedTests(tests) : []).map(({ file, line, column, message }) => ({
      ruleId: 'policy-test-failed',
      level: 'error' as const,
      message,
      file: posix.join(testDirectory, file),
      ...(line !== undefined && {
        region: { startLine: line, ...(column !== undefined && { startColumn: column }) },
      }),
    })),
  ]
}

function ofDiagnostic(diagnostic: Diagnostic, directory: string): Result {
  const { code, severity, message, file, line, column, end, suggestion, hint } = diagnostic
  const meant = suggestion === undefined ? '' : `; did you mean \`${suggestion}\`?`
  const advice = hint === undefined ? '' : `; ${hint}`
  return {
    ruleId: code,
    level: severity,
    message: message + meant + advice,
    file: posix.join(directory, file),
    region: { startLine: line, startColumn: column, endLine: end.line, endColumn: end.column },
  }
}

function uriOf(file: string): string {
  return isAbsolute(file) ? pathToFileURL(file).href : encodeURI(file)
}
