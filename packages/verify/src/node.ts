export { readTestFiles } from './read-directory.ts'
export {
  type TestFunctions,
  type TestPoliciesOptions,
  testPolicies,
} from './testing.ts'
export { compileDirectory, verifyDirectory } from './verify-directory.ts'
