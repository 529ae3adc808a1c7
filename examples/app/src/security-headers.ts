import type { NextFunction, Request, Response } from 'express'

// Nothing may be loaded but our own stylesheet and pictures; nothing may embed or be embedded, and
// nothing may run.
const contentSecurityPolicy = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

const headers: Readonly<Record<string, string>> = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  // `same-origin` and not `no-referrer`: with the latter a browser sends `Origin: null` with posts.
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
  // Pages show one member's view: no cache may hand them to another, or show them after signing out.
  'cache-control': 'no-store',
}

/** Sets the headers that tell a browser to be strict with our pages. */
export function securityHeaders(secure: boolean) {
  return (_request: Request, response: Response, next: NextFunction): void => {
    response.set(headers)
    if (secure) response.set('strict-transport-security', 'max-age=31536000')
    next()
  }
}

/** Lets a page run our own script: passkeys need one. */
export function allowOwnScript(response: Response): void {
  response.set('content-security-policy', `${contentSecurityPolicy}; script-src 'self'`)
}

/**
 * One address for the application. Under another name (`localhost`, or a name that somebody points
 * at this machine) the cookies would be others, and a page of that name could talk to us.
 */
export function canonicalHost(baseUrl: string) {
  const { host, origin } = new URL(baseUrl)
  return (request: Request, response: Response, next: NextFunction): void => {
    if (request.headers.host === host) {
      next()
      return
    }
    // Joined as text: resolving `//elsewhere.test` against the base would lead elsewhere.
    if (request.method === 'GET' && request.hostname === 'localhost')
      response.redirect(307, `${origin}${request.originalUrl}`)
    else response.status(421).type('text/plain').send(`This application is at ${origin}\n`)
  }
}
