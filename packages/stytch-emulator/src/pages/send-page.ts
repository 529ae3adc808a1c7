import type { FastifyReply } from 'fastify'

/** What a page may do beside showing itself. */
interface Permissions {
  /** Where its forms lead beside the emulator: redirects after a form count, too. */
  readonly formTargets?: readonly string[]
  /** The hash of the one script that may run. */
  readonly script?: string
}

/**
 * Nothing may load or run but our stylesheet, and a link's token goes to its own page only: with
 * `no-referrer` a browser would send `Origin: null` with our own forms, which then were refused.
 */
export function sendPage(
  reply: FastifyReply,
  page: string,
  { formTargets = [], script }: Permissions = {},
): FastifyReply {
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    'img-src data:',
    ["form-action 'self'", ...formTargets].join(' '),
    "base-uri 'none'",
    "frame-ancestors 'none'",
    ...(script === undefined ? [] : [`script-src '${script}'`]),
  ]
  return reply
    .type('text/html; charset=utf-8')
    .header('content-security-policy', policy.join('; '))
    .header('referrer-policy', 'same-origin')
    .header('x-content-type-options', 'nosniff')
    .header('cache-control', 'no-store')
    .send(page)
}
