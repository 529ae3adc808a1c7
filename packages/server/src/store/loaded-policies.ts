import { Engine, type EngineOptions, type ReloadReport } from '@lockstitch/engine'
import { asLoadError, compileFiles } from '@lockstitch/engine/table'
import { createPolicyCompiler, type SourceFile } from '@lockstitch/policy'

import type { Store, StoreContents } from './store.ts'

/** The policies of a store, in force in an engine. */
export interface LoadedPolicies {
  readonly store: Store
  readonly engine: Engine
  /** What the engine decides by. */
  readonly contents: StoreContents
  readonly counts: ReloadCounts
  /**
   * Puts in force what the store has now, as a whole. What cannot be read or used changes nothing; the
   * report and the status of the engine say why. Of reloads asked for at once one is made, after the
   * last of them was asked for.
   */
  reload(): Promise<ReloadReport>
  /** Throws a `PolicyLoadError` where files could not be put in force. */
  accept(files: readonly SourceFile[]): void
  /** Ends the engine and the watching; the store is whoever's it was. */
  close(): void
}

/** Which policies an engine decides by. */
export type InForce = Pick<StoreContents, 'driver' | 'revision'>

/** Whether they are the same. */
export function isSame(a: InForce, b: InForce): boolean {
  return a.revision === b.revision && a.driver === b.driver
}

/** How often a store was looked at again, and how often that did not work. */
export interface ReloadCounts {
  readonly reloads: number
  readonly failures: number
}

/** How policies are put in force, and who is told. */
export interface LoadOptions extends EngineOptions {
  /** Told each attempt to put other policies in force, and each that failed. */
  readonly onReload?: (report: ReloadReport) => void
}

/**
 * Makes an engine of the policies of a store and keeps it to them, if the store is watched. Rejects
 * with a `PolicyLoadError` where they cannot be read or used.
 */
export async function loadPolicies(
  store: Store,
  { onReload, ...options }: LoadOptions = {},
): Promise<LoadedPolicies> {
  // It keeps what it has read, which is of use where others follow.
  const isFollowed = store.watch !== undefined || store.changes !== undefined
  const compiler = isFollowed ? createPolicyCompiler() : undefined
  const compile = ({ files, directory }: Pick<StoreContents, 'files' | 'directory'>) =>
    compileFiles(files, options, directory === undefined ? {} : { directory }, compiler)
  let contents = await readStore(store).catch((error: unknown) => {
    throw asLoadError(error)
  })
  const counts = { reloads: 0, failures: 0 }
  // The contents are replaced with the table of the engine, so that a record has those that decided.
  const engine = new Engine(compile(contents), { ...options, policySource: () => contents })
  // Of several that ask for a reload, one may want more than what the watching has seen.
  let isAsked = false
  const reloadOnceMore = oneAtATime(async () => {
    const { generation, lastReload } = engine.status
    const how = isAsked ? undefined : 'as-seen'
    isAsked = false
    const report = await reloadOnce(how)
    counts.reloads += 1
    if (!report.ok) counts.failures += 1
    const isNews = !report.ok || !lastReload.ok || report.generation !== generation
    if (isNews && !engine.isClosed) onReload?.(report)
    return report
  })

  function reload(): Promise<ReloadReport> {
    isAsked = true
    return reloadOnceMore()
  }

  async function reloadOnce(how: 'as-seen' | undefined): Promise<ReloadReport> {
    try {
      const next = await readStore(store, how)
      if (engine.isClosed) return { ok: true, generation: engine.generation }
      if (isSame(next, contents)) return engine.reportUnchanged()
      const generation = engine.replace(compile(next))
      contents = next
      return { ok: true, generation }
    } catch (error) {
      return engine.reportFailedReload(asLoadError(error))
    }
  }

  const stopWatching = store.watch?.(() => void reloadOnceMore())
  return {
    store,
    engine,
    counts,
    get contents() {
      return contents
    },
    reload,
    accept: (files) => void compile({ files }),
    close() {
      stopWatching?.()
      engine.close()
    },
  }
}

async function readStore(store: Store, how?: 'as-seen'): Promise<StoreContents> {
  await store.refresh?.()
  return store.read(how)
}

/**
 * Never runs a task twice at once: calls during a run share one more run after it, which sees all that
 * was there when they were made.
 */
function oneAtATime<Result>(task: () => Promise<Result>): () => Promise<Result> {
  let running: Promise<unknown> = Promise.resolve()
  let waiting: Promise<Result> | undefined
  return () => {
    waiting ??= running.then(() => {
      waiting = undefined
      const run = task()
      running = run.catch(() => {})
      return run
    })
    return waiting
  }
}
