import type { Io } from '../io.ts'

/** A run is long when it takes more than this many milliseconds. */
const LONG = 500
const EVERY = 100

/** A line that tells how far a run is, and is gone when it ends. */
export interface ProgressLine {
  show(done: number, total: number, noun: string): void
  clear(): void
}

const NOWHERE: ProgressLine = { show: () => undefined, clear: () => undefined }

/** A progress line for long runs on a terminal; nothing anywhere else. */
export function progressLine(
  { stdout, stderr }: Io,
  now: () => number = () => performance.now(),
): ProgressLine {
  if (!(stdout.isTerminal && stderr.isTerminal)) return NOWHERE
  const start = now()
  let shownAt = Number.NEGATIVE_INFINITY
  return {
    show(done, total, noun) {
      const time = now()
      if (time - start < LONG || time - shownAt < EVERY) return
      shownAt = time
      stderr.write(`\r${done} of ${total} ${noun}\u001b[K`)
    },
    clear() {
      if (shownAt > Number.NEGATIVE_INFINITY) stderr.write('\r\u001b[K')
    },
  }
}
