import { watch } from 'chokidar'

import { CommandFailure, type ExitCode } from '../exit-codes.ts'
import type { Io } from '../io.ts'

/** Editors make several events for one save. */
const SETTLED = 40

/** What is watched. */
export interface Watched {
  readonly directories: readonly string[]
  readonly io: Io
}

/**
 * Runs at once and again after each change, until it is interrupted; the exit code is that of the
 * last run. The paths that changed begin with the directories as they were given.
 */
export async function watchAndRun(
  { directories, io }: Watched,
  run: (changed: ReadonlySet<string>) => Promise<ExitCode>,
): Promise<ExitCode> {
  const interrupted = io.interrupted()
  let lastCode = await run(new Set())
  const watched = [...new Set(directories)]
  const watcher = watch(watched, { ignoreInitial: true })
  const changed = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  const rerun = async (): Promise<void> => {
    const paths = new Set(changed)
    changed.clear()
    io.stdout.write(`\nchanged: ${[...paths].sort().join(', ')}\n`)
    lastCode = await runReporting(run, paths, io)
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
async function runReporting(
  run: (changed: ReadonlySet<string>) => Promise<ExitCode>,
  changed: ReadonlySet<string>,
  io: Io,
): Promise<ExitCode> {
  try {
    return await run(changed)
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error
    io.stderr.write(`lockstitch: ${error.message}\n`)
    return error.exitCode
  }
}

function waiting(directories: readonly string[]): string {
  return `\nWatching ${directories.join(', ')}. Ctrl-C stops.\n`
}
