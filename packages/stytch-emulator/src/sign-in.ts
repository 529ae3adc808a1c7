import { timestamp } from './clock.ts'
import type { Emulation } from './emulation.ts'
import type {
  AuthenticationFactor,
  IntermediateSession,
  Member,
  OAuthRegistration,
  Organization,
  Session,
} from './entities.ts'
import { mergeFactors, oauthOf, provesAddress } from './factors.ts'
import { startIntermediateSession } from './intermediate-sessions.ts'
import { changeMember, showMember } from './members.ts'
import { sendSmsCode } from './one-time-codes.ts'
import { allowsMfaMethod, showOrganization } from './organizations.ts'
import { type Requirements, requirementsOf } from './requirements.ts'
import {
  requireSession,
  type SessionOptions,
  showSignedIn,
  startSession,
  touchSession,
} from './sessions.ts'

/** Someone who has proved something and is about to be signed in. */
export interface Arrival {
  readonly organization: Organization
  readonly member: Member
  /** What was proved just now. */
  readonly factors: readonly AuthenticationFactor[]
  readonly options: SessionOptions
  /** A session of the same member that is to gain the factors, instead of a new one. */
  readonly session?: Session | undefined
  /**
   * The intermediate session that led here, whose factors count too: used up by success, handed
   * back otherwise.
   */
  readonly intermediate?: IntermediateSession | undefined
}

/**
 * Turns what was proved into a session, or into an intermediate session where the organization asks
 * for more.
 */
export function signIn(emulation: Emulation, arrival: Arrival): object {
  const { organization, options, session, intermediate } = arrival
  const factors = mergeFactors(intermediate?.authentication_factors ?? [], arrival.factors)
  const arrived = changeMember(emulation, arrival.member, {
    status: 'active',
    ...(factors.some(provesAddress) && { email_address_verified: true }),
  })
  const missing = session === undefined ? requirementsOf(organization, arrived, factors) : {}
  if (missing.primary_required !== undefined || missing.mfa_required !== undefined)
    return showUnfinished(emulation, { ...arrival, member: arrived, factors }, missing)
  const member = withLinkedProviders(emulation, arrived, factors)
  if (intermediate !== undefined)
    emulation.project.store.intermediateSessions.delete(intermediate.token)
  const started =
    session === undefined
      ? startSession(emulation, member, factors, options)
      : touchSession(
          emulation,
          session,
          options,
          mergeFactors(session.authentication_factors, factors),
        )
  return {
    member_id: member.member_id,
    ...showSignedIn(emulation, { session: started, member, organization }),
    member_authenticated: true,
    intermediate_session_token: '',
  }
}

/** A completed sign-in settles that the accounts at providers that took part in it are the member's. */
function withLinkedProviders(
  emulation: Emulation,
  member: Member,
  factors: readonly AuthenticationFactor[],
): Member {
  const ids = factors.map((factor) => oauthOf(factor)?.detail?.id)
  const isNew = ({ linked, registration_id }: OAuthRegistration): boolean =>
    !linked && ids.includes(registration_id)
  if (!member.oauth_registrations.some(isNew)) return member
  return changeMember(emulation, member, {
    oauth_registrations: member.oauth_registrations.map((one) =>
      isNew(one) ? { ...one, linked: true } : one,
    ),
  })
}

/** The session to add a factor to. One of another member is ignored, as Stytch documents. */
export function ownSession(
  emulation: Emulation,
  member: Member,
  reference: { session_token?: string | undefined; session_jwt?: string | undefined },
): Session | undefined {
  if (reference.session_token === undefined && reference.session_jwt === undefined) return undefined
  const { session } = requireSession(emulation, reference)
  return session.member_id === member.member_id ? session : undefined
}

/** A member and their organization, as most answers have them. */
export function showMemberAndOrganization(organization: Organization, member: Member): object {
  return {
    member_id: member.member_id,
    member: showMember(organization, member),
    organization: showOrganization(organization),
  }
}

function showUnfinished(
  emulation: Emulation,
  { organization, member, factors, intermediate }: Arrival,
  missing: Requirements,
): object {
  const { store } = emulation.project
  const kept =
    intermediate ??
    startIntermediateSession(emulation, {
      email_address: member.email_address,
      authentication_factors: factors,
    })
  store.intermediateSessions.set(kept.token, { ...kept, authentication_factors: factors })
  return {
    ...showMemberAndOrganization(organization, member),
    session_token: '',
    session_jwt: '',
    member_authenticated: false,
    intermediate_session_token: kept.token,
    intermediate_session_token_expires_at: timestamp(kept.expires_at),
    ...missing,
    ...(missing.mfa_required && {
      mfa_required: {
        ...missing.mfa_required,
        secondary_auth_initiated: sendsSms(organization, member)
          ? sendSmsCode(emulation, organization, member)
          : null,
      },
    }),
  }
}

/** Stytch sends the code of its own accord where the member has a number and no other preference. */
function sendsSms(organization: Organization, member: Member): boolean {
  return (
    member.mfa_phone_number !== '' &&
    member.default_mfa_method !== 'totp' &&
    allowsMfaMethod(organization, 'sms_otp')
  )
}
