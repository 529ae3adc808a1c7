import { generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type AuxDataConfig,
  AuxDataError,
  type AuxDataExtractor,
  type AuxDataTokens,
  createAuxDataExtractor,
  type KeySetConfig,
} from '@lockstitch/server/auxdata'

import { difference, type Plain } from '../compare.ts'
import type { CaseFile } from '../corpus.ts'
import { NO_SKIPS } from '../skips/skip-list.ts'
import { failed, type Outcome, PASSED, type Suite } from '../suite.ts'

/** Tokens that become claims or are refused. */
export const AUXDATA_EXTRACT: Suite = {
  name: 'auxdata_extract',
  needsCorpus: true,
  skips: NO_SKIPS,
  cases: (corpus) =>
    corpus.cases('auxdata_extract').map((file) => ({ name: file.name, run: () => runCase(file) })),
}

/** Tokens that expire so many seconds from now; one to each key set named, or several by name. */
interface AuxDataCase {
  readonly keySets?: readonly string[]
  /** `null` names none. */
  readonly useKeySetIds?: readonly (string | null)[]
  readonly expiresInSeconds?: number
  readonly noToken?: boolean
  readonly jwts?: Readonly<Record<string, number>>
  readonly valid: boolean
  /** Those of {@link CLAIMS} and `exp` otherwise. */
  readonly wantClaims?: Plain
}

/** What the tokens of the upstream tests say. */
const CLAIMS = {
  iss: 'cerbos-test-suite',
  aud: ['cerbos-jwt-tests'],
  customString: 'foobar',
  customInt: 42,
  customArray: ['A', 'B', 'C'],
  customMap: { A: 'AA', B: 'BB', C: 'CC' },
}
const ACCEPTABLE_TIME_SKEW = 60_000

interface Request {
  readonly auxData: AuxDataTokens
  readonly want: Plain
}

async function runCase({ content }: CaseFile): Promise<Outcome> {
  // The format of this suite, which its README describes.
  const auxDataCase = content as unknown as AuxDataCase
  const issuer = await createIssuer()
  try {
    const config: AuxDataConfig = {
      acceptableTimeSkew: ACCEPTABLE_TIME_SKEW,
      keySets: (auxDataCase.keySets ?? []).map(issuer.keySet),
    }
    const extractor = await createAuxDataExtractor(config)
    const now = Date.now()
    for (const request of requestsOf(auxDataCase, issuer, now)) {
      const want = auxDataCase.valid ? request.want : 'refused'
      const wrong = difference(want, await answer(extractor, request.auxData, now))
      if (wrong !== undefined) return failed(wrong)
    }
    return PASSED
  } finally {
    await issuer.close()
  }
}

function requestsOf(auxDataCase: AuxDataCase, issuer: Issuer, now: number): readonly Request[] {
  const { useKeySetIds = [null], expiresInSeconds = 0, noToken, jwts, wantClaims } = auxDataCase
  if (noToken) return [{ auxData: { jwt: { token: '' } }, want: { jwt: wantClaims ?? {} } }]
  const issue = (seconds: number): Issued => {
    const exp = Math.floor(now / 1000) + seconds
    const text = new Date(exp * 1000).toISOString().replace('.000Z', 'Z')
    return { token: issuer.sign(exp), claims: wantClaims ?? { ...CLAIMS, exp: text } }
  }
  if (jwts !== undefined) return [namedTokens(Object.keys(jwts), Object.values(jwts).map(issue))]
  const issued = issue(expiresInSeconds)
  return useKeySetIds.map((keySetId) => ({
    auxData: { jwt: { token: issued.token, ...(keySetId !== null && { keySetId }) } },
    want: { jwt: issued.claims },
  }))
}

interface Issued {
  readonly token: string
  readonly claims: Plain
}

function namedTokens(names: readonly string[], issued: readonly Issued[]): Request {
  const byName = <T>(of: (token: Issued) => T): Record<string, T> =>
    Object.fromEntries(issued.map((each, index) => [names[index], of(each)]))
  return {
    auxData: { jwts: byName(({ token }) => ({ token })) },
    want: { jwts: byName(({ claims }) => ({ claims })) },
  }
}

async function answer(
  extractor: AuxDataExtractor,
  auxData: AuxDataTokens,
  now: number,
): Promise<Plain> {
  try {
    return (await extractor.extract(auxData, { now })) as Plain
  } catch (error) {
    if (error instanceof AuxDataError) return 'refused'
    throw error
  }
}

/** Signs with a key pair of its own, whose public half lies wherever key sets are looked for. */
interface Issuer {
  keySet(id: string): KeySetConfig
  sign(exp: number): string
  close(): Promise<void>
}

async function createIssuer(): Promise<Issuer> {
  const { privateKey: key, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' })
  const kid = randomUUID()
  const jwk = JSON.stringify({
    ...publicKey.export({ format: 'jwk' }),
    kid,
    alg: 'ES384',
    use: 'sig',
  })
  const directory = await mkdtemp(join(tmpdir(), 'lockstitch-auxdata-'))
  const file = join(directory, 'verify_key.jwk')
  await writeFile(file, jwk)
  const server = createServer((_, response) => response.end(jwk))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    keySet: (id) => ({
      id,
      ...sourceOf(id, { url: `http://127.0.0.1:${port}/`, file, data: btoa(jwk) }),
      ...(id.endsWith('_insecure') && { insecure: { optionalAlg: true, optionalKid: true } }),
    }),
    sign: (exp) => {
      const content = [
        { alg: 'ES384', kid },
        { ...CLAIMS, exp },
      ]
        .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
        .join('.')
      const signature = sign('sha384', Buffer.from(content), { key, dsaEncoding: 'ieee-p1363' })
      return `${content}.${signature.toString('base64url')}`
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await rm(directory, { recursive: true, force: true })
    },
  }
}

function sourceOf(
  id: string,
  { url, file, data }: { readonly url: string; readonly file: string; readonly data: string },
): Pick<KeySetConfig, 'local' | 'remote'> {
  if (id.startsWith('remote')) return { remote: { url } }
  return { local: id.startsWith('local_data') ? { data } : { file } }
}
