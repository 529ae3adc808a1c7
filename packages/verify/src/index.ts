export {
  belowThreshold,
  type ConditionCoverage,
  type Coverage,
  type CoverageReport,
  type CoverageThreshold,
  createCoverage,
  isCovered,
  percent,
  type RuleCoverage,
} from './coverage.ts'
export type { Defaults } from './decide.ts'
export { findTestSuites, isSuitePath, isTestPath } from './files.ts'
export { parseTestFilter, type TestFilter, TestFilterError } from './filter.ts'
export { expandTable, type Test } from './matrix.ts'
export { coverageHtml } from './report/coverage-html.ts'
export { coverageText } from './report/coverage-text.ts'
export { type GitHubOptions, githubReport } from './report/github.ts'
export { type Annotation, githubAnnotation } from './report/github-annotation.ts'
export { jsonReport, plainResults } from './report/json.ts'
export { type JUnitOptions, junitReport } from './report/junit.ts'
export { listReport } from './report/list.ts'
export type { TextOptions } from './report/outline.ts'
export { tapReport } from './report/tap.ts'
export { treeReport } from './report/tree.ts'
export {
  type ActionResults,
  countOf,
  type OutputFailure,
  type PrincipalResults,
  type ResourceResults,
  rowsOf,
  type SuiteResults,
  type Summary,
  summarise,
  type Tally,
  type TestCaseResults,
  type TestDetails,
  type TestFailure,
  type TestResult,
  type TestResults,
  type TestRow,
  type TestSuccess,
} from './results.ts'
export { type Progress, type RunOptions, runTestSuites, runTests } from './run.ts'
export {
  type Expectation,
  type ExpectedOutput,
  type Fixtures,
  type OutputExpectations,
  SuiteError,
  type TestInput,
  type TestOptions,
  type TestTable,
} from './suite.ts'
export { whyLines } from './why.ts'
