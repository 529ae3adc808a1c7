import {
  githubReport,
  jsonReport,
  junitReport,
  listReport,
  type TestResults,
  tapReport,
  treeReport,
} from '@lockstitch/verify'

import type { TestOutput } from '../commands/compile-options.ts'

/** How results are written. */
interface TestReportStyle {
  /** Of the tests, from where the command runs. */
  readonly directory: string
  readonly colour: boolean
  readonly verbose: boolean
}

type TestReport = (results: TestResults, style: TestReportStyle) => string

/** The results of tests, in each of the formats. */
export const testReports: Readonly<Record<TestOutput, TestReport>> = {
  tree: treeReport,
  list: listReport,
  json: jsonReport,
  junit: junitReport,
  tap: (results) => tapReport(results),
  github: githubReport,
}
