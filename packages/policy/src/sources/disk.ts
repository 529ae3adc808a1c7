import type { SourceFile } from '../source.ts'
import { blocking, type FileAccess, inBackground } from './file-access.ts'
import { noPolicies, requirePolicySize, sourceFileOf } from './file-text.ts'
import { isInSchemas } from './policy-paths.ts'
import { PolicySourceError } from './policy-source-error.ts'
import type { PolicySource } from './source.ts'
import { type FoundFile, isMissing, walkDirectory } from './walk-directory.ts'
import { type WatchOptions, watchDirectory } from './watch-directory.ts'

const PARALLEL_READS = 32
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

/** Reads policies and their schemas from a directory, and watches it for changes. */
export function diskSource(directory: string, options: DiskOptions = {}): DiskSource {
  const access = options.blocking ? blocking : inBackground
  let lastRead: readonly FoundFile[] | undefined
  return {
    directory,
    async read() {
      const { found, files } = await readDirectory(directory, access)
      lastRead = found
      return files
    },
    watch: (onChange) => watchDirectory(directory, onChange, options, lastRead),
  }
}

async function readDirectory(
  directory: string,
  access: FileAccess,
): Promise<{ found: readonly FoundFile[]; files: SourceFile[] }> {
  for (let attempt = 1; ; attempt++) {
    const { files: found } = await walkDirectory(directory, access)
    if (found.every(({ path }) => isInSchemas(path)))
      throw noPolicies(`the policy directory \`${directory}\``)
    try {
      return { found, files: await readAll(found, access) }
    } catch (error) {
      const cause = error instanceof PolicySourceError ? error.cause : error
      if (!isMissing(cause) || attempt === READ_ATTEMPTS) throw error
    }
  }
}

async function readAll(found: readonly FoundFile[], access: FileAccess): Promise<SourceFile[]> {
  const files: SourceFile[] = []
  for (let start = 0; start < found.length; start += PARALLEL_READS) {
    const batch = found.slice(start, start + PARALLEL_READS)
    files.push(...(await Promise.all(batch.map((file) => readOne(file, access)))))
  }
  return files
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
