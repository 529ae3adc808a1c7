import { type Clock, minutesFromNow } from '../clock.ts'
import type { Emulation } from '../emulation.ts'
import { StytchFailure } from '../errors.ts'
import type { JsonObject } from '../json.ts'
import { readAttributes } from './attributes.ts'
import { callbackUrl } from './connections.ts'
import type { OidcConnection, OidcTokens, SsoAssertion, SsoRequest } from './entities.ts'

type Client = typeof import('openid-client')

/** The URL that asks the connection's identity provider who this is. */
export async function oidcRequestUrl(
  emulation: Emulation,
  connection: OidcConnection,
  request: Pick<SsoRequest, 'state' | 'nonce' | 'code_verifier'>,
): Promise<URL> {
  const client = await openidClient()
  return client.buildAuthorizationUrl(configuration(client, emulation, connection), {
    redirect_uri: callbackUrl(emulation, connection.connection_id),
    scope: [...new Set(['openid', 'email', 'profile', ...words(connection.custom_scopes)])].join(
      ' ',
    ),
    state: request.state,
    nonce: request.nonce,
    code_challenge: await client.calculatePKCECodeChallenge(request.code_verifier),
    code_challenge_method: 'S256',
  })
}

/** Trades the code in a callback for what the identity provider says; the library checks all of it. */
export async function checkOidcResponse(
  emulation: Emulation,
  connection: OidcConnection,
  request: Pick<SsoRequest, 'state' | 'nonce' | 'code_verifier'>,
  search: string,
): Promise<Omit<SsoAssertion, 'connection_id'>> {
  const client = await openidClient()
  const config = configuration(client, emulation, connection)
  const url = new URL(`${callbackUrl(emulation, connection.connection_id)}${search}`)
  const { claims, tokens } = await exchanged(client, config, url, request, emulation.clock)
  const attributes = JSON.parse(JSON.stringify(claims)) as JsonObject
  const mapping = { ...standardClaims, ...connection.attribute_mapping }
  const read = readAttributes(mapping, attributes)
  if (read.email_address === '') throw new StytchFailure('oidc_response_email_missing')
  if (claims.email_verified === false) throw new StytchFailure('oidc_response_unverified_email')
  return { ...read, protocol: 'oidc', external_id: claims.sub, attributes, tokens }
}

const standardClaims = {
  email: 'email',
  full_name: 'name',
  first_name: 'given_name',
  last_name: 'family_name',
  groups: 'groups',
}

async function exchanged(
  client: Client,
  config: InstanceType<Client['Configuration']>,
  url: URL,
  { state, nonce, code_verifier }: Pick<SsoRequest, 'state' | 'nonce' | 'code_verifier'>,
  clock: Clock,
): Promise<{
  readonly claims: { readonly sub: string; readonly [claim: string]: unknown }
  readonly tokens: OidcTokens
}> {
  try {
    const tokens = await client.authorizationCodeGrant(config, url, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: code_verifier,
      idTokenExpected: true,
    })
    const claims = tokens.claims()
    if (claims === undefined) throw new StytchFailure('oidc_response_subject_missing')
    const info = await client.fetchUserInfo(config, tokens.access_token, claims.sub)
    return {
      claims: { ...claims, ...info, sub: claims.sub },
      tokens: {
        id_token: tokens.id_token ?? '',
        access_token: tokens.access_token,
        refresh_token: tokens.refresh_token ?? '',
        scopes: words(tokens.scope ?? ''),
        expires_at: minutesFromNow(clock, (tokens.expires_in ?? 0) / 60),
      },
    }
  } catch (error) {
    if (error instanceof StytchFailure) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new StytchFailure('oidc_auth_code_error', undefined, { reason })
  }
}

function configuration(
  client: Client,
  { clock }: Emulation,
  connection: OidcConnection,
): InstanceType<Client['Configuration']> {
  const config = new client.Configuration(
    {
      issuer: connection.issuer,
      authorization_endpoint: connection.authorization_url,
      token_endpoint: connection.token_url,
      userinfo_endpoint: connection.userinfo_url,
      jwks_uri: connection.jwks_url,
    },
    connection.client_id,
    {
      client_secret: connection.client_secret,
      // Its time is the emulator's.
      [client.clockSkew]: Math.round((clock.now().getTime() - Date.now()) / 1000),
    },
  )
  // Identity providers on this machine have no certificates.
  client.allowInsecureRequests(config)
  return config
}

/** Here, not above: most emulators never see SSO, and start without it. */
function openidClient(): Promise<Client> {
  return import('openid-client')
}

function words(text: string): readonly string[] {
  return text.split(' ').filter((word) => word !== '')
}
