import type { ServerResponse } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { findCerbos, skippedWithoutCerbos } from '../../../../tools/cerbos-server.ts'
import {
  type AuxDataExtractor,
  createAuxDataExtractor,
  type KeySetConfig,
} from '../../src/auxdata.ts'
import { cerbosClaims, startClaimsServer } from './cerbos-claims.ts'
import { type Loopback, startLoopback } from './loopback.ts'
import { signToken } from './sign-token.ts'
import { createSigningKeys, type SigningKey } from './signing-keys.ts'

const minute = 60_000
const hour = 60 * minute
const started = Date.UTC(2026, 0, 1)

type Answer = (response: ServerResponse) => void

const { p256: oldKey, otherP256: newKey } = createSigningKeys()
const oldToken = tokenOf(oldKey)
const newToken = tokenOf(newKey)
const withOld = keySetOf(oldKey)
const withNew = keySetOf(newKey)

let issuer: Loopback
let answer: Answer = withOld
let requests = 0
let time = started
let opened: Loopback[] = []

afterEach(async () => {
  await Promise.all(opened.map((each) => each.close()))
  opened = []
})

describe('a remote key set', () => {
  // biome-ignore format: table
  const ages = [
    { says: {},                                                       used: hour },
    { says: { 'cache-control': 'public, max-age=600' },               used: 10 * minute },
    { says: { 'cache-control': 'Max-Age="600"' },                     used: 10 * minute },
    { says: { 'cache-control': 'max-age=600', age: '300' },           used: 5 * minute },
    { says: { 'cache-control': 'max-age=600', expires: httpDate(9) }, used: 10 * minute },
    { says: { expires: httpDate(20 * minute) },                       used: 20 * minute },
    { says: { expires: '0' },                                         used: minute },
    { says: { expires: httpDate(-hour) },                             used: minute },
    { says: { 'cache-control': 'no-store, max-age=600' },             used: minute },
    { says: { 'cache-control': 'max-age=0' },                         used: minute },
    { says: { 'cache-control': 'max-age=9999999' },                   used: 24 * hour },
    { says: { 'cache-control': 'max-age=soon' },                      used: hour },
    { says: { 'cache-control': 'max-age=600' }, refreshInterval: 5_000, used: 5_000 },
  ]
  test.each(ages)('$says $refreshInterval is fetched again after $used ms', async (row) => {
    const extractor = await open(withHeaders(withOld, row.says), row.refreshInterval)
    expect(await accepts(extractor, oldToken)).toBe(true)
    time += row.used - 1
    expect(await accepts(extractor, oldToken)).toBe(true)
    expect(requests).toBe(1)
    time += 1
    expect(await accepts(extractor, oldToken)).toBe(true)
    expect(requests).toBe(2)
  })

  test('is not fetched before it is needed, and once for all that wait', async () => {
    const extractor = await open(withOld)
    expect(requests).toBe(0)
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => accepts(extractor, oldToken)),
    )
    expect(answers.every(Boolean)).toBe(true)
    expect(requests).toBe(1)
  })

  test('takes new keys in and old ones out', async () => {
    const extractor = await open(withOld)
    expect(await both(extractor)).toEqual([true, false])
    answer = withNew
    expect(await both(extractor)).toEqual([true, false])
    time += hour
    expect(await both(extractor)).toEqual([false, true])
  })

  // biome-ignore format: table
  const failures: readonly { readonly how: string; readonly answers: Answer }[] = [
    { how: 'a status that is no success', answers: (response) => response.writeHead(500).end() },
    { how: 'a broken connection',         answers: (response) => response.destroy() },
    { how: 'an empty answer',             answers: (response) => response.end() },
    { how: 'a page',                      answers: (response) => response.end('<html>') },
    { how: 'no keys',                     answers: (response) => response.end('{"keys":[]}') },
    { how: 'a key without `alg`',         answers: (response) => response.end(JSON.stringify({ keys: [{ ...oldKey.jwk, kid: 'a' }] })) },
    { how: 'too much',                    answers: (response) => response.end(`{"keys":[],"x":"${'x'.repeat(1 << 21)}"}`) },
  ]
  test.each(failures)('stays as it was after $how', async ({ answers }) => {
    const extractor = await open(withOld)
    expect(await accepts(extractor, oldToken)).toBe(true)
    answer = answers
    time += hour
    expect(await accepts(extractor, oldToken)).toBe(true)
    expect(await accepts(extractor, oldToken)).toBe(true)
    expect(requests).toBe(2)
    answer = withNew
    time += 10_000
    expect(await both(extractor)).toEqual([false, true])
  })

  test.each(failures)('that began with $how refuses, and recovers', async ({ answers }) => {
    const extractor = await open(answers)
    await expect(extract(extractor, oldToken)).rejects.toMatchObject({
      code: 'key-set-unavailable',
    })
    await expect(extract(extractor, oldToken)).rejects.toMatchObject({
      code: 'key-set-unavailable',
    })
    expect(requests).toBe(1)
    answer = withOld
    time += 10_000
    expect(await accepts(extractor, oldToken)).toBe(true)
  })

  test('that does not answer in time refuses', async () => {
    const extractor = await open(() => undefined)
    await expect(extract(extractor, oldToken)).rejects.toMatchObject({
      code: 'key-set-unavailable',
    })
  }, 15_000)

  test('is fetched again when the clock was put back', async () => {
    const extractor = await open(withOld)
    expect(await accepts(extractor, oldToken)).toBe(true)
    time -= minute
    expect(await accepts(extractor, oldToken)).toBe(true)
    expect(requests).toBe(2)
  })

  test.skipIf('missing' in findCerbos())(
    `is used as the real Cerbos uses it${skippedWithoutCerbos()}`,
    async () => {
      const extractor = await open(withOld)
      const cerbos = await startClaimsServer({ jwt: { keySets: [remote(undefined)] } })
      try {
        for (const token of [oldToken, newToken]) {
          const { ok } = await cerbosClaims(cerbos, token, '')
          expect(await accepts(extractor, token)).toBe(ok)
        }
      } finally {
        await cerbos.stop()
      }
    },
    60_000,
  )
})

