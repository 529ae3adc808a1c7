import { fullAccess, requireConnectedApp } from '../clients/connected-apps.ts'
import type { Emulation } from '../emulation.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import type { Member, Organization } from '../entities.ts'
import { StytchFailure } from '../errors.ts'
import { factorOf } from '../factors.ts'
import { optional, string } from '../fields.ts'
import { isObject } from '../json.ts'
import { requireOrganization } from '../organizations.ts'
import { verifiedClaims } from '../session-jwt.ts'
import {
  requireSession,
  sessionOptions,
  sessionReference,
  showSignedIn,
  startSession,
  touchSession,
} from '../sessions.ts'
import { fetchText } from '../sso/provider-metadata.ts'
import { memberByEmail } from '../store.ts'
import { attestedMember } from '../trusted-tokens.ts'

/** How old an access token may be that is exchanged for a session. */
const freshSeconds = 300

/** Sessions of those who were signed in elsewhere: by a trusted token, an old system, a connected app. */
export const sessionImportEndpoints: readonly Endpoint[] = [
  endpoint(
    { method: 'POST', path: '/v1/b2b/sessions/attest', sdk: 'sessions.attest' },
    {
      profile_id: string,
      token: string,
      organization_id: optional(string),
      ...sessionReference,
      ...sessionOptions,
    },
    {
      async run(call) {
        const { fields } = call
        const { member, organization, token_id } = await attestedMember(call, fields)
        const factor = factorOf(call, {
          type: 'trusted_auth_token',
          delivery_method: 'trusted_token_exchange',
          trusted_auth_token_factor: { token_id },
        })
        const isAdded = fields.session_token !== undefined || fields.session_jwt !== undefined
        const known = isAdded ? requireSession(call, fields).session : undefined
        if (known !== undefined && known.member_id !== member.member_id)
          throw new StytchFailure('session_not_found')
        const session =
          known === undefined
            ? startSession(call, member, [factor], fields)
            : touchSession(call, known, fields, [...known.authentication_factors, factor])
        return {
          member_id: member.member_id,
          ...showSignedIn(call, { session, member, organization }),
        }
      },
    },
  ),
  endpoint(
    { method: 'POST', path: '/v1/b2b/sessions/migrate', sdk: 'sessions.migrate' },
    { session_token: string, organization_id: string, ...sessionOptions },
    {
      async run(call) {
        const { session_token, organization_id } = call.fields
        const email_address = await externalAddress(call, session_token)
        const organization = requireOrganization(call.project, organization_id)
        const member = memberByEmail(
          call.project.store,
          organization.organization_id,
          email_address,
        )
        if (member === undefined) throw new StytchFailure('member_not_found')
        const factor = factorOf(call, { type: 'imported', delivery_method: 'imported_auth0' })
        const session = startSession(call, member, [factor], call.fields)
        return {
          member_id: member.member_id,
          ...showSignedIn(call, { session, member, organization }),
        }
      },
    },
  ),
  endpoint(
    {
      method: 'POST',
      path: '/v1/b2b/sessions/exchange_access_token',
      sdk: 'sessions.exchangeAccessToken',
    },
    { access_token: string, ...sessionOptions },
    {
      run(call) {
        const { member, organization, client_id } = exchangedToken(call, call.fields.access_token)
        const factor = factorOf(call, {
          type: 'oauth',
          delivery_method: 'oauth_access_token_exchange',
          oauth_access_token_exchange_factor: { client_id },
        })
        const session = startSession(call, member, [factor], call.fields)
        return {
          member_id: member.member_id,
          ...showSignedIn(call, { session, member, organization }),
        }
      },
    },
  ),
]

/** The address behind a session of the system that the project comes from. */
async function externalAddress({ project }: Emulation, sessionToken: string): Promise<string> {
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

/** A connected app's access token: fresh, with full access, and once. */
function exchangedToken(
  emulation: Emulation,
  token: string,
): { readonly member: Member; readonly organization: Organization; readonly client_id: string } {
  const { project, clock } = emulation
  const { jti, iat } = claimsOf(emulation, token)
  const grant = project.store.accessTokens.get(String(jti))
  const member = project.store.members.get(grant?.member_id ?? '')
  if (grant === undefined || member === undefined || member.status === 'deleted')
    throw new StytchFailure('oauth_access_token_exchange_token_invalid_grant')
  if (typeof iat !== 'number' || clock.now().getTime() / 1000 - iat > freshSeconds)
    throw new StytchFailure('oauth_access_token_exchange_token_too_old')
  if (!grant.scopes.includes(fullAccess))
    throw new StytchFailure('oauth_access_token_exchange_missing_full_access')
  const { client_id } = requireConnectedApp(project, grant.client_id)
  project.store.accessTokens.delete(String(jti))
  return { member, organization: requireOrganization(project, member.organization_id), client_id }
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
