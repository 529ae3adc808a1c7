import { minutesFromNow, timestamp } from './clock.ts'
import type { Emulation } from './emulation.ts'
import type {
  AuthenticationFactor,
  IntermediateSession,
  Member,
  Organization,
  Session,
} from './entities.ts'
import { StytchFailure } from './errors.ts'
import { changeMember, showMember } from './members.ts'
import { allowsMethod, showOrganization } from './organizations.ts'
import { type SessionOptions, showSignedIn, startSession, touchSession } from './sessions.ts'

/** Someone who has proved an address and is about to be signed in. */
export interface Arrival {
  readonly organization: Organization
  readonly member: Member
  readonly factors: readonly AuthenticationFactor[]
  readonly options: SessionOptions
  /** A session of the same member that is to gain the factor, instead of a new one. */
  readonly session?: Session | undefined
  /** The intermediate session that led here: used up by success, handed back otherwise. */
  readonly intermediate?: IntermediateSession | undefined
}

/** What keeps a member from a session. */
export interface Requirements {
  readonly primary_required?: { readonly allowed_auth_methods: readonly string[] }
  readonly mfa_required?: object
}

/**
 * Turns proof of an address into a session, or into an intermediate session where the
 * organization asks for more.
 */
export function signIn(emulation: Emulation, arrival: Arrival): object {
  const { project } = emulation
  const { organization, factors, options, session, intermediate } = arrival
  const member = changeMember(emulation, arrival.member, {
    status: 'active',
    email_address_verified: true,
  })
  const missing = session === undefined ? requirementsOf(organization, member) : {}
  if (missing.primary_required !== undefined || missing.mfa_required !== undefined)
    return showUnfinished(emulation, { ...arrival, member }, missing)
  if (intermediate !== undefined) project.store.intermediateSessions.delete(intermediate.token)
  const started =
    session === undefined
      ? startSession(emulation, member, factors, options)
      : touchSession(emulation, session, options, [...session.authentication_factors, ...factors])
  return {
    member_id: member.member_id,
    ...showSignedIn(emulation, { session: started, member, organization }),
    member_authenticated: true,
    intermediate_session_token: '',
  }
}

/** What a member who proved an address by mail still lacks. */
export function requirementsOf(organization: Organization, member: Member): Requirements {
  if (!allowsMethod(organization, 'magic_link', member))
    return { primary_required: { allowed_auth_methods: organization.allowed_auth_methods } }
  if (!member.mfa_enrolled && organization.mfa_policy !== 'REQUIRED_FOR_ALL') return {}
  const { mfa_phone_number } = member
  return { mfa_required: { member_options: { mfa_phone_number, totp_registration_id: '' } } }
}

/** Keeps proof of an address for ten minutes. */
export function startIntermediateSession(
  { project, ids, clock }: Emulation,
  emailAddress: string,
  factors: readonly AuthenticationFactor[],
): IntermediateSession {
  const intermediate: IntermediateSession = {
    token: ids.token('intermediate'),
    email_address: emailAddress,
    authentication_factors: factors,
    expires_at: minutesFromNow(clock, 10),
  }
  project.store.intermediateSessions.set(intermediate.token, intermediate)
  return intermediate
}

/** The intermediate session with this token, unless it expired or was used up. */
export function requireIntermediateSession(
  { project, clock }: Emulation,
  token: string,
): IntermediateSession {
  const intermediate = project.store.intermediateSessions.get(token)
  if (intermediate === undefined || intermediate.expires_at <= clock.now())
    throw new StytchFailure('intermediate_session_not_found')
  return intermediate
}

/** The factor that following a mailed link proves. */
export function magicLinkFactor(
  { clock }: Emulation,
  emailId: string,
  emailAddress: string,
): AuthenticationFactor {
  const now = clock.now()
  return {
    type: 'magic_link',
    delivery_method: 'email',
    email_factor: { email_id: emailId, email_address: emailAddress },
    created_at: now,
    last_authenticated_at: now,
  }
}

function showUnfinished(
  emulation: Emulation,
  { organization, member, factors, intermediate }: Arrival,
  missing: Requirements,
): object {
  const kept = intermediate ?? startIntermediateSession(emulation, member.email_address, factors)
  return {
    member_id: member.member_id,
    member: showMember(organization, member),
    organization: showOrganization(organization),
    session_token: '',
    session_jwt: '',
    member_authenticated: false,
    intermediate_session_token: kept.token,
    intermediate_session_token_expires_at: timestamp(kept.expires_at),
    ...missing,
  }
}
