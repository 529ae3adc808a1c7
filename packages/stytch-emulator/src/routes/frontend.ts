import type { FastifyInstance, FastifyRequest } from 'fastify'

import { showUser, userByEmail } from '../consumer/users.ts'
import { type Emulation, emulationOf, type Project } from '../emulation.ts'
import { StytchFailure } from '../errors.ts'
import { email, readFields, string } from '../fields.ts'
import { memberCaller, type PageCaller, pageCredentials, userCaller } from '../frontend/caller.ts'
import { type FrontendEndpoint, memberFrontend, userFrontend } from '../frontend/endpoints.ts'
import { frontendPath } from '../frontend/origins.ts'
import { isObject } from '../json.ts'
import { activeConnections, showOrganization } from '../organizations.ts'
import type { Backend } from '../server.ts'
import { parseBody } from '../steps/parse-body.ts'
import { memberByEmail, organizationOf } from '../store.ts'
import { type PathParameters, type Route, RouteIndex } from './route-index.ts'

/**
 * What Stytch's SDKs for pages call. Each is the backend's endpoint, called for whoever is signed in on the
 * page: what the session says of them goes over what the page says.
 */
export function addFrontendRoutes(server: FastifyInstance, backend: Backend): void {
  const answer = (fields: object): object => ({
    data: { request_id: backend.ids.id('request-id'), status_code: 200, ...fields },
  })
  const routes = new RouteIndex<PageRoute>([
    ...memberFrontend.map((row) => ({
      ...row,
      run: async (request: PageRequest) => await ask(backend, row, request, memberCaller),
    })),
    ...userFrontend.map((row) => ({
      ...row,
      async run(request: PageRequest) {
        const answered = await ask(backend, row, request, userCaller)
        return { ...withMethodId(answered), ...changedUser(backend, row, request) }
      },
    })),
    ...lookups.map(({ look, ...row }) => ({
      ...row,
      run({ headers, sent, query }: PageRequest) {
        const { project } = pageCredentials(backend.projects, headers.authorization)
        return look(project, { ...sent, ...query })
      },
    })),
    {
      method: 'GET',
      path: '/projects/bootstrap/:public_token',
      run({ params }: PageRequest) {
        const project = backend.projects.find(
          ({ settings }) => settings.public_token === params.public_token,
        )
        if (project === undefined) throw new StytchFailure('project_not_found')
        return bootstrap(project)
      },
    },
  ])
  // What pages report of themselves is for Stytch's own statistics.
  server.post(`${frontendPath}/events`, () => answer({}))
  server.route({
    method: ['GET', 'POST', 'PUT', 'DELETE'],
    url: `${frontendPath}/*`,
    async handler(request, reply) {
      const path = request.url.slice(frontendPath.length).split('?')[0] ?? ''
      const found = routes.find(request.method, path)
      if (found === undefined) return reply.callNotFound()
      const { headers } = request
      const query = isObject(request.query) ? request.query : {}
      const { row, params } = found
      return answer(await row.run({ headers, sent: sentIn(request), query, params }))
    },
  })
}

/** What answers a page. */
interface PageRoute extends Route {
  readonly run: (request: PageRequest) => object | Promise<object>
}

/** What a page asks. */
interface PageRequest {
  readonly headers: FastifyRequest['headers']
  readonly sent: Readonly<Record<string, unknown>>
  readonly query: Readonly<Record<string, unknown>>
  readonly params: PathParameters
}

async function ask(
  backend: Backend,
  row: FrontendEndpoint,
  { headers, sent, query, params }: PageRequest,
  callerOf: (emulation: Emulation, call: Parameters<typeof memberCaller>[1]) => PageCaller,
): Promise<object> {
  const { project, session_token } = pageCredentials(backend.projects, headers.authorization)
  const emulation = emulationOf(backend, project)
  const { as, endpoint } = row
  const { fields, member } = callerOf(emulation, { as, session_token, sent, params })
  return await endpoint.answer(
    emulation,
    { ...fromPage(sent, row), ...query, ...params, ...fields },
    endpoint.asMember ? member : undefined,
  )
}

/** What only the application's server may say; a member's permissions are the endpoint's to ask for. */
const serversOwn = ['session_token', 'session_jwt', 'session_custom_claims']
const serversOwnOfUsers = [...serversOwn, 'user_id', 'trusted_metadata', 'roles', 'external_id']

function fromPage(
  sent: Readonly<Record<string, unknown>>,
  { endpoint, renamed }: FrontendEndpoint,
): object {
  const refused = endpoint.clients.includes('B2BClient') ? serversOwn : serversOwnOfUsers
  const entries = Object.entries(sent).filter(([name]) => !refused.includes(name))
  return Object.fromEntries(entries.map(([name, value]) => [renamed[name] ?? name, value]))
}

