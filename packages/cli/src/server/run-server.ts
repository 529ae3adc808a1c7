import {
  type Config,
  jsonLog,
  type Log,
  linkWorker,
  startWorkers,
  WorkerFailure,
  workerNumber,
} from '@lockstitch/server/process'

import { CommandFailure, type ExitCode, exitCodes, reasonOf } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { configFor, type ServeOptions, serve } from './serve.ts'

/** Runs a server until it is interrupted; then it answers what has been asked, and stops. */
export async function runServer(options: ServeOptions, io: Io): Promise<ExitCode> {
  const worker = workerNumber()
  const fields = worker === undefined ? {} : { worker }
  const log = jsonLog((line) => io.stdout.write(line), options.logLevel, { fields })
  if (worker !== undefined) return runWorker(options, io, log)
  const { config, file } = await configFor(options, io)
  // Listened for before anything is said: whoever waits for the first line may interrupt at once.
  const interrupted = io.interrupted()
  const server = await (config.workers > 1 ? serveByWorkers(config, log) : serve(config, log))
  const { httpAddress, grpcAddress, policies } = server
  const several = config.workers > 1 && { workers: config.workers }
  log.info('serving', { http: httpAddress, grpc: grpcAddress, policies, config: file, ...several })
  await interrupted
  log.info('stopping')
  await server.close()
  log.info('stopped')
  return exitCodes.ok
}

/** What one of several processes does. It is the first one that is interrupted and that tells of it. */
async function runWorker(options: ServeOptions, io: Io, log: Log): Promise<ExitCode> {
  const link = linkWorker()
  try {
    const { config } = await configFor(options, io)
    await link.serve(await serve(config, log, link))
    return exitCodes.ok
  } catch (error) {
    const exitCode = error instanceof CommandFailure ? error.exitCode : exitCodes.failed
    await link.fail({ exitCode, message: reasonOf(error) })
    return exitCode
  }
}

async function serveByWorkers(config: Config, log: Log): ReturnType<typeof startWorkers> {
  try {
    return await startWorkers(config, log)
  } catch (error) {
    if (!(error instanceof WorkerFailure)) throw error
    // It is an exit code of this program.
    throw new CommandFailure(error.exitCode as ExitCode, error.message, { cause: error })
  }
}
