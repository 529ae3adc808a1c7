import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

/** How the demo starts. */
export interface DemoOptions {
  readonly port: number
  readonly emulatorPort: number
  /** The port of the notes at home, beside the emulator only. */
  readonly homePort: number
  /** The directory with the policies. */
  readonly policies: string
  /** `HOST:PORT` of a Cerbos that decides instead of the engine in this process. */
  readonly cerbos: string | undefined
  /** The origin of the application, when it is not the address it listens on. */
  readonly baseUrl: string | undefined
  /** A project at Stytch; the emulator is not started then. */
  readonly stytch: StytchCredentials | undefined
  /** Pages for users instead of pages for developers. */
  readonly production: boolean
}

/** A project at Stytch. `env` is `test`, `live` or a base URL; the project id says it when left out. */
export interface StytchCredentials {
  readonly projectId: string
  readonly secret: string
  readonly env: string | undefined
}

/** An option that cannot be used. */
export class OptionError extends Error {
  override readonly name = 'OptionError'
}

/** The text of `--help`. */
export const usage: string = `Usage: npm start -- [options]

  --port N              the application's port, 0 for a free one      (PORT, 4000)
  --emulator-port N     the Stytch emulator's port, 0 for a free one  (EMULATOR_PORT, 4010)
  --home-port N         the port of the notes at home                 (HOME_PORT, 4020)
  --policies DIR        the policies to decide by                     (examples/app/policies)
  --cerbos HOST:PORT    let a Cerbos decide, over gRPC without TLS    (this process decides)

With STYTCH_PROJECT_ID and STYTCH_SECRET the real Stytch is used instead of the emulator.
`

/** Reads arguments and environment; \`undefined\` when help is asked for. */
export function readDemoOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): DemoOptions | undefined {
  const values = parse(args)
  if (values.help === true) return undefined
  const stytch = readCredentials(env)
  return {
    port: readPort('--port', values.port ?? env.PORT, 4000),
    emulatorPort: readPort('--emulator-port', values['emulator-port'] ?? env.EMULATOR_PORT, 4010),
    homePort: readPort('--home-port', values['home-port'] ?? env.HOME_PORT, 4020),
    policies: values.policies ?? fromHere(fileURLToPath(new URL('../policies', import.meta.url))),
    cerbos: values.cerbos,
    baseUrl: env.BASE_URL,
    stytch,
    // What developers see is everyone's: never over the data of a live project.
    production:
      env.NODE_ENV === 'production' || stytch?.projectId.startsWith('project-live-') === true,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        'emulator-port': { type: 'string' },
        'home-port': { type: 'string' },
        policies: { type: 'string' },
        cerbos: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    throw new OptionError(`${(error as Error).message}\n\n${usage}`)
  }
}

// Mistakes in policies are reported by path: a short one can be read, and clicked.
function fromHere(path: string): string {
  const short = relative(process.cwd(), path)
  return short.startsWith('..') ? path : short
}

function readPort(option: string, text: string | undefined, fallback: number): number {
  if (text === undefined || text === '') return fallback
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new OptionError(`${option}: expected a port between 0 and 65535, got \`${text}\``)
}

function readCredentials(
  env: Readonly<Record<string, string | undefined>>,
): StytchCredentials | undefined {
  const { STYTCH_PROJECT_ID: projectId, STYTCH_SECRET: secret } = env
  if (projectId === undefined && secret === undefined) return undefined
  if (projectId === undefined || secret === undefined)
    throw new OptionError('STYTCH_PROJECT_ID and STYTCH_SECRET belong together; one is missing')
  return { projectId, secret, env: env.STYTCH_ENV }
}
