import cluster, { type Worker } from 'node:cluster'

import { type AuditArchive, openAuditArchive } from '../audit/archive.ts'
import type { Config } from '../config/config.ts'
import type { Log } from '../log.ts'
import { closeLostConnections } from './lost-connections.ts'
import { mergedMetrics } from './merged-metrics.ts'
import type { Failure, Serving, ToPrimary, ToWorker, WantedPage } from './messages.ts'

/** Processes that serve at the same addresses. */
export interface WorkerPool extends Serving {
  /** Lets all of them answer what has been asked, and stop. */
  close(): Promise<void>
}

/** Why the workers did not start. */
export class WorkerFailure extends Error {
  override readonly name = 'WorkerFailure'
  readonly exitCode: number

  constructor({ exitCode, message }: Failure) {
    super(message)
    this.exitCode = exitCode
  }
}

/** How long a worker may take to answer, in milliseconds. */
const PATIENCE = 2_000

/** How long it waits at most until it replaces a worker that does not start. */
const LONGEST_PAUSE = 10_000

/**
 * Runs this program in several more processes, each of which finds with `linkWorker` that it is one of
 * them. It is fulfilled when the first of them serves; the others start then, so that they do not take the
 * cores from it. Connections are given in turn to those that serve. One that dies is replaced. Rejects with
 * a {@link WorkerFailure} where the first does not start.
 */
export async function startWorkers(
  { workers: count, audit }: Config,
  log: Log,
): Promise<WorkerPool> {
  const archive = openArchive(audit, log)
  // Else one of them gets most of few connections.
  cluster.schedulingPolicy = cluster.SCHED_RR
  let isStopping = false
  let pause = 0
  const collections = new Map<number, Collection>()
  let ids = 0
  const workers = (): readonly Worker[] => Object.values(cluster.workers ?? {}).filter(isThere)
  /** Those that hear what they are told. */
  const linked = new Set<Worker>()
  const serving = new Set<Worker>()
  const send = (worker: Worker, message: ToWorker): void => {
    if (worker.isConnected()) worker.send(message)
  }

  function start(): Promise<Serving> {
    const worker = cluster.fork()
    closeLostConnections(worker.process)
    return new Promise((resolve, reject) => {
      worker.on('message', (message: ToPrimary) => {
        switch (message.kind) {
          case 'linked':
            linked.add(worker)
            if (isStopping) send(worker, { kind: 'stop' })
            return
          case 'serving':
            pause = 0
            serving.add(worker)
            resolve(message)
            return
          case 'failed':
            reject(new WorkerFailure(message))
            return
          default:
            hear(worker, message)
        }
      })
      worker.once('exit', (code, signal) => {
        linked.delete(worker)
        serving.delete(worker)
        reject(new WorkerFailure({ exitCode: 1, message: `a worker ended with ${signal || code}` }))
        for (const collection of collections.values()) collection.forget(worker.id)
        if (isStopping || hasFailed) return
        log.error('a worker ended and is replaced', { worker: worker.id, code, signal })
        replace()
      })
    })
  }

  function replace(): void {
    const timer = setTimeout(() => {
      if (isStopping) return
      pause = Math.min(Math.max(pause * 2, 250), LONGEST_PAUSE)
      start().then(() => log.info('a worker serves again'), tellFailure)
    }, pause)
    timer.unref()
  }

  function startOthers(): void {
    const others = Array.from({ length: count - 1 }, start)
    for (const other of others) other.catch(tellFailure)
    Promise.all(others).then(
      () => log.info('all workers serve', { workers: count }),
      () => {},
    )
  }

  /** Whoever has failed ends, and is replaced then. */
  function tellFailure(error: unknown): void {
    if (!isStopping) log.error('a worker does not start', { reason: String(error) })
  }

  function hear(from: Worker, message: ToPrimary): void {
    switch (message.kind) {
      case 'reloaded':
        for (const worker of workers()) {
          if (worker !== from) send(worker, { kind: 'reload', inForce: message.inForce })
        }
        return
      case 'want-metrics': {
        ids += 1
        const id = ids
        const all = [...serving].filter((worker) => worker.isConnected())
        const collection = new Collection(
          all.map((worker) => worker.id),
          (texts) => {
            collections.delete(id)
            send(from, { kind: 'metrics', id: message.id, text: mergedMetrics(texts) })
          },
        )
        collections.set(id, collection)
        for (const worker of all) send(worker, { kind: 'tell-metrics', id })
        return
      }
      case 'metrics':
        collections.get(message.id)?.take(from.id, message.text)
        return
      case 'spooled':
        archive?.tryToCollect()
        return
      case 'want-audit-page':
        send(from, answerFor(message.id, message))
        return
      case 'linked':
      case 'serving':
      case 'failed':
    }
  }

  function answerFor(id: number, { query, next }: WantedPage): ToWorker {
    try {
      return { kind: 'audit-page', id, page: archive?.page(query, next) ?? { entries: [] } }
    } catch (error) {
      return { kind: 'audit-failed', id, reason: String(error) }
    }
  }

  async function close(): Promise<void> {
    isStopping = true
    const ended = workers().map(
      (worker) => new Promise((resolve) => worker.once('exit', () => resolve(undefined))),
    )
    for (const worker of workers()) {
      if (linked.has(worker)) send(worker, { kind: 'stop' })
      // It has opened nothing yet. One that is about to does not heed this, and is told when it is linked.
      else worker.process.kill('SIGTERM')
    }
    await Promise.all(ended)
    archive?.close()
  }

  let hasFailed = false
  try {
    const { httpAddress, grpcAddress, policies } = await start()
    startOthers()
    return { httpAddress, grpcAddress, policies, close }
  } catch (error) {
    hasFailed = true
    for (const worker of workers()) worker.process.kill('SIGKILL')
    archive?.close()
    throw error
  }
}

/** The database of the audit log is of one process, and this one is there as long as any. */
function openArchive(audit: Config['audit'], log: Log): AuditArchive | undefined {
  if (audit?.backend.kind !== 'local') return undefined
  try {
    return openAuditArchive(audit.backend, log, Date.now)
  } catch (error) {
    const message = `the server does not start: ${error instanceof Error ? error.message : error}`
    throw new WorkerFailure({ exitCode: 1, message })
  }
}

function isThere(worker: Worker | undefined): worker is Worker {
  return worker !== undefined
}

/** Figures that come in one by one. Who does not answer is left out. */
class Collection {
  readonly #missing: Set<number>
  readonly #texts = new Map<number, string>()
  readonly #done: (texts: ReadonlyMap<number, string>) => void
  readonly #late: NodeJS.Timeout

  constructor(ids: readonly number[], done: (texts: ReadonlyMap<number, string>) => void) {
    this.#missing = new Set(ids)
    this.#done = done
    this.#late = setTimeout(() => this.#finish(), PATIENCE)
  }

  take(id: number, text: string): void {
    this.#texts.set(id, text)
    this.forget(id)
  }

  forget(id: number): void {
    this.#missing.delete(id)
    if (this.#missing.size === 0) this.#finish()
  }

  #finish(): void {
    clearTimeout(this.#late)
    this.#missing.clear()
    this.#done(this.#texts)
  }
}
