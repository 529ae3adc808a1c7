import { minutesFromNow } from '../clock.ts'
import type { Emulation } from '../emulation.ts'
import { StytchFailure } from '../errors.ts'
import { messageCode } from '../one-time-codes.ts'
import type { User, UserCode } from './entities.ts'

/** A code to be sent to an address or number of a user. */
interface UserCodeOrder {
  readonly user: User
  readonly channel: UserCode['channel']
  readonly method_id: string
  readonly to: string
  readonly expiration_minutes: number
}

/** Makes a one-time code and puts the message with it into the outbox. */
export function sendUserCode(emulation: Emulation, order: UserCodeOrder): void {
  const { project, ids, clock } = emulation
  const { user, channel, method_id, to, expiration_minutes } = order
  const kind = channel === 'email' ? 'email_otp' : 'sms_otp'
  const code: UserCode = {
    id: ids.id('message'),
    method_id,
    user_id: user.user_id,
    channel,
    code: ids.code(kind),
    expires_at: minutesFromNow(clock, expiration_minutes),
    used: false,
  }
  project.store.userCodes.set(code.id, code)
  messageCode(emulation, {
    id: code.id,
    kind,
    channel,
    to,
    code: code.code,
    organizationName: project.settings.name,
    expiresAt: code.expires_at,
  })
}

/** The code that was sent to this address or number, which must be unused and unexpired. */
export function requireUserCode(
  { project, clock }: Emulation,
  methodId: string,
  entered: string,
): UserCode {
  const sent = [...project.store.userCodes.values()].filter(
    (one) => one.method_id === methodId && one.code === entered.trim(),
  )
  const usable = sent.find((one) => !one.used && one.expires_at > clock.now())
  if (usable !== undefined) return usable
  throw new StytchFailure(sent.length === 0 ? 'otp_code_not_found' : 'unable_to_auth_otp_code')
}

/** Uses a code up. */
export function useUpUserCode({ project }: Emulation, code: UserCode): void {
  project.store.userCodes.set(code.id, { ...code, used: true })
}
