import type { Emulation } from '../emulation.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import type { Member, Organization, Session } from '../entities.ts'
import { StytchFailure } from '../errors.ts'
import { exchangeAccessToken, externalAddress } from '../external-sessions.ts'
import { accessTokenFactor, importedFactor, trustedTokenFactor } from '../factors.ts'
import { optional, string } from '../fields.ts'
import { requireOrganization } from '../organizations.ts'
import {
  requireSession,
  sessionOptions,
  sessionReference,
  showSignedIn,
  startSession,
  touchSession,
} from '../sessions.ts'
import { memberByEmail } from '../store.ts'
import { attested } from '../trusted-tokens.ts'

/** Sessions of those who were signed in elsewhere: by a trusted token, an old system, a connected app. */
export const sessionImportEndpoints: readonly Endpoint[] = [
  endpoint(
    { method: 'POST', path: '/v1/b2b/sessions/attest', sdk: 'sessions.attest' },
    {
      profile_id: string,
      token: string,
      organization_id: optional(string),
      ...sessionReference,
      ...sessionOptions,
    },
    {
      async run(call) {
        const { fields } = call
        const token = await attested(call, fields)
        const organizationId = fields.organization_id ?? token.organization_id
        if (organizationId === undefined) throw new StytchFailure('invalid_trusted_auth_token')
        const organization = requireOrganization(call.project, organizationId)
        const member = memberWithAddress(call, organization, token.email)
        const factor = trustedTokenFactor(call, token.token_id)
        const isAdded = fields.session_token !== undefined || fields.session_jwt !== undefined
        const known = isAdded ? requireSession(call, fields).session : undefined
        if (known !== undefined && known.member_id !== member.member_id)
          throw new StytchFailure('session_not_found')
        token.useUp()
        const session =
          known === undefined
            ? startSession(call, member, [factor], fields)
            : touchSession(call, known, fields, [...known.authentication_factors, factor])
        return show(call, organization, member, session)
      },
    },
  ),
  endpoint(
    { method: 'POST', path: '/v1/b2b/sessions/migrate', sdk: 'sessions.migrate' },
    { session_token: string, organization_id: string, ...sessionOptions },
    {
      async run(call) {
        const email = await externalAddress(call, call.fields.session_token)
        const organization = requireOrganization(call.project, call.fields.organization_id)
        const member = memberWithAddress(call, organization, email)
        const session = startSession(call, member, [importedFactor(call)], call.fields)
        return show(call, organization, member, session)
      },
    },
  ),
  endpoint(
    {
      method: 'POST',
      path: '/v1/b2b/sessions/exchange_access_token',
      sdk: 'sessions.exchangeAccessToken',
    },
    { access_token: string, ...sessionOptions },
    {
      run(call) {
        const { project } = call
        const { subject_id, client_id } = exchangeAccessToken(
          call,
          call.fields.access_token,
          (id) => (project.store.members.get(id)?.status ?? 'deleted') !== 'deleted',
        )
        const member = project.store.members.get(subject_id)
        if (member === undefined) throw new StytchFailure('member_not_found')
        const organization = requireOrganization(project, member.organization_id)
        const factors = [accessTokenFactor(call, client_id)]
        return show(call, organization, member, startSession(call, member, factors, call.fields))
      },
    },
  ),
]

function memberWithAddress(
  { project }: Emulation,
  organization: Organization,
  email: string,
): Member {
  const member = memberByEmail(project.store, organization.organization_id, email)
  if (member === undefined) throw new StytchFailure('member_not_found')
  return member
}

function show(
  emulation: Emulation,
  organization: Organization,
  member: Member,
  session: Session,
): object {
  return {
    member_id: member.member_id,
    ...showSignedIn(emulation, { session, member, organization }),
  }
}
