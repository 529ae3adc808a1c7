import { describe, expect, test } from 'vitest'

import { acmeId, adaId, errorType, globexId, mayaId, useEmulator } from './support.ts'

const minute = 60_000
const used = useEmulator()
const maya = { organization_id: acmeId, email_address: 'maya@acme.test' }
const mayasId = { organization_id: acmeId, member_id: mayaId }

function newestCode(to?: string): string {
  return used.emulator.messages({ to })[0]?.code ?? 'no message'
}

async function mailedCode(more: object = {}): Promise<string> {
  await used.stytch.otps.email.loginOrSignup({ ...maya, ...more })
  return newestCode(maya.email_address)
}

describe('a code by mail', () => {
  test('signs in with its own factor', async () => {
    const code = await mailedCode()
    expect(code).toMatch(/^\d{6}$/)
    const answer = await used.stytch.otps.email.authenticate({ ...maya, code })
    expect(answer).toMatchObject({
      member_id: mayaId,
      organization_id: acmeId,
      member_authenticated: true,
      member_session: {
        authentication_factors: [
          {
            type: 'email_otp',
            delivery_method: 'email',
            email_factor: { email_address: 'maya@acme.test' },
          },
        ],
      },
    })
    const [, claims = ''] = answer.session_jwt.split('.')
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
      'https://stytch.com/session': {
        authentication_factors: [{ type: 'email_otp', delivery_method: 'email' }],
      },
    })
  })

  test('works once', async () => {
    const code = await mailedCode()
    await used.stytch.otps.email.authenticate({ ...maya, code })
    expect(await errorType(used.stytch.otps.email.authenticate({ ...maya, code }))).toBe(
      'unable_to_auth_otp_code',
    )
  })

  test.each([
    ['works in the tenth minute', 9, {}, 'no error'],
    ['has expired after ten minutes', 10, {}, 'unable_to_auth_otp_code'],
    ['expires when it was asked to', 3, { login_expiration_minutes: 3 }, 'unable_to_auth_otp_code'],
  ])('%s', async (_rule, minutes, more, expected) => {
    const code = await mailedCode(more)
    used.emulator.clock.advance(minutes * minute)
    expect(await errorType(used.stytch.otps.email.authenticate({ ...maya, code }))).toBe(expected)
  })

  test('is of nobody else', async () => {
    const code = await mailedCode()
    const ada = { organization_id: acmeId, email_address: 'ada@acme.test' }
    const elsewhere = { ...maya, organization_id: globexId }
    for (const other of [ada, elsewhere])
      expect(await errorType(used.stytch.otps.email.authenticate({ ...other, code }))).toBe(
        'otp_code_not_found',
      )
  })

  test('makes a pending member of an address that the organization admits', async () => {
    const newcomer = { organization_id: acmeId, email_address: 'neu@acme.test' }
    const { member_created } = await used.stytch.otps.email.loginOrSignup(newcomer)
    expect(member_created).toBe(true)
    const { member } = await used.stytch.otps.email.authenticate({
      ...newcomer,
      code: newestCode(),
    })
    expect(member).toMatchObject({ status: 'active', email_address_verified: true })
  })

  test('is refused where the organization signs in otherwise', async () => {
    await used.stytch.organizations.update({
      organization_id: acmeId,
      auth_methods: 'RESTRICTED',
      allowed_auth_methods: ['magic_link'],
    })
    expect(await errorType(used.stytch.otps.email.loginOrSignup(maya))).toBe(
      'operation_restricted_by_organization_auth_methods',
    )
  })

  test('discovers organizations', async () => {
    const { email_address } = maya
    await used.stytch.otps.email.discovery.send({ email_address })
    const found = await used.stytch.otps.email.discovery.authenticate({
      email_address,
      code: newestCode(),
    })
    expect(found.discovered_organizations).toHaveLength(2)
    const { member_session } = await used.stytch.discovery.intermediateSessions.exchange({
      intermediate_session_token: found.intermediate_session_token,
      organization_id: globexId,
    })
    expect(member_session?.authentication_factors).toMatchObject([{ type: 'email_otp' }])
  })

  test('is shown in the inbox', async () => {
    const code = await mailedCode()
    const page = await (await fetch(`${used.emulator.url}/inbox`)).text()
    expect(page).toContain(code)
    expect(page).toContain('The code works once.')
  })
})

