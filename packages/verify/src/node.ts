export { readTestFiles } from './read-directory.ts'
