import type { Emulation } from './emulation.ts'
import type { Member, Organization } from './entities.ts'
import { StytchFailure } from './errors.ts'
import { updateMember } from './members.ts'
import { membersOf } from './organizations.ts'

/** How long a member has to confirm a new address. */
export const emailUpdateMinutes = 5

/** Refuses an address that is another member's, was one's, or is about to become one's. */
export function assertFree(
  { project, clock }: Emulation,
  organization: Organization,
  member: Member,
  emailAddress: string,
): void {
  const isTaken = membersOf(project, organization).some(
    (one) =>
      one.status !== 'deleted' &&
      (one.email_address === emailAddress ||
        one.retired_email_addresses.some((retired) => retired.email_address === emailAddress)),
  )
  const now = clock.now()
  const { links, codes } = project.store
  const isAwaited =
    [...links.values()].some(
      (link) =>
        link.kind === 'email_update' &&
        link.email_address === emailAddress &&
        link.member_id !== member.member_id &&
        link.expires_at > now,
    ) ||
    [...codes.values()].some(
      (code) =>
        code.kind === 'email_update_otp' &&
        code.to === emailAddress &&
        code.member_id !== member.member_id &&
        code.expires_at > now,
    )
  if (isTaken || isAwaited) throw new StytchFailure('duplicate_member_email')
}

/** Gives a member the address that they have just confirmed. */
export function confirmEmail(
  emulation: Emulation,
  organization: Organization,
  member: Member,
  emailAddress: string,
): Member {
  return updateMember(emulation, organization, member, { email_address: emailAddress })
}

/** The member who is about to have an address, by a code that was sent to it. */
export function memberAwaiting(
  { project }: Emulation,
  organization: Organization,
  emailAddress: string,
): Member | undefined {
  const sent = [...project.store.codes.values()].filter(
    (code) => code.kind === 'email_update_otp' && code.to === emailAddress,
  )
  return membersOf(project, organization).find(
    ({ member_id, status }) =>
      status === 'active' && sent.some((code) => code.member_id === member_id),
  )
}