describe('a code by text message', () => {
  const phone = '+15005550006'

  async function firstHalf(): Promise<string> {
    const answer = await used.stytch.otps.email.authenticate({ ...maya, code: await mailedCode() })
    expect(answer).toMatchObject({ member_authenticated: false, session_token: '' })
    return answer.intermediate_session_token
  }

  async function requireTwoFactors(): Promise<void> {
    await used.stytch.organizations.update({
      organization_id: acmeId,
      mfa_policy: 'REQUIRED_FOR_ALL',
    })
  }

  test('completes a sign-in that needs two factors, and enrols', async () => {
    await requireTwoFactors()
    const intermediate_session_token = await firstHalf()
    await used.stytch.otps.sms.send({
      ...mayasId,
      mfa_phone_number: phone,
      intermediate_session_token,
    })
    const answer = await used.stytch.otps.sms.authenticate({
      ...mayasId,
      code: newestCode(phone),
      intermediate_session_token,
    })
    expect(answer.member).toMatchObject({
      mfa_enrolled: true,
      mfa_phone_number: phone,
      mfa_phone_number_verified: true,
      default_mfa_method: 'sms_otp',
    })
    expect(answer.member_session?.authentication_factors).toMatchObject([
      { type: 'email_otp' },
      { type: 'otp', delivery_method: 'sms', phone_number_factor: { phone_number: phone } },
    ])
  })

  test('is sent of itself to a member with a number', async () => {
    await used.stytch.organizations.members.update({
      ...mayasId,
      mfa_phone_number: phone,
      mfa_enrolled: true,
    })
    const code = await mailedCode()
    const answer = await used.stytch.otps.email.authenticate({ ...maya, code })
    expect(answer.mfa_required).toEqual({
      member_options: { mfa_phone_number: phone, totp_registration_id: '' },
      secondary_auth_initiated: 'sms_otp',
    })
    expect(newestCode(phone)).toMatch(/^\d{6}$/)
  })

  test('alone signs nobody in', async () => {
    await used.stytch.otps.sms.send({ ...mayasId, mfa_phone_number: phone })
    const code = newestCode(phone)
    const call = used.stytch.otps.sms.authenticate({ ...mayasId, code })
    expect(await errorType(call)).toBe('no_session_arguments')
  })

  test('does not complete the sign-in of somebody else', async () => {
    await requireTwoFactors()
    const intermediate_session_token = await firstHalf()
    await used.stytch.otps.sms.send({
      organization_id: acmeId,
      member_id: adaId,
      mfa_phone_number: phone,
    })
    const call = used.stytch.otps.sms.authenticate({
      organization_id: acmeId,
      member_id: adaId,
      code: newestCode(phone),
      intermediate_session_token,
    })
    expect(await errorType(call)).toBe('intermediate_session_not_found')
  })

  test('expires after two minutes', async () => {
    await requireTwoFactors()
    const intermediate_session_token = await firstHalf()
    await used.stytch.otps.sms.send({ ...mayasId, mfa_phone_number: phone })
    used.emulator.clock.advance(2 * minute)
    const code = newestCode(phone)
    const call = used.stytch.otps.sms.authenticate({
      ...mayasId,
      code,
      intermediate_session_token,
    })
    expect(await errorType(call)).toBe('unable_to_auth_otp_code')
  })

  test.each([
    ['a member without a number', {}, 'member_phone_number_not_found'],
    ['a number that is none', { mfa_phone_number: '0123' }, 'invalid_phone_number'],
  ])('is not sent to %s', async (_whom, more, expected) => {
    expect(await errorType(used.stytch.otps.sms.send({ ...mayasId, ...more }))).toBe(expected)
  })

  test('a number cannot be replaced while signing in, only deleted by who may', async () => {
    const { members } = used.stytch.organizations
    await members.update({ ...mayasId, mfa_phone_number: phone })
    const other = { ...mayasId, mfa_phone_number: '+15005550009' }
    expect(await errorType(used.stytch.otps.sms.send(other))).toBe(
      'duplicate_member_phone_number_for_member',
    )
    const { member } = await members.deleteMFAPhoneNumber(mayasId)
    expect(member.mfa_phone_number).toBe('')
    expect(await errorType(members.deleteMFAPhoneNumber(mayasId))).toBe(
      'member_phone_number_not_found',
    )
  })
})
