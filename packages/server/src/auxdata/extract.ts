import { claimsForConditions } from './claims.ts'
import { type AuxDataConfig, assertConfig } from './config.ts'
import { AuxDataError } from './errors.ts'
import { type AuxDataIo, PROCESS_IO } from './io.ts'
import type { Claims } from './json.ts'
import { openKeySets } from './key-sets.ts'
import { assertTimes } from './times.ts'
import { decodeToken } from './token.ts'
import { assertUnverifiedShape, verifySignature } from './verify.ts'

/** A token of a request. */
export interface TokenInput {
  /** A JWT in the compact form. Empty text is a token without claims. */
  readonly token: string
  /** The key set to verify it with; needed where there are several. */
  readonly keySetId?: string
}

/** The auxData of a request: one token, or several by name. */
export interface AuxDataTokens {
  readonly jwt?: TokenInput
  readonly jwts?: Readonly<Record<string, TokenInput>>
}

/** Verified claims, as `request.auxData` of conditions. */
export interface AuxDataClaims {
  readonly jwt?: Claims
  readonly jwts?: Readonly<Record<string, { readonly claims: Claims }>>
}

/** When a call is made. */
export interface ExtractOptions {
  /** Milliseconds since 1970; the times of tokens are compared with it. */
  readonly now: number
}

/** Turns the tokens of requests into claims. */
export interface AuxDataExtractor {
  /** The claims of all tokens. Rejects with an {@link AuxDataError} if any of them is not accepted. */
  extract(auxData: AuxDataTokens, options: ExtractOptions): Promise<AuxDataClaims>
}

/** Tokens of a request that are verified at the same time. */
const width = 4

/**
 * Makes an extractor. Local key sets are read now, remote ones when they are first needed; no token is
 * ever remembered. Rejects with an {@link AuxDataError} when the configuration cannot be used.
 */
export async function createAuxDataExtractor(
  config: AuxDataConfig,
  io: Partial<AuxDataIo> = {},
): Promise<AuxDataExtractor> {
  assertConfig(config)
  const isTrusting = config.disableVerification === true
  // Cerbos: without verification no key set is looked at.
  const keySets = await openKeySets(isTrusting ? [] : (config.keySets ?? []), {
    ...PROCESS_IO,
    ...io,
  })
  const skew = config.acceptableTimeSkew ?? 0

  const claimsOf = async (input: TokenInput, now: number): Promise<Claims> => {
    assertTokenInput(input)
    if (input.token === '') return claimsForConditions({})
    const keySet = isTrusting ? undefined : keySets.find(input.keySetId)
    const token = decodeToken(input.token)
    if (keySet === undefined) assertUnverifiedShape(token)
    else await verifySignature(token, keySet)
    assertTimes(token.claims, { now, skew })
    return claimsForConditions(token.claims)
  }

  return {
    extract: async ({ jwt, jwts }, { now }) => {
      if (!Number.isFinite(now)) throw malformed('`now` must be a time in milliseconds')
      if (jwt !== undefined && jwts !== undefined) throw malformed('it has both `jwt` and `jwts`')
      if (jwt !== undefined) return { jwt: await claimsOf(jwt, now) }
      if (jwts === undefined) return {}
      return { jwts: await namedClaims(jwts, (input) => claimsOf(input, now)) }
    },
  }
}

async function namedClaims(
  jwts: Readonly<Record<string, TokenInput>>,
  claimsOf: (input: TokenInput) => Promise<Claims>,
): Promise<Record<string, { readonly claims: Claims }>> {
  const result: Record<string, { readonly claims: Claims }> = Object.create(null)
  // The workers share the iterator: each takes the next token when it is done with one.
  const waiting = Object.entries(jwts).values()
  let failed = false
  const work = async (): Promise<void> => {
    for (const [name, input] of waiting) {
      if (failed) return
      result[name] = { claims: await claimsOf(input) }
    }
  }
  const workers = Array.from({ length: width }, () =>
    work().catch((error: unknown) => {
      failed = true
      throw error
    }),
  )
  await Promise.all(workers)
  return result
}

function assertTokenInput(input: TokenInput): void {
  if (typeof (input as Partial<TokenInput> | null)?.token !== 'string')
    throw malformed('a token is not text')
}

function malformed(what: string): AuxDataError {
  return new AuxDataError('request-malformed', `the auxData cannot be used: ${what}`)
}
