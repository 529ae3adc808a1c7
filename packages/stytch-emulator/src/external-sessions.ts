import { fullAccess, requireConnectedApp } from './clients/connected-apps.ts'
import type { Emulation } from './emulation.ts'
import { StytchFailure } from './errors.ts'
import { isObject } from './json.ts'
import { verifiedClaims } from './session-jwt.ts'
import { fetchText } from './sso/provider-metadata.ts'

/** How old an access token may be that is exchanged for a session. */
const freshSeconds = 300

/** The address behind a session of the system that the project comes from. */
export async function externalAddress(
  { project }: Emulation,
  sessionToken: string,
): Promise<string> {
  const { userinfo_url } = project.settings
  if (userinfo_url === undefined) throw new StytchFailure('migrate_from_external_missing_userinfo')
  const answer = await fetchText(userinfo_url, { authorization: `Bearer ${sessionToken}` })
  if (answer === undefined) throw new StytchFailure('migrate_from_external_unexpected_response')
  const claims = parsed(answer)
  const email = isObject(claims) ? claims.email : undefined
  if (typeof email !== 'string')
    throw new StytchFailure('migrate_from_external_email_does_not_exist')
  return email.toLowerCase()
}

/**
 * Whose a connected app's access token is: it must be fresh, with full access, and is taken once. One of
 * somebody of the other kind is left alone.
 */
export function exchangeAccessToken(
  emulation: Emulation,
  token: string,
  isOfKind: (subjectId: string) => boolean,
): { readonly subject_id: string; readonly client_id: string } {
  const { project, clock } = emulation
  const { jti, iat } = claimsOf(emulation, token)
  const grant = project.store.accessTokens.get(String(jti))
  if (grant === undefined || !isOfKind(grant.subject_id))
    throw new StytchFailure('oauth_access_token_exchange_token_invalid_grant')
  if (typeof iat !== 'number' || clock.now().getTime() / 1000 - iat > freshSeconds)
    throw new StytchFailure('oauth_access_token_exchange_token_too_old')
  if (!grant.scopes.includes(fullAccess))
    throw new StytchFailure('oauth_access_token_exchange_missing_full_access')
  const { client_id } = requireConnectedApp(project, grant.client_id)
  project.store.accessTokens.delete(String(jti))
  return { subject_id: grant.subject_id, client_id }
}

function claimsOf({ project }: Emulation, token: string): { readonly [claim: string]: unknown } {
  try {
    return verifiedClaims(project, token)
  } catch {
    throw new StytchFailure('oauth_access_token_exchange_token_invalid_grant')
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
