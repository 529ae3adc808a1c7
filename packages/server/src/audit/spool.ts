import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'

/** Where a process puts what is to come into a database later: a row of files of lines. */
export interface Spool {
  /** Hands a line to the system before it returns. Throws where it is not taken. */
  append(line: string): void
  close(): void
}

/** How long the files of a spool become, and who is asked before there is another. */
export interface SpoolOptions {
  readonly directory: string
  /** How many lines a file has at most. */
  readonly lines: number
  /** Told the file before the one that is full, if there was one. Throws where there is no room for another. */
  readonly makeRoom: (before: string | undefined) => void
  /** Told that a file is full and another one begun. */
  readonly onNext?: () => void
}

/** Whose a file is: of a process, since a time, and which of its files. */
const NAME = /^spool-(\d+)-(\d+)-(\d+)\.ndjson$/

/** Opens the spool of this process. */
export function openSpool({ directory, lines, makeRoom, onNext }: SpoolOptions): Spool {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  // Its files have to come after those of a dead process that had the same number, whatever the clock says.
  const others = filesIn(directory).filter(({ pid }) => pid === process.pid)
  const since = Math.max(Date.now(), ...others.map((each) => each.since + 1))
  const pathOf = (at: number): string =>
    join(directory, `spool-${process.pid}-${since}-${at}.ndjson`)
  let index = 0
  let file = openSync(pathOf(index), 'ax', 0o600)
  let count = 0
  let size = 0
  return {
    append(line) {
      if (count >= lines) {
        makeRoom(index > 0 ? pathOf(index - 1) : undefined)
        // It is the file after it that says of one that it is whole.
        const next = openSync(pathOf(index + 1), 'ax', 0o600)
        closeSync(file)
        file = next
        index += 1
        count = 0
        size = 0
        onNext?.()
      }
      const bytes = Buffer.from(`${line}\n`)
      const written = writeSync(file, bytes)
      if (written < bytes.length) {
        // A part of a line would spoil the next one.
        ftruncateSync(file, size)
        throw new Error('the disk is full')
      }
      size += written
      count += 1
    },
    close: () => closeSync(file),
  }
}

/** A file of a spool. */
export interface SpoolFile {
  readonly name: string
  /** The process that writes it. */
  readonly pid: number
  /** Whether nothing comes to it any more. */
  readonly isWhole: boolean
}

/** The files of all spools in a directory, those of each in their order. */
export function spoolFiles(directory: string): readonly SpoolFile[] {
  const files = filesIn(directory)
  const last = new Map(files.map(({ pid, name }) => [pid, name]))
  return files.map(({ name, pid }) => ({
    name,
    pid,
    isWhole: last.get(pid) !== name || !isAlive(pid),
  }))
}

function filesIn(directory: string): readonly {
  readonly name: string
  readonly pid: number
  readonly since: number
}[] {
  const files = readdirSync(directory).flatMap((name) => {
    const [, pid, since, index] = NAME.exec(name) ?? []
    if (index === undefined) return []
    return [{ name, pid: Number(pid), since: Number(since), index: Number(index) }]
  })
  return files.sort((a, b) => a.since - b.since || a.pid - b.pid || a.index - b.index)
}

/** The whole lines of a file from a place on, and the place behind them. */
export function readLines(
  path: string,
  from: number,
): { readonly lines: readonly string[]; readonly end: number } {
  const file = openSync(path, 'r')
  try {
    const chunks: Buffer[] = []
    let place = from
    for (;;) {
      const chunk = Buffer.alloc(CHUNK)
      const read = readSync(file, chunk, 0, CHUNK, place)
      if (read === 0) break
      chunks.push(chunk.subarray(0, read))
      place += read
    }
    const bytes = Buffer.concat(chunks)
    // Whoever was killed may have written a part of the last one, and whoever writes may be about to.
    const end = bytes.lastIndexOf('\n') + 1
    const text = bytes.toString('utf8', 0, end)
    return { lines: text === '' ? [] : text.slice(0, -1).split('\n'), end: from + end }
  } finally {
    closeSync(file)
  }
}

const CHUNK = 256 * 1024

/** Whether a process is there, whoever's it is. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
