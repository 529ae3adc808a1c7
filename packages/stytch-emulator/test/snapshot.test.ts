import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { createEmulator, type Emulator } from '../src/emulator.ts'
import type { Seed } from '../src/seed.ts'
import { fromPlain, toPlain } from '../src/snapshot/plain.ts'
import { runContract } from './contract/run.ts'
import {
  acmeId,
  appUrl,
  errorType,
  mayaId,
  sdk,
  seed,
  startEmulator,
  useEmulator,
} from './support.ts'

/** As it would be after a file or a request: nothing but JSON. */
function asJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value))
}

async function linkTo(emulator: Emulator): Promise<string> {
  await sdk(emulator).magicLinks.email.loginOrSignup({
    organization_id: acmeId,
    email_address: 'maya@acme.test',
    login_redirect_url: appUrl,
  })
  return emulator.messages()[0]?.token ?? ''
}

test('every method of the SDK works on from a snapshot taken before it', async () => {
  const outcomes = await runContract(undefined, (emulator) => {
    const snapshot = asJson(emulator.snapshot())
    emulator.reset()
    emulator.restore(snapshot)
  })
  const failures = outcomes.flatMap(({ kind, client, path, reason }) =>
    kind === 'failed' ? [`${client}.${path}: ${reason}`] : [],
  )
  expect(failures).toEqual([])
}, 120_000)

test('whatever an application keeps with a member comes back as it was', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.date({ noInvalidDate: true }), (json, at) => {
      const entity = { at, metadata: { value: json, $date: 'mine', $object: [json] } }
      expect(fromPlain(asJson(toPlain(entity)))).toEqual({ ...asJson(entity), at })
    }),
  )
})

describe('a snapshot', () => {
  const used = useEmulator()

  test('brings back members, sessions, messages, the time and keys, and what was used stays used', async () => {
    const { emulator, stytch } = used
    const token = await linkTo(emulator)
    emulator.clock.advance(60_000)
    const before = emulator.snapshot()
    const { session_jwt, session_token } = await stytch.magicLinks.authenticate({
      magic_links_token: token,
    })
    const after = emulator.snapshot()
    await emulator.rotateKeys()
    emulator.reset()
    expect(await errorType(stytch.sessions.authenticate({ session_token }))).toBe(
      'session_not_found',
    )

    emulator.restore(after)
    expect(emulator.snapshot()).toEqual(after)
    expect(emulator.clock.advanced()).toBe(60_000)
    expect(emulator.messages()).toHaveLength(1)
    const { member } = await stytch.sessions.authenticate({ session_jwt })
    expect(member.member_id).toBe(mayaId)
    const replayed = stytch.magicLinks.authenticate({ magic_links_token: token })
    expect(await errorType(replayed)).toBe('unable_to_auth_magic_link')

    emulator.restore(before)
    expect(await errorType(stytch.magicLinks.authenticate({ magic_links_token: token }))).toBe(
      'no error',
    )
  })

  test('is not changed by what happens to the emulator afterwards', async () => {
    const snapshot = used.emulator.snapshot()
    const before = asJson(snapshot)
    await linkTo(used.emulator)
    expect(snapshot).toEqual(before)
  })

  test('goes over HTTP, too', async () => {
    const { emulator, stytch } = used
    const url = `${emulator.url}/__emulator/snapshot`
    await stytch.organizations.members.create({
      organization_id: acmeId,
      email_address: 'new@acme.test',
    })
    const body = await (await fetch(url)).text()
    emulator.reset()
    expect((await fetch(url, { method: 'POST', body })).status).toBe(200)
    const { member } = await stytch.organizations.members.get({
      organization_id: acmeId,
      email_address: 'new@acme.test',
    })
    expect(member.status).toBe('active')
  })

  // biome-ignore format: table
  test.each([
    ['of other projects', (text: string) => text.replaceAll('project-test-0', 'project-test-1'), /is of project-test-1/],
    ['of a later version', (text: string) => text.replace('"version":1', '"version":2'), /snapshot.version/],
    ['with a key that is none', (text: string) => text.replaceAll('BEGIN PRIVATE', 'BEGIN OTHER'), /no private key/],
    ['with a row that is none', (text: string) => text.replace('"members":[[', '"members":[1,['), /snapshot.projects\[0\].tables.members\[0\]/],
    ['that is none', () => '{}', /snapshot.version/],
  ])('%s is refused, and nothing has changed', (_rule, spoil, message) => {
    const { emulator } = used
    const before = emulator.snapshot()
    expect(() => emulator.restore(JSON.parse(spoil(JSON.stringify(before))))).toThrow(message)
    expect(emulator.snapshot()).toEqual(before)
  })
})

describe('a file that keeps the state', () => {
  let directory = ''
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'stytch-emulator-'))
  })
  afterAll(() => rm(directory, { recursive: true }))

  test('brings an emulator back as it was, with its keys, its time and its made-up credentials', async () => {
    const persist = join(directory, 'all.db')
    const [{ project_id, secret, ...nameless } = {}] = seed.projects
    const started = { persist, seed: { projects: [nameless] }, keys: undefined }
    const first = await startEmulator(started)
    const token = await linkTo(first)
    await first.rotateKeys()
    first.clock.advance(60_000)
    const { session_jwt } = await sdk(first).magicLinks.authenticate({ magic_links_token: token })
    await sdk(first).organizations.members.delete({ organization_id: acmeId, member_id: mayaId })
    const before = first.snapshot()
    await first.close()

    const second = await startEmulator(started)
    expect(second.snapshot()).toEqual(before)
    expect(second.project).toEqual(first.project)
    expect(await errorType(sdk(second).sessions.authenticate({ session_jwt }))).toBe(
      'session_not_found',
    )
    second.reset()
    const seeded = second.snapshot()
    await second.close()
    const third = await startEmulator(started)
    expect(third.snapshot().projects).toEqual(seeded.projects)
    await third.close()
  })

  test('is one emulator’s at a time', async () => {
    const persist = join(directory, 'shared.db')
    const first = await startEmulator({ persist })
    await expect(startEmulator({ persist })).rejects.toMatchObject({
      name: 'EmulatorError',
      code: 'cannot-persist',
      message: expect.stringContaining(`process ${process.pid}`),
    })
    await first.close()
    await (await startEmulator({ persist })).close()
  })

  test.each([
    [
      'of another kind',
      'no database at all, but a text that is long enough to be read as one'.repeat(20),
    ],
    ['in a directory that is not there', undefined],
  ])('%s is refused', async (rule, content) => {
    const persist = content ? join(directory, rule) : join(directory, 'nowhere', 'file.db')
    if (content !== undefined) await writeFile(persist, content)
    await expect(startEmulator({ persist })).rejects.toMatchObject({ code: 'cannot-persist' })
  })

  test('with other projects than the seed’s is refused, with the place', async () => {
    const persist = join(directory, 'other.db')
    await (await startEmulator({ persist })).close()
    const other: Seed = { projects: [{ project_id: 'project-test-other' }] }
    await expect(createEmulator({ persist, seed: other })).rejects.toThrow(
      /seed.projects\[0\].project_id: `project-test-other` is not what the file/,
    )
    await (await startEmulator({ persist })).close()
  })
})
