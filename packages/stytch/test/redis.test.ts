import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { StytchIdentify } from '@lockstitch/stytch'
import { redisRevocations } from '@lockstitch/stytch/redis'
import { createClient } from 'redis'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import {
  ada,
  claimsOf,
  identifyWith,
  maya,
  outcome,
  requestWith,
  type Stytch,
  sessionClaim,
  signedWebhook,
  startStytch,
  webhookSecret,
} from './fixtures.ts'

const isInstalled = spawnSync('redis-server', ['--version']).status === 0
const withoutRedis = isInstalled ? '' : ' (skipped: redis-server is not installed)'

type Client = ReturnType<typeof createClient>

describe.skipIf(!isInstalled)(`revocations in Redis${withoutRedis}`, () => {
  let directory: string
  let stytch: Stytch
  let server: ReturnType<typeof spawn>
  let clients: readonly Client[] = []
  /** Two processes of one application, as far as this matters. */
  let one: StytchIdentify
  let two: StytchIdentify

  const startServer = async (): Promise<void> => {
    const socket = join(directory, 'socket')
    const settings = ['--port', '0', '--unixsocket', socket, '--save', '', '--dir', directory]
    server = spawn('redis-server', settings, { stdio: 'ignore' })
  }
  const stopServer = async (): Promise<void> => {
    const ended = once(server, 'exit')
    server.kill('SIGKILL')
    await ended
  }
  const connected = async (): Promise<Client> => {
    const client: Client = createClient({
      socket: { path: join(directory, 'socket'), reconnectStrategy: 20 },
      // Without Redis it refuses at once.
      disableOfflineQueue: true,
    })
    client.on('error', () => {}) // It tries again.
    return await client.connect()
  }
  const identify = (client: Client, options = {}): StytchIdentify =>
    identifyWith(stytch, {
      revocations: redisRevocations(client),
      webhookSecrets: [webhookSecret],
      // So long that a busy machine is not taken for a service that does not answer.
      deadline: 20_000,
      ...options,
    })
  const started = (
    member: string,
  ): { readonly id: string; readonly request: ReturnType<typeof requestWith> } => {
    const { session_jwt: jwt } = stytch.emulator.startSession(member)
    const { id } = claimsOf(jwt)[sessionClaim] as { readonly id: string }
    return { id, request: requestWith({ jwt }) }
  }

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'lockstitch-redis-'))
    stytch = await startStytch()
    await startServer()
    clients = [await connected(), await connected()]
  })
  beforeEach(async () => {
    stytch.emulator.reset()
    const [first, second] = clients
    if (first === undefined || second === undefined) throw new Error('no clients')
    await first.flushAll()
    one = identify(first)
    two = identify(second)
  })
  afterAll(async () => {
    for (const client of clients) client.destroy()
    await stopServer()
    await stytch.emulator.close()
    rmSync(directory, { recursive: true })
  })

  test('a session that one process revoked is refused by the others', async () => {
    const [mayas, adas] = [started(maya), started(ada)]
    expect(await outcome(two, mayas.request)).toMatchObject({ id: maya })
    await one.sessionRevoked(mayas.id)
    expect(await outcome(two, mayas.request)).toBe('401 session-revoked')
    expect(await outcome(one, mayas.request)).toBe('401 session-revoked')
    expect(await outcome(two, adas.request)).toMatchObject({ id: ada })
  })

  test('a webhook that one process receives counts for all, and is a replay at the others', async () => {
    const { request } = started(maya)
    const { headers, body } = signedWebhook(stytch, { id: maya })
    expect(await one.receiveWebhook(headers, body)).toMatchObject({ kind: 'accepted' })
    expect(await outcome(two, request)).toBe('401 session-revoked')
    expect(await two.receiveWebhook(headers, body)).toMatchObject({ code: 'webhook-replayed' })
    stytch.emulator.clock.advance(1000)
    expect(await outcome(two, started(maya).request)).toMatchObject({ id: maya })
  })

  test('of two times the later holds, whichever comes last', async () => {
    const earlier = new Date(stytch.now() - 60_000).toISOString()
    const { request } = started(maya)
    for (const event of [{ id: maya }, { id: maya, timestamp: earlier }]) {
      const { headers, body } = signedWebhook(stytch, event)
      await one.receiveWebhook(headers, body)
    }
    expect(await outcome(two, request)).toBe('401 session-revoked')
  })

  test('projects with prefixes of their own know nothing of each other', async () => {
    const { id, request } = started(maya)
    await one.sessionRevoked(id)
    const [client] = clients as [Client]
    const other = identify(client, { revocations: redisRevocations(client, { prefix: 'other:' }) })
    expect(await outcome(other, request)).toMatchObject({ id: maya })
  })

  test('what Redis holds and is no time decides nothing', async () => {
    const { id, request } = started(maya)
    await clients[0]?.set(`{lockstitch}:revoked:${id}`, 'soon')
    expect(await outcome(two, request)).toBe('503 revocations-unavailable')
  })

  test('a Redis that does not answer in time lets nobody in', async () => {
    const [client] = clients as [Client]
    const impatient = identify(client, { deadline: 500 })
    const { request } = started(maya)
    // From then on it has the keys of Stytch, and Redis alone is asked.
    while (typeof (await outcome(impatient, request)) === 'string')
      stytch.emulator.clock.advance(2000)
    server.kill('SIGSTOP')
    try {
      expect(await outcome(impatient, request)).toBe('503 revocations-unavailable')
    } finally {
      server.kill('SIGCONT')
    }
    expect(await outcome(two, request)).toMatchObject({ id: maya })
  })

  test('without Redis nobody is let in, nobody is signed out, and it goes on when it is back', async () => {
    const { id, request } = started(maya)
    await stopServer()
    expect(await outcome(two, request)).toBe('503 revocations-unavailable')
    await expect(one.sessionRevoked(id)).rejects.toMatchObject({ code: 'revocations-unavailable' })
    expect(await outcome(one, request)).toBe('401 session-revoked')
    const { headers, body } = signedWebhook(stytch, { id: ada })
    expect(await one.receiveWebhook(headers, body)).toEqual({
      kind: 'refused',
      status: 503,
      code: 'webhook-not-kept',
    })
    await startServer()
    const ofTwo = (): ReturnType<typeof outcome> => outcome(two, started(maya).request)
    while ((await ofTwo()) === '503 revocations-unavailable') await pause(50)
    expect(await ofTwo()).toMatchObject({ id: maya })
    expect(await one.receiveWebhook(headers, body)).toMatchObject({ kind: 'accepted' })
  })
})
