import { factorsOf } from '../discovery.ts'
import type { Emulation } from '../emulation.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import type { Session } from '../entities.ts'
import { StytchFailure } from '../errors.ts'
import { primaryMethod } from '../factors.ts'
import { object, optional, string } from '../fields.ts'
import { requireOrganization } from '../organizations.ts'
import {
  requireLive,
  requireSession,
  sessionOptions,
  sessionReference,
  showAuthenticated,
  showSession,
  touchSession,
} from '../sessions.ts'
import { signIn } from '../sign-in.ts'
import { assertPermitted } from '../steps/authorize-member.ts'
import { memberByEmail } from '../store.ts'
import { memberOfCall } from './of-member.ts'

/** Sessions: get, authenticate, exchange, revoke, and the keys that verify their JWTs. */
export const sessionEndpoints: readonly Endpoint[] = [
  endpoint(
    {
      method: 'GET',
      path: '/v1/b2b/sessions',
      sdk: 'sessions.get',
    },
    { organization_id: string, member_id: string },
    {
      run(call) {
        const { project, clock } = call
        const { organization, member } = memberOfCall(call)
        const live = project.store.sessions
          .ofMember(member.member_id)
          .filter((session) => session.expires_at > clock.now())
        return {
          member_sessions: live.map((session) => showSession({ session, member, organization })),
        }
      },
    },
  ),
  endpoint(
    {
      method: 'POST',
      path: '/v1/b2b/sessions/authenticate',
      sdk: 'sessions.authenticate',
    },
    {
      ...sessionReference,
      ...sessionOptions,
      authorization_check: optional(
        object({ organization_id: string, resource_id: string, action: string }),
      ),
    },
    {
      async run(call) {
        const signedIn = requireSession(call, call.fields)
        const check = call.fields.authorization_check
        // A member who is not authorized must not be able to keep the session alive by asking.
        const granting_roles = check && assertPermitted(call, signedIn, check)
        const session = touchSession(call, signedIn.session, call.fields)
        return {
          ...(await showAuthenticated(call, { ...signedIn, session })),
          ...(granting_roles && { verdict: { authorized: true, granting_roles } }),
        }
      },
    },
  ),
  endpoint(
    {
      method: 'POST',
      path: '/v1/b2b/sessions/exchange',
      sdk: 'sessions.exchange',
    },
    { organization_id: string, ...sessionReference, ...sessionOptions },
    {
      run(call) {
        const { project, fields } = call
        const from = requireSession(call, fields)
        const organization = requireOrganization(project, fields.organization_id)
        const { email_address } = from.member
        const member = memberByEmail(project.store, organization.organization_id, email_address)
        if (member === undefined) throw new StytchFailure('member_not_found')
        const factors = factorsOf(member, from.session.authentication_factors)
        if (!factors.some((factor) => primaryMethod(factor) !== undefined))
          throw new StytchFailure('insufficient_factors_for_session_exchange')
        return signIn(call, { organization, member, factors, options: fields })
      },
    },
  ),
  endpoint(
    {
      method: 'POST',
      path: '/v1/b2b/sessions/revoke',
      sdk: 'sessions.revoke',
    },
    {
      member_session_id: optional(string),
      member_id: optional(string),
      ...sessionReference,
    },
    {
      needs(call, caller) {
        return sessionsToRevoke(call, call.fields).map((session) => ({
          organization_id: session.organization_id,
          resource_id:
            session.member_id === caller.member.member_id ? 'stytch.self' : 'stytch.member',
          action: 'revoke-sessions',
        }))
      },
      run(call) {
        for (const session of sessionsToRevoke(call, call.fields))
          call.project.store.sessions.delete(session.member_session_id)
        return {}
      },
    },
  ),
  ...(
    [
      ['/v1/b2b/sessions/jwks/:project_id', 'B2BClient'],
      ['/v1/sessions/jwks/:project_id', 'Client'],
    ] as const
  ).map(([path, client]) =>
    endpoint(
      {
        method: 'GET',
        path,
        sdk: 'sessions.getJWKS',
        clients: [client],
        access: 'public',
      },
      {},
      {
        run: ({ project }) => ({ keys: project.keys.all().map((key) => key.jwk) }),
      },
    ),
  ),
]

interface SessionReferences {
  readonly member_session_id?: string | undefined
  readonly session_token?: string | undefined
  readonly session_jwt?: string | undefined
  readonly member_id?: string | undefined
}

function sessionsToRevoke(emulation: Emulation, references: SessionReferences): readonly Session[] {
  const { member_session_id, session_token, session_jwt, member_id } = references
  const { sessions, members } = emulation.project.store
  const count = [member_session_id, session_token, session_jwt, member_id].filter(
    (reference) => reference !== undefined,
  ).length
  if (count === 0) throw new StytchFailure('no_session_revoke_arguments')
  if (count > 1) throw new StytchFailure('too_many_session_revoke_arguments')
  if (member_session_id !== undefined)
    return [requireLive(emulation, sessions.get(member_session_id)).session]
  if (member_id === undefined)
    return [requireSession(emulation, { session_token, session_jwt }).session]
  const member =
    members.get(member_id) ?? [...members.values()].find((one) => one.external_id === member_id)
  if (member === undefined) throw new StytchFailure('member_not_found')
  return sessions.ofMember(member.member_id)
}
