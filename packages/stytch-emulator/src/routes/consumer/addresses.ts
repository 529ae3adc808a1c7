import type { User, UserEmail } from '../../consumer/entities.ts'
import { requireUserSession } from '../../consumer/sessions.ts'
import { changeUser, newEmail, requireUser, userByEmail } from '../../consumer/users.ts'
import type { Emulation } from '../../emulation.ts'
import { StytchFailure } from '../../errors.ts'

/** A user that an address or number is sent to, and may be added to. */
export interface UserSelector {
  readonly user_id?: string | undefined
  readonly session_token?: string | undefined
  readonly session_jwt?: string | undefined
}

/** The user that a call names, by id or by session. */
export function selectedUser(emulation: Emulation, selector: UserSelector): User | undefined {
  const { user_id, session_token, session_jwt } = selector
  if (user_id !== undefined) return requireUser(emulation.project, user_id)
  if (session_token === undefined && session_jwt === undefined) return undefined
  return requireUserSession(emulation, { session_token, session_jwt }).user
}

/** The user with an address; it is added to the user that the call names. */
export function userWithEmail(
  emulation: Emulation,
  fields: UserSelector & { readonly email: string },
): User {
  const holder = userByEmail(emulation.project, fields.email)
  const selected = selectedUser(emulation, fields)
  if (selected === undefined) {
    if (holder === undefined) throw new StytchFailure('email_not_found')
    return holder
  }
  if (holder === undefined)
    return changeUser(emulation, selected, {
      emails: [...selected.emails, newEmail(emulation, fields.email)],
    })
  if (holder.user_id !== selected.user_id) throw new StytchFailure('duplicate_email')
  return holder
}

/** An address of a user, which they are known to have. */
export function emailOf(user: User, email: string): UserEmail {
  const found = user.emails.find((one) => one.email === email)
  if (found === undefined) throw new StytchFailure('email_not_found')
  return found
}

/** The user, with an address proved. */
export function verifyEmail(emulation: Emulation, user: User, emailId: string): User {
  return changeUser(emulation, user, {
    emails: user.emails.map((one) => (one.email_id === emailId ? { ...one, verified: true } : one)),
  })
}
