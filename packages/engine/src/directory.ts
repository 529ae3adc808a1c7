import {
  createPolicyCompiler,
  type LinkedPolicySet,
  type PolicyCompiler,
  type PolicySource,
  type SourceFile,
} from '@lockstitch/policy'
import { diskSource } from '@lockstitch/policy/node'

import { compileFiles } from './compile-files.ts'
import { type EngineOptions, Engine as IsomorphicEngine } from './engine.ts'
import { validateOptions } from './options.ts'
import { cerbosPlanner } from './plan/cerbos-planner.ts'
import { asLoadError } from './policy-load-error.ts'
import type { ReloadReport } from './status.ts'

/** How an engine takes its policies from a directory. */
export interface DirectoryOptions extends EngineOptions {
  /** Whether edits take effect while the engine runs. Off by default. */
  readonly watch?: boolean
  /** Told each attempt to put edited policies in force. What it throws is ignored. */
  readonly onReload?: (report: ReloadReport) => void
  /** Told each policy set that was put in force, the first one too. What it throws is ignored. */
  readonly onLoad?: (policySet: LinkedPolicySet) => void
}

/** An engine that can take its policies from a directory. */
export class Engine extends IsomorphicEngine {
  #stopWatching: (() => void) | undefined

  constructor(policySet: LinkedPolicySet, options: EngineOptions = {}) {
    super(policySet, { planner: cerbosPlanner, ...options })
  }

  static override fromFiles(files: readonly SourceFile[], options: EngineOptions = {}): Engine {
    return new Engine(compileFiles(files, options), options)
  }

  /**
   * Reads and compiles the policies of a directory. Rejects with a {@link PolicyLoadError} when
   * they cannot be used. With `watch`, an edit takes effect as a whole or not at all: one that
   * cannot be used is reported, and the policies before it stay in force.
   */
  static async fromDirectory(directory: string, options: DirectoryOptions = {}): Promise<Engine> {
    const { watch, onLoad, onReload: _, ...ofEngine } = options
    validateOptions(options, ['watch', 'onLoad', 'onReload'])
    const source = diskSource(directory)
    const compile = watch ? createPolicyCompiler() : undefined
    const load = (how?: 'as-seen'): Promise<LinkedPolicySet> =>
      loadPolicies(source.read(how), directory, options, compile)
    const policySet = await load()
    const engine = new Engine(policySet, { policySource: { disk: { directory } }, ...ofEngine })
    callQuietly(() => onLoad?.(policySet))
    if (watch) engine.#watch(source, () => load('as-seen'), options)
    return engine
  }

  override close(): void {
    this.#stopWatching?.()
    super.close()
  }

  #watch(
    source: PolicySource,
    load: () => Promise<LinkedPolicySet>,
    { onLoad, onReload }: DirectoryOptions,
  ): void {
    let stopped = false
    const reload = async (): Promise<void> => {
      const report = await this.#reload(load, () => stopped, onLoad)
      if (report) callQuietly(() => onReload?.(report))
    }
    const stop = source.watch(oneAtATime(reload))
    this.#stopWatching = () => {
      stopped = true
      stop()
    }
  }

  async #reload(
    load: () => Promise<LinkedPolicySet>,
    isStopped: () => boolean,
    onLoad: DirectoryOptions['onLoad'],
  ): Promise<ReloadReport | undefined> {
    try {
      const policySet = await load()
      if (isStopped()) return undefined
      const generation = this.replace(policySet)
      callQuietly(() => onLoad?.(policySet))
      return { ok: true, generation }
    } catch (error) {
      if (isStopped()) return undefined
      return this.reportFailedReload(asLoadError(error))
    }
  }
}

/** The same as `Engine.fromDirectory`. */
export function engineFromDirectory(
  directory: string,
  options?: DirectoryOptions,
): Promise<Engine> {
  return Engine.fromDirectory(directory, options)
}

async function loadPolicies(
  reading: ReturnType<PolicySource['read']>,
  directory: string,
  options: DirectoryOptions,
  compile: PolicyCompiler | undefined,
): Promise<LinkedPolicySet> {
  const files = await reading.catch((error: unknown) => {
    throw asLoadError(error)
  })
  return compileFiles(files, options, { directory }, compile)
}

/**
 * Runs a task at each call, but never two at once: calls during a run lead to one more run after
 * it, so that the last change is always seen.
 */
function oneAtATime(task: () => Promise<void>): () => void {
  let last = Promise.resolve()
  let isQueued = false
  return () => {
    if (isQueued) return
    isQueued = true
    last = last.then(() => {
      isQueued = false
      return task()
    })
  }
}

function callQuietly(hook: () => void): void {
  try {
    hook()
  } catch {
    // A hook must not stop the reloading.
  }
}
