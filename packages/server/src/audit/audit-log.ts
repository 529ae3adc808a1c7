import type {
  AuditTrail,
  DecisionRecord,
  Peer,
  RecordedSource,
  RequestContext,
} from '@lockstitch/engine'

import type { Log } from '../log.ts'
import type { Message } from '../wire/schema.ts'
import type { AuditQuery } from './archive.ts'
import type { AuditConfig, DecisionFilters } from './audit-config.ts'
import { openFileBackend } from './file-backend.ts'
import { openLocalBackend, openSharedBackend, type RemoteArchive } from './local-backend.ts'
import type { AuditMetadata, MetadataRules } from './metadata.ts'
import type { PlanRecord } from './plan-record.ts'

/** The two sorts of entries. */
export type AuditKind = 'access' | 'decision'

/** What entries of both sorts have. */
interface EntryBase {
  readonly callId: string
  /** RFC 3339. */
  readonly timestamp: string
  readonly peer?: Peer
  readonly metadata?: AuditMetadata
  readonly policySource?: RecordedSource
  readonly requestContext?: RequestContext
}

/** A call, as Cerbos's access log has it. */
export interface AccessEntry extends EntryBase {
  /** `/cerbos.svc.v1.CerbosService/CheckResources`. */
  readonly method: string
  /** That of gRPC; absent where the call was answered. */
  readonly statusCode?: number
}

/** A query plan, as Cerbos's decision log has it. */
export interface PlanEntry extends EntryBase {
  readonly generation: number
  readonly planResources: PlanRecord
  readonly auditTrail: AuditTrail
}

/** An entry and what it is. */
export interface AuditEntry {
  readonly kind: AuditKind
  readonly entry: AccessEntry | DecisionRecord | PlanEntry
}

/** Where entries are kept. */
export interface AuditBackend {
  /** What has been taken is not lost when the process is killed. Throws where it is not taken. */
  write(entry: AuditEntry): void
  /** Absent where entries cannot be looked up. */
  list?(query: AuditQuery): Iterable<Message> | AsyncIterable<Message>
  close(): void
}

/** Writes calls and decisions down. What is answered afterwards is written down, even if the process is killed. */
export interface AuditLog {
  readonly metadata: MetadataRules
  /** Whether anybody is told of calls. */
  readonly hasAccessLogs: boolean
  /** Whether anybody is told of plans. */
  readonly hasPlans: boolean
  access(entry: AccessEntry): void
  decision(record: DecisionRecord): void
  plan(entry: PlanEntry): void
  /** Whether a call is to be refused, because it could not be written down. Forgets it. */
  refuses(callId: string): boolean
  /** How many entries were written, and how many could not be. */
  readonly counts: Readonly<
    Record<AuditKind, { readonly written: number; readonly failed: number }>
  >
  list?(query: AuditQuery): Iterable<Message> | AsyncIterable<Message>
  close(): void
}

/** What an audit log has from the rest of the server. */
export interface AuditSurroundings {
  readonly clock?: (() => number) | undefined
  /** Absent where this process has the database of the `local` backend itself. */
  readonly archive?: RemoteArchive | undefined
}

/**
 * Opens an audit log. Throws where what it writes to cannot be opened.
 * @see https://docs.cerbos.dev/cerbos/0.55.0/configuration/audit
 */
export function openAuditLog(
  config: AuditConfig,
  log: Log,
  surroundings: AuditSurroundings = {},
): AuditLog {
  const { filters, onFailure } = config
  const backend = openBackend(config, log, surroundings)
  const counts = { access: { written: 0, failed: 0 }, decision: { written: 0, failed: 0 } }
  // Calls are refused before the next is asked about, so there are few at a time.
  const failed = new Set<string>()
  const write = (item: AuditEntry): void => {
    try {
      backend.write(item)
      counts[item.kind].written += 1
    } catch (error) {
      counts[item.kind].failed += 1
      if (onFailure === 'refuse') failed.add(item.entry.callId)
      log.error('an audit entry could not be written', { kind: item.kind, reason: String(error) })
      throw error
    }
  }
  const list = backend.list?.bind(backend)
  return {
    metadata: config.metadata,
    hasAccessLogs: config.accessLogs,
    hasPlans: config.decisionLogs && !filters.ignoreAllPlans,
    access(entry) {
      if (config.accessLogs) quietly(() => write({ kind: 'access', entry }))
    },
    decision(record) {
      if (!config.decisionLogs || isLeftOut(record, filters)) return
      // The engine counts what is thrown; a decision is not changed by what becomes of its record.
      write({ kind: 'decision', entry: record })
    },
    plan(entry) {
      const { kind } = (entry.planResources.output?.filter ?? {}) as { readonly kind?: string }
      // As in Cerbos, plans that could not be made go with those that allow all.
      const isLeft = kind === undefined || kind === 'KIND_ALWAYS_ALLOWED'
      if (filters.ignoreAlwaysAllow && isLeft) return
      quietly(() => write({ kind: 'decision', entry }))
    },
    refuses: (callId) => failed.delete(callId),
    counts,
    ...(list && { list }),
    close: () => backend.close(),
  }
}

function openBackend(
  { backend }: AuditConfig,
  log: Log,
  { clock = Date.now, archive }: AuditSurroundings,
): AuditBackend {
  if (backend.kind === 'file') return openFileBackend(backend, clock)
  return archive ? openSharedBackend(backend, archive) : openLocalBackend(backend, log, clock)
}

/** It has been counted and told. */
function quietly(write: () => void): void {
  try {
    write()
  } catch {}
}

function isLeftOut(
  { checkResources: { outputs } }: DecisionRecord,
  { ignoreAllowAll }: DecisionFilters,
): boolean {
  if (!ignoreAllowAll) return false
  return outputs.every(({ actions }) =>
    Object.values(actions).every(({ effect }) => effect === 'EFFECT_ALLOW'),
  )
}
