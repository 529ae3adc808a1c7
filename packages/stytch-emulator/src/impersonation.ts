import { minutesFromNow } from './clock.ts'
import type { Emulation } from './emulation.ts'
import type { ImpersonationToken } from './entities.ts'
import { StytchFailure } from './errors.ts'

/** How long a token works. */
const minutes = 5

/** How long an impersonated session lasts. */
export const impersonatedMinutes = 60

/** Makes a token that puts support staff in the place of a member or a user. */
export function impersonate(
  { project, ids, clock }: Emulation,
  subjectId: string,
  impersonatorEmailAddress: string,
): string {
  const { members, users } = project.store
  const isMember = (members.get(subjectId)?.status ?? 'deleted') !== 'deleted'
  if (!isMember && !users.has(subjectId)) throw new StytchFailure('member_not_found')
  const token = ids.token('impersonation')
  project.store.impersonationTokens.set(token, {
    subject_id: subjectId,
    impersonator_id: ids.id('impersonator'),
    impersonator_email_address: impersonatorEmailAddress,
    expires_at: minutesFromNow(clock, minutes),
  })
  return token
}

/** A token that works, for someone of the right kind; it works once. */
export function useImpersonationToken(
  { project, clock }: Emulation,
  value: string,
  isOfKind: (subjectId: string) => boolean,
): ImpersonationToken {
  const token = project.store.impersonationTokens.get(value)
  if (token === undefined || token.expires_at <= clock.now() || !isOfKind(token.subject_id))
    throw new StytchFailure('unable_to_auth_impersonation_token')
  project.store.impersonationTokens.delete(value)
  return token
}
