import { type Endpoint, endpoint } from '../endpoint.ts'
import type { Member } from '../entities.ts'
import { StytchFailure } from '../errors.ts'
import { factorOf } from '../factors.ts'
import { string } from '../fields.ts'
import { changeCredentials } from '../members.ts'
import { completeSecondFactor, secondFactorFields } from '../second-factor.ts'
import { showMemberAndOrganization } from '../sign-in.ts'
import { newRecoveryCodes } from '../totp.ts'
import { memberCompleting, memberOfCall } from './of-member.ts'

const memberReference = { organization_id: string, member_id: string }

/** Recovery codes: the second factor of whoever lost their authenticator app. */
export const recoveryCodeEndpoints: readonly Endpoint[] = [
  endpoint(
    {
      method: 'GET',
      path: '/v1/b2b/recovery_codes/:organization_id/:member_id',
      sdk: 'recoveryCodes.get',
    },
    memberReference,
    {
      run(call) {
        const { organization, member } = memberOfCall(call)
        return { ...showMemberAndOrganization(organization, member), ...showCodes(member) }
      },
    },
  ),
  endpoint(
    { method: 'POST', path: '/v1/b2b/recovery_codes/recover', sdk: 'recoveryCodes.recover' },
    { recovery_code: string, ...secondFactorFields },
    {
      run(call) {
        const { fields } = call
        const { organization, member, started } = memberCompleting(call)
        const { recovery_codes } = member.credentials
        if (/^\d{6}$/.test(fields.recovery_code))
          throw new StytchFailure('totp_code_used_as_recovery_code')
        const used = recovery_codes.find((one) => one.code === fields.recovery_code)
        if (used === undefined) throw new StytchFailure('unable_to_authenticate_recovery_code')
        const left = recovery_codes.filter((one) => one !== used)
        const factor = factorOf(call, {
          type: 'recovery_codes',
          delivery_method: 'recovery_code',
          recovery_code_factor: { totp_recovery_code_id: used.id },
        })
        const answer = completeSecondFactor(call, fields, {
          organization,
          member: changeCredentials(call, member, { recovery_codes: left }),
          started,
          factor,
          method: 'totp',
        })
        return { ...answer, recovery_codes_remaining: left.length }
      },
    },
  ),
  endpoint(
    { method: 'POST', path: '/v1/b2b/recovery_codes/rotate', sdk: 'recoveryCodes.rotate' },
    memberReference,
    {
      run(call) {
        const { organization, member: known } = memberOfCall(call)
        assertHasCodes(known)
        const member = changeCredentials(call, known, { recovery_codes: newRecoveryCodes(call) })
        return { ...showMemberAndOrganization(organization, member), ...showCodes(member) }
      },
    },
  ),
]

function showCodes(member: Member): object {
  assertHasCodes(member)
  return { recovery_codes: member.credentials.recovery_codes.map((one) => one.code) }
}

function assertHasCodes({ credentials }: Member): void {
  if (credentials.totp === undefined) throw new StytchFailure('recovery_codes_not_found')
}
