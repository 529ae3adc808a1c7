import { readFile } from 'node:fs/promises'
import { checkHealth, type HealthTarget, parseAddress } from '@lockstitch/server/process'

import { CommandFailure, type ExitCode, exitCodes, reasonOf } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { durationFrom } from './duration.ts'
import { configFor } from './serve.ts'

/** What `lockstitch healthcheck` is told. */
export interface HealthcheckOptions {
  readonly config?: string
  readonly kind: HealthTarget['kind']
  readonly hostPort?: string
  readonly caCert?: string
  readonly insecure?: true
  /** False with `--no-tls`. */
  readonly tls: boolean
  readonly timeout: string
}

/** Asks a server how it is, and says so by the exit code. */
export async function runHealthcheck(options: HealthcheckOptions, io: Io): Promise<ExitCode> {
  const target = await targetOf(options, io)
  try {
    const status = await checkHealth(target)
    io.stdout.write(`${status}\n`)
    return status === 'SERVING' ? exitCodes.ok : exitCodes.failed
  } catch (error) {
    throw new CommandFailure(exitCodes.failed, `the server does not answer: ${reasonOf(error)}`)
  }
}

async function targetOf(options: HealthcheckOptions, io: Io): Promise<HealthTarget> {
  const { kind, hostPort, caCert, insecure = false, tls } = options
  const timeoutMillis = durationFrom('--timeout', options.timeout)
  if (hostPort !== undefined) {
    const security = tls ? { ...(await trusted(caCert)), insecure } : undefined
    return { kind, address: addressFrom(hostPort), tls: security, timeoutMillis }
  }
  const { server } = (await configFor(options, io)).config
  // The server's own certificate is one that it may be known by.
  const security = server.tls && { ...(await trusted(caCert ?? server.tls.cert)), insecure }
  const address = addressFrom(kind === 'grpc' ? server.grpcListenAddr : server.httpListenAddr)
  return { kind, address, tls: security, timeoutMillis }
}

function addressFrom(text: string): HealthTarget['address'] {
  const address = parseAddress(text)
  if (address !== undefined) return address
  throw new CommandFailure(
    exitCodes.usage,
    `expected an address such as \`127.0.0.1:3593\`, got \`${text}\``,
  )
}

async function trusted(file: string | undefined): Promise<{ readonly ca?: Buffer }> {
  if (file === undefined) return {}
  try {
    return { ca: await readFile(file) }
  } catch (error) {
    throw new CommandFailure(exitCodes.failed, `cannot read \`${file}\`: ${reasonOf(error)}`)
  }
}
