import { Secret, TOTP } from 'otpauth'
import { describe, expect, test } from 'vitest'

import { acmeId, errorType, mayaId, useEmulator } from './support.ts'

const used = useEmulator()
const maya = { organization_id: acmeId, member_id: mayaId }

function codeOf(secret: string, stepsAhead = 0): string {
  const timestamp = used.emulator.clock.now().getTime() + stepsAhead * 30_000
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp })
}

/** A session of the member, to which a second factor may be added. */
function session(): { readonly session_token: string } {
  const { session_token } = used.emulator.startSession(mayaId)
  return { session_token }
}

describe('an authenticator app', () => {
  test('is confirmed by its first code, which is a factor of the session', async () => {
    const created = await used.stytch.totps.create(maya)
    expect(created.qr_code).toMatch(/^data:image\/png;base64,/)
    expect(created.recovery_codes).toHaveLength(10)
    expect(created.member.totp_registration_id).toBe('')
    const answer = await used.stytch.totps.authenticate({
      ...maya,
      ...session(),
      code: codeOf(created.secret),
      set_mfa_enrollment: 'enroll',
    })
    expect(answer.member).toMatchObject({
      totp_registration_id: created.totp_registration_id,
      mfa_enrolled: true,
      default_mfa_method: 'totp',
    })
    expect(answer.member_session?.authentication_factors).toMatchObject([
      { type: 'magic_link' },
      {
        type: 'totp',
        delivery_method: 'authenticator_app',
        authenticator_app_factor: { totp_id: created.totp_registration_id },
      },
    ])
  })

  test.each([
    ['the code before', -1, 'no error'],
    ['the code after', 1, 'no error'],
    ['an older code', -2, 'unable_to_authenticate_totp'],
    ['a later code', 2, 'unable_to_authenticate_totp'],
  ])('accepts the neighbours of the present code: %s', async (_which, steps, expected) => {
    const { secret } = await used.stytch.totps.create(maya)
    const code = codeOf(secret, steps)
    expect(await errorType(used.stytch.totps.authenticate({ ...maya, ...session(), code }))).toBe(
      expected,
    )
  })

  test('no code works twice, nor one older than it', async () => {
    const { secret } = await used.stytch.totps.create(maya)
    const code = codeOf(secret)
    await used.stytch.totps.authenticate({ ...maya, ...session(), code })
    for (const again of [code, codeOf(secret, -1)])
      expect(
        await errorType(used.stytch.totps.authenticate({ ...maya, ...session(), code: again })),
      ).toBe('totp_code_already_authenticated')
  })

  test('expires unless it is confirmed in time', async () => {
    const { secret } = await used.stytch.totps.create({ ...maya, expiration_minutes: 5 })
    used.emulator.clock.advance(5 * 60_000)
    const code = codeOf(secret)
    expect(await errorType(used.stytch.totps.authenticate({ ...maya, ...session(), code }))).toBe(
      'expired_totp',
    )
  })

  test('there is one, until it is deleted', async () => {
    const { secret } = await used.stytch.totps.create(maya)
    await used.stytch.totps.authenticate({ ...maya, ...session(), code: codeOf(secret) })
    expect(await errorType(used.stytch.totps.create(maya))).toBe('active_totp_exists')
    await used.stytch.organizations.members.deleteTOTP(maya)
    expect(await errorType(used.stytch.totps.create(maya))).toBe('no error')
  })

  test.each([
    ['a code that is none', '12345', 'invalid_totp_code'],
    ['a recovery code', 'a1b2-c3d4-e5f6', 'recovery_code_used_as_totp_code'],
  ])('says that it was given %s', async (_what, code, expected) => {
    await used.stytch.totps.create(maya)
    expect(await errorType(used.stytch.totps.authenticate({ ...maya, ...session(), code }))).toBe(
      expected,
    )
  })

  test('is migrated with its secret and codes', async () => {
    const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
    const migrated = await used.stytch.totps.migrate({ ...maya, secret, recovery_codes: ['mine'] })
    expect(migrated.member.totp_registration_id).toBe(migrated.totp_registration_id)
    const code = codeOf(secret)
    expect(await errorType(used.stytch.totps.authenticate({ ...maya, ...session(), code }))).toBe(
      'no error',
    )
  })
})

describe('recovery codes', () => {
  test('one stands in for the app, once', async () => {
    const { recovery_codes } = await used.stytch.totps.create(maya)
    const [recovery_code = ''] = recovery_codes
    const answer = await used.stytch.recoveryCodes.recover({ ...maya, ...session(), recovery_code })
    expect(answer.recovery_codes_remaining).toBe(9)
    expect(answer.member_session?.authentication_factors).toMatchObject([
      { type: 'magic_link' },
      { type: 'recovery_codes', delivery_method: 'recovery_code' },
    ])
    const again = used.stytch.recoveryCodes.recover({ ...maya, ...session(), recovery_code })
    expect(await errorType(again)).toBe('unable_to_authenticate_recovery_code')
  })

  test('are shown and replaced', async () => {
    expect(await errorType(used.stytch.recoveryCodes.get(maya))).toBe('recovery_codes_not_found')
    const { recovery_codes } = await used.stytch.totps.create(maya)
    expect((await used.stytch.recoveryCodes.get(maya)).recovery_codes).toEqual(recovery_codes)
    const { recovery_codes: rotated } = await used.stytch.recoveryCodes.rotate(maya)
    expect(rotated).toHaveLength(10)
    expect(rotated).not.toEqual(recovery_codes)
    const [recovery_code = ''] = recovery_codes
    const old = used.stytch.recoveryCodes.recover({ ...maya, ...session(), recovery_code })
    expect(await errorType(old)).toBe('unable_to_authenticate_recovery_code')
  })
})
