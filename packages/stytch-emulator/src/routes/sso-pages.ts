import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

import { minutesFromNow } from '../clock.ts'
import { type Emulation, emulationOf, type Project } from '../emulation.ts'
import type { Organization } from '../entities.ts'
import { StytchFailure } from '../errors.ts'
import { optional, readFields, string, text } from '../fields.ts'
import { handOver } from '../handovers.ts'
import { choiceParameters, projectByPublicToken } from '../identities.ts'
import { requireOrganization } from '../organizations.ts'
import { pkceChallenge } from '../pkce.ts'
import { redirectUrl } from '../redirect-urls.ts'
import type { Backend } from '../server.ts'
import { isActive } from '../sso/active.ts'
import { memberOfAssertion } from '../sso/arrival.ts'
import { directConnection, findConnection, type OwnedConnection } from '../sso/connections.ts'
import type { DirectConnection, SsoAssertion, SsoConnection, SsoRequest } from '../sso/entities.ts'
import { checkOidcResponse, oidcRequestUrl } from '../sso/oidc.ts'
import { checkSamlResponse, samlRequestUrl } from '../sso/saml.ts'

/** How long the identity provider may take. */
const patienceMinutes = 10

const startFields = {
  public_token: optional(string),
  connection_id: optional(string),
  organization_id: optional(string),
  slug: optional(string),
  login_redirect_url: optional(string),
  signup_redirect_url: optional(string),
  pkce_code_challenge: optional(pkceChallenge),
  login_hint: optional(text),
}

/** Where an identity provider's answers come in: the only pages that other sites may post to. */
export const ssoCallbackPath = '/v1/b2b/sso/callback/'

/**
 * The pages that a browser opens to sign in at an organization's identity provider, and those that
 * the provider sends it back to.
 * @see https://stytch.com/docs/b2b/api/sso-authenticate-start
 */
export function addSsoPages(server: FastifyInstance, backend: Backend): void {
  server.get('/v1/public/sso/start', async (request, reply) => {
    const fields = readFields(startFields, request.query)
    const project = projectByPublicToken(backend.projects, fields.public_token)
    const emulation = emulationOf(backend, project)
    const { connection } = locate(project, fields)
    const direct = activeConnection(project, connection)
    const { settings } = project
    const login = redirectUrl(settings, 'login', fields.login_redirect_url, 'sso')
    const signup =
      fields.signup_redirect_url === undefined
        ? login
        : redirectUrl(settings, 'signup', fields.signup_redirect_url, 'sso')
    const ssoRequest = remember(emulation, {
      connection_id: connection.connection_id,
      login_url: login.href,
      signup_url: signup.href,
      pkce_code_challenge: fields.pkce_code_challenge,
    })
    const url = await requestUrl(emulation, direct.connection, ssoRequest)
    if (fields.login_hint !== undefined) url.searchParams.set('login_hint', fields.login_hint)
    // The emulator's own identity provider asks nobody who was chosen here already.
    if (url.href.startsWith(`${backend.url()}/`))
      for (const [name, value] of choiceParameters(request.query)) url.searchParams.set(name, value)
    return reply.header('cache-control', 'no-store').redirect(url.href)
  })
  server.get(`${ssoCallbackPath}:connection_id`, async (request, reply) => {
    const { emulation, connection } = callbackOf(backend, request, 'oidc')
    const { state, error } = readFields(
      { state: optional(string), error: optional(string) },
      request.query,
    )
    if (state === undefined) throw new StytchFailure('missing_oidc_state_param')
    const ssoRequest = takeRequest(emulation, connection, state)
    if (ssoRequest === undefined) throw new StytchFailure('unsolicited_oidc_response')
    if (error === 'access_denied') throw new StytchFailure('oidc_user_not_assigned_to_app_in_idp')
    const search = request.url.slice(request.url.indexOf('?'))
    const assertion = await checkOidcResponse(emulation, connection, ssoRequest, search)
    return finish(emulation, reply, ssoRequest, assertion)
  })
  server.post(`${ssoCallbackPath}:connection_id`, async (request, reply) => {
    const { emulation, connection } = callbackOf(backend, request, 'saml')
    const form = new URLSearchParams(typeof request.body === 'string' ? request.body : '')
    const response = form.get('SAMLResponse')
    if (response === null) throw new StytchFailure('missing_saml_response')
    const { assertion, assertion_id, in_response_to } = await checkSamlResponse(
      emulation,
      connection,
      response,
    )
    const { usedAssertions } = emulation.project.store
    const key = `${connection.connection_id} ${assertion_id}`
    if (usedAssertions.has(key)) throw new StytchFailure('duplicate_saml_response')
    const ssoRequest = takeRequest(emulation, connection, form.get('RelayState') ?? '')
    if (in_response_to !== ssoRequest?.request_id)
      throw new StytchFailure('unsolicited_saml_response')
    if (ssoRequest === undefined && connection.idp_initiated_auth_disabled)
      throw new StytchFailure('saml_idp_initiated_auth_disabled')
    usedAssertions.set(key, true)
    return finish(emulation, reply, ssoRequest ?? idpInitiated(emulation, connection), assertion)
  })
}

