import { type Fields, field, isFields } from './shape.ts'

/** The Stytch project whose sessions are accepted. */
export interface Project {
  readonly id: string
  readonly environment: 'test' | 'live'
  readonly baseUrl: URL
  readonly issuers: readonly string[]
}

/** What an application says about its project; the rest is read from the SDK's client. */
export interface ProjectOptions {
  /** `project-test-…` or `project-live-…`. Default: the SDK client's. */
  readonly projectId?: string
  /** Where Stytch's API is. Default: the SDK client's. */
  readonly baseUrl?: string
  /**
   * The issuers to accept. Default: `stytch.com/<project id>` and, when the SDK's client uses a
   * domain of the project's own, that origin.
   */
  readonly issuers?: readonly string[]
}

/** The hosts of all projects: they say nothing about which project issued a token. */
const sharedHosts = new Set(['test.stytch.com', 'api.stytch.com'])

/** Finds out which project's sessions to accept. Throws when it cannot be known. */
export function readProject(client: object, options: ProjectOptions): Project {
  const id = options.projectId ?? clientField(client, 'jwtConfig', 'projectID')
  const base = options.baseUrl ?? clientField(client, 'fetchConfig', 'baseURL')
  if (id === undefined) throw unknownOption('projectId', 'project-test-…')
  if (base === undefined) throw unknownOption('baseUrl', 'https://test.stytch.com/')
  const environment = readEnvironment(id)
  if (environment === undefined)
    throw new TypeError(
      `\`projectId\`: expected \`project-test-…\` or \`project-live-…\`, got \`${id}\``,
    )
  if (!URL.canParse(base)) throw new TypeError(`\`baseUrl\`: expected a URL, got \`${base}\``)
  const baseUrl = new URL(base)
  const own = sharedHosts.has(baseUrl.hostname) ? [] : [baseUrl.origin]
  const issuers = options.issuers ?? [`stytch.com/${id}`, ...own]
  if (issuers.length === 0) throw new TypeError('`issuers`: expected at least one issuer')
  return { id, environment, baseUrl, issuers }
}

/** The environment that an id of Stytch's names: `organization-live-…`. */
export function readEnvironment(id: string): 'test' | 'live' | undefined {
  const [, environment] = /^[a-z0-9]+(?:-[a-z0-9]+)*?-(test|live)-/.exec(id) ?? []
  return environment === 'test' || environment === 'live' ? environment : undefined
}

/** The SDK keeps these fields to itself; where a version moves them, the application must say. */
function clientField(client: object, config: string, name: string): string | undefined {
  const settings = field(client as Fields, config)
  const value = isFields(settings) ? field(settings, name) : undefined
  return typeof value === 'string' ? value : undefined
}

function unknownOption(name: string, example: string): TypeError {
  return new TypeError(
    `\`${name}\` cannot be read from the \`stytch\` client; expected a B2BClient of the \`stytch\` package, or the option \`${name}: '${example}'\``,
  )
}
