import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'

import type { RotationSettings } from './audit-config.ts'

/** A file that grows at its end. */
export interface LogFile {
  /** Hands a line to the system before it returns. Throws where the system does not take it. */
  append(line: string): void
  close(): void
}

const STREAMS: Readonly<Record<string, number>> = { stdout: 1, stderr: 2 }

/**
 * Opens a file to add to it, and makes the folder that it is in. Several processes may have it open:
 * one of them puts it aside, and the others notice.
 */
export function openLogFile(
  path: string,
  rotation: RotationSettings,
  clock: () => number = Date.now,
): LogFile {
  const stream = STREAMS[path]
  if (stream !== undefined) return { append: (line) => writeWhole(stream, line), close: () => {} }
  mkdirSync(dirname(path), { recursive: true })
  let file = openSync(path, 'a', 0o600)
  const most = rotation.maxFileSizeMB * 1024 * 1024
  const wouldBeTooLarge = (length: number): boolean => {
    // Others may write to it as well.
    const { size } = fstatSync(file)
    return size > 0 && size + length > most
  }
  return {
    append(line) {
      if (most > 0 && wouldBeTooLarge(Buffer.byteLength(line))) {
        if (isStillAt(path, file)) putAsideAlone(path, rotation, clock())
        closeSync(file)
        file = openSync(path, 'a', 0o600)
      }
      writeWhole(file, line)
    },
    close: () => closeSync(file),
  }
}

/** False where another process has put it aside. */
function isStillAt(path: string, file: number): boolean {
  return statSync(path, { throwIfNoEntry: false })?.ino === fstatSync(file).ino
}

/** One process at a time puts a file aside; whoever comes second goes on with what there is. */
function putAsideAlone(path: string, rotation: RotationSettings, now: number): void {
  const lock = `${path}.lock`
  const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs
  // Whoever was killed in the middle has left it behind.
  if (since !== undefined && Date.now() - since > 10_000)
    rmSync(lock, { recursive: true, force: true })
  try {
    mkdirSync(lock)
  } catch {
    return
  }
  try {
    putAside(path, rotation, now)
  } finally {
    rmSync(lock, { recursive: true, force: true })
  }
}

/** How long whoever reads a pipe may take before an entry is given up. */
const PATIENCE_MILLIS = 1_000

const NEVER = new Int32Array(new SharedArrayBuffer(4))

/** A pipe or a full disk may take a part only, and a full pipe takes nothing until it is read. */
function writeWhole(file: number, line: string): void {
  const bytes = Buffer.from(line)
  const until = performance.now() + PATIENCE_MILLIS
  let written = 0
  while (written < bytes.length) {
    try {
      written += writeSync(file, bytes, written, bytes.length - written)
    } catch (error) {
      const isFull = (error as NodeJS.ErrnoException).code === 'EAGAIN'
      if (!isFull || performance.now() > until) throw error
      Atomics.wait(NEVER, 0, 0, 1)
    }
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
