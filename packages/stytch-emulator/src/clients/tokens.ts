import { minutesFromNow } from '../clock.ts'
import type { Emulation } from '../emulation.ts'
import { signClaims } from '../keys.ts'
import type { AppGrant, ConnectedApp, M2MClient } from './entities.ts'
import type { Subject } from './subjects.ts'

/** How long an M2M token works. */
export const m2mSeconds = 3600

/** An access token of an M2M client. */
export function issueM2MToken(
  emulation: Emulation,
  client: M2MClient,
  scopes: readonly string[],
): string {
  return sign(emulation, m2mSeconds, { sub: client.client_id, scope: scopes.join(' ') })
}

/** What an app may do, and for whom. */
interface ForSubject {
  readonly app: ConnectedApp
  readonly subject: Subject
  readonly grant: AppGrant
}

/** An access token of a connected app, and the id that it is kept by, so that it can be revoked. */
export function issueAccessToken(
  emulation: Emulation,
  { app, subject, grant }: ForSubject,
): { readonly access_token: string; readonly access_token_id: string } {
  const { project, ids, clock } = emulation
  const { organization } = subject
  const jti = ids.token('access token')
  const minutes = app.access_token_expiry_minutes
  project.store.accessTokens.set(jti, { ...grant, expires_at: minutesFromNow(clock, minutes) })
  const access_token = sign(
    emulation,
    minutes * 60,
    {
      sub: subject.subject_id,
      client_id: app.client_id,
      scope: grant.scopes.join(' '),
      jti,
      ...(organization !== undefined && {
        'https://stytch.com/organization': {
          organization_id: organization.organization_id,
          slug: organization.organization_slug,
        },
      }),
    },
    app.access_token_custom_audience === '' ? [] : [app.access_token_custom_audience],
  )
  return { access_token, access_token_id: jti }
}

/** An ID token for a connected app. */
export function issueIdToken(emulation: Emulation, { app, subject, grant }: ForSubject): string {
  return sign(emulation, app.access_token_expiry_minutes * 60, {
    sub: subject.subject_id,
    aud: [app.client_id],
    ...(grant.nonce !== undefined && { nonce: grant.nonce }),
    ...claimsAbout(subject, grant.scopes),
  })
}

/**
 * What the scopes that were granted tell of someone; what is not known is left out.
 * @see https://openid.net/specs/openid-connect-core-1_0.html#ScopeClaims
 */
export function claimsAbout(subject: Subject, scopes: readonly string[]): object {
  const { email, email_verified, name, phone_number, phone_number_verified } = subject
  const [given_name = '', ...others] = name.split(' ')
  const family_name = others.join(' ')
  return {
    ...(scopes.includes('email') && { email, email_verified }),
    ...(scopes.includes('profile') && { name, given_name, family_name }),
    ...(scopes.includes('phone') && phone_number !== '' && { phone_number, phone_number_verified }),
  }
}

function sign(
  { project, clock }: Emulation,
  seconds: number,
  claims: object,
  audiences: readonly string[] = [],
): string {
  const { project_id, jwt } = project.settings
  const iat = Math.floor(clock.now().getTime() / 1000)
  return signClaims(project.keys.current(), {
    iss: jwt.issuer,
    aud: [project_id, ...audiences],
    iat,
    nbf: iat,
    exp: iat + seconds,
    ...claims,
  })
}
