import { minutesFromNow, timestamp } from './clock.ts'
import type { Emulation } from './emulation.ts'
import type { CodeKind, Member, Message, OneTimeCode, Organization } from './entities.ts'
import { StytchFailure } from './errors.ts'

/** A code to be sent. */
export interface CodeOrder {
  readonly kind: CodeKind
  readonly to: string
  /** Whom it signs in, and where; left out for discovery. */
  readonly member?: Member
  readonly organization?: Organization
  readonly expiration_minutes: number
}

/** How long the code of a text message works. */
const smsMinutes = 2

/** Makes a one-time code and puts the message with it into the outbox. */
export function sendCode(emulation: Emulation, order: CodeOrder): void {
  const { project, clock, ids } = emulation
  const { kind, to, organization } = order
  const one: OneTimeCode = {
    id: ids.id('message'),
    kind,
    code: ids.code(kind),
    to,
    member_id: order.member?.member_id,
    expires_at: minutesFromNow(clock, order.expiration_minutes),
    used: false,
  }
  project.store.codes.set(one.id, one)
  messageCode(emulation, {
    id: one.id,
    kind,
    channel: kind === 'sms_otp' ? 'sms' : 'email',
    to,
    code: one.code,
    organizationName: organization?.organization_name ?? '',
    expiresAt: one.expires_at,
  })
}

/** A message with a code that is kept already. */
interface CodeMessage {
  readonly id: string
  readonly kind: CodeKind
  readonly channel: Message['channel']
  readonly to: string
  readonly code: string
  /** Empty where there is no organization. */
  readonly organizationName: string
  readonly expiresAt: Date
}

/** Puts the message with a code into the outbox. */
export function messageCode({ project, clock, outbox }: Emulation, message: CodeMessage): void {
  const { id, kind, channel, to, code, organizationName } = message
  const { name, project_id } = project.settings
  outbox.deliver({
    id,
    project_id,
    channel,
    kind,
    from: channel === 'email' ? `${name} <login@stytch.test>` : name,
    to,
    subject: `${code} is your code to sign in to ${organizationName || name}`,
    organization_name: organizationName,
    url: '',
    token: '',
    code,
    sent_at: timestamp(clock.now()),
    expires_at: timestamp(message.expiresAt),
  })
}

/** Sends a member a code by text message; says what was started, as `mfa_required` does. */
export function sendSmsCode(
  emulation: Emulation,
  organization: Organization,
  member: Member,
): 'sms_otp' {
  const to = member.mfa_phone_number
  sendCode(emulation, { kind: 'sms_otp', to, member, organization, expiration_minutes: smsMinutes })
  return 'sms_otp'
}

/**
 * The code that was sent to this address or number, which must be unused and unexpired. A member's
 * codes are theirs alone, and so are those of discovery, which are nobody's yet.
 */
export function requireCode(
  { project, clock }: Emulation,
  kind: CodeKind,
  to: string,
  member: Member | undefined,
  code: string,
): OneTimeCode {
  const sent = [...project.store.codes.values()].filter(
    (one) =>
      one.kind === kind &&
      one.to === to &&
      one.member_id === member?.member_id &&
      one.code === code.trim(),
  )
  const usable = sent.find((one) => !one.used && one.expires_at > clock.now())
  if (usable !== undefined) return usable
  throw new StytchFailure(sent.length === 0 ? 'otp_code_not_found' : 'unable_to_auth_otp_code')
}

/** Uses a code up. Nothing that may fail comes after it: a refused call leaves the code usable. */
export function useUpCode({ project }: Emulation, code: OneTimeCode): void {
  project.store.codes.set(code.id, { ...code, used: true })
}
