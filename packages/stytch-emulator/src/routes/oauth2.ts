import {
  allowsApp,
  consentOf,
  isGrantable,
  newConnectedApp,
  saveConnectedApp,
} from '../clients/connected-apps.ts'
import type { AppGrant, ConnectedApp, M2MClient } from '../clients/entities.ts'
import { OAuthFailure } from '../clients/oauth-failure.ts'
import { isSecret, newSecret } from '../clients/secrets.ts'
import { findSubject, type Subject } from '../clients/subjects.ts'
import {
  claimsAbout,
  issueAccessToken,
  issueIdToken,
  issueM2MToken,
  m2mSeconds,
} from '../clients/tokens.ts'
import type { Emulation } from '../emulation.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { given, listOf, oneOf, optional, text } from '../fields.ts'
import { isObject } from '../json.ts'
import { challengeOf } from '../pkce.ts'
import { verifiedClaims } from '../session-jwt.ts'
import { redirectUrl } from './connected-apps.ts'

const clientFields = {
  client_id: optional(text),
  client_secret: optional(text),
}

const both = ['B2BClient', 'Client'] as const

/** Stytch has all of it twice: for the SDK, and at the project's own domain. */
const places = [
  { base: '/v1/public/:project_id/oauth2', clients: both },
  { base: '/v1/oauth2', clients: [] },
] as const

/**
 * The token endpoint, for machines and for connected apps, and what became of a token; how apps register,
 * take tokens back and ask who granted them.
 * @see https://www.rfc-editor.org/rfc/rfc6749, https://www.rfc-editor.org/rfc/rfc7662,
 * https://www.rfc-editor.org/rfc/rfc7591 and https://www.rfc-editor.org/rfc/rfc7009
 */
export const oauth2Endpoints: readonly Endpoint[] = places.flatMap(({ base, clients }) => [
  endpoint(
    {
      method: 'POST',
      path: `${base}/token`,
      sdk: 'm2m.token',
      clients,
      access: 'public',
      takesForms: true,
    },
    {
      ...clientFields,
      grant_type: optional(text),
      scope: optional(text),
      code: optional(text),
      redirect_uri: optional(text),
      code_verifier: optional(text),
      refresh_token: optional(text),
    },
    {
      run(call) {
        const { fields } = call
        if (fields.grant_type === 'client_credentials') return m2mToken(call, fields)
        if (fields.grant_type === 'authorization_code') return redeemCode(call, fields)
        if (fields.grant_type === 'refresh_token') return refresh(call, fields)
        throw new OAuthFailure('unsupported_grant_type', 'The grant_type is not supported.')
      },
    },
  ),
  endpoint(
    {
      method: 'POST',
      path: `${base}/introspect`,
      sdk: 'idp.introspectTokenNetwork',
      clients,
      access: 'public',
      takesForms: true,
    },
    { ...clientFields, token: optional(text), token_type_hint: optional(text) },
    {
      run(call) {
        const { token = '' } = call.fields
        const app = authenticatedApp(call, call.fields)
        const found = liveToken(call, token)
        if (found?.grant.client_id !== app.client_id) return { active: false }
        const { jti: _jti, ...shown } = found.claims
        return { ...shown, active: true, token_type: 'access_token' }
      },
    },
  ),
  endpoint(
    {
      method: 'POST',
      path: `${base}/revoke`,
      sdk: '',
      clients: [],
      access: 'public',
      takesForms: true,
    },
    { ...clientFields, token: optional(text), token_type_hint: optional(text) },
    {
      run(call) {
        revoke(call, authenticatedApp(call, call.fields), call.fields.token ?? '')
        return {}
      },
    },
  ),
  endpoint(
    {
      method: 'POST',
      path: `${base}/register`,
      sdk: '',
      clients: [],
      access: 'public',
      status: 201,
    },
    {
      client_name: optional(text),
      client_uri: optional(text),
      logo_uri: optional(text),
      redirect_uris: listOf(redirectUrl),
      token_endpoint_auth_method: optional(
        oneOf(['none', 'client_secret_post', 'client_secret_basic']),
      ),
    },
    { run: (call) => register(call, call.fields) },
  ),
  ...(['GET', 'POST'] as const).map((method) =>
    endpoint(
      {
        method,
        path: `${base}/userinfo`,
        sdk: '',
        clients: [],
        access: 'public',
        takesForms: true,
      },
      { access_token: optional(text) },
      {
        run(call) {
          const found = liveToken(call, call.fields.access_token ?? '')
          if (found === undefined)
            throw new OAuthFailure('invalid_token', 'The access token is not valid.')
          const { subject, grant } = found
          return { sub: subject.subject_id, ...claimsAbout(subject, grant.scopes) }
        },
      },
    ),
  ),
])

