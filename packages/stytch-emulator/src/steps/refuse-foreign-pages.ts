import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'

import { StytchFailure } from '../errors.ts'

/**
 * Keeps the pages of other sites out, which the browser of whoever develops here may show. A page can
 * post to any address, but says where it is from; and a name that its owner points at this machine
 * makes the emulator part of that site, but the request says the name. An address in numbers is
 * nobody's name, and `localhost` is this machine's own.
 */
export function refuseForeignPages(headers: IncomingHttpHeaders, names: readonly string[]): void {
  const { host = '', origin } = headers
  const name = hostname(host)
  if (name === undefined || !(isLocalName(name) || names.includes(name)))
    throw new StytchFailure(
      'bad_request',
      'The emulator does not answer to this name. Use `127.0.0.1` or `localhost`, or start it with a `publicUrl` of this name.',
    )
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`)
    throw new StytchFailure('bad_request', 'The emulator does not answer pages of other origins.')
}

/** The name or address in a `Host` header, as URLs write it. */
export function hostname(host: string): string | undefined {
  const url = `http://${host}`
  return /^[\w.:[\]-]+$/.test(host) && URL.canParse(url) ? new URL(url).hostname : undefined
}

/** Whether a name is this machine's own, or an address in numbers. */
export function isLocalName(name: string): boolean {
  if (name === 'localhost' || name.endsWith('.localhost')) return true
  return isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0
}
