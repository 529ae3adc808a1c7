import type { GuardRequest } from '@lockstitch/guard'

import { failure } from './errors.ts'
import { looksLikeJwt } from './verify/token.ts'

/** Where a request carries its session. `false` turns a place off. */
export interface CredentialSources {
  /** The cookie with the session JWT. Default `stytch_session_jwt`. */
  readonly jwtCookie?: string | false
  /** The cookie with the session token. Default `stytch_session`. */
  readonly tokenCookie?: string | false
  /** Whether `Authorization: Bearer` may carry either. Default `true`. */
  readonly bearer?: boolean
}

/** What a request carries: a session JWT, a session token, or both of them. */
export interface Credentials {
  readonly jwt?: string
  readonly token?: string
}

/**
 * Reads the session of a request. A request that carries two different ones is refused: which of
 * them is meant is not ours to guess, and a second cookie of the same name may have been planted.
 */
export function readCredentials(request: GuardRequest, sources: CredentialSources): Credentials {
  const {
    jwtCookie = 'stytch_session_jwt',
    tokenCookie = 'stytch_session',
    bearer = true,
  } = sources
  const cookies = parseCookies(request.headers.get('cookie') ?? '')
  const jwt = jwtCookie === false ? undefined : only(cookies, jwtCookie)
  const token = tokenCookie === false ? undefined : only(cookies, tokenCookie)
  const sent = bearer ? readBearer(request.headers.get('authorization')) : undefined

  const credentials = combine(jwt, token, sent)
  if (credentials.jwt === undefined && credentials.token === undefined) throw failure('no-session')
  // Stytch's tokens are 44 characters of base64url; the bound is only there to bound the work.
  if (credentials.token !== undefined && !/^[\w=-]{1,512}$/.test(credentials.token))
    throw failure('session-token-malformed')
  return credentials
}

function combine(
  jwt: string | undefined,
  token: string | undefined,
  bearer: string | undefined,
): Credentials {
  if (bearer === undefined) return { ...(jwt && { jwt }), ...(token && { token }) }
  if (jwt === undefined && token === undefined)
    return looksLikeJwt(bearer) ? { jwt: bearer } : { token: bearer }
  if (bearer !== jwt && bearer !== token) throw failure('sessions-disagree')
  return { ...(jwt && { jwt }), ...(token && { token }) }
}

function readBearer(header: string | null): string | undefined {
  if (header === null) return undefined
  // Two headers arrive as one with a comma between them, which no session has.
  if (/,\s*bearer\s/i.test(header)) throw failure('authorization-malformed')
  const [, scheme, credential] = /^\s*(\S+)\s*(.*?)\s*$/s.exec(header) ?? []
  if (scheme?.toLowerCase() !== 'bearer') return undefined
  if (credential === undefined || !/^[\w.~+/=-]+$/.test(credential))
    throw failure('authorization-malformed')
  return credential
}

function only(cookies: readonly Cookie[], name: string): string | undefined {
  const values = cookies.filter((cookie) => cookie.name === name && cookie.value !== '')
  const first = values[0]?.value
  if (values.some(({ value }) => value !== first)) throw failure('sessions-disagree')
  return first
}

interface Cookie {
  readonly name: string
  readonly value: string
}

/** Reads a `Cookie` header. @see https://www.rfc-editor.org/rfc/rfc6265#section-4.2 */
function parseCookies(header: string): Cookie[] {
  // The whole of it, however long: what is left out might be the second cookie of a name.
  return header.split(';').map((pair) => {
    const [name = '', ...rest] = pair.split('=')
    return { name: trimBlanks(name), value: trimBlanks(rest.join('=')).replace(/^"(.*)"$/, '$1') }
  })
}

/**
 * Without the spaces and tabs around it. `trim` would take other characters away, too, and a browser
 * that protects the name `__Host-session` does not protect that name with one of them before it.
 */
function trimBlanks(text: string): string {
  const start = /^[ \t]*/.exec(text)?.[0].length ?? 0
  let end = text.length
  while (end > start && (text[end - 1] === ' ' || text[end - 1] === '\t')) end -= 1
  return text.slice(start, end)
}
