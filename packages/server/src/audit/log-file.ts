import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'

/** When a file is put aside for a new one, and how long it is kept. 0 means never, and for ever. */
export interface RotationSettings {
  readonly maxFileSizeMB: number
  readonly maxFileAgeDays: number
  readonly maxFileCount: number
}

/** A file that grows at its end. */
export interface LogFile {
  /** Hands a line to the system before it returns. Throws where the system does not take it. */
  append(line: string): void
  close(): void
}

const STREAMS: Readonly<Record<string, number>> = { stdout: 1, stderr: 2 }

/** Opens a file to add to it, and makes the folder that it is in. */
export function openLogFile(
  path: string,
  rotation: RotationSettings,
  clock: () => number = Date.now,
): LogFile {
  const stream = STREAMS[path]
  if (stream !== undefined) return { append: (line) => writeWhole(stream, line), close: () => {} }
  mkdirSync(dirname(path), { recursive: true })
  let file = openSync(path, 'a', 0o600)
  let size = fstatSync(file).size
  const most = rotation.maxFileSizeMB * 1024 * 1024
  return {
    append(line) {
      const length = Buffer.byteLength(line)
      if (most > 0 && size > 0 && size + length > most) {
        closeSync(file)
        putAside(path, rotation, clock())
        file = openSync(path, 'a', 0o600)
        size = 0
      }
      writeWhole(file, line)
      size += length
    },
    close: () => closeSync(file),
  }
}

/** A pipe or a full disk may take a part only. */
function writeWhole(file: number, line: string): void {
  const bytes = Buffer.from(line)
  let written = 0
  while (written < bytes.length) {
    written += writeSync(file, bytes, written, bytes.length - written)
  }
}

/** Names a file after the time, and removes those that are too old or too many. */
function putAside(
  path: string,
  { maxFileAgeDays, maxFileCount }: RotationSettings,
  now: number,
): void {
  const folder = dirname(path)
  const extension = extname(path)
  const stem = basename(path, extension)
  const time = new Date(now).toISOString().replaceAll(':', '-').replace('Z', '')
  renameSync(path, join(folder, `${stem}-${time}${extension}`))
  const aside = readdirSync(folder)
    .filter((name) => name.startsWith(`${stem}-`) && name.endsWith(extension))
    .sort()
    .reverse()
  const oldest = new Date(now - maxFileAgeDays * 86_400_000).toISOString().replaceAll(':', '-')
  for (const [index, name] of aside.entries()) {
    const isTooMany = maxFileCount > 0 && index >= maxFileCount
    const isTooOld = maxFileAgeDays > 0 && name.slice(stem.length + 1) < oldest
    if (isTooMany || isTooOld) rmSync(join(folder, name))
  }
}
