import { expect, test } from 'vitest'

import { identifyWith, maya, outcome, requestWith, startStytch } from './fixtures.ts'

test('Stytch is left alone after five calls without an answer, and asked again after a pause', async () => {
  const stytch = await startStytch()
  const { emulator } = stytch
  const identify = identifyWith(stytch, { roles: [], maxTokenAge: 0, tries: 1 })
  const { session_token: token } = emulator.startSession(maya)
  const ask = (): ReturnType<typeof outcome> => outcome(identify, requestWith({ token }))
  try {
    emulator.faults.add({ path: '/v1/b2b/sessions/authenticate', status: 500, times: 6 })
    for (let call = 1; call <= 5; call += 1) expect(await ask()).toBe('503 stytch-unavailable')
    expect(await ask()).toBe('503 stytch-away')
    expect(emulator.faults.all()).toMatchObject([{ times: 1 }])

    emulator.clock.advance(2000)
    expect(await ask()).toBe('503 stytch-unavailable')
    expect(await ask()).toBe('503 stytch-away')
    emulator.clock.advance(2000)
    expect(await ask()).toMatchObject({ id: maya })
    expect(await ask()).toMatchObject({ id: maya })
  } finally {
    await emulator.close()
  }
})

test('a refusal is an answer: sessions that nobody knows keep nobody away', async () => {
  const stytch = await startStytch()
  const identify = identifyWith(stytch, { roles: [], maxTokenAge: 0 })
  for (let call = 1; call <= 8; call += 1)
    expect(await outcome(identify, requestWith({ token: 'nobody' }))).toBe('401 session-not-found')
  await stytch.emulator.close()
})
