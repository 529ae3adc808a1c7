import { jsonLog } from '@lockstitch/server/process'

import { type ExitCode, exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { configFor, type ServeOptions, serve } from './serve.ts'

/** Runs a server until it is interrupted; then it answers what has been asked, and stops. */
export async function runServer(options: ServeOptions, io: Io): Promise<ExitCode> {
  const log = jsonLog((line) => io.stdout.write(line), options.logLevel)
  const { config, file } = await configFor(options, io)
  // Listened for before anything is said: whoever waits for the first line may interrupt at once.
  const interrupted = io.interrupted()
  const server = await serve(config, log)
  const { httpAddress, grpcAddress, policies } = server
  log.info('serving', { http: httpAddress, grpc: grpcAddress, policies, config: file })
  await interrupted
  log.info('stopping')
  await server.close()
  log.info('stopped')
  return exitCodes.ok
}
