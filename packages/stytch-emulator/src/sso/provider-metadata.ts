import { isObject } from '../json.ts'
import type { OidcConnection } from './entities.ts'

/** How long a metadata document may take. */
const patienceMs = 5_000

/** What an issuer's metadata say of its endpoints; `undefined` if they cannot be read. */
export async function discoverProvider(
  issuer: string,
): Promise<Partial<OidcConnection> | undefined> {
  const document = await fetchText(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
  const metadata = document === undefined ? undefined : parsed(document)
  if (!isObject(metadata)) return undefined
  const endpoint = (name: string): string => {
    const value = metadata[name]
    return typeof value === 'string' ? value : ''
  }
  return {
    authorization_url: endpoint('authorization_endpoint'),
    token_url: endpoint('token_endpoint'),
    userinfo_url: endpoint('userinfo_endpoint'),
    jwks_url: endpoint('jwks_uri'),
  }
}

/** The document behind a URL, or `undefined` where there is none. */
export async function fetchText(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  try {
    const answer = await fetch(url, { headers, signal: AbortSignal.timeout(patienceMs) })
    return answer.ok ? await answer.text() : undefined
  } catch {
    return undefined
  }
}

function parsed(document: string): unknown {
  try {
    return JSON.parse(document)
  } catch {
    return undefined
  }
}
