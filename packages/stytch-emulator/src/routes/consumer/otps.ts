import { requireUserCode, sendUserCode, useUpUserCode } from '../../consumer/codes.ts'
import type { User, UserCode } from '../../consumer/entities.ts'
import { ownUserSession, signInUser } from '../../consumer/sessions.ts'
import {
  changeUser,
  createUser,
  newPhoneNumber,
  requireUser,
  userByEmail,
  userByPhoneNumber,
} from '../../consumer/users.ts'
import type { Emulation } from '../../emulation.ts'
import type { Endpoint } from '../../endpoint.ts'
import type { FactorProof } from '../../entities.ts'
import { StytchFailure } from '../../errors.ts'
import { factorOf } from '../../factors.ts'
import { boolean, email, integer, optional, phoneNumber, string } from '../../fields.ts'
import {
  emailOf,
  selectedUser,
  type UserSelector,
  userWithEmail,
  verifyEmail,
} from './addresses.ts'
import { userEndpoint, userReference, userSignInFields } from './user-endpoint.ts'

/** How long a code works, by mail and by text message. */
const defaultMinutes = { email: 10, sms: 2, whatsapp: 2 } as const
const textMinutes = optional(integer(1, 10, 'invalid_expiration_otp'))
const mailMinutes = optional(integer(2, 15, 'invalid_expiration_otp'))
const asPending = { create_user_as_pending: optional(boolean) }

/** One-time passcodes of users: by mail, by text message, by WhatsApp. */
export const userOtpEndpoints: readonly Endpoint[] = [
  ...(['sms', 'whatsapp'] as const).flatMap((channel) => [
    userEndpoint(
      { method: 'POST', path: `/v1/otps/${channel}/send`, sdk: `otps.${channel}.send` },
      { phone_number: phoneNumber, expiration_minutes: textMinutes, ...userReference },
      (call) => sendText(call, channel, userWithNumber(call, call.fields), call.fields),
    ),
    userEndpoint(
      {
        method: 'POST',
        path: `/v1/otps/${channel}/login_or_create`,
        sdk: `otps.${channel}.loginOrCreate`,
      },
      { phone_number: phoneNumber, expiration_minutes: textMinutes, ...asPending },
      (call) => {
        const { phone_number, create_user_as_pending } = call.fields
        const known = userByPhoneNumber(call.project, phone_number)
        const status = create_user_as_pending === true ? 'pending' : 'active'
        const user = known ?? createUser(call, { phone_number, status })
        return {
          ...sendText(call, channel, user, call.fields),
          user_created: known === undefined,
        }
      },
    ),
  ]),
  userEndpoint(
    { method: 'POST', path: '/v1/otps/email/send', sdk: 'otps.email.send' },
    { email, expiration_minutes: mailMinutes, ...userReference },
    (call) => sendMail(call, userWithEmail(call, call.fields), call.fields),
  ),
  userEndpoint(
    {
      method: 'POST',
      path: '/v1/otps/email/login_or_create',
      sdk: 'otps.email.loginOrCreate',
    },
    { email, expiration_minutes: mailMinutes, ...asPending },
    (call) => {
      const { create_user_as_pending } = call.fields
      const known = userByEmail(call.project, call.fields.email)
      const status = create_user_as_pending === true ? 'pending' : 'active'
      const user = known ?? createUser(call, { email: call.fields.email, status })
      return { ...sendMail(call, user, call.fields), user_created: known === undefined }
    },
  ),
  userEndpoint(
    { method: 'POST', path: '/v1/otps/authenticate', sdk: 'otps.authenticate' },
    { method_id: string, code: string, ...userSignInFields },
    (call) => {
      const { fields, project } = call
      const code = requireUserCode(call, fields.method_id, fields.code)
      const owner = requireUser(project, code.user_id)
      ownUserSession(call, owner, fields)
      const user = proved(call, owner, code)
      const answer = signInUser(call, user, [factorOf(call, proofOf(user, code))], fields)
      useUpUserCode(call, code)
      return { ...answer, method_id: code.method_id, reset_sessions: false }
    },
  ),
]

function sendText(
  emulation: Emulation,
  channel: 'sms' | 'whatsapp',
  user: User,
  fields: { readonly phone_number: string; readonly expiration_minutes: number | undefined },
): object {
  const { phone_number: to, expiration_minutes = defaultMinutes[channel] } = fields
  const number = user.phone_numbers.find((one) => one.phone_number === to)
  if (number === undefined) throw new StytchFailure('phone_number_not_found')
  const { phone_id } = number
  sendUserCode(emulation, { user, channel, method_id: phone_id, to, expiration_minutes })
  return { user_id: user.user_id, phone_id }
}

function sendMail(
  emulation: Emulation,
  user: User,
  fields: { readonly email: string; readonly expiration_minutes: number | undefined },
): object {
  const { email: to, expiration_minutes = defaultMinutes.email } = fields
  const { email_id } = emailOf(user, to)
  const order = { user, channel: 'email', method_id: email_id, to, expiration_minutes } as const
  sendUserCode(emulation, order)
  return { user_id: user.user_id, email_id }
}

function userWithNumber(
  emulation: Emulation,
  fields: UserSelector & { readonly phone_number: string },
): User {
  const holder = userByPhoneNumber(emulation.project, fields.phone_number)
  const selected = selectedUser(emulation, fields)
  if (selected === undefined) {
    if (holder === undefined) throw new StytchFailure('phone_number_not_found')
    return holder
  }
  if (holder === undefined)
    return changeUser(emulation, selected, {
      phone_numbers: [...selected.phone_numbers, newPhoneNumber(emulation, fields.phone_number)],
    })
  if (holder.user_id !== selected.user_id) throw new StytchFailure('duplicate_phone_number')
  return holder
}

function proved(emulation: Emulation, user: User, { channel, method_id }: UserCode): User {
  if (channel === 'email') return verifyEmail(emulation, user, method_id)
  return changeUser(emulation, user, {
    phone_numbers: user.phone_numbers.map((one) =>
      one.phone_id === method_id ? { ...one, verified: true } : one,
    ),
  })
}

function proofOf(user: User, { channel, method_id }: UserCode): FactorProof {
  if (channel === 'email') {
    const address = user.emails.find((one) => one.email_id === method_id)?.email ?? ''
    const email_factor = { email_id: method_id, email_address: address }
    return { type: 'otp', delivery_method: 'email', email_factor }
  }
  const number = user.phone_numbers.find((one) => one.phone_id === method_id)?.phone_number ?? ''
  const phone_number_factor = { phone_id: method_id, phone_number: number }
  return { type: 'otp', delivery_method: channel, phone_number_factor }
}
