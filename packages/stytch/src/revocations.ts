import { failureFrom } from './errors.ts'
import { OutOfTries, type TryLimits, withTries } from './tries.ts'

/**
 * Keeps what was revoked where several processes see it. An implementation for Redis is in
 * `@lockstitch/stytch/redis`. Whatever rejects, or does not answer in time, is a 503.
 */
export interface RevocationStore {
  /** Keeps, for so many seconds, that what started until a time (milliseconds since 1970) is revoked. The latest time holds. */
  revoke(key: string, until: number, seconds: number): Promise<void>
  /** The time of each key, in their order; null where nothing is kept. */
  revokedUntil(keys: readonly string[]): Promise<readonly (number | null)[]>
  /** Whether nobody has claimed the key before, within so many seconds. */
  claim(key: string, seconds: number): Promise<boolean>
}

/** What can be revoked, and since when it lasts (milliseconds since 1970). */
export interface Revocable {
  /** The ids of the session or token and of those whose it is. */
  readonly keys: readonly string[]
  readonly startedAt: number
}

/** What was revoked, here and elsewhere. */
export interface Revocations {
  /** Holds here at once, and everywhere when it resolves. */
  revoke(key: string, until: number): Promise<void>
  isRevokedHere(held: Revocable): boolean
  /** Whether another process revoked it. */
  isRevokedElsewhere(held: Revocable): Promise<boolean>
  /** Whether no other process has claimed the key within so many seconds. */
  claim(key: string, seconds: number): Promise<boolean>
}

/** What {@link createRevocations} needs. */
export interface RevocationsOptions {
  readonly clock: () => number
  /** Milliseconds for which a revocation is remembered. */
  readonly memory: number
  readonly shared: RevocationStore | undefined
  readonly limits: TryLimits
}

/** For what is revoked itself, whenever it started. */
export const always: number = Number.MAX_SAFE_INTEGER

/** Remembers revocations in this process, and shares them through a store where there is one. */
export function createRevocations(options: RevocationsOptions): Revocations {
  const { clock, memory, shared, limits } = options
  const lost = new Map<string, { readonly until: number; readonly forgotten: number }>()
  return {
    async revoke(key, until) {
      for (const [each, { forgotten }] of lost) if (forgotten <= clock()) lost.delete(each)
      // They may be told in another order than they happened in: the latest loss holds.
      const latest = Math.max(until, lost.get(key)?.until ?? until)
      lost.set(key, { until: latest, forgotten: clock() + memory })
      if (shared === undefined) return
      const seconds = Math.ceil(memory / 1000)
      await answered(() => shared.revoke(key, until, seconds), limits)
    },
    isRevokedHere: ({ keys, startedAt }) =>
      keys.some((key) => {
        const held = lost.get(key)
        return held !== undefined && startedAt <= held.until
      }),
    async isRevokedElsewhere({ keys, startedAt }) {
      if (shared === undefined) return false
      const times = await answered(() => shared.revokedUntil(keys), limits)
      if (times.length !== keys.length) throw failureFrom(undefined, 'revocations-unavailable')
      return times.some((until) => until !== null && !(startedAt > until))
    },
    claim: async (key, seconds) =>
      shared === undefined || (await answered(() => shared.claim(key, seconds), limits)),
  }
}

async function answered<T>(call: () => Promise<T>, limits: TryLimits): Promise<T> {
  try {
    return await withTries(call, () => false, limits)
  } catch (error) {
    throw failureFrom(error instanceof OutOfTries ? error : undefined, 'revocations-unavailable')
  }
}
