export type { AuditQuery } from './audit/archive.ts'
export type {
  AuditConfig,
  DecisionFilters,
  FileBackend,
  LocalBackend,
  RotationSettings,
} from './audit/audit-config.ts'
export {
  type AccessEntry,
  type AuditKind,
  type AuditLog,
  openAuditLog,
  type PlanEntry,
} from './audit/audit-log.ts'
export type { AuditMetadata, MetadataRules } from './audit/metadata.ts'
export type {
  Candidate,
  CandidateQuestion,
  CandidateSource,
  CandidateSources,
} from './candidates/candidate-source.ts'
export { memoryCandidates } from './candidates/memory-candidates.ts'
export {
  type CandidateTable,
  type RunQuery,
  type SqlCandidateOptions,
  sqlCandidates,
} from './candidates/sql-candidates.ts'
export type { AdminCredentials } from './commands/admin/admin.ts'
export type { CorsOptions } from './http/cors.ts'
export type { HttpTimeouts } from './listen/http.ts'
export { jsonLog, type Log, type LogFields, type LogLevel } from './log.ts'
export type { RequestLimits } from './pdp.ts'
export { type AdminOptions, type RunningServer, type ServerOptions, startServer } from './server.ts'
export { type DiskStoreOptions, diskStore } from './store/disk-store.ts'
export type { GitProtocol, GitRemote } from './store/git/git-access.ts'
export { type GitStoreOptions, gitStore } from './store/git/git-store.ts'
export {
  type LoadedPolicies,
  type LoadOptions,
  loadPolicies,
  type ReloadCounts,
} from './store/loaded-policies.ts'
export { type OverlayStoreOptions, overlayStore } from './store/overlay-store.ts'
export { sqliteStore } from './store/sqlite-store.ts'
export type {
  Store,
  StoreChange,
  StoreChanges,
  StoreContents,
  StoredPolicy,
  StoredSchema,
} from './store/store.ts'
