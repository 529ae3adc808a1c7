import type { Client } from 'stytch'
import { beforeAll, describe, expect, test } from 'vitest'

import { landing, open } from './browser.ts'
import { appUrl, consumerSdk, errorType, mayaId, seed, useEmulator } from './support.ts'

const [project] = seed.projects
const sama = { user_id: 'user-test-5a3a', email: 'sama@home.test', roles: ['editor'] }
const used = useEmulator({ seed: { projects: [{ ...project, users: [sama] }] } })
const email = 'uma@home.test'
const hour = { session_duration_minutes: 60 }
let stytch: Client

beforeAll(() => {
  stytch = consumerSdk(used.emulator)
})

function mail() {
  return used.emulator.messages({ to: email })[0]
}

async function signUp(options: object = hour) {
  await stytch.magicLinks.email.loginOrCreate({ email, signup_magic_link_url: appUrl })
  return await stytch.magicLinks.authenticate({ token: mail()?.token ?? '', ...options })
}

async function visit(provider: string, parameters: Readonly<Record<string, string>> = {}) {
  return await landing(
    open(used.emulator, `/v1/public/oauth/${provider}/start`, {
      public_token: used.emulator.project.publicToken,
      login_redirect_url: appUrl,
      user: email,
      ...parameters,
    }),
  )
}

describe('a user', () => {
  test('may be there from the seed, and may do what their roles say', async () => {
    const { email_id } = await stytch.otps.email.send({ email: sama.email })
    const code = used.emulator.messages({ to: sama.email })[0]?.code ?? ''
    const answer = await stytch.otps.authenticate({ method_id: email_id, code, ...hour })
    expect(answer.user_id).toBe(sama.user_id)
    const { verdict } = await stytch.sessions.authenticate({
      session_token: answer.session_token,
      authorization_check: { resource_id: 'document', action: 'edit' },
    })
    expect(verdict?.granting_roles).toEqual(['editor'])
  })

  test('is signed up by a mailed link, which says what it is', async () => {
    const answer = await signUp()
    const url = new URL(mail()?.url ?? '')
    expect(url.searchParams.get('stytch_token_type')).toBe('magic_links')
    expect(answer).toMatchObject({
      user: { status: 'active', emails: [{ email, verified: true }], roles: ['stytch_user'] },
      session: {
        roles: ['stytch_user'],
        authentication_factors: [{ type: 'magic_link', delivery_method: 'email' }],
      },
    })
  })

  test('has a session only where a duration is given', async () => {
    const answer = await signUp({})
    expect(answer).toMatchObject({ session_token: '', session_jwt: '' })
    expect((await stytch.sessions.get({ user_id: answer.user_id })).sessions).toEqual([])
  })

  test('adds a second factor to their session', async () => {
    const { user_id, session_token } = await signUp()
    const phone_number = '+15557654321'
    const { phone_id } = await stytch.otps.sms.send({ phone_number, user_id })
    const code = used.emulator.messages({ to: phone_number })[0]?.code ?? ''
    const answer = await stytch.otps.authenticate({ method_id: phone_id, code, session_token })
    expect(answer.session_token).toBe(session_token)
    expect(answer.session?.authentication_factors.map((one) => one.delivery_method)).toEqual([
      'email',
      'sms',
    ])
  })

  test('does not add a factor to the session of another', async () => {
    const { session_token } = await signUp()
    await stytch.users.create({ email: 'eve@home.test' })
    const { email_id } = await stytch.otps.email.send({ email: 'eve@home.test' })
    const code = used.emulator.messages({ to: 'eve@home.test' })[0]?.code ?? ''
    const call = stytch.otps.authenticate({ method_id: email_id, code, session_token })
    expect(await errorType(call)).toBe('session_not_found')
  })

  test('cannot take an address or a number of another', async () => {
    const { user_id } = await signUp()
    await stytch.users.create({ email: 'eve@home.test', phone_number: '+15550000001' })
    const byMail = stytch.otps.email.send({ email: 'eve@home.test', user_id })
    expect(await errorType(byMail)).toBe('duplicate_email')
    const byText = stytch.otps.sms.send({ phone_number: '+15550000001', user_id })
    expect(await errorType(byText)).toBe('duplicate_phone_number')
  })

  test('a code works once, in time, and for its own address', async () => {
    const { email_id } = await stytch.otps.email.loginOrCreate({ email })
    const code = mail()?.code ?? ''
    const enter = (method_id: string) => errorType(stytch.otps.authenticate({ method_id, code }))
    expect(await enter('nobody')).toBe('otp_code_not_found')
    expect(await enter(email_id)).toBe('no error')
    expect(await enter(email_id)).toBe('unable_to_auth_otp_code')
    await stytch.otps.email.send({ email })
    used.emulator.clock.advance(11 * 60_000)
    const late = stytch.otps.authenticate({ method_id: email_id, code: mail()?.code ?? '' })
    expect(await errorType(late)).toBe('unable_to_auth_otp_code')
  })

  test('an error leads to the documentation of consumer projects', async () => {
    const error = await stytch.users.get({ user_id: 'nobody' }).catch((caught: unknown) => caught)
    expect(error).toMatchObject({
      status_code: 404,
      error_url: 'https://stytch.com/docs/api/errors/404#user_not_found',
    })
  })

  test('who is deleted is signed out, and their links are gone', async () => {
    const { user_id, session_token } = await signUp()
    await stytch.magicLinks.email.send({ email, login_magic_link_url: appUrl })
    const token = mail()?.token ?? ''
    await stytch.users.delete({ user_id })
    expect(await errorType(stytch.sessions.authenticate({ session_token }))).toBe(
      'session_not_found',
    )
    expect(await errorType(stytch.magicLinks.authenticate({ token }))).toBe('magic_link_not_found')
  })

  test('changing a password by the old one ends the other sessions', async () => {
    const existing_password = 'seven blue lorries at dawn'
    const new_password = 'eight green ferries by dusk'
    const { user_id } = await stytch.passwords.create({
      email,
      password: existing_password,
      ...hour,
    })
    await stytch.passwords.existingPassword.reset({ email, existing_password, new_password })
    expect((await stytch.sessions.get({ user_id })).sessions).toEqual([])
  })
})

