import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { PolicyLoadError } from '@lockstitch/engine'
import {
  type Config,
  ConfigError,
  type Log,
  type LogLevel,
  loadConfig,
  type PdpProcess,
  type ProcessLinks,
  startPdp,
} from '@lockstitch/server/process'

import { CommandFailure, exitCodes, reasonOf } from '../exit-codes.ts'
import type { Io } from '../io.ts'

/** What the commands that start a server are told. */
export interface ServeOptions {
  readonly config?: string
  readonly policies?: string
  readonly set: readonly string[]
  readonly logLevel: LogLevel
  readonly timeout?: string
  /** How many processes: a number, or `auto` for one a core. */
  readonly workers?: string
}

const FILES = ['lockstitch.yaml', '.cerbos.yaml']

/** The configuration that a command is told, and the file that it comes from. */
export async function configFor(
  { config, policies, workers, set = [] }: Partial<ServeOptions>,
  { env }: Io,
): Promise<{ readonly config: Config; readonly file: string | undefined }> {
  const file =
    config ?? env.LOCKSTITCH_CONFIG ?? env.CERBOS_CONFIG ?? FILES.find((name) => existsSync(name))
  const text = file === undefined ? '' : await readConfigFile(file)
  // A comma in a path is part of it.
  const directory = policies?.replaceAll(/[\\,{}]/g, '\\$&')
  const disk =
    directory === undefined ? [] : ['storage.driver=disk', `storage.disk.directory=${directory}`]
  const count = workers === 'auto' ? availableParallelism() : workers
  const processes = count === undefined ? [] : [`lockstitch.workers=${count}`]
  try {
    return {
      file,
      config: loadConfig({
        ...(file !== undefined && { file }),
        text,
        set: [...disk, ...processes, ...set],
        env,
      }),
    }
  } catch (error) {
    if (error instanceof ConfigError) {
      throw new CommandFailure(
        exitCodes.usage,
        `the configuration cannot be used:\n${error.message}`,
      )
    }
    throw error
  }
}

async function readConfigFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new CommandFailure(
      exitCodes.failed,
      `cannot read the configuration \`${file}\`: ${reasonOf(error)}`,
    )
  }
}

/** Starts the server of a configuration, or says why it does not start. */
export async function serve(config: Config, log: Log, links?: ProcessLinks): Promise<PdpProcess> {
  try {
    return await startPdp(config, log, links)
  } catch (error) {
    // Without a diagnostic they could not even be read.
    const isOfPolicies = error instanceof PolicyLoadError && error.diagnostics.length > 0
    throw new CommandFailure(
      isOfPolicies ? exitCodes.policies : exitCodes.failed,
      `the server does not start: ${reasonOf(error)}`,
      { cause: error },
    )
  }
}
