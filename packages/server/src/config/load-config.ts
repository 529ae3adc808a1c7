import { basename } from 'node:path'

import { LineCounter, parseDocument } from 'yaml'

import { type Config, type Defaults, readConfig } from './config.ts'
import { expandVariables, UnsetVariables } from './expand-variables.ts'
import { OverrideError, override } from './overrides.ts'
import { type ConfigProblem, SettingsReader } from './settings-reader.ts'

/** A configuration that cannot be used. The message has every mistake, each with its place. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** Where a configuration comes from. */
export interface ConfigSource {
  /** The name of the file, for messages and for whose defaults hold. */
  readonly file?: string
  /** What is in the file. */
  readonly text?: string
  /** Settings of the command line, `NAME=VALUE` each. */
  readonly set?: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Reads a configuration as a whole. @throws {ConfigError} */
export function loadConfig({ file = '', text = '', set = [], env }: ConfigSource): Config {
  const lineCounter = new LineCounter()
  // Cerbos: an integer among the globals is an int, any other number a double.
  const document = parseDocument(expand(file, text, env), {
    lineCounter,
    prettyErrors: true,
    intAsBigInt: true,
  })
  const [syntax] = document.errors
  if (syntax) throw new ConfigError(`${file}: ${syntax.message}`)
  const problems: ConfigProblem[] = []
  const values = overridden(document.toJS(), set)
  const config = readConfig(SettingsReader.of(values, problems), defaultsOf(file))
  if (problems.length === 0) return config
  throw new ConfigError(problems.map((problem) => problemText(problem)).join('\n'))

  function problemText({ path, problem }: ConfigProblem): string {
    const offset = placeOf(path === '' ? [] : path.split('.'))
    const line = offset === undefined ? '' : `${file}:${lineCounter.linePos(offset).line}: `
    return `${line}${path === '' ? 'the configuration' : `\`${path}\``}: ${problem}`
  }

  /** Of what is missing, the place of what it is missing in. */
  function placeOf(path: readonly string[]): number | undefined {
    const offset = offsetOf(document.getIn(path, true))
    return offset ?? (path.length === 0 ? undefined : placeOf(path.slice(0, -1)))
  }
}

/** `lockstitch.yaml` has our defaults, every other file is one of Cerbos. */
function defaultsOf(file: string): Defaults {
  return file === '' || /^\.?lockstitch\b/.test(basename(file)) ? 'lockstitch' : 'cerbos'
}

function expand(file: string, text: string, env: ConfigSource['env']): string {
  try {
    return expandVariables(text, env)
  } catch (error) {
    if (!(error instanceof UnsetVariables)) throw error
    throw new ConfigError(`${file}: variables of the environment are ${error.message}`)
  }
}

function overridden(values: unknown, set: readonly string[]): unknown {
  try {
    return override(values, set)
  } catch (error) {
    if (!(error instanceof OverrideError)) throw error
    throw new ConfigError(`--set: ${error.message}`)
  }
}

function offsetOf(node: unknown): number | undefined {
  const range =
    typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined
  const [start] = Array.isArray(range) ? range : []
  return typeof start === 'number' ? start : undefined
}
