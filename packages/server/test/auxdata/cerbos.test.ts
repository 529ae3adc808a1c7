import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type CerbosServer,
  findCerbos,
  skippedWithoutCerbos,
} from '../../../../tools/cerbos-server.ts'
import {
  type AuxDataConfig,
  AuxDataError,
  type AuxDataExtractor,
  type AuxDataTokens,
  createAuxDataExtractor,
  type KeySetConfig,
} from '../../src/auxdata.ts'
import {
  type CerbosClaims,
  cerbosClaims,
  cerbosNamedClaims,
  startClaimsServer,
} from './cerbos-claims.ts'
import { REFUSED_BY_US } from './known-differences.ts'
import { createSigningKeys } from './signing-keys.ts'
import { keySetsOf, type TokenCase, tokenCases } from './token-cases.ts'

const skew = 30_000
const keys = createSigningKeys()
const keySets = keySetsOf(keys)
const cases = tokenCases(keys, Math.floor(Date.now() / 1000))

// biome-ignore format: table
const servers: readonly { readonly name: string; readonly cerbos: object; readonly ours: AuxDataConfig }[] = [
  { name: 'several key sets',      cerbos: { keySets },                            ours: { keySets } },
  { name: 'a tolerance of 30 s',   cerbos: { keySets, acceptableTimeSkew: '30s' }, ours: { keySets, acceptableTimeSkew: skew } },
  { name: 'verification disabled', cerbos: { keySets, disableVerification: true }, ours: { keySets, disableVerification: true } },
  { name: 'one key set',           cerbos: { keySets: keySets.slice(0, 1) },       ours: { keySets: keySets.slice(0, 1) } },
  { name: 'no key sets',           cerbos: {},                                     ours: {} },
]

describe.skipIf('missing' in findCerbos())(
  `the claims are those of the real Cerbos${skippedWithoutCerbos()}`,
  () => {
    describe.each(servers)('with $name', ({ cerbos, ours }) => {
      let server: CerbosServer
      let extractor: AuxDataExtractor
      beforeAll(async () => {
        server = await startClaimsServer({ jwt: cerbos })
        extractor = await createAuxDataExtractor({
          ...ours,
          ...(ours.keySets && { keySets: await usable(ours.keySets) }),
        })
      }, 60_000)
      afterAll(() => server.stop())

      test.each(cases)('$title', async (each) => {
        const expected = await cerbosClaims(server, each.token, each.keySetId)
        const actual = await ourClaims(extractor, each)
        const known = REFUSED_BY_US.get(each.title)
        const isKnown = known !== undefined && (known.always || !ours.disableVerification)
        if (expected.ok && isKnown) expect(actual).toBe('refused')
        else expect(actual).toEqual(claimsOrRefused(expected))
      })

      test('several tokens by name', async () => {
        const token = good()
        const bad = { token: `${token.token}x`, keySetId: 'main' }
        const tables = [
          {},
          { a: token },
          { a: token, b: token, c: token, d: token, e: token, f: token },
          { a: token, b: token, c: token, d: token, e: bad, f: token },
          { a: bad },
          JSON.parse(JSON.stringify({ a: token }).replace('"a"', '"__proto__"')),
          { 'a name': token, é: token },
        ]
        for (const jwts of tables) {
          const expected = await cerbosNamedClaims(server, jwts)
          const actual = await answerOf(extractor, { jwts })
          const claims = typeof actual === 'string' ? actual : claimsByName(actual.jwts)
          expect(claims).toEqual(claimsOrRefused(expected))
        }
      })
    })
  },
)

test('every known difference has a case', () => {
  const titles = cases.map(({ title }) => title)
  expect([...REFUSED_BY_US.keys()].filter((title) => !titles.includes(title))).toEqual([])
  expect(new Set(titles).size).toBe(titles.length)
})

function good(): { readonly token: string; readonly keySetId: string } {
  const { token, keySetId } = cases.find(({ title }) => title === 'RS256') as TokenCase
  return { token, keySetId }
}

/** Cerbos starts with key sets that it cannot use and refuses their tokens; we do not start. */
async function usable(configs: readonly KeySetConfig[]): Promise<readonly KeySetConfig[]> {
  const found = await Promise.all(
    configs.map((each) =>
      createAuxDataExtractor({ keySets: [each] }).then(
        () => [each],
        () => [],
      ),
    ),
  )
  return found.flat()
}

async function ourClaims(extractor: AuxDataExtractor, each: TokenCase): Promise<unknown> {
  const { token, keySetId } = each
  const answer = await answerOf(extractor, { jwt: { token, keySetId } })
  return typeof answer === 'string' ? answer : plain(answer.jwt)
}

async function answerOf(
  extractor: AuxDataExtractor,
  auxData: AuxDataTokens,
): Promise<'refused' | Awaited<ReturnType<AuxDataExtractor['extract']>>> {
  try {
    return await extractor.extract(auxData, { now: Date.now() })
  } catch (error) {
    expect(error).toBeInstanceOf(AuxDataError)
    return 'refused'
  }
}

function claimsByName(jwts: object | undefined): unknown {
  const entries = Object.entries(jwts ?? {})
  return plain(Object.fromEntries(entries.map(([name, { claims }]) => [name, claims])))
}

function claimsOrRefused(answer: CerbosClaims): unknown {
  return answer.ok ? answer.value : 'refused'
}

/** With prototypes, as it comes from the wire. */
function plain(value: unknown): unknown {
  return structuredClone(value)
}
