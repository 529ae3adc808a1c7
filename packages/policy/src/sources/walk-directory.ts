import type { BigIntStats, Dirent } from 'node:fs'
import { join, resolve } from 'node:path'

import { type FileAccess, inBackground } from './file-access.ts'
import { isInSchemas, isPolicyDirectory, isSourceFile, SCHEMAS_DIRECTORY } from './policy-paths.ts'
import { PolicySourceError } from './policy-source-error.ts'

/** A policy or schema file of a directory. */
export interface FoundFile {
  /** Relative to the root, with `/`. */
  readonly path: string
  readonly absolute: string
  readonly size: number
  /** Changes whenever the file does, but for changes between two ticks of the clock of its file system. */
  readonly version: string
  /** From when on a change is sure to give it another version, in milliseconds since 1970. */
  readonly settledAt: number
}

/** What a directory has. */
export interface FoundFiles {
  /** Sorted by path. */
  readonly files: readonly FoundFile[]
  /** The absolute paths of the directories that were walked, the root first. */
  readonly directories: readonly string[]
  /** The paths of what would be files if they were no symbolic links, wherever they lead. */
  readonly links: readonly string[]
}

/**
 * Finds the policy files of a directory, and the schemas in its `_schemas`. A symbolic link to a file counts as the file; the root may
 * be a link too, but links to directories below it are not followed.
 * @see https://docs.cerbos.dev/cerbos/latest/configuration/storage#disk-driver
 */
export async function walkDirectory(
  root: string,
  access: FileAccess = inBackground,
): Promise<FoundFiles> {
  const absoluteRoot = await resolveRoot(root, access)
  const files: FoundFile[] = []
  const directories: string[] = []
  const links: string[] = []
  // A level at a time, so that what is on it can be asked for together.
  for (let level = ['']; level.length > 0; ) {
    const below: string[] = []
    for (const paths of inBatches(level)) {
      const found = await Promise.all(paths.map((path) => lookInto(path, absoluteRoot, access)))
      for (const each of found) {
        directories.push(each.directory)
        below.push(...each.below)
        files.push(...each.files)
        links.push(...each.links)
      }
    }
    level = below
  }
  return { files: sortedByPath(files), directories, links }
}

/** In the order of their paths. */
export function sortedByPath(files: readonly FoundFile[]): readonly FoundFile[] {
  return [...files].sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** How many files or directories are asked about at once. */
const AT_ONCE = 64

/** The same in parts of which no one is too long to be done at once. */
export function* inBatches<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let start = 0; start < items.length; start += AT_ONCE) {
    yield items.slice(start, start + AT_ONCE)
  }
}

interface Directory {
  readonly directory: string
  readonly files: readonly FoundFile[]
  /** The paths of the directories in it. */
  readonly below: readonly string[]
  readonly links: readonly string[]
}

async function lookInto(path: string, root: string, access: FileAccess): Promise<Directory> {
  const directory = join(root, path)
  const below: string[] = []
  const links: string[] = []
  const sources: { readonly path: string; readonly absolute: string }[] = []
  for (const entry of await listDirectory(directory, access)) {
    const entryPath = path === '' ? entry.name : `${path}/${entry.name}`
    if (entry.isDirectory()) {
      const isMisplaced = entry.name === SCHEMAS_DIRECTORY && path !== '' && !isInSchemas(path)
      if (isMisplaced) throw misplacedSchemas(entryPath)
      if (isPolicyDirectory(entry.name, path)) below.push(entryPath)
    } else if (isSourceFile(entry.name, path)) {
      sources.push({ path: entryPath, absolute: join(directory, entry.name) })
      if (entry.isSymbolicLink()) links.push(entryPath)
    }
  }
  const files: FoundFile[] = []
  for (const batch of inBatches(sources)) {
    const found = await Promise.all(batch.map((each) => lookAt(each, access)))
    files.push(...found.filter((file) => file !== undefined))
  }
  return { directory, files, below, links }
}

async function resolveRoot(root: string, access: FileAccess): Promise<string> {
  try {
    const resolved = await access.realPath(root)
    if ((await access.stat(resolved)).isDirectory()) return resolved
  } catch (cause) {
    if (!isMissing(cause)) throw unreadable(root, cause)
    throw new PolicySourceError(
      'policy-directory-missing',
      `the policy directory \`${root}\` does not exist (looked for ${resolve(root)})`,
      { cause },
    )
  }
  throw new PolicySourceError(
    'policy-directory-not-a-directory',
    `expected a directory of policies, got the file \`${root}\`; name the directory that it is in`,
  )
}

async function listDirectory(directory: string, access: FileAccess): Promise<Dirent[]> {
  try {
    return await access.list(directory)
  } catch (cause) {
    // Deleted between finding and listing it.
    if (isMissing(cause)) return []
    throw unreadable(directory, cause)
  }
}

/** Looks at one file; finds nothing where there is none. */
export async function lookAt(
  { path, absolute }: Pick<FoundFile, 'path' | 'absolute'>,
  access: FileAccess,
): Promise<FoundFile | undefined> {
  let stats: BigIntStats
  try {
    stats = await access.stat(absolute)
  } catch (cause) {
    // Deleted since, or a link to nothing.
    if (isMissing(cause)) return undefined
    throw unreadable(absolute, cause)
  }
  if (!stats.isFile()) return undefined
  const { mtimeNs, ctimeNs, size, ino } = stats
  // Put together by `join`, because a template would keep all its parts.
  const version = [mtimeNs, ctimeNs, size, ino].join(' ')
  const tick = ctimeNs % NANOS === 0n ? COARSE_TICK : FINE_TICK
  return { path, absolute, size: Number(size), version, settledAt: Number(ctimeNs / NANOS) + tick }
}

const NANOS = 1_000_000n
/**
 * How long after a change, in milliseconds, another one is sure to have another time: some file systems know
 * seconds or two of them only, and others tell less than milliseconds and tick every few of them. That of
 * another machine may be a little behind.
 */
const COARSE_TICK = 3_000
const FINE_TICK = 1_000

/** Whether a file-system error means that something is not there. */
export function isMissing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ENOENT' || code === 'ENOTDIR'
}

function unreadable(path: string, cause: unknown): PolicySourceError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new PolicySourceError(
    'policy-directory-unreadable',
    `the policy directory \`${path}\` cannot be read: ${reason}`,
    { cause },
  )
}

function misplacedSchemas(path: string): PolicySourceError {
  return new PolicySourceError(
    'schemas-directory-misplaced',
    `\`${path}\`: the \`_schemas\` directory must be directly under the policy directory`,
  )
}