describe('a sign-in that is refused for another’s session', () => {
  test('changes no password', async () => {
    const { session_token } = await signUp()
    const account = { email: 'eve@home.test', existing_password: 'seven blue lorries at dawn' }
    await stytch.passwords.create({ email: account.email, password: account.existing_password })
    const new_password = 'eight green ferries by dusk'
    const reset = stytch.passwords.existingPassword.reset({
      ...account,
      new_password,
      session_token,
    })
    expect(await errorType(reset)).toBe('session_not_found')
    const signIn = { email: account.email, password: account.existing_password }
    expect((await stytch.passwords.authenticate(signIn)).status_code).toBe(200)
  })

  test('proves no address and adds no account', async () => {
    const { session_token } = await signUp()
    const address = 'eve@home.test'
    await stytch.magicLinks.email.loginOrCreate({ email: address, signup_magic_link_url: appUrl })
    const token = used.emulator.messages({ to: address })[0]?.token ?? ''
    expect(await errorType(stytch.magicLinks.authenticate({ token, session_token }))).toBe(
      'session_not_found',
    )
    const granted = await visit('google', { user: 'new@home.test' })
    expect(
      await errorType(stytch.oauth.authenticate({ token: granted.token, session_token })),
    ).toBe('session_not_found')
    const { results } = await stytch.users.search({})
    const addresses = results.flatMap(({ emails }) => emails)
    expect(addresses.find((one) => one.email === address)?.verified).toBe(false)
    expect(addresses.some((one) => one.email === 'new@home.test')).toBe(false)
  })
})

