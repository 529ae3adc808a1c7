export { type DiskOptions, type DiskSource, diskSource } from './sources/disk.ts'
export { noPolicies, requirePolicySize, sourceFileOf } from './sources/file-text.ts'
export { PolicySourceError, type PolicySourceErrorCode } from './sources/policy-source-error.ts'
export type { WatchOptions } from './sources/watch-directory.ts'
