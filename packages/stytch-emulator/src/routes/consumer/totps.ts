import type { User } from '../../consumer/entities.ts'
import { signInUser } from '../../consumer/sessions.ts'
import { changeUserCredentials, requireUser, showUser } from '../../consumer/users.ts'
import type { Endpoint } from '../../endpoint.ts'
import type { TotpRegistration } from '../../entities.ts'
import { StytchFailure } from '../../errors.ts'
import { factorOf } from '../../factors.ts'
import { integer, optional, string } from '../../fields.ts'
import { newRecoveryCodes, newTotp, qrCode, useTotpCode } from '../../totp.ts'
import { userEndpoint, userSignInFields } from './user-endpoint.ts'

const day = 1440

/** Authenticator apps of users, and the codes for those who lost theirs. */
export const userTotpEndpoints: readonly Endpoint[] = [
  userEndpoint(
    { method: 'POST', path: '/v1/totps', sdk: 'totps.create' },
    { user_id: string, expiration_minutes: optional(integer(5, day)) },
    async (call) => {
      const known = requireUser(call.project, call.fields.user_id)
      if (known.credentials.totp?.verified === true) throw new StytchFailure('active_totp_exists')
      const totp = newTotp(call, call.fields.expiration_minutes ?? day)
      const recovery_codes = newRecoveryCodes(call)
      const user = changeUserCredentials(call, known, { totp, recovery_codes })
      const label = user.emails[0]?.email ?? user.phone_numbers[0]?.phone_number ?? user.user_id
      return {
        user_id: user.user_id,
        user: showUser(user),
        totp_id: totp.totp_id,
        secret: totp.secret,
        qr_code: await qrCode(totp, call.project.settings.name, label),
        recovery_codes: recovery_codes.map((one) => one.code),
      }
    },
  ),
  userEndpoint(
    { method: 'POST', path: '/v1/totps/authenticate', sdk: 'totps.authenticate' },
    { user_id: string, totp_code: string, ...userSignInFields },
    (call) => {
      const known = requireUser(call.project, call.fields.user_id)
      const totp = useTotpCode(call, registrationOf(known), call.fields.totp_code)
      const user = changeUserCredentials(call, known, { totp })
      const { totp_id } = totp
      const factor = factorOf(call, {
        type: 'totp',
        delivery_method: 'authenticator_app',
        authenticator_app_factor: { totp_id },
      })
      return { ...signInUser(call, user, [factor], call.fields), totp_id }
    },
  ),
  userEndpoint(
    { method: 'POST', path: '/v1/totps/recovery_codes', sdk: 'totps.recoveryCodes' },
    { user_id: string },
    ({ project, fields }) => {
      const user = requireUser(project, fields.user_id)
      const { totp_id, verified } = registrationOf(user)
      const recovery_codes = user.credentials.recovery_codes.map((one) => one.code)
      return { user_id: user.user_id, totps: [{ totp_id, verified, recovery_codes }] }
    },
  ),
  userEndpoint(
    { method: 'POST', path: '/v1/totps/recover', sdk: 'totps.recover' },
    { user_id: string, recovery_code: string, ...userSignInFields },
    (call) => {
      const known = requireUser(call.project, call.fields.user_id)
      const { totp_id } = registrationOf(known)
      const { recovery_codes } = known.credentials
      if (/^\d{6}$/.test(call.fields.recovery_code))
        throw new StytchFailure('totp_code_used_as_recovery_code')
      const used = recovery_codes.find((one) => one.code === call.fields.recovery_code)
      if (used === undefined) throw new StytchFailure('unable_to_authenticate_recovery_code')
      const left = recovery_codes.filter((one) => one !== used)
      const user = changeUserCredentials(call, known, { recovery_codes: left })
      const factor = factorOf(call, {
        type: 'recovery_codes',
        delivery_method: 'recovery_code',
        recovery_code_factor: { totp_recovery_code_id: used.id },
      })
      return { ...signInUser(call, user, [factor], call.fields), totp_id }
    },
  ),
]

function registrationOf({ credentials }: User): TotpRegistration {
  if (credentials.totp === undefined) throw new StytchFailure('totp_not_found')
  return credentials.totp
}