/** An access token that works, whose it is and what it allows. */
interface LiveToken {
  readonly claims: { readonly [claim: string]: unknown }
  readonly grant: AppGrant
  readonly subject: Subject
}

function liveToken(emulation: Emulation, token: string): LiveToken | undefined {
  const { project, clock } = emulation
  const claims = claimsOf(emulation, token)
  const grant = project.store.accessTokens.get(String(claims?.jti ?? ''))
  if (claims === undefined || grant === undefined || grant.expires_at <= clock.now())
    return undefined
  const subject = findSubject(project, grant.subject_id)
  return subject && { claims, grant, subject }
}

/** Ends a token of the app's own, and with a refresh token the access token that came with it. */
function revoke(emulation: Emulation, { client_id }: ConnectedApp, token: string): void {
  const { accessTokens, refreshTokens } = emulation.project.store
  const grant = refreshTokens.get(token)
  if (grant?.client_id === client_id) refreshTokens.delete(token)
  const id =
    grant === undefined ? String(claimsOf(emulation, token)?.jti ?? '') : grant.access_token_id
  if (id !== undefined && accessTokens.get(id)?.client_id === client_id) accessTokens.delete(id)
}

interface Registration {
  readonly client_name: string | undefined
  readonly client_uri: string | undefined
  readonly logo_uri: string | undefined
  readonly redirect_uris: readonly string[]
  readonly token_endpoint_auth_method:
    | 'none'
    | 'client_secret_post'
    | 'client_secret_basic'
    | undefined
}

/**
 * Registers an app that says of itself what it is. One without a secret that says the same as another is
 * that other.
 * @see https://stytch.com/docs/api/connected-app-dynamic-client-registration
 */
function register(emulation: Emulation, said: Registration): object {
  const { project } = emulation
  if (!project.settings.dynamic_client_registration)
    throw new OAuthFailure(
      'unauthorized_client',
      'The project lets no app register by itself: its seed says so with dynamic_client_registration.',
    )
  if (said.redirect_uris.length === 0)
    throw new OAuthFailure('invalid_client_metadata', 'redirect_uris must not be empty.')
  const { token_endpoint_auth_method = 'none' } = said
  const isPublic = token_endpoint_auth_method === 'none'
  const registration = JSON.stringify(said)
  const known = [...project.store.connectedApps.values()].find(
    (one) => one.registration === registration,
  )
  const secret = isPublic ? undefined : newSecret(emulation)
  const app =
    (isPublic ? known : undefined) ??
    saveConnectedApp(
      emulation,
      newConnectedApp(emulation, {
        client_type: isPublic ? 'third_party_public' : 'third_party',
        client_name: said.client_name,
        logo_url: said.logo_uri,
        redirect_urls: said.redirect_uris,
        registration,
        secrets: secret === undefined ? undefined : { current: secret, next: undefined },
      }),
    )
  return {
    client_id: app.client_id,
    ...(secret !== undefined && { client_secret: secret, client_secret_expires_at: 0 }),
    ...given(said),
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method,
  }
}

type Fields = Readonly<Record<string, string | undefined>>

function m2mToken(emulation: Emulation, fields: Fields): object {
  const client = authenticatedClient(emulation, fields)
  const wanted = words(fields.scope)
  if (!wanted.every((scope) => client.scopes.includes(scope)))
    throw new OAuthFailure('invalid_scope', 'The client does not have every scope it asks for.')
  const scopes = wanted.length === 0 ? client.scopes : wanted
  return {
    access_token: issueM2MToken(emulation, client, scopes),
    token_type: 'bearer',
    expires_in: m2mSeconds,
  }
}

