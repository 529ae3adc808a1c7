import type { AuditPage, AuditQuery } from '../audit/archive.ts'
import type { InForce } from '../store/loaded-policies.ts'

/** What the processes of a server say to each other. */

/** From the first process to a worker. */
export type ToWorker =
  | { readonly kind: 'stop' }
  /** Another worker has put other policies in force. */
  | { readonly kind: 'reload'; readonly inForce: InForce }
  | { readonly kind: 'tell-metrics'; readonly id: number }
  /** The figures of all workers. */
  | { readonly kind: 'metrics'; readonly id: number; readonly text: string }
  | { readonly kind: 'audit-page'; readonly id: number; readonly page: AuditPage }
  | { readonly kind: 'audit-failed'; readonly id: number; readonly reason: string }

/** From a worker to the first process. */
export type ToPrimary =
  /** It hears what it is told from now on. */
  | { readonly kind: 'linked' }
  | ({ readonly kind: 'serving' } & Serving)
  | ({ readonly kind: 'failed' } & Failure)
  | { readonly kind: 'reloaded'; readonly inForce: InForce }
  | { readonly kind: 'want-metrics'; readonly id: number }
  /** There is a file of audit entries to take in. */
  | { readonly kind: 'spooled' }
  | ({ readonly kind: 'want-audit-page'; readonly id: number } & WantedPage)
  | { readonly kind: 'metrics'; readonly id: number; readonly text: string }

/** Which entries of the audit log are asked for. */
export interface WantedPage {
  readonly query: AuditQuery
  readonly next?: number
}

/** Where a worker serves, which is where all do. */
export interface Serving {
  readonly httpAddress: string
  readonly grpcAddress: string | undefined
  readonly policies: number
}

/** Why a worker did not start. */
export interface Failure {
  readonly exitCode: number
  readonly message: string
}