/** The connection that a start page is asked for, by its own id or by its organization's. */
function locate(
  project: Project,
  fields: {
    readonly connection_id: string | undefined
    readonly organization_id: string | undefined
    readonly slug: string | undefined
  },
): OwnedConnection {
  const { connection_id, organization_id, slug } = fields
  const locators = [connection_id, organization_id, slug].filter((one) => one !== undefined)
  if (locators.length === 0) throw new StytchFailure('missing_sso_connection_locator')
  if (locators.length > 1) throw new StytchFailure('too_many_sso_connection_locators')
  if (connection_id !== undefined) {
    const owned = findConnection(project, connection_id)
    if (owned === undefined) throw new StytchFailure('sso_connection_not_found')
    return owned
  }
  const organization = requireOrganization(project, organization_id ?? slug ?? '')
  return { organization, connection: defaultConnection(organization) }
}

function defaultConnection(organization: Organization): SsoConnection {
  const { sso_connections, sso_default_connection_id } = organization
  const chosen = sso_connections.find((one) => one.connection_id === sso_default_connection_id)
  if (chosen !== undefined) return chosen
  const [first, ...others] = sso_connections.filter(isActive)
  if (first === undefined) throw new StytchFailure('no_sso_connection_exists_for_organization')
  if (others.length > 0) throw new StytchFailure('indeterminate_sso_connection_for_organization')
  return first
}

function activeConnection(
  project: Project,
  connection: SsoConnection,
): OwnedConnection<DirectConnection> {
  const direct = directConnection(project, connection)
  if (direct === undefined || !isActive(direct.connection))
    throw new StytchFailure('requires_active_sso_connection')
  return direct
}

async function requestUrl(
  emulation: Emulation,
  connection: DirectConnection,
  request: SsoRequest,
): Promise<URL> {
  return connection.kind === 'saml'
    ? await samlRequestUrl(emulation, connection, request)
    : await oidcRequestUrl(emulation, connection, request)
}

function remember(
  { project, ids, clock }: Emulation,
  request: Pick<SsoRequest, 'connection_id' | 'login_url' | 'signup_url' | 'pkce_code_challenge'>,
): SsoRequest {
  const complete: SsoRequest = {
    ...request,
    state: ids.token('sso state'),
    // An XML id begins with no digit.
    request_id: `_${ids.token('sso request')}`,
    nonce: ids.token('sso nonce'),
    code_verifier: ids.token('sso verifier'),
    expires_at: minutesFromNow(clock, patienceMinutes),
  }
  project.store.ssoRequests.set(complete.state, complete)
  return complete
}

/** The request that an answer belongs to, which is over with it. */
function takeRequest(
  { project, clock }: Emulation,
  connection: DirectConnection,
  state: string,
): SsoRequest | undefined {
  const request = project.store.ssoRequests.get(state)
  if (request === undefined || request.expires_at <= clock.now()) return undefined
  const asked = findConnection(project, request.connection_id)?.connection
  const answering = asked && directConnection(project, asked)?.connection
  if (answering?.connection_id !== connection.connection_id) return undefined
  project.store.ssoRequests.delete(state)
  return request
}

/** A sign-in that the identity provider began: it lands where the project's logins do. */
function idpInitiated(
  { project }: Emulation,
  { connection_id }: DirectConnection,
): Pick<SsoRequest, 'connection_id' | 'login_url' | 'signup_url' | 'pkce_code_challenge'> {
  const url = redirectUrl(project.settings, 'login', undefined, 'sso').href
  return { connection_id, login_url: url, signup_url: url, pkce_code_challenge: undefined }
}

function callbackOf<K extends DirectConnection['kind']>(
  backend: Backend,
  request: FastifyRequest,
  kind: K,
): {
  readonly emulation: Emulation
  readonly connection: Extract<DirectConnection, { readonly kind: K }>
} {
  const { connection_id } = readFields({ connection_id: string }, request.params)
  for (const project of backend.projects) {
    const connection = findConnection(project, connection_id)?.connection
    if (connection !== undefined && isOfKind(connection, kind))
      return { emulation: emulationOf(backend, project), connection }
  }
  throw new StytchFailure('sso_connection_not_found')
}

function isOfKind<K extends DirectConnection['kind']>(
  connection: SsoConnection,
  kind: K,
): connection is Extract<DirectConnection, { readonly kind: K }> {
  return connection.kind === kind
}

function finish(
  emulation: Emulation,
  reply: FastifyReply,
  request: Pick<SsoRequest, 'connection_id' | 'login_url' | 'signup_url' | 'pkce_code_challenge'>,
  assertion: Omit<SsoAssertion, 'connection_id'>,
): FastifyReply {
  const { connection_id, pkce_code_challenge } = request
  const owned = findConnection(emulation.project, connection_id)
  if (owned === undefined) throw new StytchFailure('sso_connection_not_found')
  const proof = { kind: 'sso', ...assertion, connection_id } as const
  const member = memberOfAssertion(emulation, owned.organization, proof)
  const url = new URL(member.status === 'active' ? request.login_url : request.signup_url)
  const target = handOver(emulation, { proof, member, pkce_code_challenge, url })
  return reply.header('cache-control', 'no-store').redirect(target.href, 303)
}
