import type { FastifyReply, FastifyRequest } from 'fastify'

import { StytchFailure } from '../errors.ts'
import { isLocalName } from '../steps/refuse-foreign-pages.ts'

/** Where the endpoints of the frontend SDKs are. */
export const frontendPath = '/sdk/v1'

/** Whether a request is one of a page's. */
export function isFrontend({ url }: Pick<FastifyRequest, 'url'>): boolean {
  return url.startsWith(`${frontendPath}/`)
}

/**
 * Lets pages of this machine, and of the domains that the projects name, read what they are answered.
 * @see https://stytch.com/docs/b2b/guides/dashboard/sdk-configuration
 */
export function allowPages(
  request: FastifyRequest,
  reply: FastifyReply,
  authorizedDomains: readonly string[],
): void {
  const { origin } = request.headers
  if (origin === undefined) return
  if (!isAuthorized(origin, authorizedDomains))
    throw new StytchFailure(
      'bad_request',
      `The emulator does not answer pages of ${origin}. Name it in the seed's authorized_domains.`,
    )
  reply.headers({
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-allow-methods': 'GET, POST, PUT, DELETE',
    'access-control-allow-headers': 'authorization, content-type, x-sdk-client, x-sdk-parent-host',
    'access-control-max-age': '600',
    vary: 'origin',
  })
}

function isAuthorized(origin: string, domains: readonly string[]): boolean {
  if (!URL.canParse(origin)) return false
  const { hostname } = new URL(origin)
  return domains.includes(hostname) || isLocalPage(hostname)
}

/** An address in numbers may be anybody's: of those only loopback is this machine. */
function isLocalPage(hostname: string): boolean {
  if (hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)) return true
  return !/^[\d.]+$|^\[/.test(hostname) && isLocalName(hostname)
}
