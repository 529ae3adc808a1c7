import { type FSWatcher, watch } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'

import { inBackground } from './file-access.ts'
import { isSourceFile } from './policy-paths.ts'
import {
  type FoundFile,
  type FoundFiles,
  isMissing,
  lookAt,
  sortedByPath,
  walkDirectory,
} from './walk-directory.ts'

/** How a directory is watched. */
export interface WatchOptions {
  /** How long events are collected, in milliseconds; editors make several for one save. */
  readonly debounce?: number
  /** How often to look without any event, in milliseconds, for file systems that send none. */
  readonly pollInterval?: number
}

/** Under a stream of events, a change is reported at the latest after this many debounce times. */
const MAX_DEBOUNCES = 20

/**
 * For how many debounce times an empty file is waited for: many a program empties a file and then fills it, and
 * a policy that denied must not be missing in between, however busy the machine is.
 */
const EMPTY_DEBOUNCES = 50

/** What a look at a directory has found. */
export interface Seen {
  /** Undefined where it cannot be read. */
  readonly files: readonly FoundFile[] | undefined
  /** The paths of those that had an event: they may have changed although their sizes and times did not. */
  readonly touched: ReadonlySet<string>
}

/**
 * Watches a directory tree. Every directory has a watcher of its own, which is made anew as
 * directories come and go; the parent of the root has one too, since a root that is deleted,
 * created or swapped (a symbolic link) tells nobody else. What events miss, polling finds. Where events name
 * policy files alone, only these are looked at.
 *
 * Changes since the files of `since` were found are reported at once. The returned function stops.
 */
export function watchDirectory(
  root: string,
  onChange: (seen: Seen) => void,
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
  readonly #onChange: (seen: Seen) => void
  readonly #debounce: number
  readonly #pollInterval: number
  readonly #watchers = new Map<string, FSWatcher>()
  /** What the directory was like when it was last looked at. */
  #known: string | undefined
  /** What was found then; nothing where it is not known or could not be read. */
  #view: FoundFiles | undefined
  /** Policy files that had an event. */
  #touched = new Set<string>()
  /** Something else had an event, so that everything is to be looked at. */
  #isUnclear = true
  #timer: NodeJS.Timeout | undefined
  #timerSince = 0
  #poll: NodeJS.Timeout | undefined
  #scanning = false
  /** Another scan is wanted as soon as the one that runs is over. */
  #isWaiting = false
  /** Until when an empty file is waited for, and what looks again then. */
  #emptyUntil: number | undefined
  #emptyTimer: NodeJS.Timeout | undefined
  #stopped = false

  constructor(
    root: string,
    onChange: (seen: Seen) => void,
    { debounce = 20, pollInterval = 5000 }: WatchOptions,
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
    const poll = (): void => {
      this.#isUnclear = true
      this.#scan()
    }
    this.#poll = setInterval(poll, this.#pollInterval).unref()
    this.#scan()
  }

  stop(): void {
    this.#stopped = true
    clearInterval(this.#poll)
    clearTimeout(this.#timer)
    clearTimeout(this.#emptyTimer)
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
      this.#isWaiting = true
      return
    }
    this.#scanning = true
    void this.#rescan().finally(() => {
      this.#scanning = false
      if (!this.#isWaiting) return
      this.#isWaiting = false
      this.#scan()
    })
  }

  async #rescan(): Promise<void> {
    const touched = this.#touched
    this.#touched = new Set()
    const isUnclear = this.#isUnclear
    this.#isUnclear = false
    const again = isUnclear ? undefined : this.#view && (await lookAgain(this.#view, touched))
    const next = again ?? (await look(this.#root))
    if (this.#stopped) return
    if (next.files?.some(({ path, size }) => size === 0 && touched.has(path)) && this.#waits()) {
      this.#isUnclear ||= isUnclear
      this.#touched = new Set([...touched, ...this.#touched])
      return
    }
    clearTimeout(this.#emptyTimer)
    this.#emptyUntil = undefined
    // Of what cannot be read nobody knows the directories: those that are watched tell when it can be.
    const directories = next.directories ?? this.#watchers.keys()
    const added = this.#watchExactly([this.#parent, ...directories])
    const changed = this.#known !== undefined && this.#known !== next.state
    this.#known = next.state
    this.#view = next.files && next
    if (added) {
      // A file that came between listing a directory and watching it has sent no event.
      this.#isUnclear = true
      this.#schedule()
    }
    if (changed || touched.size > 0) this.#onChange({ files: next.files, touched })
  }

  /** Whether it is too early to take an empty file for what is meant. Then it looks again, with any event or later. */
  #waits(): boolean {
    const now = performance.now()
    this.#emptyUntil ??= now + EMPTY_DEBOUNCES * this.#debounce
    if (now >= this.#emptyUntil) return false
    clearTimeout(this.#emptyTimer)
    this.#emptyTimer = setTimeout(() => this.#scan(), this.#emptyUntil - now + 1).unref()
    return true
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
    const path = name === null ? undefined : this.#sourceFile(directory, name)
    if (path === undefined) this.#isUnclear = true
    else this.#touched.add(path)
    this.#schedule()
  }

  /** The path below the root of a file that is read, if it is one. */
  #sourceFile(directory: string, name: string): string | undefined {
    const root = this.#view?.directories[0]
    if (root === undefined || (directory !== root && !directory.startsWith(root + sep)))
      return undefined
    const folder = directory
      .slice(root.length + 1)
      .split(sep)
      .join('/')
    if (!isSourceFile(name, folder)) return undefined
    return folder === '' ? name : `${folder}/${name}`
  }
}

/** Another text as its state when anything is different. */
type Look =
  | (FoundFiles & { readonly state: string })
  | { readonly files?: never; readonly directories?: never; readonly state: string }

async function look(root: string): Promise<Look> {
  try {
    const found = await walkDirectory(root)
    return { ...found, state: fingerprint(found.files) }
  } catch (error) {
    return { state: `error: ${error instanceof Error ? error.message : error}` }
  }
}

/**
 * A look at some files alone, and at links, which lead to any; nothing where that is not enough.
 */
async function lookAgain(
  { files, directories, links }: FoundFiles,
  paths: ReadonlySet<string>,
): Promise<Look | undefined> {
  const [root = ''] = directories
  const found = new Map(files.map((file) => [file.path, file]))
  try {
    for (const path of new Set([...paths, ...links])) {
      const absolute = join(root, path)
      const stats = await lstat(absolute).catch(ignoreMissing)
      const isNewLink = stats?.isSymbolicLink() && !links.includes(path)
      const isDirectory = stats?.isDirectory() || directories.includes(absolute)
      if (isNewLink || isDirectory) return undefined
      const file = await lookAt({ path, absolute }, inBackground)
      if (file === undefined) found.delete(path)
      else found.set(path, file)
    }
  } catch {
    // Whoever looks at everything tells what is wrong.
    return undefined
  }
  const sorted = sortedByPath([...found.values()])
  return { directories, links, files: sorted, state: fingerprint(sorted) }
}

function ignoreMissing(error: unknown): undefined {
  if (!isMissing(error)) throw error
}

function fingerprint(files: readonly FoundFile[]): string {
  return files.map(({ path, version }) => `${path} ${version}`).join('\n')
}
