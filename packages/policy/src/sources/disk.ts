import type { SourceFile } from '../source.ts'
import { blocking, type FileAccess, inBackground } from './file-access.ts'
import { noPolicies, requirePolicySize, sourceFileOf } from './file-text.ts'
import { isInSchemas } from './policy-paths.ts'
import { PolicySourceError } from './policy-source-error.ts'
import type { PolicySource } from './source.ts'
import { type FoundFile, inBatches, isMissing, walkDirectory } from './walk-directory.ts'
import { type Seen, type WatchOptions, watchDirectory } from './watch-directory.ts'

/** Files may come and go while they are read; a directory that never rests is given up on. */
const READ_ATTEMPTS = 5

/** A directory of policy files. */
export interface DiskSource extends PolicySource {
  readonly directory: string
}

/** How a directory is read and watched. */
export interface DiskOptions extends WatchOptions {
  /** Reads without letting anything else go on meanwhile: faster, for programs that only wait. */
  readonly blocking?: boolean
}

/**
 * Reads policies and their schemas from a directory, and watches it for changes. What it has read it reads
 * again only when it may have changed.
 */
export function diskSource(directory: string, options: DiskOptions = {}): DiskSource {
  const access = options.blocking ? blocking : inBackground
  let lastRead: readonly FoundFile[] | undefined
  let known: ReadonlyMap<string, KnownFile> = new Map()
  let seen: Seen['files']
  /** What is read again whatever its times say. */
  let touched: ReadonlySet<string> = new Set()
  return {
    directory,
    async read(how) {
      const given = how === 'as-seen' ? seen : undefined
      seen = undefined
      const unsure = touched
      touched = new Set()
      try {
        const { found, read } = await readDirectory({ directory, access, known, given, unsure })
        lastRead = found
        known = read
        return [...read.values()].map(({ file }) => file)
      } catch (error) {
        touched = new Set([...unsure, ...touched])
        throw error
      }
    },
    watch(onChange) {
      const onSeen = (next: Seen): void => {
        seen = next.files
        touched = new Set([...touched, ...next.touched])
        onChange()
      }
      return watchDirectory(directory, onSeen, options, lastRead)
    },
  }
}

interface KnownFile {
  readonly file: SourceFile
  readonly version: string
  readonly isSettled: boolean
}

interface Reading {
  readonly directory: string
  readonly access: FileAccess
  readonly known: ReadonlyMap<string, KnownFile>
  /** What somebody else has found. */
  readonly given: Seen['files']
  /** The paths of files that may have changed although their sizes and times have not. */
  readonly unsure: ReadonlySet<string>
}

async function readDirectory(
  reading: Reading,
): Promise<{ found: readonly FoundFile[]; read: ReadonlyMap<string, KnownFile> }> {
  const { directory, access, given } = reading
  for (let attempt = 1; ; attempt++) {
    const isGiven = attempt === 1 && given !== undefined
    const found = isGiven ? given : (await walkDirectory(directory, access)).files
    if (found.every(({ path }) => isInSchemas(path)))
      throw noPolicies(`the policy directory \`${directory}\``)
    try {
      return { found, read: await readAll(found, reading) }
    } catch (error) {
      const cause = error instanceof PolicySourceError ? error.cause : error
      if (!isMissing(cause) || attempt === READ_ATTEMPTS) throw error
    }
  }
}

/** Those that are known, or read, in their order. */
async function readAll(
  found: readonly FoundFile[],
  { access, known, unsure }: Reading,
): Promise<ReadonlyMap<string, KnownFile>> {
  const isKnown = ({ path, version }: FoundFile): boolean => {
    const before = known.get(path)
    return before?.isSettled === true && before.version === version && !unsure.has(path)
  }
  const files = new Map(found.map(({ path }) => [path, known.get(path)]))
  for (const batch of inBatches(found.filter((file) => !isKnown(file)))) {
    const now = Date.now()
    await Promise.all(
      batch.map(async (each) => {
        const file = await readOne(each, access)
        const isSettled = now > each.settledAt
        files.set(each.path, { file, version: each.version, isSettled })
      }),
    )
  }
  // Each of them has been set by now.
  return files as ReadonlyMap<string, KnownFile>
}

async function readOne(
  { path, absolute, size }: FoundFile,
  access: FileAccess,
): Promise<SourceFile> {
  requirePolicySize(path, size)
  return sourceFileOf(path, await readBytes(path, absolute, access))
}

async function readBytes(path: string, absolute: string, access: FileAccess): Promise<Uint8Array> {
  try {
    return await access.read(absolute)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const message = `the policy file \`${path}\` cannot be read: ${reason}`
    throw new PolicySourceError('policy-file-unreadable', message, { cause })
  }
}
