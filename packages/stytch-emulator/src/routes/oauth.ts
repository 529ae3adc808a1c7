import type { Emulation } from '../emulation.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import type { OAuthProvider, OAuthRegistration } from '../entities.ts'
import { StytchFailure } from '../errors.ts'
import { factorOf, oauthProof } from '../factors.ts'
import { optional, string } from '../fields.ts'
import { completeFirstFactor, firstFactorFields } from '../first-factor.ts'
import { memberOfHandover, requireHandover, useUpHandover } from '../handovers.ts'
import { showDiscovery } from '../intermediate-sessions.ts'
import { looseFactor, registerOAuth, showTokens } from '../oauth.ts'
import { traitsOf } from '../oauth-providers.ts'
import { sessionOptions, sessionReference } from '../sessions.ts'
import { memberOfCall, type OfMember } from './of-member.ts'

/** OAuth: what comes back from a provider's page, and the tokens that the provider gave. */
export const oauthEndpoints: readonly Endpoint[] = [
  endpoint(
    { method: 'POST', path: '/v1/b2b/oauth/authenticate', sdk: 'oauth.authenticate' },
    { oauth_token: string, pkce_code_verifier: optional(string), ...firstFactorFields },
    {
      run(call) {
        const { fields } = call
        const { oauth_token, pkce_code_verifier } = fields
        const handover = requireHandover(call, 'oauth', oauth_token, pkce_code_verifier)
        const { member: known, organization } = memberOfHandover(call, handover)
        const { member, registration } = registerOAuth(call, known, handover.proof)
        const factors = [factorOf(call, oauthProof(registration, member.email_id))]
        const answer = completeFirstFactor(call, fields, { organization, member, factors })
        useUpHandover(call, handover)
        return {
          ...answer,
          provider_subject: registration.provider_subject,
          provider_type: traitsOf(registration.provider).name,
          provider_values: showTokens(registration),
          reset_sessions: false,
        }
      },
    },
  ),
  endpoint(
    {
      method: 'POST',
      path: '/v1/b2b/oauth/discovery/authenticate',
      sdk: 'oauth.discovery.authenticate',
    },
    {
      discovery_oauth_token: string,
      pkce_code_verifier: optional(string),
      ...sessionReference,
      ...sessionOptions,
    },
    {
      run(call) {
        const { discovery_oauth_token: token, pkce_code_verifier } = call.fields
        const handover = requireHandover(call, 'discovery_oauth', token, pkce_code_verifier)
        useUpHandover(call, handover)
        const { provider, identity } = handover.proof
        const { email_address, name, tenants } = identity
        const factor = looseFactor(call, handover.proof)
        return {
          ...showDiscovery(call, email_address, factor, { provider, tenants }),
          provider_type: traitsOf(provider).name,
          // Stytch fills it in where there is exactly one.
          provider_tenant_id: tenants.length === 1 ? tenants[0] : '',
          provider_tenant_ids: tenants,
          full_name: name,
        }
      },
    },
  ),
  ...(['google', 'microsoft'] as const).map((provider) =>
    endpoint(
      {
        method: 'GET',
        path: `/v1/b2b/organizations/:organization_id/members/:member_id/oauth_providers/${provider}`,
        sdk: `organizations.members.oauthProviders.${provider}`,
      },
      { organization_id: string, member_id: string, include_refresh_token: optional(string) },
      {
        run(call) {
          const [registration] = registrationsOf(call, provider)
          return {
            provider_type: traitsOf(provider).name,
            provider_subject: registration.provider_subject,
            id_token: registration.tokens.id_token,
            ...showAccess(call, registration),
            ...(call.fields.include_refresh_token === 'true' && {
              refresh_token: registration.tokens.refresh_token,
            }),
          }
        },
      },
    ),
  ),
  ...(['github', 'slack', 'hubspot'] as const).map((provider) =>
    endpoint(
      {
        method: 'GET',
        path: `/v1/b2b/organizations/:organization_id/members/:member_id/oauth_providers/${provider}`,
        sdk: `organizations.members.oauthProviders.${provider}`,
      },
      { organization_id: string, member_id: string },
      {
        run: (call) => ({
          provider_type: traitsOf(provider).name,
          registrations: registrationsOf(call, provider).map((registration) => ({
            provider_subject: registration.provider_subject,
            access_token: registration.tokens.access_token,
            scopes: registration.tokens.scopes,
            ...showTenants[provider](registration, call),
          })),
        }),
      },
    ),
  ),
]

type TenantProvider = 'github' | 'slack' | 'hubspot'

const showTenants: Readonly<
  Record<TenantProvider, (registration: OAuthRegistration, emulation: Emulation) => object>
> = {
  github: ({ tenants }) => ({ provider_tenant_ids: tenants }),
  slack: ({ tenants }) => ({
    provider_tenant_id: tenants[0] ?? '',
    // The emulator's Slack installs no bot.
    bot_access_token: '',
    bot_scopes: [],
  }),
  hubspot: (registration, emulation) => ({
    provider_tenant_id: registration.tenants[0] ?? '',
    ...showAccess(emulation, registration),
  }),
}

function showAccess({ clock }: Emulation, { tokens }: OAuthRegistration): object {
  const left = tokens.expires_at.getTime() - clock.now().getTime()
  return {
    access_token: tokens.access_token,
    access_token_expires_in: Math.max(0, Math.floor(left / 1000)),
    scopes: tokens.scopes,
  }
}

function registrationsOf(
  call: OfMember,
  provider: OAuthProvider,
): readonly [OAuthRegistration, ...OAuthRegistration[]] {
  const { member } = memberOfCall(call)
  const [first, ...others] = member.oauth_registrations.filter(
    (one) => one.linked && one.provider === provider,
  )
  if (first === undefined) throw new StytchFailure('member_oauth_token_not_found')
  return [first, ...others]
}
