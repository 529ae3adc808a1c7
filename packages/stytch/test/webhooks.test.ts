import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { StytchIdentify, WebhookOutcome } from '@lockstitch/stytch'
import { defaultSeed } from '@lockstitch/stytch-emulator'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import {
  acme,
  ada,
  globex,
  identifyWith,
  maya,
  outcome,
  requestWith,
  type Stytch,
  signedWebhook,
  startStytch,
  type Webhook,
  type WebhookOptions,
  webhookSecret,
} from './fixtures.ts'

const secret = webhookSecret
const other = `whsec_${Buffer.from('another secret of the same length').toString('base64')}`

let stytch: Stytch
let identify: StytchIdentify

beforeAll(async () => {
  stytch = await startStytch()
})
beforeEach(() => {
  identify = identifyWith(stytch, { webhookSecrets: [secret] })
})
afterAll(() => stytch.emulator.close())

let sent = 0
/** A webhook as Svix sends it; this one is about Maya unless the event says otherwise. */
const webhook = (event: object, { id = `msg_${++sent}`, ...more }: WebhookOptions = {}): Webhook =>
  signedWebhook(stytch, { id: maya, ...event }, { id, ...more })

async function receive({ headers, body }: Webhook): Promise<string> {
  const received: WebhookOutcome = await identify.receiveWebhook(headers, body)
  return received.kind === 'accepted' ? 'accepted' : `${received.status} ${received.code}`
}

const who = (jwt: string): ReturnType<typeof outcome> => outcome(identify, requestWith({ jwt }))

describe('a signed webhook revokes at once:', () => {
  test('the sessions of a deleted member, and of no one else', async () => {
    const { session_jwt: mayas } = stytch.emulator.startSession(maya)
    const { session_jwt: adas } = stytch.emulator.startSession(ada)
    expect(await who(mayas)).toMatchObject({ id: maya })
    expect(await receive(webhook({}))).toBe('accepted')
    expect(await who(mayas)).toBe('401 session-revoked')
    expect(await who(adas)).toMatchObject({ id: ada })
  })

  test('the sessions of a deleted organization', async () => {
    const { session_jwt } = stytch.emulator.startSession(maya)
    expect(await receive(webhook({ object_type: 'organization', id: globex }))).toBe('accepted')
    expect(await who(session_jwt)).toMatchObject({ id: maya })
    expect(await receive(webhook({ object_type: 'organization', id: acme }))).toBe('accepted')
    expect(await who(session_jwt)).toBe('401 session-revoked')
  })

  test('not those that started later, as a reactivated member has', async () => {
    expect(await receive(webhook({}))).toBe('accepted')
    stytch.emulator.clock.advance(2000)
    const { session_jwt } = stytch.emulator.startSession(maya)
    expect(await who(session_jwt)).toMatchObject({ id: maya })
  })

  test('an earlier event that comes later takes nothing back', async () => {
    const earlier = new Date(stytch.now() - 60_000).toISOString()
    const { session_jwt } = stytch.emulator.startSession(maya)
    expect(await receive(webhook({}))).toBe('accepted')
    expect(await receive(webhook({ timestamp: earlier }))).toBe('accepted')
    expect(await who(session_jwt)).toBe('401 session-revoked')
  })

  test('an update revokes nothing', async () => {
    const { session_jwt } = stytch.emulator.startSession(maya)
    expect(await receive(webhook({ action: 'UPDATE' }))).toBe('accepted')
    expect(await who(session_jwt)).toMatchObject({ id: maya })
  })
})

describe('a webhook is refused and revokes nothing:', () => {
  const without = (name: string): Webhook => {
    const made = webhook({})
    made.headers.delete(name)
    return made
  }
  test.each<[string, () => Webhook, string]>([
    ['without id', () => without('svix-id'), '401 webhook-unsigned'],
    ['without time', () => without('svix-timestamp'), '401 webhook-unsigned'],
    ['without signature', () => without('svix-signature'), '401 webhook-unsigned'],
    ['another secret', () => webhook({}, { key: other }), '401 webhook-signature-invalid'],
    ['a changed body', () => ({ ...webhook({}), body: '{}' }), '401 webhook-signature-invalid'],
    ['six minutes old', () => webhook({}, { age: 360 }), '401 webhook-too-old'],
    ['six minutes early', () => webhook({}, { age: -360 }), '401 webhook-too-old'],
    ['another project', () => webhook({ project_id: 'x' }), '401 webhook-wrong-project'],
    ['a member without id', () => webhook({ id: 7 }), '400 webhook-malformed'],
  ])('%s', async (_, make, refusal) => {
    const { session_jwt } = stytch.emulator.startSession(maya)
    expect(await receive(make())).toBe(refusal)
    expect(await who(session_jwt)).toMatchObject({ id: maya })
  })

  test('the second time, for as long as its signature would hold', async () => {
    const made = webhook({})
    expect(await receive(made)).toBe('accepted')
    expect(await receive(made)).toBe('409 webhook-replayed')
    stytch.emulator.clock.advance(299_000)
    expect(await receive(made)).toBe('409 webhook-replayed')
    stytch.emulator.clock.advance(2000)
    expect(await receive(made)).toBe('401 webhook-too-old')
  })
})

test('one that comes twice at once is accepted once', async () => {
  const made = webhook({})
  const both = await Promise.all([receive(made), receive(made)])
  expect(both.sort()).toEqual(['409 webhook-replayed', 'accepted'])
})

test('one without a time of its own revokes what started before it was sent', async () => {
  const { session_jwt: before } = stytch.emulator.startSession(maya)
  const made = webhook({ timestamp: undefined })
  stytch.emulator.clock.advance(2000)
  const { session_jwt: after } = stytch.emulator.startSession(maya)
  expect(await receive(made)).toBe('accepted')
  expect(await who(before)).toBe('401 session-revoked')
  expect(await who(after)).toMatchObject({ id: maya })
})

test('either secret fits while the secret is being changed', async () => {
  identify = identifyWith(stytch, { webhookSecrets: [other, secret] })
  expect(await receive(webhook({}))).toBe('accepted')
  expect(await receive(webhook({}, { key: other }))).toBe('accepted')
})

test('a secret that is none is refused at the start, without telling it', () => {
  expect(() => identifyWith(stytch, { webhookSecrets: [] })).toThrow('`webhookSecrets`')
  expect(() => identifyWith(stytch, { webhookSecrets: ['hunter2'] })).toThrow(/^(?!.*hunter2)/)
})

test('a receiver without secrets receives nothing', async () => {
  identify = identifyWith(stytch)
  await expect(receive(webhook({}))).rejects.toThrow('`webhookSecrets`')
})

test('the emulator’s webhooks are accepted, and what they delete is signed out', async () => {
  const taken: string[] = []
  const listener = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += String(part)
    const headers = new Headers(
      Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      ),
    )
    taken.push(await receive({ headers, body }))
    response.end()
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/`
  const [project] = defaultSeed.projects
  const sender = await startStytch({ projects: [{ ...project, webhooks: [{ url, secret }] }] })
  identify = identifyWith(sender, { webhookSecrets: [secret] })
  const { session_jwt } = sender.emulator.startSession(maya)
  expect(await who(session_jwt)).toMatchObject({ id: maya })
  const { members } = sender.client.organizations
  await members.delete({ organization_id: acme, member_id: maya })
  await sender.emulator.webhooksSent()
  expect(taken).toEqual(['accepted'])
  expect(await who(session_jwt)).toBe('401 session-revoked')
  await sender.emulator.close()
  listener.close()
})
