import type { Emulation } from './emulation.ts'
import type { AuthenticationFactor, Member, Organization } from './entities.ts'
import { optional, type Reader, string } from './fields.ts'
import { ownIntermediateSession } from './intermediate-sessions.ts'
import { type SessionOptions, sessionOptions, sessionReference } from './sessions.ts'
import { ownSession, signIn } from './sign-in.ts'

/** The fields of every endpoint that authenticates a way of signing in. */
export const firstFactorFields: {
  readonly intermediate_session_token: Reader<string | undefined>
} & typeof sessionReference &
  typeof sessionOptions = {
  intermediate_session_token: optional(string),
  ...sessionReference,
  ...sessionOptions,
}

/** The sign-in or the session that is to go on, and what becomes of it. */
interface FirstFactorChoices extends SessionOptions {
  readonly intermediate_session_token?: string | undefined
  readonly session_token?: string | undefined
  readonly session_jwt?: string | undefined
}

/** Signs a member in with what has just been proved, or goes on with what they had started. */
export function completeFirstFactor(
  emulation: Emulation,
  choices: FirstFactorChoices,
  proved: {
    readonly organization: Organization
    readonly member: Member
    readonly factors: readonly AuthenticationFactor[]
  },
): object {
  const { organization, member } = proved
  const session = ownSession(emulation, member, choices)
  const intermediate = ownIntermediateSession(emulation, member, choices.intermediate_session_token)
  return {
    ...signIn(emulation, { ...proved, options: choices, session, intermediate }),
    organization_id: organization.organization_id,
  }
}
