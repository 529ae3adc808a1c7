import type { MetadataRules } from './metadata.ts'

/** What is written down, and where: Cerbos's `audit` block. */
export interface AuditConfig {
  readonly accessLogs: boolean
  readonly decisionLogs: boolean
  readonly filters: DecisionFilters
  readonly metadata: MetadataRules
  readonly backend: FileBackend | LocalBackend
  /**
   * What becomes of a request whose entry cannot be written: it is counted, or the request is refused
   * as well.
   */
  readonly onFailure: 'count' | 'refuse'
}

/** Which decisions are left out. */
export interface DecisionFilters {
  /** The requests of which every action is allowed. */
  readonly ignoreAllowAll: boolean
  readonly ignoreAllPlans: boolean
  /** The plans that are without a condition, because everything is allowed. */
  readonly ignoreAlwaysAllow: boolean
}

/** Lines of JSON. */
export interface FileBackend {
  readonly kind: 'file'
  /** `stdout` and `stderr` are not files. */
  readonly paths: readonly string[]
  readonly rotation: RotationSettings
}

/** When a file is put aside for a new one, and how long it is kept. 0 means never, and for ever. */
export interface RotationSettings {
  readonly maxFileSizeMB: number
  readonly maxFileAgeDays: number
  readonly maxFileCount: number
}

/** A database that the admin API lists. Durations are milliseconds. */
export interface LocalBackend {
  readonly kind: 'local'
  readonly directory: string
  readonly retention: number
  readonly flushInterval: number
  /** How many entries wait for the database at most. */
  readonly bufferSize: number
}
