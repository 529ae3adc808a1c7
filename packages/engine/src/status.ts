import type { Diagnostic } from '@lockstitch/policy'

/** The state of an engine, for health checks and logs. */
export interface EngineStatus {
  /** Counts the policy sets that were in force, the present one included. */
  readonly generation: number
  readonly policies: number
  readonly lastReload: Reload
  /** Wildcards that are not valid and never match. */
  readonly warnings: readonly string[]
  /** How often `onDecision` threw. */
  readonly decisionHookFailures: number
}

/** The last attempt to change the policies. After a failure the ones before stay in force. */
export type Reload =
  | { readonly ok: true; readonly at: number }
  | ({ readonly ok: false; readonly at: number } & ReloadFailure)

/** Why policies could not be used. */
export interface ReloadFailure {
  readonly diagnostics: readonly Diagnostic[]
  /** The same for people to read. */
  readonly text: string
}

/** What became of an attempt to change the policies. After a failure the ones before stay in force. */
export type ReloadReport =
  | { readonly ok: true; readonly generation: number }
  | ({ readonly ok: false; readonly generation: number } & ReloadFailure)
