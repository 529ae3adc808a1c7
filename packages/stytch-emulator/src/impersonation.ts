import { minutesFromNow } from './clock.ts'
import type { Emulation } from './emulation.ts'
import { StytchFailure } from './errors.ts'

/** How long a token works. */
const minutes = 5

/** Makes a token that puts support staff in a member's place. */
export function impersonate(
  { project, ids, clock }: Emulation,
  memberId: string,
  impersonatorEmailAddress: string,
): string {
  const member = project.store.members.get(memberId)
  if (member === undefined || member.status === 'deleted')
    throw new StytchFailure('member_not_found')
  const token = ids.token('impersonation')
  project.store.impersonationTokens.set(token, {
    member_id: memberId,
    impersonator_id: ids.id('impersonator'),
    impersonator_email_address: impersonatorEmailAddress,
    expires_at: minutesFromNow(clock, minutes),
  })
  return token
}
