import {
  type CompileOptions,
  compilePolicies,
  type LinkedPolicySet,
  type PolicySource,
  renderDiagnostics,
} from '@lockstitch/policy'
import { diskSource } from '@lockstitch/policy/node'

import { type EngineOptions, Engine as IsomorphicEngine } from './engine.ts'
import { DEFAULT_SETTINGS } from './settings.ts'
import type { ReloadFailure } from './status.ts'

/** How an engine takes its policies from a directory. */
export interface DirectoryOptions extends EngineOptions {
  /** Whether edits take effect while the engine runs. Off by default. */
  readonly watch?: boolean
  /** Told each attempt to put edited policies in force. What it throws is ignored. */
  readonly onReload?: (report: ReloadReport) => void
  /** Told each policy set that was put in force, the first one too. What it throws is ignored. */
  readonly onLoad?: (policySet: LinkedPolicySet) => void
}

/** What became of an edit. After a failure the policies before it stay in force. */
export type ReloadReport =
  | { readonly ok: true; readonly generation: number }
  | ({ readonly ok: false; readonly generation: number } & ReloadFailure)

/** Policies that cannot be used: `diagnostics` says what is wrong, `text` says it for people. */
export class PolicyLoadError extends Error implements ReloadFailure {
  override readonly name = 'PolicyLoadError'
  readonly diagnostics: ReloadFailure['diagnostics']
  readonly text: string

  constructor({ diagnostics, text }: ReloadFailure, options?: ErrorOptions) {
    super(text, options)
    this.diagnostics = diagnostics
    this.text = text
  }
}

/** An engine that can take its policies from a directory. */
export class Engine extends IsomorphicEngine {
  #stopWatching: (() => void) | undefined

  /**
   * Reads and compiles the policies of a directory. Rejects with a {@link PolicyLoadError} when
   * they cannot be used. With `watch`, an edit takes effect as a whole or not at all: one that
   * cannot be used is reported, and the policies before it stay in force.
   */
  static async fromDirectory(directory: string, options: DirectoryOptions = {}): Promise<Engine> {
    const source = diskSource(directory)
    const load = (): Promise<LinkedPolicySet> => loadPolicies(source, directory, options)
    const policySet = await load()
    const engine = new Engine(policySet, options)
    callQuietly(() => options.onLoad?.(policySet))
    if (options.watch) engine.#watch(source, load, options)
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
      const { generation } = this
      const { diagnostics, text } = asLoadError(error)
      const inForce = `The running policies (generation ${generation}) stay in force.`
      const failure = { diagnostics, text: `${text} ${inForce}` }
      this.reportFailedReload(failure)
      return { ok: false, generation, ...failure }
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
  source: PolicySource,
  directory: string,
  options: DirectoryOptions,
): Promise<LinkedPolicySet> {
  const files = await source.read().catch((error: unknown) => {
    throw asLoadError(error)
  })
  const { policySet, diagnostics } = compilePolicies(files, compileOptions(options))
  if (policySet) return policySet
  throw new PolicyLoadError({
    diagnostics,
    text: renderDiagnostics(diagnostics, files, { directory }),
  })
}

/** A Cerbos server starts with schemas that cannot be used; the requests then find violations. */
function compileOptions(options: DirectoryOptions): CompileOptions {
  const { compat, lenientScopeSearch, schemaEnforcement } = options
  const isEnforced = (schemaEnforcement ?? DEFAULT_SETTINGS.schemaEnforcement) !== 'none'
  return {
    invalidSchemas: isEnforced && compat !== 'cerbos' ? 'error' : 'ignore',
    lenientScopeSearch: lenientScopeSearch ?? DEFAULT_SETTINGS.lenientScopeSearch,
    ...(compat && { compat }),
  }
}

function asLoadError(error: unknown): PolicyLoadError {
  if (error instanceof PolicyLoadError) return error
  const text = error instanceof Error ? error.message : 'the policies could not be read'
  return new PolicyLoadError({ diagnostics: [], text }, { cause: error })
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
