import { Secret, TOTP } from 'otpauth'
import { toDataURL } from 'qrcode'

import { minutesFromNow } from './clock.ts'
import type { Emulation } from './emulation.ts'
import type { RecoveryCode, TotpRegistration } from './entities.ts'
import { StytchFailure } from './errors.ts'

/** The seconds that a code works. */
const period = 30

/** A new authenticator app, to be confirmed with a first code in time. */
export function newTotp(
  { ids, clock }: Emulation,
  expirationMinutes: number,
  secret?: string,
): TotpRegistration {
  const bytes = Buffer.from(ids.token('totp'), 'base64url').subarray(0, 20)
  return {
    totp_id: ids.id('totp'),
    secret: secret ?? new Secret({ buffer: Uint8Array.from(bytes).buffer }).base32,
    verified: false,
    expires_at: minutesFromNow(clock, expirationMinutes),
    used_step: undefined,
  }
}

/** Ten codes such as `a1b2-c3d4-e5f6`. */
export function newRecoveryCodes({ ids }: Emulation): readonly RecoveryCode[] {
  return Array.from({ length: 10 }, () => {
    const hex = Buffer.from(ids.token('recovery code'), 'base64url').toString('hex')
    return {
      id: ids.id('totp-recovery-code'),
      code: [hex.slice(0, 4), hex.slice(4, 8), hex.slice(8, 12)].join('-'),
    }
  })
}

/** A picture that an authenticator app reads, as a `data:` URL. */
export function qrCode(
  registration: TotpRegistration,
  issuer: string,
  label: string,
): Promise<string> {
  return toDataURL(generator(registration.secret, issuer, label).toString())
}

/**
 * The registration after this code, which must be the present one or a neighbour of it in time, and
 * not have been used.
 */
export function useTotpCode(
  { clock }: Emulation,
  registration: TotpRegistration,
  code: string,
): TotpRegistration {
  if (/^[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}$/i.test(code))
    throw new StytchFailure('recovery_code_used_as_totp_code')
  if (!/^\d{6}$/.test(code)) throw new StytchFailure('invalid_totp_code')
  const now = clock.now()
  if (!registration.verified && registration.expires_at <= now)
    throw new StytchFailure('expired_totp')
  const timestamp = now.getTime()
  const distance = generator(registration.secret).validate({ token: code, timestamp, window: 1 })
  if (distance === null) throw new StytchFailure('unable_to_authenticate_totp')
  const step = Math.floor(timestamp / 1000 / period) + distance
  if (registration.used_step !== undefined && step <= registration.used_step)
    throw new StytchFailure('totp_code_already_authenticated')
  return { ...registration, verified: true, used_step: step }
}

function generator(secret: string, issuer = '', label = ''): TOTP {
  return new TOTP({ secret: Secret.fromBase32(secret), period, issuer, label })
}
