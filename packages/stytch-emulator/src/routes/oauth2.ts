import { allowsApp, consentOf, isGrantable } from '../clients/connected-apps.ts'
import type { AppGrant, ConnectedApp, M2MClient } from '../clients/entities.ts'
import { OAuthFailure } from '../clients/oauth-failure.ts'
import { isSecret } from '../clients/secrets.ts'
import { findSubject } from '../clients/subjects.ts'
import { issueAccessToken, issueIdToken, issueM2MToken, m2mSeconds } from '../clients/tokens.ts'
import type { Emulation } from '../emulation.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { optional, text } from '../fields.ts'
import { isObject } from '../json.ts'
import { challengeOf } from '../pkce.ts'
import { verifiedClaims } from '../session-jwt.ts'

const clientFields = {
  client_id: optional(text),
  client_secret: optional(text),
}

/**
 * The token endpoint, for machines and for connected apps, and what became of a token.
 * @see https://www.rfc-editor.org/rfc/rfc6749 and https://www.rfc-editor.org/rfc/rfc7662
 */
export const oauth2Endpoints: readonly Endpoint[] = [
  endpoint(
    {
      method: 'POST',
      path: '/v1/public/:project_id/oauth2/token',
      sdk: 'm2m.token',
      clients: ['B2BClient', 'Client'],
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
      path: '/v1/public/:project_id/oauth2/introspect',
      sdk: 'idp.introspectTokenNetwork',
      clients: ['B2BClient', 'Client'],
      access: 'public',
      takesForms: true,
    },
    { ...clientFields, token: optional(text), token_type_hint: optional(text) },
    {
      run(call) {
        const { token = '' } = call.fields
        const app = authenticatedApp(call, call.fields)
        const claims = claimsOf(call, token)
        const grant = call.project.store.accessTokens.get(String(claims?.jti ?? ''))
        const isActive =
          claims !== undefined &&
          grant !== undefined &&
          grant.client_id === app.client_id &&
          grant.expires_at > call.clock.now() &&
          findSubject(call.project, grant.subject_id) !== undefined
        if (!isActive) return { active: false }
        const { jti: _jti, ...shown } = claims
        return { ...shown, active: true, token_type: 'access_token' }
      },
    },
  ),
]

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
  if (refreshToken !== undefined) project.store.refreshTokens.set(refreshToken, grant)
  return {
    access_token: issueAccessToken(emulation, { app, subject, grant }),
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
