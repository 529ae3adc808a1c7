import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { jsonLog } from '@lockstitch/server/process'

import { CommandFailure, type ExitCode, exitCodes, reasonOf } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { durationFrom } from './duration.ts'
import { configFor, type ServeOptions, serve } from './serve.ts'

/** Runs a command with a server beside it, and answers with the exit code of the command. */
export async function runBeside(
  [program = '', ...args]: readonly string[],
  options: ServeOptions,
  io: Io,
): Promise<ExitCode> {
  // What the command prints is not to be mixed with what the server says.
  const log = jsonLog((line) => io.stderr.write(line), options.logLevel)
  const { config } = await configFor(options, io)
  const server = await within(
    durationFrom('--timeout', options.timeout ?? '30s'),
    serve(config, log),
  )
  try {
    // Any number that the command ends with is passed on.
    return (await runChild(program, args, {
      ...io.env,
      CERBOS_HTTP: server.httpAddress,
      CERBOS_GRPC: server.grpcAddress,
    })) as ExitCode
  } finally {
    await server.close()
  }
}

function runChild(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: 'inherit' })
    // The terminal sends them to the command as well; the server waits for its end.
    const pass = (signal: NodeJS.Signals): void => {
      child.kill(signal)
    }
    const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM']
    for (const signal of signals) process.on(signal, pass)
    const done = (): void => {
      for (const signal of signals) process.off(signal, pass)
    }
    child.once('error', (error) => {
      done()
      reject(new CommandFailure(exitCodes.failed, `cannot run \`${program}\`: ${reasonOf(error)}`))
    })
    child.once('close', (code, signal) => {
      done()
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))
    })
  })
}

async function within<Value>(millis: number, promise: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new CommandFailure(exitCodes.failed, 'the server takes too long to start'))
    }, millis)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
