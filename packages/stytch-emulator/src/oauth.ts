import { minutesFromNow, timestamp } from './clock.ts'
import { admittingTenant } from './discovery.ts'
import type { Emulation } from './emulation.ts'
import type {
  AuthenticationFactor,
  Identity,
  Member,
  OAuthGrant,
  OAuthProvider,
  OAuthRegistration,
  OAuthTokens,
  Organization,
} from './entities.ts'
import { StytchFailure } from './errors.ts'
import { factorOf, oauthProof } from './factors.ts'
import { signIdToken } from './idp/id-token.ts'
import { assertAllowed, joinByEmail } from './join.ts'
import { changeMember, createMember } from './members.ts'
import { oauthMethod, traitsOf } from './oauth-providers.ts'
import { membersOf } from './organizations.ts'
import { memberByEmail } from './store.ts'

/** How long a provider's access token works. */
const hour = 60

/** The member that an identity is in an organization, made if the organization admits it. */
export function memberOfIdentity(
  emulation: Emulation,
  organization: Organization,
  { provider, identity }: OAuthGrant,
): Member {
  if (!identity.email_verified) throw new StytchFailure('oauth_unverified_email')
  const known =
    linkedMember(emulation, organization, provider, identity) ??
    memberByEmail(emulation.project.store, organization.organization_id, identity.email_address)
  assertAllowed(organization, oauthMethod(provider), known)
  return known ?? joinByProvider(emulation, organization, provider, identity)
}

/** Keeps the account at the provider with the member; it counts by itself once a sign-in was completed. */
export function registerOAuth(
  emulation: Emulation,
  member: Member,
  grant: OAuthGrant,
): { readonly member: Member; readonly registration: OAuthRegistration } {
  const { provider, identity } = grant
  const isSame = (one: OAuthRegistration): boolean =>
    one.provider === provider && one.provider_subject === identity.subject
  const known = member.oauth_registrations.find(isSame)
  const registration: OAuthRegistration = {
    ...newRegistration(emulation, grant),
    ...(known && {
      registration_id: known.registration_id,
      linked: known.linked,
    }),
  }
  const others = member.oauth_registrations.filter((one) => !isSame(one))
  return {
    member: changeMember(emulation, member, {
      ...(member.name === '' && { name: identity.name }),
      oauth_registrations: [...others, registration],
    }),
    registration,
  }
}

/** The proof of whoever does not belong to an organization yet. */
export function looseFactor(emulation: Emulation, grant: OAuthGrant): AuthenticationFactor {
  const registration = newRegistration(emulation, grant)
  return factorOf(emulation, oauthProof(registration, emulation.ids.id('email')))
}

/** The tokens as `oauth.authenticate` answers them. */
export function showTokens({ provider, tokens }: OAuthRegistration): object {
  const { isOpenId } = traitsOf(provider)
  return {
    access_token: tokens.access_token,
    scopes: tokens.scopes,
    expires_at: timestamp(tokens.expires_at),
    refresh_token: isOpenId ? tokens.refresh_token : '',
    id_token: isOpenId ? tokens.id_token : '',
  }
}

/** An account at a provider that nobody has linked yet. */
export function newRegistration(emulation: Emulation, grant: OAuthGrant): OAuthRegistration {
  return {
    registration_id: emulation.ids.id('oauth-member'),
    provider: grant.provider,
    provider_subject: grant.identity.subject,
    tenants: grant.identity.tenants,
    tokens: issueTokens(emulation, grant),
    linked: false,
  }
}

function linkedMember(
  { project }: Emulation,
  organization: Organization,
  provider: OAuthProvider,
  { subject }: Identity,
): Member | undefined {
  return membersOf(project, organization).find(
    ({ status, oauth_registrations }) =>
      status !== 'deleted' &&
      oauth_registrations.some(
        (one) => one.linked && one.provider === provider && one.provider_subject === subject,
      ),
  )
}

function joinByProvider(
  emulation: Emulation,
  organization: Organization,
  provider: OAuthProvider,
  { email_address, tenants }: Identity,
): Member {
  if (admittingTenant(organization, { provider, tenants }) !== undefined)
    return createMember(emulation, organization, email_address, 'pending')
  if (traitsOf(provider).hasTenants && organization.email_jit_provisioning !== 'RESTRICTED')
    throw new StytchFailure(
      organization.oauth_tenant_jit_provisioning === 'RESTRICTED'
        ? 'invalid_oauth_tenant_for_jit_provisioning'
        : 'oauth_tenant_jit_provisioning_not_allowed',
    )
  return joinByEmail(emulation, organization, email_address)
}

function issueTokens(
  { project, ids, clock }: Emulation,
  { provider, identity, scopes }: OAuthGrant,
): OAuthTokens {
  const { isOpenId } = traitsOf(provider)
  const { email_address: email, email_verified, name, subject: sub } = identity
  const issuer = `https://${provider}.test`
  const claims = { iss: issuer, aud: project.settings.project_id, sub, email, email_verified, name }
  return {
    access_token: ids.token(`${provider} access token`),
    refresh_token: isOpenId ? ids.token(`${provider} refresh token`) : '',
    id_token: isOpenId ? signIdToken(clock, claims) : '',
    scopes,
    expires_at: minutesFromNow(clock, hour),
  }
}