function sentIn({ body }: FastifyRequest): Readonly<Record<string, unknown>> {
  return { ...parseBody(typeof body === 'string' ? body : '') }
}

/** Pages are told of a passcode by the name that they confirm it with. */
function withMethodId(answered: object): object {
  const { email_id, phone_id } = answered as { readonly [name: string]: unknown }
  const method_id = email_id ?? phone_id
  return method_id === undefined ? answered : { method_id, ...answered }
}

/** The user as the call has left them: the SDK shows the page what has changed. */
function changedUser(
  backend: Backend,
  { as }: FrontendEndpoint,
  { headers }: PageRequest,
): { readonly __user?: object } {
  if (as !== 'self' && as !== 'own-factor') return {}
  const { project, session_token } = pageCredentials(backend.projects, headers.authorization)
  const sessions = [...project.store.userSessions.values()]
  const session = sessions.find((one) => one.session_token === session_token)
  const user = session && project.store.users.get(session.user_id)
  return user === undefined ? {} : { __user: showUser(user) }
}

/** What anyone may know of an organization whose slug they know: how to sign in to it. */
const shownToAnyone = [
  'organization_id',
  'organization_name',
  'organization_slug',
  'organization_logo_url',
  'sso_active_connections',
  'sso_default_connection_id',
  'email_allowed_domains',
  'email_jit_provisioning',
  'sso_jit_provisioning',
  'auth_methods',
  'allowed_auth_methods',
  'mfa_policy',
  'mfa_methods',
  'allowed_mfa_methods',
  'oauth_tenant_jit_provisioning',
  'allowed_oauth_tenants',
]

/** What UI components ask before they show a form. */
interface Lookup {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly look: (project: Project, sent: Readonly<Record<string, unknown>>) => object
}

/** Those that are no endpoint of the backend. */
export const lookups: readonly Lookup[] = [
  {
    method: 'POST',
    path: '/b2b/organizations/search',
    look(project, sent) {
      const { organization_slug } = readFields({ organization_slug: string }, sent)
      const found = organizationOf(project.store, organization_slug)
      if (found === undefined) return { organization: null }
      const shown = Object.entries(showOrganization(found))
      return {
        organization: Object.fromEntries(shown.filter(([name]) => shownToAnyone.includes(name))),
      }
    },
  },
  {
    method: 'POST',
    path: '/b2b/organizations/members/search',
    look(project, sent) {
      const { organization_id, email_address } = readFields(
        { organization_id: string, email_address: email },
        sent,
      )
      const member = memberByEmail(project.store, organization_id, email_address)
      if (member === undefined) return { member: null }
      const { status, name, credentials } = member
      const member_password_id = credentials.password?.password_id ?? ''
      return { member: { status, name, member_password_id } }
    },
  },
  {
    method: 'GET',
    path: '/b2b/sso/discovery/connections',
    look({ store }, sent) {
      const { email_address } = readFields({ email_address: email }, sent)
      const organizations = [...store.organizations.values()].filter(
        ({ organization_id }) => memberByEmail(store, organization_id, email_address) !== undefined,
      )
      return {
        connections: organizations.flatMap((organization) =>
          activeConnections(organization).map((one) => ({
            organization_id: organization.organization_id,
            ...one,
          })),
        ),
      }
    },
  },
  {
    method: 'POST',
    path: '/users/search',
    look(project, sent) {
      const user = userByEmail(project, readFields({ email }, sent).email)
      const hasPassword = user?.credentials.password !== undefined
      return { userType: user === undefined ? 'new' : hasPassword ? 'password' : 'passwordless' }
    },
  },
]

/** What the SDK asks first; what a project does not set is as Stytch begins with it. */
function bootstrap({ settings }: Project): object {
  const { roles, resources } = settings.rbac_policy
  return {
    project_name: settings.name,
    disable_sdk_watermark: true,
    cname_domain: null,
    email_domains: ['stytch.com'],
    captcha_settings: { enabled: false },
    pkce_required_for_email_magic_links: false,
    pkce_required_for_password_resets: false,
    pkce_required_for_oauth: false,
    pkce_required_for_sso: false,
    slug_pattern: null,
    create_organization_enabled: true,
    password_config: null,
    dfp_protected_auth_enabled: false,
    rbac_policy: { roles, resources },
    siwe_required_for_crypto_wallets: false,
    // A project of the emulator has both members and users.
    vertical: null,
  }
}
