import type { CookieOptions, Request, Response } from 'express'

/** The cookies of the application. The first two are the names that Stytch's own SDKs use. */
export const cookieNames = {
  sessionToken: 'stytch_session',
  sessionJwt: 'stytch_session_jwt',
  /** Signed in with an address, no organization chosen yet. Not a session. */
  intermediateSession: 'folio_intermediate',
  /** Proves that the browser that opens a magic link is the one that asked for it. */
  pkceVerifier: 'folio_pkce',
  /** Signed in with one factor, where the organization asks for two. Not a session. */
  secondFactor: 'folio_second',
  /** Where to go after signing in. */
  returnTo: 'folio_return',
  /** The address that a link was just sent to, for the page that says so. */
  sentTo: 'folio_sent_to',
  /** One half of the CSRF check. */
  csrf: 'folio_csrf',
} as const

const minute = 60_000

/** How long the steps of signing in may take: Stytch's intermediate session lives ten minutes. */
export const signInMaxAge: number = 10 * minute

/** How long a session lives: a working day. */
export const sessionMaxAge: number = 480 * minute

/** How long a magic link and what belongs to it live. */
export const magicLinkMaxAge: number = 60 * minute

/** The value of a cookie, or `undefined`. The first one counts, as browsers send the closest first. */
export function readCookie(request: Pick<Request, 'headers'>, name: string): string | undefined {
  return cookieOf(request.headers.cookie ?? '', name)
}

/** The same of the header as it was sent. */
export function cookieOf(header: string, name: string): string | undefined {
  for (const part of header.split(';')) {
    const separator = part.indexOf('=')
    if (separator < 0 || part.slice(0, separator).trim() !== name) continue
    return decode(part.slice(separator + 1).trim())
  }
  return undefined
}

/** Sets and clears cookies that no script can read and no other site can send with a post. */
export interface CookieJar {
  set(response: Response, name: string, value: string, maxAge?: number): void
  clear(response: Response, name: string): void
}

/** `secure` is for https; over plain HTTP a browser would drop such a cookie. */
export function createCookieJar({ secure }: { readonly secure: boolean }): CookieJar {
  const options: CookieOptions = { httpOnly: true, sameSite: 'lax', secure, path: '/', encode }
  return {
    set: (response, name, value, maxAge) =>
      void response.cookie(name, value, maxAge === undefined ? options : { ...options, maxAge }),
    clear: (response, name) => void response.clearCookie(name, options),
  }
}

// Stytch's tokens go out as they are, which is how Stytch's own SDKs write and read them.
function encode(value: string): string {
  return /^[\w.~=@-]*$/.test(value) ? value : encodeURIComponent(value)
}

function decode(value: string): string | undefined {
  try {
    return decodeURIComponent(value)
  } catch {
    return undefined
  }
}
