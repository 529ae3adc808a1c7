import { type FSWatcher, watch } from 'node:fs'
import { basename, dirname, join, resolve, sep } from 'node:path'

import { isPolicyFile, SCHEMAS_DIRECTORY } from './policy-paths.ts'
import { type FoundFile, walkDirectory } from './walk-directory.ts'

/** How a directory is watched. */
export interface WatchOptions {
  /** How long events are collected, in milliseconds; editors make several for one save. */
  readonly debounce?: number
  /** How often to look without any event, in milliseconds, for file systems that send none. */
  readonly pollInterval?: number
}

/** Under a stream of events, a change is reported at the latest after this many debounce times. */
const MAX_DEBOUNCES = 8

/**
 * Watches a directory tree. Every directory has a watcher of its own, which is made anew as
 * directories come and go; the parent of the root has one too, since a root that is deleted,
 * created or swapped (a symbolic link) tells nobody else. What events miss, polling finds.
 *
 * Changes since the files of `since` were found are reported at once. The returned function stops.
 */
export function watchDirectory(
  root: string,
  onChange: () => void,
  options: WatchOptions = {},
  since?: readonly FoundFile[],
): () => void {
  const watcher = new DirectoryWatcher(root, onChange, options, since)
  watcher.start()
  return () => watcher.stop()
}

class DirectoryWatcher {
  readonly #root: string
  readonly #parent: string
  readonly #onChange: () => void
  readonly #debounce: number
  readonly #pollInterval: number
  readonly #watchers = new Map<string, FSWatcher>()
  /** What the directory was like when it was last looked at. */
  #known: string | undefined
  /** A policy file had an event: it may have changed although its size and times did not. */
  #touched = false
  #timer: NodeJS.Timeout | undefined
  #timerSince = 0
  #poll: NodeJS.Timeout | undefined
  #scanning = false
  #stopped = false

  constructor(
    root: string,
    onChange: () => void,
    { debounce = 75, pollInterval = 5000 }: WatchOptions,
    since: readonly FoundFile[] | undefined,
  ) {
    this.#root = resolve(root)
    this.#parent = dirname(this.#root)
    this.#onChange = onChange
    this.#debounce = debounce
    this.#pollInterval = pollInterval
    this.#known = since && fingerprint(since)
  }

  start(): void {
    this.#poll = setInterval(() => this.#scan(), this.#pollInterval).unref()
    this.#scan()
  }

  stop(): void {
    this.#stopped = true
    clearInterval(this.#poll)
    clearTimeout(this.#timer)
    for (const directory of [...this.#watchers.keys()]) this.#unwatch(directory)
  }

  /** Scans once events have ceased for a moment, or have not ceased for long. */
  #schedule(): void {
    if (this.#stopped) return
    const now = performance.now()
    if (this.#timer === undefined) this.#timerSince = now
    else if (now - this.#timerSince > MAX_DEBOUNCES * this.#debounce) return
    clearTimeout(this.#timer)
    const scan = (): void => {
      this.#timer = undefined
      this.#scan()
    }
    this.#timer = setTimeout(scan, this.#debounce).unref()
  }

  #scan(): void {
    if (this.#stopped) return
    if (this.#scanning) {
      this.#schedule()
      return
    }
    this.#scanning = true
    void this.#rescan().finally(() => {
      this.#scanning = false
    })
  }

  async #rescan(): Promise<void> {
    const touched = this.#touched
    this.#touched = false
    const { directories, state } = await look(this.#root)
    if (this.#stopped) return
    const added = this.#watchExactly([this.#parent, ...directories])
    const changed = this.#known !== undefined && this.#known !== state
    this.#known = state
    // A file that came between listing a directory and watching it has sent no event.
    if (added) this.#schedule()
    if (changed || touched) this.#onChange()
  }

  /** True when there are directories that were not watched before. */
  #watchExactly(directories: readonly string[]): boolean {
    const wanted = new Set(directories)
    for (const directory of [...this.#watchers.keys()]) {
      if (!wanted.has(directory)) this.#unwatch(directory)
    }
    const added = directories.filter((directory) => !this.#watchers.has(directory))
    for (const directory of added) this.#watch(directory)
    return added.some((directory) => this.#watchers.has(directory))
  }

  #watch(directory: string): void {
    try {
      const onEvent = (event: string, name: string | null): void => {
        this.#onEvent(directory, event, name)
      }
      const watcher = watch(directory, { persistent: false }, onEvent)
      watcher.on('error', () => this.#unwatch(directory))
      this.#watchers.set(directory, watcher)
    } catch {
      // Gone already, or the system has no more watches: polling goes on.
    }
  }

  #unwatch(directory: string): void {
    this.#watchers.get(directory)?.close()
    this.#watchers.delete(directory)
  }

  #onEvent(directory: string, event: string, name: string | null): void {
    if (directory === this.#parent) {
      const isRoot = name === null || name === basename(this.#root)
      if (!isRoot) return
      // Whatever is watched below may be the tree that was there before.
      for (const other of [...this.#watchers.keys()]) {
        if (other !== this.#parent) this.#unwatch(other)
      }
    } else if (event === 'rename' && name !== null) {
      // A watcher stays with a directory that is moved, or dies with one that is deleted.
      const moved = name === basename(directory) ? directory : join(directory, name)
      for (const other of [...this.#watchers.keys()]) {
        if (other === moved || other.startsWith(moved + sep)) this.#unwatch(other)
      }
    }
    const isRead =
      name === null || isPolicyFile(name) || directory.split(sep).includes(SCHEMAS_DIRECTORY)
    if (directory !== this.#parent && isRead) this.#touched = true
    this.#schedule()
  }
}

async function look(root: string): Promise<{ directories: readonly string[]; state: string }> {
  try {
    const { directories, files } = await walkDirectory(root)
    return { directories, state: fingerprint(files) }
  } catch (error) {
    return { directories: [], state: `error: ${error instanceof Error ? error.message : error}` }
  }
}

function fingerprint(files: readonly FoundFile[]): string {
  return files.map(({ path, version }) => `${path} ${version}`).join('\n')
}