async function open(first: Answer, refreshInterval?: number): Promise<AuxDataExtractor> {
  answer = first
  requests = 0
  time = started
  issuer = await startLoopback((_, response) => {
    requests += 1
    answer(response)
  })
  opened.push(issuer)
  return createAuxDataExtractor({ keySets: [remote(refreshInterval)] }, { clock: () => time })
}

function remote(refreshInterval: number | undefined): KeySetConfig {
  const { url } = issuer
  return {
    id: 'remote',
    remote: refreshInterval === undefined ? { url } : { url, refreshInterval },
  }
}

function extract(extractor: AuxDataExtractor, token: string): Promise<unknown> {
  return extractor.extract({ jwt: { token } }, { now: time })
}

function accepts(extractor: AuxDataExtractor, token: string): Promise<boolean> {
  return extract(extractor, token).then(
    () => true,
    () => false,
  )
}

async function both(extractor: AuxDataExtractor): Promise<readonly boolean[]> {
  return [await accepts(extractor, oldToken), await accepts(extractor, newToken)]
}

function tokenOf(key: SigningKey): string {
  const header = { alg: 'ES256', kid: 'key' }
  return signToken({ header, claims: { sub: 'maya' }, alg: 'ES256', key: key.privateKey })
}

function keySetOf(key: SigningKey): Answer {
  const body = JSON.stringify({ keys: [{ ...key.jwk, kid: 'key', alg: 'ES256' }] })
  return (response) => response.end(body)
}

function withHeaders(inner: Answer, headers: Readonly<Record<string, string | undefined>>): Answer {
  return (response) => {
    for (const [name, value] of Object.entries(headers))
      if (value !== undefined) response.setHeader(name, value)
    inner(response)
  }
}

function httpDate(offset: number): string {
  return new Date(started + offset).toUTCString()
}
