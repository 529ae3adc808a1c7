import { timestamp } from './clock.ts'
import type { Emulation } from './emulation.ts'
import type {
  AuthenticationFactor,
  FactorProof,
  ImpersonationToken,
  Member,
  OAuthFactorDetail,
  OAuthProvider,
  OAuthRegistration,
} from './entities.ts'
import { isOAuthProvider, oauthMethod, traitsOf } from './oauth-providers.ts'

/** Proof, as of now. */
export function factorOf({ clock }: Emulation, proof: FactorProof): AuthenticationFactor {
  const now = clock.now()
  return { ...proof, created_at: now, last_authenticated_at: now }
}

/** Proof that mail to an address is read. */
export function emailFactor(
  emulation: Emulation,
  type: 'magic_link' | 'email_otp',
  { email_id, email_address }: Pick<Member, 'email_id' | 'email_address'>,
): AuthenticationFactor {
  return factorOf(emulation, {
    type,
    delivery_method: 'email',
    email_factor: { email_id, email_address },
  })
}

/** Proof that a provider knows who this is. */
export function oauthProof(
  { provider, provider_subject, registration_id: id }: OAuthRegistration,
  emailId: string,
): FactorProof {
  return {
    type: 'oauth',
    delivery_method: `oauth_${provider}`,
    ...named(`${provider}_oauth_factor`, { id, provider_subject, email_id: emailId }),
  }
}

/** What is left of such a proof where the account at the provider is nobody's. */
export function exchangedProof(provider: OAuthProvider, emailId: string): FactorProof {
  return {
    type: 'oauth',
    delivery_method: `oauth_exchange_${provider}`,
    ...named(`${provider}_oauth_exchange_factor`, { email_id: emailId }),
  }
}

/** The provider behind a factor, and the registration unless the factor comes from another organization. */
export function oauthOf(
  factor: AuthenticationFactor,
):
  | { readonly provider: OAuthProvider; readonly detail: OAuthFactorDetail | undefined }
  | undefined {
  if (factor.type !== 'oauth') return undefined
  const provider = factor.delivery_method.replace(/^oauth_(exchange_)?/, '')
  if (!isOAuthProvider(provider)) return undefined
  const details: Readonly<Record<string, unknown>> = factor
  // `oauthProof` is the only one that writes this field.
  const detail = details[`${provider}_oauth_factor`] as OAuthFactorDetail | undefined
  return { provider, detail }
}

/** The connection behind a factor of SSO. */
export function connectionOf(factor: AuthenticationFactor): string | undefined {
  if (factor.type !== 'sso') return undefined
  return 'saml_sso_factor' in factor
    ? factor.saml_sso_factor.provider_id
    : factor.oidc_sso_factor.provider_id
}

/** Whether the factor shows that the address is the member's own. */
export function provesAddress(factor: AuthenticationFactor): boolean {
  const oauth = oauthOf(factor)
  if (oauth !== undefined) return traitsOf(oauth.provider).verifiesEmail
  return factor.type === 'sso' || 'email_factor' in factor
}

/** Proof that a password is known. */
export function passwordFactor(emulation: Emulation): AuthenticationFactor {
  return factorOf(emulation, { type: 'password', delivery_method: 'knowledge' })
}

/** Proof by a token of an issuer that the project trusts. */
export function trustedTokenFactor(emulation: Emulation, tokenId: string): AuthenticationFactor {
  return factorOf(emulation, {
    type: 'trusted_auth_token',
    delivery_method: 'trusted_token_exchange',
    trusted_auth_token_factor: { token_id: tokenId },
  })
}

/** Proof by a session of the system that the project comes from. */
export function importedFactor(emulation: Emulation): AuthenticationFactor {
  return factorOf(emulation, { type: 'imported', delivery_method: 'imported_auth0' })
}

/** Proof by an access token of a connected app. */
export function accessTokenFactor(emulation: Emulation, clientId: string): AuthenticationFactor {
  return factorOf(emulation, {
    type: 'oauth',
    delivery_method: 'oauth_access_token_exchange',
    oauth_access_token_exchange_factor: { client_id: clientId },
  })
}

/** No proof, but the mark of support staff in someone's place. */
export function impersonatedFactor(
  emulation: Emulation,
  { impersonator_id, impersonator_email_address }: ImpersonationToken,
): AuthenticationFactor {
  return factorOf(emulation, {
    type: 'impersonated',
    delivery_method: 'impersonation',
    impersonated_factor: { impersonator_id, impersonator_email_address },
  })
}

/** A factor as the API shows it. */
export function showFactor(factor: AuthenticationFactor): object {
  return {
    ...factor,
    created_at: timestamp(factor.created_at),
    last_authenticated_at: timestamp(factor.last_authenticated_at),
    updated_at: timestamp(factor.last_authenticated_at),
  }
}

/** What an organization calls the way of signing in, in `allowed_auth_methods`; none for a second factor. */
export function primaryMethod(factor: AuthenticationFactor): string | undefined {
  const oauth = oauthOf(factor)
  return oauth === undefined ? primaryMethods[factor.type] : oauthMethod(oauth.provider)
}

/** Whether it is one of those that complete a sign-in where an organization asks for two. */
export function isSecondFactor(factor: AuthenticationFactor): boolean {
  return secondFactors.includes(factor.type)
}

/**
 * The factors of a session that has gained some. One that it has already is not there twice: it was
 * authenticated again, and is as fresh as that.
 */
export function mergeFactors(
  present: readonly AuthenticationFactor[],
  gained: readonly AuthenticationFactor[],
): readonly AuthenticationFactor[] {
  const isGained = (factor: AuthenticationFactor): boolean =>
    gained.some((one) => identity(one) === identity(factor))
  const refreshed = present.filter(isGained).map((factor) => {
    const again = gained.find((one) => identity(one) === identity(factor)) ?? factor
    return { ...again, created_at: factor.created_at }
  })
  const added = gained.filter((one) => !present.some((two) => identity(one) === identity(two)))
  return [...present.filter((factor) => !isGained(factor)), ...refreshed, ...added]
}

const secondFactors: readonly FactorProof['type'][] = ['otp', 'totp', 'recovery_codes']

const primaryMethods: Readonly<Partial<Record<FactorProof['type'], string>>> = {
  magic_link: 'magic_link',
  email_otp: 'email_otp',
  password: 'password',
  sso: 'sso',
}

/** All of a factor but its times. */
function identity({
  created_at: _created,
  last_authenticated_at: _last,
  ...proof
}: AuthenticationFactor): string {
  return JSON.stringify(proof)
}

/** An object with one field; TypeScript takes a name that is put together for any name. */
function named<K extends string, V>(name: K, value: V): { readonly [Name in K]: V } {
  return { [name]: value } as { readonly [Name in K]: V }
}
