import type { Emulation } from './emulation.ts'
import type {
  AuthenticationFactor,
  IntermediateSession,
  Member,
  Organization,
  Session,
} from './entities.ts'
import { StytchFailure } from './errors.ts'
import { boolean, oneOf, optional, type Reader, string } from './fields.ts'
import { requireIntermediateSession } from './intermediate-sessions.ts'
import { changeMember } from './members.ts'
import {
  requireSession,
  type SessionOptions,
  sessionOptions,
  sessionReference,
} from './sessions.ts'
import { signIn } from './sign-in.ts'

/** What a sign-in that waits for its second factor is named by. */
export interface StartedReference {
  readonly intermediate_session_token?: string | undefined
  readonly session_token?: string | undefined
  readonly session_jwt?: string | undefined
}

/** The first half of a sign-in: an intermediate session, or a session that gains a factor. */
export interface StartedSignIn {
  readonly intermediate?: IntermediateSession
  readonly session?: Session
}

/** The fields of every endpoint that authenticates a second factor. */
export const secondFactorFields: {
  readonly organization_id: Reader<string>
  readonly member_id: Reader<string>
  readonly intermediate_session_token: Reader<string | undefined>
  readonly set_mfa_enrollment: Reader<'enroll' | 'unenroll' | undefined>
  readonly set_default_mfa: Reader<boolean | undefined>
} & typeof sessionReference &
  typeof sessionOptions = {
  organization_id: string,
  member_id: string,
  intermediate_session_token: optional(string),
  set_mfa_enrollment: optional(oneOf(['enroll', 'unenroll'])),
  set_default_mfa: optional(boolean),
  ...sessionReference,
  ...sessionOptions,
}

/** What the caller asks to be done with the member's enrolment and with the session. */
interface SecondFactorChoices extends SessionOptions {
  readonly set_mfa_enrollment?: 'enroll' | 'unenroll' | undefined
  readonly set_default_mfa?: boolean | undefined
}

/**
 * The sign-in that the second factor completes. It must be the member's own: a factor alone signs
 * nobody in.
 */
export function startedSignIn(
  emulation: Emulation,
  member: Member,
  reference: StartedReference,
): StartedSignIn {
  const { intermediate_session_token } = reference
  if (intermediate_session_token !== undefined) {
    if (reference.session_token !== undefined || reference.session_jwt !== undefined)
      throw new StytchFailure('too_many_session_arguments')
    const intermediate = requireIntermediateSession(emulation, intermediate_session_token)
    if (intermediate.email_address !== member.email_address)
      throw new StytchFailure('intermediate_session_not_found')
    return { intermediate }
  }
  const { session } = requireSession(emulation, reference)
  if (session.member_id !== member.member_id) throw new StytchFailure('session_not_found')
  return { session }
}

/** Where a sign-in is named, it must be the member's own; backends may act without one. */
export function assertStarted(
  emulation: Emulation,
  member: Member,
  reference: StartedReference,
): void {
  const { intermediate_session_token, session_token, session_jwt } = reference
  if ((intermediate_session_token ?? session_token ?? session_jwt) !== undefined)
    startedSignIn(emulation, member, reference)
}

/** Completes a sign-in with a second factor that has just been proved. */
export function completeSecondFactor(
  emulation: Emulation,
  choices: SecondFactorChoices,
  proved: {
    readonly organization: Organization
    readonly member: Member
    readonly started: StartedSignIn
    readonly factor: AuthenticationFactor
    readonly method: 'sms_otp' | 'totp'
  },
): object {
  const { organization, started, factor, method } = proved
  const member = changeMember(emulation, proved.member, {
    mfa_enrolled: isEnrolled(organization, proved.member, choices),
    ...((choices.set_default_mfa === true || proved.member.default_mfa_method === '') && {
      default_mfa_method: method,
    }),
  })
  const answer = signIn(emulation, {
    organization,
    member,
    factors: [factor],
    options: choices,
    ...started,
  })
  // Whoever has a second factor is through; Stytch does not say it again.
  return Object.fromEntries(Object.entries(answer).filter(([name]) => !said.includes(name)))
}

const said: readonly string[] = ['member_authenticated', 'intermediate_session_token']

/** An organization that requires two factors enrols whoever completes them. */
function isEnrolled(
  { mfa_policy }: Organization,
  { mfa_enrolled }: Member,
  { set_mfa_enrollment }: SecondFactorChoices,
): boolean {
  if (set_mfa_enrollment !== undefined) return set_mfa_enrollment === 'enroll'
  return mfa_enrolled || mfa_policy === 'REQUIRED_FOR_ALL'
}
