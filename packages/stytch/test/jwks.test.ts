import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { IdentifyFailure } from '@lockstitch/guard'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { createKeySet, type KeySet } from '../src/verify/jwks.ts'

const rsa = (bits = 2048): object => publicJwk(generateKeyPairSync('rsa', { modulusLength: bits }))
const first = { ...rsa(), kid: 'first', alg: 'RS256', use: 'sig' }
const second = { ...rsa(), kid: 'second', alg: 'RS256', use: 'sig' }

let server: Server
let requests = 0
let answer: unknown
let now: number
beforeEach(async () => {
  requests = 0
  now = 0
  answer = { keys: [first] }
  server = createServer(({ url }, response) => {
    requests += 1
    if (url === '/elsewhere') answer = { keys: [first] }
    if (answer === 'drop') response.destroy()
    else if (answer === 'hang') return
    else if (answer === 'redirect') response.writeHead(302, { location: '/elsewhere' }).end()
    else if (typeof answer === 'string') response.writeHead(500).end(answer)
    else response.end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

function keySet(deadline = 2000, tries = 1): KeySet {
  const { port } = server.address() as AddressInfo
  return createKeySet({
    url: new URL(`http://127.0.0.1:${port}/jwks`),
    limits: { deadline, tries },
    clock: () => now,
    fetch,
  })
}

async function outcome(keys: KeySet, kid: string): Promise<string> {
  try {
    await keys.key(kid)
    return 'found'
  } catch (error) {
    if (error instanceof IdentifyFailure) return error.code
    throw error
  }
}

const minutes = 60_000

test('fetches the keys once for requests that arrive together', async () => {
  const keys = keySet()
  const found = await Promise.all(Array.from({ length: 20 }, () => outcome(keys, 'first')))
  expect(found.every((each) => each === 'found')).toBe(true)
  expect(requests).toBe(1)
  expect(keys.fetchedAt()).toBe(0)
})

test('fetches again for a new key, once, and not again and again for invented ones', async () => {
  const keys = keySet()
  await outcome(keys, 'first')
  answer = { keys: [second, first] }
  now += minutes
  expect(await Promise.all(['second', 'second', 'first'].map((kid) => outcome(keys, kid)))).toEqual(
    ['found', 'found', 'found'],
  )
  expect(requests).toBe(2)
  for (let index = 0; index < 100; index += 1)
    expect(await outcome(keys, `invented-${index}`)).toBe('token-key-unknown')
  expect(requests).toBe(2)
  now += minutes
  expect(await outcome(keys, 'invented')).toBe('token-key-unknown')
  expect(requests).toBe(3)
})

test('fetches again after ten minutes, and no longer accepts a key that has gone', async () => {
  const keys = keySet()
  await outcome(keys, 'first')
  answer = { keys: [second] }
  now += 9 * minutes
  expect(await outcome(keys, 'first')).toBe('found')
  now += minutes + 1
  expect(await outcome(keys, 'first')).toBe('token-key-unknown')
  expect(requests).toBe(2)
})

test('uses the keys for an hour when they cannot be fetched again, not longer', async () => {
  const keys = keySet()
  await outcome(keys, 'first')
  answer = 'drop'
  now += 59 * minutes
  expect(await outcome(keys, 'first')).toBe('found')
  now += minutes + 1
  expect(await outcome(keys, 'first')).toBe('stytch-unavailable')
})

test('does not say that a key is unknown when it could not look', async () => {
  const keys = keySet()
  await outcome(keys, 'first')
  answer = 'drop'
  now += minutes
  expect(await outcome(keys, 'second')).toBe('stytch-unavailable')
  // Between tries, too: a 401 would sign out whoever came second.
  expect(await outcome(keys, 'second')).toBe('stytch-unavailable')
  expect(await outcome(keys, 'first')).toBe('found')
  expect(requests).toBe(2)
})

test('keeps the keys when Stytch suddenly has none', async () => {
  const keys = keySet()
  await outcome(keys, 'first')
  answer = { keys: [] }
  now += 11 * minutes
  expect(await outcome(keys, 'first')).toBe('found')
  expect(await outcome(keys, 'second')).toBe('stytch-answer-invalid')
})

test('does not keep keys for longer when the clock is put back', async () => {
  now = 100 * minutes
  const keys = keySet()
  await outcome(keys, 'first')
  answer = { keys: [second] }
  now = 0
  expect(await outcome(keys, 'first')).toBe('token-key-unknown')
})

test.each([
  ['drops the connection', 'drop', 'stytch-unavailable'],
  ['does not answer', 'hang', 'stytch-unavailable'],
  ['answers an error', 'oops', 'stytch-unavailable'],
  ['answers with a redirect', 'redirect', 'stytch-unavailable'],
  ['answers without keys', {}, 'stytch-answer-invalid'],
  ['answers with keys that are no list', { keys: {} }, 'stytch-answer-invalid'],
  ['answers null', null, 'stytch-answer-invalid'],
  ['answers with a list of nonsense', { keys: [null, 1, {}, { kid: 1 }] }, 'stytch-answer-invalid'],
  ['answers with an empty list', { keys: [] }, 'stytch-answer-invalid'],
])('refuses when Stytch %s', async (_, body, code) => {
  answer = body
  expect(await outcome(keySet(100), 'first')).toBe(code)
})

test('tries again, and recovers', async () => {
  answer = 'oops'
  const keys = keySet(2000, 3)
  expect(await outcome(keys, 'first')).toBe('stytch-unavailable')
  expect(requests).toBe(3)
  answer = { keys: [first] }
  expect(await outcome(keys, 'first')).toBe('found')
})

test.each([
  [
    'an elliptic curve',
    { ...publicJwk(generateKeyPairSync('ec', { namedCurve: 'P-256' })), alg: 'ES256', use: 'sig' },
  ],
  [
    'an elliptic curve that says RS256',
    { ...publicJwk(generateKeyPairSync('ec', { namedCurve: 'P-256' })), alg: 'RS256' },
  ],
  ['another RSA algorithm', { ...first, alg: 'RS512' }],
  ['no algorithm', { ...first, alg: undefined }],
  ['a symmetric key', { kty: 'oct', k: 'c2VjcmV0', alg: 'HS256' }],
  ['a key for encryption', { ...first, use: 'enc' }],
  ['a private key', { ...privateJwk(), alg: 'RS256' }],
  ['no modulus', { ...first, n: undefined }],
  ['a modulus that is no number', { ...first, n: {} }],
])('refuses %s', async (_, key) => {
  answer = { keys: [{ ...key, kid: 'first' }] }
  expect(await outcome(keySet(), 'first')).toBe('token-key-not-accepted')
})

function publicJwk({ publicKey }: { publicKey: KeyObject }): object {
  return publicKey.export({ format: 'jwk' })
}

function privateJwk(): object {
  return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })
}
