import { createHash, pbkdf2Sync, scryptSync } from 'node:crypto'
import { hashSync } from 'bcryptjs'
import { describe, expect, test } from 'vitest'

import { acmeId, appUrl, errorType, globexId, mayaId, useEmulator } from './support.ts'

const used = useEmulator()
const maya = { organization_id: acmeId, email_address: 'maya@acme.test' }
const password = 'seven blue lorries at dawn'
const other = 'eight green ferries by dusk'

/** Gives the member a password in the way that a person gets one. */
async function reset(chosen = password, more: object = {}): Promise<string> {
  await used.stytch.passwords.email.resetStart({ ...maya, reset_password_redirect_url: appUrl })
  const password_reset_token = used.emulator.messages()[0]?.token ?? 'no message'
  await used.stytch.passwords.email.reset({ password_reset_token, password: chosen, ...more })
  return password_reset_token
}

describe('a password', () => {
  test('is chosen by a mailed link, which signs in', async () => {
    await used.stytch.passwords.email.resetStart({ ...maya, reset_password_redirect_url: appUrl })
    const [message] = used.emulator.messages()
    expect(message?.kind).toBe('password_reset')
    expect(new URL(message?.url ?? '').searchParams.get('stytch_token_type')).toBe(
      'multi_tenant_passwords',
    )
    const answer = await used.stytch.passwords.email.reset({
      password_reset_token: message?.token ?? '',
      password,
    })
    expect(answer.member.member_password_id).toMatch(/^password-test-/)
    expect(answer.member_session?.authentication_factors).toMatchObject([
      { type: 'magic_link' },
      { type: 'password', delivery_method: 'knowledge' },
    ])
    expect(JSON.stringify(answer)).not.toContain('hash')
  })

  test('signs in', async () => {
    await reset()
    const { member_id, member_session } = await used.stytch.passwords.authenticate({
      ...maya,
      password,
    })
    expect(member_id).toBe(mayaId)
    expect(member_session?.authentication_factors).toMatchObject([{ type: 'password' }])
  })

  test.each([
    ['a wrong password', { ...maya, password: other }],
    ['an address without a member', { ...maya, email_address: 'no@acme.test', password }],
    ['the same address elsewhere', { ...maya, organization_id: globexId, password }],
  ])('tells nothing about who exists: %s', async (_what, wrong) => {
    await reset()
    expect(await errorType(used.stytch.passwords.authenticate(wrong))).toBe(
      'unauthorized_credentials',
    )
  })

  test('a reset link works once, for half an hour, and ends other sessions', async () => {
    const { session_token } = used.emulator.startSession(mayaId)
    const password_reset_token = await reset()
    const again = { password_reset_token, password }
    expect(await errorType(used.stytch.passwords.email.reset(again))).toBe(
      'unable_to_auth_password_reset_token',
    )
    expect(await errorType(used.stytch.sessions.authenticate({ session_token }))).toBe(
      'session_not_found',
    )
    await used.stytch.passwords.email.resetStart({ ...maya, reset_password_redirect_url: appUrl })
    used.emulator.clock.advance(30 * 60_000)
    const late = { password_reset_token: used.emulator.messages()[0]?.token ?? '', password }
    expect(await errorType(used.stytch.passwords.email.reset(late))).toBe(
      'unable_to_auth_password_reset_token',
    )
  })

  test('two calls with one reset link cannot both pass', async () => {
    await used.stytch.passwords.email.resetStart({ ...maya, reset_password_redirect_url: appUrl })
    const password_reset_token = used.emulator.messages()[0]?.token ?? ''
    const outcomes = await Promise.all(
      [password, other].map((chosen) =>
        errorType(used.stytch.passwords.email.reset({ password_reset_token, password: chosen })),
      ),
    )
    expect(outcomes.sort()).toEqual(['no error', 'unable_to_auth_password_reset_token'])
  })

  test.each([
    ['abc', 'weak_password'],
    ['password1', 'breached_password'],
  ])('%s may not be chosen', async (chosen, expected) => {
    expect(await errorType(reset(chosen))).toBe(expected)
    const { valid_password } = await used.stytch.passwords.strengthCheck({ password: chosen })
    expect(valid_password).toBe(false)
  })

  test('a strong one is said to be', async () => {
    expect(await used.stytch.passwords.strengthCheck({ password })).toMatchObject({
      valid_password: true,
      score: 4,
      breached_password: false,
      strength_policy: 'zxcvbn',
    })
  })

  test('is changed with the old one', async () => {
    await reset()
    const change = { ...maya, existing_password: password, new_password: other }
    expect(
      await errorType(
        used.stytch.passwords.existingPassword.reset({ ...change, existing_password: other }),
      ),
    ).toBe('unauthorized_credentials')
    await used.stytch.passwords.existingPassword.reset(change)
    expect(await errorType(used.stytch.passwords.authenticate({ ...maya, password }))).toBe(
      'unauthorized_credentials',
    )
    expect(await errorType(used.stytch.passwords.authenticate({ ...maya, password: other }))).toBe(
      'no error',
    )
  })

  test('is changed from a session that is fresh', async () => {
    const { session_token } = used.emulator.startSession(mayaId)
    const change = { organization_id: acmeId, password, session_token }
    used.emulator.clock.advance(6 * 60_000)
    expect(await errorType(used.stytch.passwords.sessions.reset(change))).toBe(
      'session_too_old_to_reset_password',
    )
    used.emulator.clock.reset()
    await used.stytch.passwords.sessions.reset(change)
    expect(await errorType(used.stytch.passwords.authenticate({ ...maya, password }))).toBe(
      'no error',
    )
  })

  test('can be made to need a reset, and deleted', async () => {
    await reset()
    await used.stytch.passwords.email.requireReset(maya)
    expect(await errorType(used.stytch.passwords.authenticate({ ...maya, password }))).toBe(
      'member_reset_password',
    )
    await reset()
    const { members } = used.stytch.organizations
    const { member } = await members.get({ organization_id: acmeId, member_id: mayaId })
    const { member_password_id } = member
    await members.deletePassword({ organization_id: acmeId, member_password_id })
    expect(
      await errorType(members.deletePassword({ organization_id: acmeId, member_password_id })),
    ).toBe('member_password_not_found')
  })

  test('discovers organizations, once it was chosen there', async () => {
    const { email_address } = maya
    await used.stytch.passwords.discovery.email.resetStart({
      email_address,
      reset_password_redirect_url: appUrl,
    })
    const password_reset_token = used.emulator.messages()[0]?.token ?? ''
    await used.stytch.passwords.discovery.email.reset({ password_reset_token, password })
    const found = await used.stytch.passwords.discovery.authenticate({ email_address, password })
    expect(found.discovered_organizations.length).toBeGreaterThan(0)
    const wrong = { email_address, password: other }
    expect(await errorType(used.stytch.passwords.discovery.authenticate(wrong))).toBe(
      'unauthorized_credentials',
    )
  })
})