function redeemCode(emulation: Emulation, fields: Fields): object {
  const { project, clock } = emulation
  const app = authenticatedApp(emulation, fields)
  const code = fields.code ?? ''
  const found = project.store.authorizationCodes.get(code)
  // Whoever holds it, it works once.
  project.store.authorizationCodes.delete(code)
  const verifier = fields.code_verifier
  const isVerified =
    found?.code_challenge === undefined
      ? verifier === undefined && app.secrets !== undefined
      : verifier !== undefined && challengeOf(verifier) === found.code_challenge
  const isRightful =
    found !== undefined &&
    found.client_id === app.client_id &&
    found.expires_at > clock.now() &&
    found.redirect_uri === fields.redirect_uri &&
    isVerified
  if (!isRightful) throw new OAuthFailure('invalid_grant', 'The code is not valid for this client.')
  return issueTokens(emulation, app, found)
}

function refresh(emulation: Emulation, fields: Fields): object {
  const { project } = emulation
  const app = authenticatedApp(emulation, fields)
  const token = fields.refresh_token ?? ''
  const found = project.store.refreshTokens.get(token)
  if (found === undefined || found.client_id !== app.client_id)
    throw new OAuthFailure('invalid_grant', 'The refresh_token is not valid for this client.')
  project.store.refreshTokens.delete(token)
  return issueTokens(emulation, app, found)
}

/**
 * Tokens for what was granted, as far as it still holds: the consent, the organization's leave, the
 * app's own, and what whoever granted it may do by now.
 */
function issueTokens(emulation: Emulation, app: ConnectedApp, granted: AppGrant): object {
  const { project, ids } = emulation
  const subject = findSubject(project, granted.subject_id)
  const consent = consentOf(project, app, granted.subject_id)
  if (subject === undefined || consent === undefined)
    throw new OAuthFailure('invalid_grant', 'The consent has been taken back.')
  const { organization } = subject
  if (organization !== undefined && !allowsApp(organization, app))
    throw new OAuthFailure('invalid_grant', 'The organization does not allow the app any more.')
  const scopes = granted.scopes.filter(
    (scope) => consent.scopes.includes(scope) && isGrantable(project, app, scope, subject),
  )
  if (scopes.length === 0 && granted.scopes.length > 0)
    throw new OAuthFailure('invalid_grant', 'Nothing of what was granted can be granted any more.')
  const grant = { ...granted, scopes }
  const refreshToken = grant.scopes.includes('offline_access')
    ? ids.token('refresh token')
    : undefined
  const { access_token, access_token_id } = issueAccessToken(emulation, { app, subject, grant })
  if (refreshToken !== undefined)
    project.store.refreshTokens.set(refreshToken, { ...grant, access_token_id })
  return {
    access_token,
    token_type: 'bearer',
    expires_in: app.access_token_expiry_minutes * 60,
    scope: grant.scopes.join(' '),
    ...(refreshToken !== undefined && { refresh_token: refreshToken }),
    ...(grant.scopes.includes('openid') && {
      id_token: issueIdToken(emulation, { app, subject, grant }),
    }),
  }
}

function authenticatedClient({ project }: Emulation, fields: Fields): M2MClient {
  const client = project.store.m2mClients.get(fields.client_id ?? '')
  if (client === undefined || !isSecret(client.secrets, fields.client_secret))
    throw new OAuthFailure('invalid_client', 'No client has this client_id and client_secret.')
  if (client.status === 'inactive')
    throw new OAuthFailure('invalid_client', 'The client is not active.')
  return client
}

function authenticatedApp({ project }: Emulation, fields: Fields): ConnectedApp {
  const app = project.store.connectedApps.get(fields.client_id ?? '')
  const isAuthentic =
    app !== undefined && (app.secrets === undefined || isSecret(app.secrets, fields.client_secret))
  if (!isAuthentic)
    throw new OAuthFailure('invalid_client', 'No client has this client_id and client_secret.')
  return app
}

function claimsOf(
  { project }: Emulation,
  token: string,
): { readonly [claim: string]: unknown } | undefined {
  try {
    const claims = verifiedClaims(project, token)
    return isObject(claims) ? claims : undefined
  } catch {
    return undefined
  }
}

function words(scope: string | undefined): readonly string[] {
  return scope?.split(' ').filter((word) => word !== '') ?? []
}
