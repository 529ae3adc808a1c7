import { expect } from 'vitest'

import { emulatorTest } from '../src/vitest.ts'
import { errorType, mayaId, sdk, seed } from './support.ts'

const test = emulatorTest({ seed })
const urls = new Set<string>()

test('the fixture is an emulator that the SDK works against', async ({ emulator }) => {
  urls.add(emulator.url)
  const { session_token } = emulator.startSession(mayaId)
  const { member } = await sdk(emulator).sessions.authenticate({ session_token })
  expect(member.member_id).toBe(mayaId)
  await sdk(emulator).organizations.delete({ organization_id: 'acme' })
})

test('the next test of the file has the same, put back to its seed', async ({ emulator }) => {
  urls.add(emulator.url)
  expect(urls.size).toBe(1)
  const call = sdk(emulator).organizations.get({ organization_id: 'acme' })
  expect(await errorType(call)).toBe('no error')
})
