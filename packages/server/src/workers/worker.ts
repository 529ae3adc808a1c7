import cluster from 'node:cluster'
import { once } from 'node:events'

import type { AuditPage } from '../audit/archive.ts'
import type { RemoteArchive } from '../audit/local-backend.ts'
import type { PdpProcess } from '../pdp-process.ts'
import type { InForce } from '../store/loaded-policies.ts'
import type { Failure, ToPrimary, ToWorker } from './messages.ts'

/** The number of this process among the workers; nothing where it is none. */
export function workerNumber(): number | undefined {
  return cluster.isWorker ? cluster.worker?.id : undefined
}

/** What a worker has from its server, and what a server has from being one. */
export interface WorkerLink {
  /** The figures of all workers, for whoever asks one of them. */
  readonly metricsText: () => Promise<string>
  /** Tells the others that other policies are in force. */
  readonly onReload: (inForce: InForce) => void
  /** The database of the audit log, which the first process has. */
  readonly archive: RemoteArchive
  /** Aborted when it is enough, or the first process is gone. */
  readonly signal: AbortSignal
  /** Serves until the {@link signal}. */
  serve(server: PdpProcess): Promise<void>
  /** Says why it does not serve. */
  fail(failure: Failure): Promise<void>
}

/** A page of the audit log that has been asked for. */
interface Pending {
  resolve(page: AuditPage): void
  reject(error: Error): void
}

/** Connects a worker to the first process. */
export function linkWorker(): WorkerLink {
  const asked = new Map<number, (text: string) => void>()
  const pages = new Map<number, Pending>()
  let ids = 0
  let serving: PdpProcess | undefined
  const first = process.ppid
  const stopping = new AbortController()
  const { signal } = stopping
  // The terminal interrupts every process; the first one says when the others stop.
  for (const each of ['SIGINT', 'SIGTERM'] as const) process.on(each, () => {})
  process.on('message', (message: ToWorker) => {
    switch (message.kind) {
      case 'stop':
        stopping.abort()
        return
      case 'reload':
        void serving?.reload(message.inForce)
        return
      case 'tell-metrics': {
        const text = serving?.metricsText() ?? ''
        tell({ kind: 'metrics', id: message.id, text })
        return
      }
      case 'metrics':
        asked.get(message.id)?.(message.text)
        asked.delete(message.id)
        return
      case 'audit-page':
        pages.get(message.id)?.resolve(message.page)
        pages.delete(message.id)
        return
      case 'audit-failed':
        pages.get(message.id)?.reject(new Error(message.reason))
        pages.delete(message.id)
    }
  })
  process.on('disconnect', () => stopping.abort())
  tell({ kind: 'linked' })
  return {
    signal,
    metricsText: () =>
      new Promise((resolve) => {
        ids += 1
        asked.set(ids, resolve)
        tell({ kind: 'want-metrics', id: ids })
      }),
    onReload: (inForce) => tell({ kind: 'reloaded', inForce }),
    archive: {
      // Whose parent dies gets another one at once.
      isGone: () => process.ppid !== first,
      onSpooled: () => tell({ kind: 'spooled' }),
      page: (query, next) =>
        new Promise((resolve, reject) => {
          ids += 1
          pages.set(ids, { resolve, reject })
          tell({ kind: 'want-audit-page', id: ids, query, ...(next !== undefined && { next }) })
        }),
    },
    async serve(server) {
      serving = server
      const { httpAddress, grpcAddress, policies } = server
      tell({ kind: 'serving', httpAddress, grpcAddress, policies })
      if (!signal.aborted) await once(signal, 'abort')
      await server.close()
      leave()
    },
    async fail(failure) {
      await new Promise((resolve) => process.send?.({ kind: 'failed', ...failure }, resolve))
      leave()
    },
  }
}

function tell(message: ToPrimary): void {
  if (process.connected) process.send?.(message)
}

/** The channel would keep the process alive. */
function leave(): void {
  if (process.connected) process.disconnect()
}
