import { posix } from 'node:path'
import { cerbosFindings, renderDiagnostics } from '@lockstitch/policy'
import { inPlainWords } from '@lockstitch/policy/plain-words'
import { githubAnnotation } from '@lockstitch/verify'

import type { Output } from '../commands/compile-options.ts'
import { cerbosReport } from './cerbos-report.ts'
import type { ReadPolicies } from './read-policies.ts'
import { sarifReport } from './sarif.ts'

/** How a report is written. */
interface ReportStyle {
  readonly directory: string
  readonly colour: boolean
}

type PolicyReport = (policies: ReadPolicies, style: ReportStyle) => string

const text: PolicyReport = (policies, { directory, colour }) =>
  policies.kind === 'unreadable'
    ? `${policies.message}\n`
    : `${renderDiagnostics(inPlainWords(policies.diagnostics, policies.files), policies.files, { directory, colour })}\n`

/** What is wrong with policies, in each of the formats. */
export const policyReports: Readonly<Record<Output, PolicyReport>> = {
  tree: text,
  list: text,
  json: (policies) => `${JSON.stringify(cerbosJson(policies), undefined, 2)}\n`,
  github: (policies, { directory }) => githubPolicies(policies, directory),
  sarif: (policies, { directory }) => sarifReport({ policies, directory }),
}

/** Cerbos's words. */
const MISPLACED = '_schemas directory must be under the root of the storage directory'

function cerbosJson(policies: ReadPolicies): unknown {
  if (policies.kind === 'compiled') return cerbosReport(cerbosFindings(policies), policies.files)
  const { file } = policies
  const message = policies.isMisplaced ? MISPLACED : policies.message
  return { lintErrors: { load_failures: [{ file, error: message, error_details: { message } }] } }
}

/** The errors and warnings of policies as annotations of a pull request. */
export function githubPolicies(policies: ReadPolicies, directory: string): string {
  if (policies.kind === 'unreadable') {
    const file = posix.join(directory, policies.file)
    return githubAnnotation({ severity: 'error', file, message: policies.message })
  }
  return inPlainWords(policies.diagnostics, policies.files)
    .map(({ severity, code, message, file, line, column, end, suggestion, hint }) => {
      const meant = suggestion === undefined ? '' : `\ndid you mean \`${suggestion}\`?`
      const advice = hint === undefined ? '' : `\n${hint}`
      return githubAnnotation({
        severity,
        file: posix.join(directory, file),
        line,
        column,
        end,
        title: code,
        message: message + meant + advice,
      })
    })
    .join('')
}
