import type { IncomingHttpHeaders } from 'node:http'

/** Which pages of other origins may use the API. */
export interface CorsOptions {
  readonly disabled?: boolean
  /** All of them unless some are named. A `*` in one stands for any text. */
  readonly allowedOrigins?: readonly string[]
  readonly allowedHeaders?: readonly string[]
  /** Seconds for which a browser may remember the answer. */
  readonly maxAge?: number
}

/** The headers of answers by which browsers go, names and values in turn. */
export interface Cors {
  /** For an answer to a request of an origin. */
  headers(origin: string | undefined): readonly string[]
  /** The answer to the question before a request, if the request is one. */
  preflight(method: string, headers: IncomingHttpHeaders): readonly string[] | undefined
}

const METHODS: ReadonlySet<string> = new Set(['HEAD', 'GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
const HEADERS = ['accept', 'content-type', 'user-agent', 'x-requested-with']

/** Makes the answers of a configuration. @see https://fetch.spec.whatwg.org/#http-cors-protocol */
export function createCors(options: CorsOptions = {}): Cors {
  if (options.disabled) return { headers: () => [], preflight: () => undefined }
  const { allowedOrigins = [], maxAge = 0 } = options
  const isAnyOrigin = allowedOrigins.length === 0 || allowedOrigins.includes('*')
  const origins = allowedOrigins.map(originPattern)
  const allowed = new Set((options.allowedHeaders ?? HEADERS).map((name) => name.toLowerCase()))
  const isAnyHeader = allowed.has('*')
  const VARY = ['vary', 'Origin']
  const ANY = [...VARY, 'access-control-allow-origin', '*']

  const headers = (origin: string | undefined): readonly string[] => {
    if (origin === undefined) return VARY
    if (isAnyOrigin) return ANY
    if (!origins.some((pattern) => pattern.test(origin.toLowerCase()))) return VARY
    return [...VARY, 'access-control-allow-origin', origin]
  }
  return {
    headers,
    preflight(method, request) {
      const asked = request['access-control-request-method']
      if (method !== 'OPTIONS' || asked === undefined) return undefined
      const vary = ['vary', 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers']
      const origin = headers(request.origin).slice(VARY.length)
      const askedHeaders = request['access-control-request-headers'] ?? ''
      const names = askedHeaders.split(',').map((name) => name.trim().toLowerCase())
      const isAllowed =
        origin.length > 0 &&
        METHODS.has(asked) &&
        (isAnyHeader || names.every((name) => name === '' || allowed.has(name)))
      if (!isAllowed) return vary
      return [
        ...vary,
        ...origin,
        ...['access-control-allow-methods', asked],
        ...(askedHeaders === '' ? [] : ['access-control-allow-headers', askedHeaders]),
        ...(maxAge > 0 ? ['access-control-max-age', String(maxAge)] : []),
      ]
    },
  }
}

function originPattern(origin: string): RegExp {
  const parts = origin.toLowerCase().split('*')
  return new RegExp(`^${parts.map(escaped).join('.*')}$`)
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
