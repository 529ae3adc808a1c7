import type { Emulation } from './emulation.ts'
import type { Member, Organization } from './entities.ts'
import { StytchFailure } from './errors.ts'
import { changeCredentials } from './members.ts'
import { hashPassword, isPassword } from './password-hash.ts'
import { memberByEmail } from './store.ts'

/**
 * The member whose address and password these are. Whether the member, the password or the match is
 * missing is not told: it would tell who has an account.
 */
export function requirePassword(
  { project }: Emulation,
  organization: Organization,
  emailAddress: string,
  password: string,
): Member {
  const member = memberByEmail(project.store, organization.organization_id, emailAddress)
  const stored = member?.credentials.password
  if (member === undefined || stored === undefined || !isPassword(password, stored.hash))
    throw new StytchFailure('unauthorized_credentials')
  if (stored.requires_reset) throw new StytchFailure('member_reset_password')
  return member
}

/** Gives a member a password, whatever they had. */
export function setPassword(emulation: Emulation, member: Member, password: string): Member {
  return changeCredentials(emulation, member, {
    password: {
      password_id: member.credentials.password?.password_id ?? emulation.ids.id('password'),
      hash: hashPassword(password),
      requires_reset: false,
    },
  })
}
