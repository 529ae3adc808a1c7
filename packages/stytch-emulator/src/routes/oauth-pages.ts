import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { requireAttachToken, userOfGrant, useUpAttachToken } from '../consumer/oauth.ts'
import { type Emulation, emulationOf } from '../emulation.ts'
import type { OAuthGrant, OAuthProvider, ProjectSettings } from '../entities.ts'
import { StytchFailure } from '../errors.ts'
import { type Fields, optional, readFields, string, text } from '../fields.ts'
import { handOver } from '../handovers.ts'
import { chosenIdentity, offeredIdentities, projectByPublicToken } from '../identities.ts'
import { memberOfIdentity } from '../oauth.ts'
import { isOAuthProvider, traitsOf } from '../oauth-providers.ts'
import { requireOrganization } from '../organizations.ts'
import { chooseIdentityPage } from '../pages/choose-identity.ts'
import { sendPage } from '../pages/send-page.ts'
import { pkceChallenge } from '../pkce.ts'
import { redirectUrl } from '../redirect-urls.ts'
import type { Backend } from '../server.ts'

const fields = {
  public_token: optional(string),
  pkce_code_challenge: optional(pkceChallenge),
  code_challenge: optional(pkceChallenge),
  oauth_attach_token: optional(string),
  custom_scopes: optional(text),
  organization_id: optional(text),
  slug: optional(text),
  login_redirect_url: optional(string),
  signup_redirect_url: optional(string),
  discovery_redirect_url: optional(string),
  error: optional(text),
}

/** One visit of a start page. */
interface Visit {
  readonly emulation: Emulation
  readonly provider: OAuthProvider
  readonly fields: Fields<typeof fields>
}

/**
 * The pages that a browser opens to sign in with a provider. They stand in for the provider, too: the
 * page lets people choose who they are, and `?user=` chooses without a page.
 * @see https://stytch.com/docs/b2b/api/oauth-google-start
 */
export function addOAuthPages(server: FastifyInstance, backend: Backend): void {
  server.get('/v1/b2b/public/oauth/:provider/start', (request, reply) =>
    answer(backend, request, reply, signInToOrganization),
  )
  server.get('/v1/public/oauth/:provider/start', (request, reply) =>
    answer(backend, request, reply, signInUser),
  )
  server.get('/v1/b2b/public/oauth/:provider/discovery/start', (request, reply) =>
    answer(backend, request, reply, signInToDiscovery),
  )
}

/** Checks a visit before anyone is asked anything; what it returns goes on once someone was chosen. */
type Flow = (visit: Visit) => { readonly target: URL; readonly finish: (grant: OAuthGrant) => URL }

function answer(
  backend: Backend,
  request: FastifyRequest,
  reply: FastifyReply,
  flow: Flow,
): FastifyReply {
  const visit = visitOf(backend, request)
  const { emulation, provider } = visit
  const { target, finish } = flow(visit)
  if (visit.fields.error !== undefined) throw new StytchFailure('oauth_app_not_authorized')
  const identity = chosenIdentity(emulation.project, request.query)
  const { name, scopes, hasTenants } = traitsOf(provider)
  const [path = '', query = ''] = request.url.split('?')
  if (identity === undefined)
    return sendPage(
      reply,
      chooseIdentityPage({
        provider: name,
        application: emulation.project.settings.name,
        identities: offeredIdentities(emulation.project),
        extra: hasTenants ? 'tenants' : 'none',
        path,
        parameters: new URLSearchParams(query),
      }),
      { formTargets: [target.origin] },
    )
  const custom = visit.fields.custom_scopes?.split(' ').filter((scope) => scope !== '') ?? []
  const grant = { provider, identity, scopes: [...new Set([...scopes, ...custom])] }
  return reply.header('cache-control', 'no-store').redirect(finish(grant).href)
}

function visitOf(backend: Backend, request: FastifyRequest): Visit {
  const { provider } = readFields({ provider: string }, request.params)
  const read = readFields(fields, request.query)
  const project = projectByPublicToken(backend.projects, read.public_token)
  if (!isOAuthProvider(provider)) throw new StytchFailure('invalid_oauth_provider')
  return { emulation: emulationOf(backend, project), provider, fields: read }
}

const signInToOrganization: Flow = ({ emulation, fields: read }) => {
  const { settings } = emulation.project
  const { organization_id, slug, pkce_code_challenge } = read
  if (organization_id !== undefined && slug !== undefined)
    throw new StytchFailure('too_many_oauth_organization_locators')
  const locator = organization_id ?? slug
  if (locator === undefined) throw new StytchFailure('missing_oauth_organization_locator')
  const organization = requireOrganization(emulation.project, locator)
  const { login, signup } = landings(settings, read)
  return {
    target: login,
    finish(grant) {
      const member = memberOfIdentity(emulation, organization, grant)
      const url = member.status === 'active' ? login : signup
      const proof = { kind: 'oauth', ...grant } as const
      return handOver(emulation, { proof, member, pkce_code_challenge, url })
    },
  }
}

const signInToDiscovery: Flow = ({ emulation, fields: read }) => {
  const { pkce_code_challenge } = read
  const { settings } = emulation.project
  const url = redirectUrl(settings, 'discovery', read.discovery_redirect_url, 'oauth')
  return {
    target: url,
    finish(grant) {
      if (!grant.identity.email_verified) throw new StytchFailure('oauth_unverified_email')
      const proof = { kind: 'discovery_oauth', ...grant } as const
      return handOver(emulation, { proof, pkce_code_challenge, url })
    },
  }
}

/** Users have no organization; an account may be added to a user who is signed in. */
const signInUser: Flow = ({ emulation, provider, fields: read }) => {
  const { code_challenge, oauth_attach_token } = read
  const { login, signup } = landings(emulation.project.settings, read)
  const attachTo = (): string | undefined =>
    oauth_attach_token === undefined
      ? undefined
      : requireAttachToken(emulation, oauth_attach_token, provider).user_id
  attachTo()
  return {
    target: login,
    finish(grant) {
      // Looked for again: the page may have been opened twice.
      const attach_to = attachTo()
      const user = userOfGrant(emulation, grant, attach_to)
      if (oauth_attach_token !== undefined) useUpAttachToken(emulation, oauth_attach_token)
      const proof = { kind: 'user_oauth', ...grant, attach_to } as const
      const url = user === undefined ? signup : login
      return handOver(emulation, { proof, pkce_code_challenge: code_challenge, url })
    },
  }
}

/** Where those go who were there before, and where the new ones. */
function landings(
  settings: ProjectSettings,
  { login_redirect_url, signup_redirect_url }: Fields<typeof fields>,
): { readonly login: URL; readonly signup: URL } {
  const login = redirectUrl(settings, 'login', login_redirect_url, 'oauth')
  const signup =
    signup_redirect_url === undefined
      ? login
      : redirectUrl(settings, 'signup', signup_redirect_url, 'oauth')
  return { login, signup }
}
