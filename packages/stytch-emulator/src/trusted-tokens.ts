import { createRemoteJWKSet, importSPKI, type JWTPayload, jwtVerify } from 'jose'

import type { Emulation } from './emulation.ts'
import type { Member, Organization, TrustedTokenProfile } from './entities.ts'
import { StytchFailure } from './errors.ts'
import { requireOrganization } from './organizations.ts'
import { memberByEmail } from './store.ts'

/** The member that a trusted token is about. It is checked as its profile says, and taken once. */
export async function attestedMember(
  emulation: Emulation,
  request: {
    readonly profile_id: string
    readonly token: string
    readonly organization_id?: string | undefined
  },
): Promise<{
  readonly member: Member
  readonly organization: Organization
  readonly token_id: string
}> {
  const { project } = emulation
  const profile = project.settings.trusted_token_profiles.find(
    (one) => one.profile_id === request.profile_id,
  )
  if (profile === undefined) throw new StytchFailure('trusted_token_profile_not_found')
  const claims = await verified(emulation, profile, request.token)
  const claim = (field: 'email' | 'organization_id' | 'token_id'): string | undefined => {
    const value = claims[profile.attribute_mapping[field]]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const organizationId = request.organization_id ?? claim('organization_id')
  const email = claim('email')
  const token_id = claim('token_id')
  if (organizationId === undefined || email === undefined || token_id === undefined)
    throw new StytchFailure('invalid_trusted_auth_token')
  const organization = requireOrganization(project, organizationId)
  const member = memberByEmail(project.store, organization.organization_id, email.toLowerCase())
  if (member === undefined) throw new StytchFailure('member_not_found')
  const key = `${profile.profile_id} ${token_id}`
  if (project.store.usedAssertions.has(key)) throw new StytchFailure('invalid_trusted_auth_token')
  project.store.usedAssertions.add(key)
  return { member, organization, token_id }
}

async function verified(
  { clock }: Emulation,
  profile: TrustedTokenProfile,
  token: string,
): Promise<JWTPayload> {
  const options = {
    issuer: profile.issuer,
    audience: profile.audience,
    algorithms: ['RS256', 'ES256'],
    requiredClaims: ['exp'],
    currentDate: clock.now(),
  }
  try {
    const { payload } =
      profile.jwks_url === undefined
        ? await jwtVerify(token, await importSPKI(profile.public_key ?? '', 'RS256'), options)
        : await jwtVerify(token, createRemoteJWKSet(new URL(profile.jwks_url)), options)
    return payload
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new StytchFailure('invalid_trusted_auth_token', undefined, { reason })
  }
}