describe('a password from elsewhere', () => {
  const salt = Buffer.from('sixteen bytes ok')
  const salt64 = salt.toString('base64')
  const pbkdf = { salt: salt64, iteration_amount: 10, key_length: 32, algorithm: 'sha256' }
  const scrypt = { salt: salt64, n_parameter: 16, r_parameter: 8, p_parameter: 1, key_length: 32 }
  const hashed = (algorithm: string, text: string): string =>
    createHash(algorithm).update(text).digest('hex')

  test.each([
    ['bcrypt', hashSync(password, 4), {}],
    [
      'md_5',
      hashed('md5', `a${password}z`),
      { md_5_config: { prepend_salt: 'a', append_salt: 'z' } },
    ],
    ['sha_1', hashed('sha1', password), {}],
    [
      'sha_512',
      hashed('sha512', `${password}z`),
      { sha_512_config: { prepend_salt: '', append_salt: 'z' } },
    ],
    [
      'scrypt',
      scryptSync(password, salt, 32, { N: 16 }).toString('base64'),
      { scrypt_config: scrypt },
    ],
    [
      'pbkdf_2',
      pbkdf2Sync(password, salt, 10, 32, 'sha256').toString('base64'),
      { pbkdf_2_config: pbkdf },
    ],
  ])('signs in: %s', async (hash_type, hash, config) => {
    const { member } = await used.stytch.passwords.migrate({
      ...maya,
      hash,
      hash_type: hash_type as 'bcrypt',
      ...config,
    })
    expect(member.member_password_id).not.toBe('')
    expect(await errorType(used.stytch.passwords.authenticate({ ...maya, password }))).toBe(
      'no error',
    )
    expect(await errorType(used.stytch.passwords.authenticate({ ...maya, password: other }))).toBe(
      'unauthorized_credentials',
    )
  })

  test('signs in: argon_2i, as in the example of its reference implementation', async () => {
    const hash = Buffer.from('45d7ac72e76f242b20b77b9bf9bf9d5915894e669a24e6c6', 'hex')
    const somesalt = Buffer.from('somesalt').toString('base64')
    const cost = { iteration_amount: 2, memory: 65_536, threads: 4, key_length: 24 }
    await used.stytch.passwords.migrate({
      ...maya,
      hash: hash.toString('base64'),
      hash_type: 'argon_2i',
      argon_2_config: { salt: somesalt, ...cost },
    })
    const right = { ...maya, password: 'password' }
    expect(await errorType(used.stytch.passwords.authenticate(right))).toBe('no error')
  })

  test.each([
    ['an unknown kind', { hash_type: 'rot13', hash: 'x' }, 'invalid_hash_type'],
    ['a hash of another kind', { hash_type: 'bcrypt', hash: 'x' }, 'invalid_hash'],
  ])('is refused: %s', async (_what, wrong, expected) => {
    const call = used.stytch.passwords.migrate({
      ...maya,
      ...(wrong as { hash_type: 'bcrypt'; hash: string }),
    })
    expect(await errorType(call)).toBe(expected)
  })
})