test('a migrated user takes nobody’s phone number, and has one of their own once', async () => {
  const phone_number = '+15005550006'
  const { user_id } = await stytch.users.create({ email, phone_number })
  const migrated = {
    hash: '$2b$10$abcdefghijklmnopqrstuuQzHSj6vN3n7dUJ0D0Wj5n8WbPqkKq8K',
    hash_type: 'bcrypt',
    phone_number,
    set_phone_number_verified: true,
  }
  expect(await errorType(stytch.passwords.migrate({ ...migrated, email: 'eve@home.test' }))).toBe(
    'duplicate_phone_number',
  )
  await stytch.passwords.migrate({ ...migrated, email })
  const { phone_numbers } = await stytch.users.get({ user_id })
  expect(phone_numbers).toMatchObject([{ phone_number, verified: true }])
})

describe('sessions of members and of users', () => {
  test('are no sessions of the other kind', async () => {
    const user = await signUp()
    const member = used.emulator.startSession(mayaId)
    for (const reference of [
      { session_token: member.session_token },
      { session_jwt: member.session_jwt },
    ])
      expect(await errorType(stytch.sessions.authenticate(reference))).toBe('session_not_found')
    for (const reference of [
      { session_token: user.session_token },
      { session_jwt: user.session_jwt },
    ])
      expect(await errorType(used.stytch.sessions.authenticate(reference))).toBe(
        'session_not_found',
      )
  })

  test('a token that puts someone in a member’s place is none for users', async () => {
    const impersonation_token = used.emulator.impersonate(mayaId, 'support@papers.test')
    expect(await errorType(stytch.impersonation.authenticate({ impersonation_token }))).toBe(
      'unable_to_auth_impersonation_token',
    )
  })
})

describe('a user’s account at a provider', () => {
  test('belongs to whoever has the address, if the provider verifies addresses', async () => {
    const { user_id } = await signUp()
    const { token } = await visit('google')
    expect((await stytch.oauth.authenticate({ token })).user_id).toBe(user_id)
    expect((await visit('slack')).type).toBe('oauth_unverified_email')
  })

  test('is known by its subject afterwards, whatever the address', async () => {
    const { token } = await visit('google', { subject: 'g-1' })
    const { user_id } = await stytch.oauth.authenticate({ token })
    const moved = await visit('google', { subject: 'g-1', user: 'uma.new@home.test' })
    expect((await stytch.oauth.authenticate({ token: moved.token })).user_id).toBe(user_id)
  })

  test('is not added twice, nor with a token for another provider', async () => {
    const { token } = await visit('google')
    await stytch.oauth.authenticate({ token })
    const { user_id } = await stytch.users.create({ email: 'eve@home.test' })
    const { oauth_attach_token } = await stytch.oauth.attach({ provider: 'google', user_id })
    expect((await visit('google', { oauth_attach_token })).type).toBe('invalid_oauth_attach_token')
    expect((await visit('github', { oauth_attach_token })).type).toBe('invalid_oauth_attach_token')
  })

  test('is added once with a token', async () => {
    const { user_id } = await stytch.users.create({ email: 'eve@home.test' })
    const { oauth_attach_token } = await stytch.oauth.attach({ provider: 'google', user_id })
    const first = await visit('google', { oauth_attach_token, subject: 'g-1' })
    expect((await stytch.oauth.authenticate({ token: first.token })).user_id).toBe(user_id)
    const again = await visit('google', {
      oauth_attach_token,
      subject: 'g-2',
      user: 'mallory@home.test',
    })
    expect(again.type).toBe('invalid_oauth_attach_token')
  })

  test('a member’s token from a provider is none for users', async () => {
    const { token } = await landing(
      open(used.emulator, '/v1/b2b/public/oauth/google/start', {
        public_token: used.emulator.project.publicToken,
        slug: 'acme',
        login_redirect_url: appUrl,
        user: 'maya@acme.test',
      }),
    )
    expect(await errorType(stytch.oauth.authenticate({ token }))).toBe('oauth_token_not_found')
  })
})
