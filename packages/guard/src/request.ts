import type { GuardRequest } from './identify.ts'

/** A request as Node and Express have it. */
interface NodeRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly originalUrl?: string | undefined
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly headersDistinct?: Readonly<Record<string, string[] | undefined>>
}

/** A Hono context. */
interface ContextWithRequest {
  readonly req: { readonly raw: GuardRequest }
}

/** The requests that an {@link GuardRequest} can be read from: Fetch, Node, Express and Hono's. */
export type AnyRequest = GuardRequest | NodeRequest | ContextWithRequest

/** Reads any framework's request. */
export function guardRequest(request: AnyRequest): GuardRequest {
  if ('req' in request) return request.req.raw
  if (isGuardRequest(request)) return request
  return {
    method: request.method ?? 'GET',
    url: request.originalUrl ?? request.url ?? '/',
    headers: { get: (name) => readHeader(request, name.toLowerCase()) },
  }
}

function isGuardRequest(request: GuardRequest | NodeRequest): request is GuardRequest {
  return typeof request.headers.get === 'function'
}

/**
 * All values of a header. Node keeps the first of two `authorization` headers and drops the other;
 * joined, they are seen to disagree.
 */
function readHeader(request: NodeRequest, name: string): string | null {
  const distinct = request.headersDistinct
  const headers = distinct ?? request.headers
  if (!Object.hasOwn(headers, name)) return null
  const value = headers[name]
  if (!Array.isArray(value)) return value ?? null
  return value.join(name === 'cookie' ? '; ' : ', ')
}
