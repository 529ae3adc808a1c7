import type { JWTPayload } from 'jose'

import type { Emulation } from './emulation.ts'
import type { TrustedTokenProfile } from './entities.ts'
import { StytchFailure } from './errors.ts'

/** What a trusted token says. It is to be used up where nothing can fail any more. */
interface AttestedToken {
  readonly email: string
  readonly token_id: string
  readonly organization_id: string | undefined
  useUp(): void
}

/** Reads a token of another issuer, checked as its profile says; none is taken twice. */
export async function attested(
  emulation: Emulation,
  request: { readonly profile_id: string; readonly token: string },
): Promise<AttestedToken> {
  const { project } = emulation
  const profile = project.settings.trusted_token_profiles.find(
    (one) => one.profile_id === request.profile_id,
  )
  if (profile === undefined) throw new StytchFailure('trusted_token_profile_not_found')
  const claims = await verified(emulation, profile, request.token)
  const claim = (field: keyof TrustedTokenProfile['attribute_mapping']): string | undefined => {
    const value = claims[profile.attribute_mapping[field]]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const email = claim('email')?.toLowerCase()
  const token_id = claim('token_id')
  const key = `${profile.profile_id} ${token_id}`
  const { usedAssertions } = project.store
  if (email === undefined || token_id === undefined || usedAssertions.has(key))
    throw new StytchFailure('invalid_trusted_auth_token')
  return {
    email,
    token_id,
    organization_id: claim('organization_id'),
    useUp() {
      usedAssertions.set(key, true)
    },
  }
}

async function verified(
  { clock }: Emulation,
  profile: TrustedTokenProfile,
  token: string,
): Promise<JWTPayload> {
  // Here, not above: most emulators never see such a token, and start without it.
  const { createRemoteJWKSet, decodeProtectedHeader, importSPKI, jwtVerify } = await import('jose')
  const options = {
    issuer: profile.issuer,
    audience: profile.audience,
    algorithms: ['RS256', 'ES256'],
    requiredClaims: ['exp'],
    currentDate: clock.now(),
  }
  // Which of the two a PEM is for it does not say; `jwtVerify` refuses all others.
  const algorithm = (): string => decodeProtectedHeader(token).alg ?? 'RS256'
  try {
    const { payload } =
      profile.jwks_url === undefined
        ? await jwtVerify(token, await importSPKI(profile.public_key ?? '', algorithm()), options)
        : await jwtVerify(token, createRemoteJWKSet(new URL(profile.jwks_url)), options)
    return payload
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new StytchFailure('invalid_trusted_auth_token', undefined, { reason })
  }
}
