export type { Defaults } from './decide.ts'
export { findTestSuites, isSuitePath, isTestPath } from './files.ts'
export { parseTestFilter, type TestFilter, TestFilterError } from './filter.ts'
export { jsonReport } from './report/json.ts'
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
export {
  type CoverageSink,
  type Progress,
  type RunOptions,
  runTestSuites,
  runTests,
} from './run.ts'
