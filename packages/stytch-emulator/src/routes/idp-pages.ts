import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

import { minutesFromNow } from '../clock.ts'
import type { Project } from '../emulation.ts'
import type { Identity } from '../entities.ts'
import { StytchFailure } from '../errors.ts'
import { optional, readFields, string, text } from '../fields.ts'
import { chosenIdentity, offeredIdentities } from '../identities.ts'
import { idpKey, signIdToken } from '../idp/id-token.ts'
import { idpClientSecret, idpPaths } from '../idp/paths.ts'
import { readSamlRequest, samlMetadata, samlResponse } from '../idp/saml-response.ts'
import { chooseIdentityPage } from '../pages/choose-identity.ts'
import { postBackPage, postBackScriptHash } from '../pages/post-back.ts'
import { sendPage } from '../pages/send-page.ts'
import { challengeOf } from '../pkce.ts'
import type { Backend } from '../server.ts'
import { findConnection } from '../sso/connections.ts'
import { basicCredentials } from '../steps/authenticate-project.ts'
import { ssoCallbackPath } from './sso-pages.ts'

/** A code or an access token of the identity provider. */
interface Grant {
  readonly identity: Identity
  readonly client_id: string
  readonly redirect_uri: string
  readonly code_challenge: string | undefined
  readonly nonce: string | undefined
  readonly expires_at: Date
}

const authorizeFields = {
  client_id: string,
  redirect_uri: string,
  response_type: string,
  state: optional(text),
  nonce: optional(text),
  code_challenge: optional(text),
  error: optional(text),
}

/**
 * A small identity provider, so that SSO connections have someone to talk to: OpenID Connect and SAML,
 * with everyone in it who is in the project. It serves this emulator's connections only.
 */
export function addIdpPages(server: FastifyInstance, backend: Backend): void {
  const grants = new Map<string, Grant>()
  const url = (path: string): string => `${backend.url()}${path}`
  const grant = (kind: string, order: Omit<Grant, 'expires_at'>): string => {
    const token = backend.ids.token(`idp ${kind}`)
    grants.set(token, { ...order, expires_at: minutesFromNow(backend.clock, 5) })
    return token
  }
  /** A code works once; an access token until it expires. */
  const redeem = (token: string): Grant | undefined => {
    const found = grants.get(token)
    return found !== undefined && found.expires_at > backend.clock.now() ? found : undefined
  }

  server.get(idpPaths.discovery, () => ({
    issuer: url(idpPaths.issuer),
    authorization_endpoint: url(idpPaths.authorize),
    token_endpoint: url(idpPaths.token),
    userinfo_endpoint: url(idpPaths.userinfo),
    jwks_uri: url(idpPaths.jwks),
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  }))
  server.get(idpPaths.jwks, () => ({ keys: [idpKey().jwk] }))
  server.get(idpPaths.authorize, (request, reply) => {
    const fields = readFields(authorizeFields, request.query)
    const { client_id, redirect_uri, state, nonce, code_challenge } = fields
    const project = projectOfCallback(backend, redirect_uri)
    const target = new URL(redirect_uri)
    if (state !== undefined) target.searchParams.set('state', state)
    if (fields.error !== undefined) {
      target.searchParams.set('error', fields.error)
      return reply.redirect(target.href)
    }
    const identity = chosenIdentity(project, request.query)
    if (identity === undefined) return askWho(reply, request, project)
    const order = { identity, client_id, redirect_uri, code_challenge, nonce }
    target.searchParams.set('code', grant('code', order))
    return reply.header('cache-control', 'no-store').redirect(target.href)
  })
  server.post(idpPaths.token, (request, reply) => {
    const form = new URLSearchParams(typeof request.body === 'string' ? request.body : '')
    const [basicId, basicSecret] = basicCredentials(request.headers.authorization)
    const clientId = basicId ?? form.get('client_id') ?? ''
    if ((basicSecret ?? form.get('client_secret')) !== idpClientSecret)
      return reply.status(401).send({ error: 'invalid_client' })
    const code = form.get('code') ?? ''
    const found = redeem(code)
    grants.delete(code)
    const isRightful =
      found !== undefined &&
      found.client_id === clientId &&
      found.redirect_uri === form.get('redirect_uri') &&
      (found.code_challenge === undefined ||
        found.code_challenge === challengeOf(form.get('code_verifier') ?? ''))
    if (!isRightful) return reply.status(400).send({ error: 'invalid_grant' })
    const { identity, nonce } = found
    return {
      access_token: grant('access token', found),
      token_type: 'Bearer',
      expires_in: 300,
      id_token: signIdToken(backend.clock, {
        iss: url(idpPaths.issuer),
        aud: clientId,
        ...claimsOf(identity),
        ...(nonce !== undefined && { nonce }),
      }),
    }
  })
  server.get(idpPaths.userinfo, (request, reply) => {
    const token = /^bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? ''
    const found = redeem(token)
    if (found === undefined) return reply.status(401).send({ error: 'invalid_token' })
    return claimsOf(found.identity)
  })
  server.get(idpPaths.samlMetadata, (_request, reply) =>
    reply
      .type('application/samlmetadata+xml')
      .send(samlMetadata(url(idpPaths.samlMetadata), url(idpPaths.saml))),
  )
  server.get(idpPaths.saml, async (request, reply) => {
    const read = readFields(
      { SAMLRequest: optional(text), RelayState: optional(text), acs_url: optional(text) },
      request.query,
    )
    const asked = read.SAMLRequest === undefined ? undefined : readSamlRequest(read.SAMLRequest)
    // Without a request the identity provider begins of its own accord.
    const acsUrl = asked?.acsUrl ?? read.acs_url ?? ''
    const project = projectOfCallback(backend, acsUrl)
    const identity = chosenIdentity(project, request.query)
    if (identity === undefined) return askWho(reply, request, project)
    const xml = await samlResponse({
      identity,
      entityId: url(idpPaths.samlMetadata),
      acsUrl,
      audience: asked?.issuer ?? acsUrl,
      inResponseTo: asked?.id,
      id: backend.ids.token('saml response'),
      clock: backend.clock,
    })
    const fields = {
      SAMLResponse: Buffer.from(xml).toString('base64'),
      ...(asked !== undefined && { RelayState: read.RelayState ?? '' }),
    }
    return sendPage(reply, postBackPage(acsUrl, fields), {
      // The application's page, too: browsers follow the form's redirect only to where the form may lead.
      formTargets: ['*'],
      script: postBackScriptHash,
    })
  })
}

function askWho(reply: FastifyReply, request: FastifyRequest, project: Project): FastifyReply {
  const [path = '', query = ''] = request.url.split('?')
  return sendPage(
    reply,
    chooseIdentityPage({
      provider: 'the test identity provider',
      application: project.settings.name,
      identities: offeredIdentities(project),
      extra: 'groups',
      path,
      parameters: new URLSearchParams(query),
    }),
    { formTargets: ['*'] },
  )
}

/** The project whose connection a callback belongs to: this is nobody else's identity provider. */
function projectOfCallback(backend: Backend, callback: string): Project {
  const prefix = `${backend.url()}${ssoCallbackPath}`
  const connectionId = callback.startsWith(prefix) ? callback.slice(prefix.length) : ''
  const project = backend.projects.find((one) => findConnection(one, connectionId) !== undefined)
  if (project === undefined)
    throw new StytchFailure(
      'bad_request',
      'The test identity provider serves the connections of this emulator only.',
    )
  return project
}

function claimsOf(identity: Identity): object {
  const { subject, email_address, email_verified, name, groups } = identity
  return { sub: subject, email: email_address, email_verified, name, groups }
}
