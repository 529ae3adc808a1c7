import {
  allowsApp,
  consentOf,
  describeScope,
  isFirstParty,
  isGrantable,
  requireConnectedApp,
  saveConsent,
  showPublicly,
} from '../clients/connected-apps.ts'
import type { ConnectedApp } from '../clients/entities.ts'
import { memberSubject, type Subject, userSubject } from '../clients/subjects.ts'
import { minutesFromNow } from '../clock.ts'
import { requireUserSession } from '../consumer/sessions.ts'
import { requireUser, showUser } from '../consumer/users.ts'
import type { Emulation } from '../emulation.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { StytchFailure } from '../errors.ts'
import { boolean, type Fields, listOf, oneOf, optional, string, text } from '../fields.ts'
import { requireMember } from '../members.ts'
import { requireOrganization } from '../organizations.ts'
import { pkceChallenge } from '../pkce.ts'
import { requireSession, sessionReference } from '../sessions.ts'
import { showMemberAndOrganization } from '../sign-in.ts'

/** How long a code works. */
const minutes = 10

const requestFields = {
  client_id: string,
  redirect_uri: string,
  response_type: oneOf(['code']),
  scopes: listOf(string),
  organization_id: optional(string),
  member_id: optional(string),
  user_id: optional(string),
  prompt: optional(text),
  ...sessionReference,
}

type Request = Fields<typeof requestFields>

/** Who is asked, and how the answer shows them. */
interface Asked {
  readonly subject: Subject
  readonly shown: object
}

const verticals = [
  { path: '/v1/b2b/idp/oauth/authorize', clients: ['B2BClient'], asked: memberAsked },
  { path: '/v1/idp/oauth/authorize', clients: ['Client'], asked: userAsked },
] as const

/** Connected apps ask people, on a page of the application's, to let them act for them. */
export const idpOAuthEndpoints: readonly Endpoint[] = verticals.flatMap(
  ({ path, clients, asked }) => [
    endpoint(
      { method: 'POST', path: `${path}/start`, sdk: 'idp.oauth.authorizeStart', clients },
      requestFields,
      {
        run(call) {
          const { app, subject, shown } = checked(call, call.fields, asked)
          const { scopes, prompt } = call.fields
          return {
            ...shown,
            client: showPublicly(app),
            consent_required: needsConsent(call, app, subject, scopes, prompt),
            scope_results: scopes.map((scope) => ({
              scope,
              description: describeScope(call.project, scope),
              is_grantable: isGrantable(call.project, app, scope, subject),
            })),
          }
        },
      },
    ),
    endpoint(
      { method: 'POST', path, sdk: 'idp.oauth.authorize', clients },
      {
        ...requestFields,
        consent_granted: boolean,
        state: optional(text),
        nonce: optional(text),
        code_challenge: optional(pkceChallenge),
        resources: optional(listOf(string)),
      },
      {
        run(call) {
          const { app, subject } = checked(call, call.fields, asked)
          const { scopes, redirect_uri, code_challenge, nonce, state } = call.fields
          const url = new URL(redirect_uri)
          if (state !== undefined) url.searchParams.set('state', state)
          if (!call.fields.consent_granted) {
            url.searchParams.set('error', 'access_denied')
            return { redirect_uri: url.href }
          }
          if (app.secrets === undefined && code_challenge === undefined)
            throw new StytchFailure('bad_request', 'code_challenge: a public client must send one')
          const { client_id } = app
          const { subject_id } = subject
          const granted = scopes.filter((scope) => isGrantable(call.project, app, scope, subject))
          saveConsent(call, { client_id, subject_id, scopes: granted })
          const code = call.ids.token('authorization code')
          call.project.store.authorizationCodes.set(code, {
            client_id,
            subject_id,
            scopes: granted,
            nonce,
            redirect_uri,
            code_challenge,
            expires_at: minutesFromNow(call.clock, minutes),
          })
          url.searchParams.set('code', code)
          return { redirect_uri: url.href, authorization_code: code }
        },
      },
    ),
  ],
)

function checked(
  emulation: Emulation,
  fields: Request,
  ask: (emulation: Emulation, fields: Request) => Asked,
): Asked & { readonly app: ConnectedApp } {
  const app = requireConnectedApp(emulation.project, fields.client_id)
  if (!app.redirect_urls.includes(fields.redirect_uri))
    throw new StytchFailure('connected_app_supplied_redirect_url_not_found_in_client')
  const asked = ask(emulation, fields)
  const { organization } = asked.subject
  if (organization !== undefined && !allowsApp(organization, app))
    throw new StytchFailure('connected_app_not_allowed_for_org')
  if (fields.scopes.some((scope) => describeScope(emulation.project, scope) === undefined))
    throw new StytchFailure('oauth_invalid_scope_requested')
  return { ...asked, app }
}

function memberAsked(emulation: Emulation, fields: Request): Asked {
  const { project } = emulation
  const { organization_id, member_id, session_token, session_jwt } = fields
  if (session_token === undefined && session_jwt === undefined) {
    if (organization_id === undefined || member_id === undefined)
      throw new StytchFailure('no_oauth_authorize_member_selector')
    const organization = requireOrganization(project, organization_id)
    const member = requireMember(project, organization, member_id)
    const subject = memberSubject(project, organization, member)
    return { subject, shown: showMemberAndOrganization(organization, member) }
  }
  const { organization, member } = requireSession(emulation, { session_token, session_jwt })
  const subject = memberSubject(project, organization, member)
  return { subject, shown: showMemberAndOrganization(organization, member) }
}

function userAsked(emulation: Emulation, fields: Request): Asked {
  const { user_id, session_token, session_jwt } = fields
  const hasSession = session_token !== undefined || session_jwt !== undefined
  if (!hasSession && user_id === undefined)
    throw new StytchFailure('no_oauth_authorize_user_selector')
  const user = hasSession
    ? requireUserSession(emulation, { session_token, session_jwt }).user
    : requireUser(emulation.project, user_id ?? '')
  const shown = { user_id: user.user_id, user: showUser(user) }
  return { subject: userSubject(emulation.project, user), shown }
}

/** The application's own apps ask only for leave to work in someone's absence; others ask for all that is new. */
function needsConsent(
  { project }: Emulation,
  app: ConnectedApp,
  { subject_id }: Subject,
  scopes: readonly string[],
  prompt: string | undefined,
): boolean {
  if (prompt === 'consent') return true
  const given = consentOf(project, app, subject_id)?.scopes ?? []
  const asked = scopes.filter((scope) => !given.includes(scope))
  if (!isFirstParty(app)) return asked.length > 0
  return asked.includes('offline_access') && !app.bypass_consent_for_offline_access
}
