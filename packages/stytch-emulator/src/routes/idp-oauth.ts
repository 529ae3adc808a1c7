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
import { minutesFromNow } from '../clock.ts'
import type { Emulation } from '../emulation.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { StytchFailure } from '../errors.ts'
import { boolean, type Fields, listOf, oneOf, optional, string, text } from '../fields.ts'
import { requireMember } from '../members.ts'
import { requireOrganization } from '../organizations.ts'
import { pkceChallenge } from '../pkce.ts'
import { requireSession, sessionReference } from '../sessions.ts'
import { showMemberAndOrganization } from '../sign-in.ts'
import type { Belonging } from './of-member.ts'

/** How long a code works. */
const minutes = 10

const requestFields = {
  client_id: string,
  redirect_uri: string,
  response_type: oneOf(['code']),
  scopes: listOf(string),
  organization_id: optional(string),
  member_id: optional(string),
  prompt: optional(text),
  ...sessionReference,
}

/** Connected apps ask members, on a page of the application's, to let them act for them. */
export const idpOAuthEndpoints: readonly Endpoint[] = [
  endpoint(
    {
      method: 'POST',
      path: '/v1/b2b/idp/oauth/authorize/start',
      sdk: 'idp.oauth.authorizeStart',
    },
    requestFields,
    {
      run(call) {
        const { app, who } = checked(call, call.fields)
        const { scopes, prompt } = call.fields
        return {
          ...showMemberAndOrganization(who.organization, who.member),
          client: showPublicly(app),
          consent_required: needsConsent(call, app, who, scopes, prompt),
          scope_results: scopes.map((scope) => ({
            scope,
            description: describeScope(call.project, scope),
            is_grantable: isGrantable(call.project, app, scope, who),
          })),
        }
      },
    },
  ),
  endpoint(
    { method: 'POST', path: '/v1/b2b/idp/oauth/authorize', sdk: 'idp.oauth.authorize' },
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
        const { app, who } = checked(call, call.fields)
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
        const { member_id } = who.member
        const granted = scopes.filter((scope) => isGrantable(call.project, app, scope, who))
        saveConsent(call, { client_id, member_id, scopes: granted })
        const code = call.ids.token('authorization code')
        call.project.store.authorizationCodes.set(code, {
          client_id,
          member_id,
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
]

function checked(
  emulation: Emulation,
  fields: Fields<typeof requestFields>,
): { readonly app: ConnectedApp; readonly who: Belonging } {
  const app = requireConnectedApp(emulation.project, fields.client_id)
  if (!app.redirect_urls.includes(fields.redirect_uri))
    throw new StytchFailure('connected_app_supplied_redirect_url_not_found_in_client')
  const who = memberAsked(emulation, fields)
  if (!allowsApp(who.organization, app))
    throw new StytchFailure('connected_app_not_allowed_for_org')
  if (fields.scopes.some((scope) => describeScope(emulation.project, scope) === undefined))
    throw new StytchFailure('oauth_invalid_scope_requested')
  return { app, who }
}

function memberAsked(emulation: Emulation, fields: Fields<typeof requestFields>): Belonging {
  const { organization_id, member_id, session_token, session_jwt } = fields
  if (session_token !== undefined || session_jwt !== undefined)
    return requireSession(emulation, { session_token, session_jwt })
  if (organization_id === undefined || member_id === undefined)
    throw new StytchFailure('no_oauth_authorize_member_selector')
  const organization = requireOrganization(emulation.project, organization_id)
  return { organization, member: requireMember(emulation.project, organization, member_id) }
}

/** The application's own apps ask only for leave to work in a member's absence; others ask for all that is new. */
function needsConsent(
  { project }: Emulation,
  app: ConnectedApp,
  { member }: Belonging,
  scopes: readonly string[],
  prompt: string | undefined,
): boolean {
  if (prompt === 'consent') return true
  const given = consentOf(project, app, member)?.scopes ?? []
  const asked = scopes.filter((scope) => !given.includes(scope))
  if (!isFirstParty(app)) return asked.length > 0
  return asked.includes('offline_access') && !app.bypass_consent_for_offline_access
}
