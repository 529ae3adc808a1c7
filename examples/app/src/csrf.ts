import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

import type { NextFunction, Request, Response } from 'express'

import { type CookieJar, cookieNames, readCookie } from './cookies.ts'

/** The name of the hidden field that every form carries. */
export const csrfField = '_csrf'

/** Makes the token that forms carry, and refuses posts without it. */
export interface Csrf {
  /** The token for this browser and session; sets its cookie when missing. Once for each page. */
  tokenFor(request: Request, response: Response): string
  /** Lets a post pass only with the token of the same browser and the same session. */
  verify(request: Request, response: Response, next: NextFunction): void
}

/** Is thrown on when a post does not prove that it comes from one of our own pages. */
export class CsrfError extends Error {
  override readonly name = 'CsrfError'
}

/**
 * A signed double submit: the token is an HMAC over a random cookie and the session token. Another
 * site can neither read nor compute it, and a token from another session is worth nothing here.
 * Posts with a bearer token instead of cookies are exempt: a browser never adds that by itself.
 */
export function createCsrf(jar: CookieJar, origin: string, key: Buffer = randomBytes(32)): Csrf {
  const sign = (request: Request, browser: string) =>
    createHmac('sha256', key)
      .update(`${browser}\n${readCookie(request, cookieNames.sessionToken) ?? ''}`)
      .digest('base64url')

  return {
    tokenFor(request, response) {
      const known = readCookie(request, cookieNames.csrf)
      if (known !== undefined && known.length >= 20) return sign(request, known)
      const browser = randomBytes(18).toString('base64url')
      jar.set(response, cookieNames.csrf, browser)
      return sign(request, browser)
    },
    verify(request, _response, next) {
      if (isSafe(request) || isBearerOnly(request)) return next()
      const browser = readCookie(request, cookieNames.csrf)
      const token: unknown = (request.body as Record<string, unknown> | undefined)?.[csrfField]
      const isOurs =
        browser !== undefined &&
        typeof token === 'string' &&
        isEqual(token, sign(request, browser)) &&
        isSameOrigin(request, origin)
      next(isOurs ? undefined : new CsrfError('the form did not come from this page'))
    },
  }
}

function isSafe(request: Request): boolean {
  return request.method === 'GET' || request.method === 'HEAD'
}

function isBearerOnly(request: Request): boolean {
  const hasBearer = /^bearer /i.test(request.headers.authorization ?? '')
  return hasBearer && request.headers.cookie === undefined
}

// Browsers say where a post comes from. Clients that are no browsers say nothing, which is no proof
// of anything: the token above is what counts.
function isSameOrigin(request: Request, origin: string): boolean {
  const { origin: from, 'sec-fetch-site': site } = request.headers
  return (from === undefined || from === origin) && (site === undefined || site === 'same-origin')
}

function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
