import type { FastifyReply } from 'fastify'

/**
 * Nothing may load or run but our stylesheet, and a link's token goes to its own page only. Forms lead
 * to the emulator, and where it sends on from there, if the page has one that is sent on.
 */
export function sendPage(reply: FastifyReply, page: string, formTarget?: URL): FastifyReply {
  const targets = formTarget === undefined ? "'self'" : `'self' ${formTarget.origin}`
  return reply
    .type('text/html; charset=utf-8')
    .header(
      'content-security-policy',
      `default-src 'none'; style-src 'self'; img-src data:; form-action ${targets}; base-uri 'none'; frame-ancestors 'none'`,
    )
    .header('referrer-policy', 'no-referrer')
    .header('x-content-type-options', 'nosniff')
    .header('cache-control', 'no-store')
    .send(page)
}
