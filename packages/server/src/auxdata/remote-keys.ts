import type { InsecureOptions, RemoteSource } from './config.ts'
import { AuxDataError } from './errors.ts'
import { freshnessOf } from './freshness.ts'
import type { AuxDataIo } from './io.ts'
import { readKeys, type VerificationKey } from './read-keys.ts'

/** Where a remote key set is. */
export interface RemoteKeysOptions {
  readonly id: string
  readonly insecure: InsecureOptions
  readonly remote: RemoteSource
  readonly io: AuxDataIo
}

type Keys = readonly VerificationKey[]

/** Milliseconds that a fetch may take, body included. */
const deadline = 5_000
/** Milliseconds between a fetch that failed and the next. */
const pauseAfterFailure = 10_000
/** Bytes of the longest key set. */
const longestBody = 1 << 20

/**
 * A remote key set that is fetched when it is first needed and when it has grown old, once however
 * many requests wait. When it cannot be had again, the last good one stays in force.
 */
export function createRemoteKeys(options: RemoteKeysOptions): () => Promise<Keys> {
  const { io, id } = options
  let last: Keys | undefined
  let failure: AuxDataError | undefined
  let checkedAt = Number.NEGATIVE_INFINITY
  let goodFor = 0
  let running: Promise<void> | undefined

  const refresh = async (): Promise<void> => {
    try {
      const fetched = await fetchKeys(options)
      last = fetched.keys
      goodFor = fetched.goodFor
      failure = undefined
    } catch (cause) {
      goodFor = pauseAfterFailure
      failure = unavailable(id, cause)
    } finally {
      checkedAt = io.clock()
      running = undefined
    }
  }
  // A clock that was put back makes nothing younger.
  const isFresh = (): boolean => {
    const age = io.clock() - checkedAt
    return age >= 0 && age < goodFor
  }

  return async () => {
    if (!isFresh()) {
      running ??= refresh()
      await running
    }
    if (last !== undefined) return last
    throw failure ?? unavailable(id, undefined)
  }
}

async function fetchKeys({ insecure, remote, io }: RemoteKeysOptions): Promise<{
  readonly keys: Keys
  readonly goodFor: number
}> {
  const signal = AbortSignal.timeout(deadline)
  const headers = { accept: 'application/jwk-set+json, application/json' }
  const response = await io.fetch(remote.url, { signal, headers })
  if (!response.ok) throw new Error(`it answered ${response.status}`)
  const keys = readKeys({ content: await readBody(response), isPem: false, insecure })
  return { keys, goodFor: remote.refreshInterval || freshnessOf(response.headers, io.clock()) }
}

async function readBody({ body }: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body ?? []) {
    length += chunk.byteLength
    if (length > longestBody) throw new Error(`it is longer than ${longestBody} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function unavailable(id: string, cause: unknown): AuxDataError {
  const reason = cause instanceof Error ? `: ${cause.message}` : ''
  const message = `key set \`${id}\` could not be fetched${reason}`
  return new AuxDataError('key-set-unavailable', message, { cause })
}
