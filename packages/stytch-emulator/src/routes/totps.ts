import { type Endpoint, endpoint } from '../endpoint.ts'
import { StytchFailure } from '../errors.ts'
import { factorOf } from '../factors.ts'
import { integer, listOf, optional, string } from '../fields.ts'
import { changeCredentials } from '../members.ts'
import { completeSecondFactor, secondFactorFields } from '../second-factor.ts'
import { sessionReference } from '../sessions.ts'
import { showMemberAndOrganization } from '../sign-in.ts'
import { newRecoveryCodes, newTotp, qrCode, useTotpCode } from '../totp.ts'
import { memberCompleting, memberOfCall, memberOfFactor } from './of-member.ts'

const day = 1440

/** Authenticator apps as the second factor. */
export const totpEndpoints: readonly Endpoint[] = [
  endpoint(
    { method: 'POST', path: '/v1/b2b/totp', sdk: 'totps.create' },
    {
      organization_id: string,
      member_id: string,
      expiration_minutes: optional(integer(5, day)),
      intermediate_session_token: optional(string),
      ...sessionReference,
    },
    {
      async run(call) {
        const { organization, member: known } = memberOfFactor(call, 'totp')
        if (known.credentials.totp?.verified === true) throw new StytchFailure('active_totp_exists')
        const totp = newTotp(call, call.fields.expiration_minutes ?? day)
        const recovery_codes = newRecoveryCodes(call)
        const member = changeCredentials(call, known, { totp, recovery_codes })
        return {
          ...showMemberAndOrganization(organization, member),
          totp_registration_id: totp.totp_id,
          secret: totp.secret,
          qr_code: await qrCode(totp, organization.organization_name, member.email_address),
          recovery_codes: recovery_codes.map((one) => one.code),
        }
      },
    },
  ),
  endpoint(
    { method: 'POST', path: '/v1/b2b/totp/authenticate', sdk: 'totps.authenticate' },
    { code: string, ...secondFactorFields },
    {
      run(call) {
        const { fields } = call
        const { organization, member, started } = memberCompleting(call)
        const registered = member.credentials.totp
        if (registered === undefined) throw new StytchFailure('totp_not_found')
        const totp = useTotpCode(call, registered, fields.code)
        const factor = factorOf(call, {
          type: 'totp',
          delivery_method: 'authenticator_app',
          authenticator_app_factor: { totp_id: totp.totp_id },
        })
        return completeSecondFactor(call, fields, {
          organization,
          member: changeCredentials(call, member, { totp }),
          started,
          factor,
          method: 'totp',
        })
      },
    },
  ),
  endpoint(
    { method: 'POST', path: '/v1/b2b/totp/migrate', sdk: 'totps.migrate' },
    {
      organization_id: string,
      member_id: string,
      secret: string,
      recovery_codes: listOf(string),
    },
    {
      run(call) {
        const { fields, ids } = call
        const { organization, member: known } = memberOfCall(call)
        if (known.credentials.totp?.verified === true) throw new StytchFailure('active_totp_exists')
        const secret = fields.secret.replaceAll(/[\s=]/g, '').toUpperCase()
        if (!/^[A-Z2-7]{16,}$/.test(secret))
          throw new StytchFailure('invalid_argument', 'secret must be a base32 string')
        const totp = { ...newTotp(call, day, secret), verified: true }
        const recovery_codes = fields.recovery_codes.map((code) => ({
          id: ids.id('totp-recovery-code'),
          code,
        }))
        const member = changeCredentials(call, known, { totp, recovery_codes })
        return {
          ...showMemberAndOrganization(organization, member),
          totp_registration_id: totp.totp_id,
          recovery_codes: fields.recovery_codes,
        }
      },
    },
  ),
]
