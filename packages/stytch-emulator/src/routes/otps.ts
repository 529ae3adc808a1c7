import { confirmEmail, memberAwaiting } from '../email-updates.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import type { Member } from '../entities.ts'
import { StytchFailure } from '../errors.ts'
import { emailFactor, factorOf } from '../factors.ts'
import { email, integer, optional, phoneNumber, type Reader, string } from '../fields.ts'
import { completeFirstFactor, firstFactorFields } from '../first-factor.ts'
import { showDiscovery } from '../intermediate-sessions.ts'
import { assertAllowed, joinByEmail } from '../join.ts'
import { changeMember, newPhone } from '../members.ts'
import { requireCode, sendCode, sendSmsCode, useUpCode } from '../one-time-codes.ts'
import { requireOrganization } from '../organizations.ts'
import { completeSecondFactor, secondFactorFields } from '../second-factor.ts'
import { sessionReference } from '../sessions.ts'
import { showMemberAndOrganization } from '../sign-in.ts'
import { memberByEmail } from '../store.ts'
import { memberCompleting, memberOfFactor } from './of-member.ts'

const tenMinutes = 10
const minutes: Reader<number | undefined> = optional(integer(2, 15, 'invalid_expiration_otp'))

/** One-time passcodes: by mail to sign in, by text message as the second factor. */
export const otpEndpoints: readonly Endpoint[] = [
  endpoint(
    {
      method: 'POST',
      path: '/v1/b2b/otps/email/login_or_signup',
      sdk: 'otps.email.loginOrSignup',
    },
    {
      organization_id: string,
      email_address: email,
      login_expiration_minutes: minutes,
      signup_expiration_minutes: minutes,
    },
    {
      run(call) {
        const { fields, project } = call
        const { email_address } = fields
        const organization = requireOrganization(project, fields.organization_id)
        const known = memberByEmail(project.store, organization.organization_id, email_address)
        assertAllowed(organization, 'email_otp', known)
        const member = known ?? joinByEmail(call, organization, email_address)
        const kind = known?.status === 'active' ? 'login' : 'signup'
        const expiration_minutes = fields[`${kind}_expiration_minutes`] ?? tenMinutes
        sendCode(call, {
          kind: 'email_otp',
          to: email_address,
          member,
          organization,
          expiration_minutes,
        })
        return {
          ...showMemberAndOrganization(organization, member),
          member_created: known === undefined,
        }
      },
    },
  ),
  endpoint(
    {
      method: 'POST',
      path: '/v1/b2b/otps/email/authenticate',
      sdk: 'otps.email.authenticate',
    },
    {
      organization_id: string,
      email_address: email,
      code: string,
      ...firstFactorFields,
    },
    {
      run(call) {
        const { fields, project } = call
        const organization = requireOrganization(project, fields.organization_id)
        const { organization_id } = organization
        const { email_address } = fields
        const known = memberByEmail(project.store, organization_id, email_address)
        const holder = known ?? memberAwaiting(call, organization, email_address)
        if (holder === undefined) throw new StytchFailure('member_not_found')
        const kind = known === undefined ? 'email_update_otp' : 'email_otp'
        const code = requireCode(call, kind, email_address, holder, fields.code)
        const member = known ?? confirmEmail(call, organization, holder, email_address)
        const factors = [emailFactor(call, 'email_otp', member)]
        const answer = completeFirstFactor(call, fields, { organization, member, factors })
        useUpCode(call, code)
        return {
          ...answer,
          method_id: member.email_id,
        }
      },
    },
  ),
  endpoint(
    {
      method: 'POST',
      path: '/v1/b2b/otps/email/discovery/send',
      sdk: 'otps.email.discovery.send',
    },
    { email_address: email, discovery_expiration_minutes: minutes },
    {
      run(call) {
        const { email_address, discovery_expiration_minutes } = call.fields
        sendCode(call, {
          kind: 'email_otp_discovery',
          to: email_address,
          expiration_minutes: discovery_expiration_minutes ?? tenMinutes,
        })
        return {}
      },
    },
  ),
  endpoint(
    {
      method: 'POST',
      path: '/v1/b2b/otps/email/discovery/authenticate',
      sdk: 'otps.email.discovery.authenticate',
    },
    { email_address: email, code: string },
    {
      run(call) {
        const { email_address, code } = call.fields
        useUpCode(call, requireCode(call, 'email_otp_discovery', email_address, undefined, code))
        const email_id = call.ids.id('email')
        return showDiscovery(
          call,
          email_address,
          emailFactor(call, 'email_otp', { email_id, email_address }),
        )
      },
    },
  ),
  endpoint(
    { method: 'POST', path: '/v1/b2b/otps/sms/send', sdk: 'otps.sms.send' },
    {
      organization_id: string,
      member_id: string,
      mfa_phone_number: optional(phoneNumber),
      intermediate_session_token: optional(string),
      ...sessionReference,
    },
    {
      run(call) {
        const { organization, member: known } = memberOfFactor(call, 'sms_otp')
        const change = phoneOf(known, call.fields.mfa_phone_number)
        const member =
          change === undefined
            ? known
            : changeMember(call, known, { mfa_phone_number: change, ...newPhone(call.ids) })
        sendSmsCode(call, organization, member)
        return showMemberAndOrganization(organization, member)
      },
    },
  ),
  endpoint(
    { method: 'POST', path: '/v1/b2b/otps/sms/authenticate', sdk: 'otps.sms.authenticate' },
    { code: string, ...secondFactorFields },
    {
      run(call) {
        const { fields } = call
        const { organization, member, started } = memberCompleting(call)
        const { mfa_phone_number: phone_number, phone_id } = member
        const code = requireCode(call, 'sms_otp', phone_number, member, fields.code)
        useUpCode(call, code)
        const factor = factorOf(call, {
          type: 'otp',
          delivery_method: 'sms',
          phone_number_factor: { phone_id, phone_number },
        })
        return completeSecondFactor(call, fields, {
          organization,
          member: changeMember(call, member, { mfa_phone_number_verified: true }),
          started,
          factor,
          method: 'sms_otp',
        })
      },
    },
  ),
]

/** The number that a member without one is to have; a member with one cannot be given another here. */
function phoneOf(member: Member, requested: string | undefined): string | undefined {
  if (member.mfa_phone_number === '') {
    if (requested === undefined) throw new StytchFailure('member_phone_number_not_found')
    return requested
  }
  if (requested !== undefined && requested !== member.mfa_phone_number)
    throw new StytchFailure('duplicate_member_phone_number_for_member')
  return undefined
}
