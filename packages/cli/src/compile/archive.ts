import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, posix } from 'node:path'

import { CommandFailure, exitCodes, reasonOf } from '../exit-codes.ts'

/** Directories in which archives were unpacked, for as long as a command runs. */
export interface Unpacked {
  /** Where to read what the command line names: the directory itself, or that of an archive. */
  placeOf(path: string): string
  remove(): void
}

/** Whether a path names an archive that can stand for a directory, as in Cerbos. */
export function isArchive(path: string): boolean {
  const isNamed = /\.(zip|tar|tgz|tar\.gz)$/.test(path)
  return isNamed && statSync(path, { throwIfNoEntry: false })?.isFile() === true
}

/**
 * Unpacks those of the paths that are archives.
 *
 * @throws {CommandFailure} for an archive that cannot be read.
 */
export async function unpackArchives(paths: readonly string[]): Promise<Unpacked> {
  const places = new Map<string, string>()
  const remove = (): void => {
    for (const place of places.values()) rmSync(place, { recursive: true, force: true })
  }
  for (const path of new Set(paths.filter(isArchive))) {
    const place = mkdtempSync(join(tmpdir(), 'lockstitch-'))
    places.set(path, place)
    try {
      for (const entry of await entriesOf(path)) write(entry, place)
    } catch (error) {
      remove()
      const message = `\`${path}\` cannot be unpacked: ${reasonOf(error)}`
      throw new CommandFailure(exitCodes.failed, message, { cause: error })
    }
  }
  return { placeOf: (path) => places.get(path) ?? path, remove }
}

/** A file of an archive; links and devices are none. */
interface Entry {
  readonly path: string
  readonly bytes: Uint8Array
}

async function entriesOf(path: string): Promise<readonly Entry[]> {
  return path.endsWith('.zip') ? await zipEntries(path) : await tarEntries(path)
}

async function zipEntries(path: string): Promise<readonly Entry[]> {
  const [{ readFile }, { unzipSync }] = await Promise.all([
    import('node:fs/promises'),
    import('fflate'),
  ])
  const files = Object.entries(unzipSync(await readFile(path)))
  return files.flatMap(([name, bytes]) => (name.endsWith('/') ? [] : { path: name, bytes }))
}

async function tarEntries(path: string): Promise<readonly Entry[]> {
  const { list } = await import('tar')
  const entries: Entry[] = []
  // Strict, so that what is no archive is an error rather than empty.
  list({
    file: path,
    sync: true,
    strict: true,
    onReadEntry: (entry) => {
      if (entry.type !== 'File' && entry.type !== 'OldFile') return
      const chunks: Buffer[] = []
      entry.on('data', (chunk) => chunks.push(chunk))
      entry.on('end', () => entries.push({ path: entry.path, bytes: Buffer.concat(chunks) }))
    },
  })
  return entries
}

/** An archive may say that a file lies anywhere. */
function write({ path, bytes }: Entry, directory: string): void {
  const relative = posix.normalize(path.replaceAll('\\', '/'))
  if (posix.isAbsolute(relative) || /^(\.\.(\/|$)|[A-Za-z]:)/.test(relative))
    throw new Error(`\`${path}\` lies outside of it`)
  const place = join(directory, relative)
  mkdirSync(dirname(place), { recursive: true })
  writeFileSync(place, bytes)
}
