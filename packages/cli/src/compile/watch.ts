import { CommandFailure, type ExitCode } from '../exit-codes.ts'
import type { Io } from '../io.ts'

/**
 * Milliseconds in which editors make several events for one save. Chokidar keeps quiet about changes
 * of a file in the 50 after one that it told, so that files are read later than that.
 */
const SETTLED = 60

/** What is watched. */
export interface Watched {
  readonly directories: readonly string[]
  readonly io: Io
}

/**
 * Runs at once and again after each change, until it is interrupted; the exit code is that of the
 * last run.
 */
export async function watchAndRun(
  { directories, io }: Watched,
  run: () => Promise<ExitCode>,
): Promise<ExitCode> {
  const interrupted = io.interrupted()
  let lastCode = await run()
  const watched = [...new Set(directories)]
  const { watch } = await import('chokidar')
  const watcher = watch(watched, { ignoreInitial: true })
  const changed = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  const rerun = async (): Promise<void> => {
    io.stdout.write(`\nchanged: ${[...changed].sort().join(', ')}\n`)
    changed.clear()
    lastCode = await runReporting(run, io)
    io.stdout.write(waiting(watched))
  }
  watcher.on('all', (_event, path) => {
    changed.add(path)
    clearTimeout(timer)
    timer = setTimeout(() => {
      running = running.then(rerun)
    }, SETTLED)
  })
  await new Promise<void>((resolve) => {
    watcher.once('ready', () => resolve())
  })
  io.stdout.write(waiting(watched))
  await interrupted
  clearTimeout(timer)
  await watcher.close()
  await running
  return lastCode
}

/** A folder that is gone for a moment ends nothing. */
async function runReporting(run: () => Promise<ExitCode>, io: Io): Promise<ExitCode> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error
    io.stderr.write(`lockstitch: ${error.message}\n`)
    return error.exitCode
  }
}

function waiting(directories: readonly string[]): string {
  return `\nWatching ${directories.join(', ')}. Ctrl-C stops.\n`
}
