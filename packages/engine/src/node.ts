export { type DirectoryOptions, Engine, engineFromDirectory } from './directory.ts'
export { PolicyLoadError } from './policy-load-error.ts'
export type { ReloadReport } from './status.ts'
