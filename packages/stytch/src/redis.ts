import type { RevocationStore } from './revocations.ts'

/** The part of a Redis client that is used: node-redis has it as it is. */
export interface RedisClient {
  sendCommand(command: string[]): Promise<unknown>
}

/** How {@link redisRevocations} keeps things. */
export interface RedisOptions {
  /**
   * Stands before every key. Default `{lockstitch}:`, whose braces keep all keys on one node of a
   * cluster. Give projects that share a Redis one each.
   */
  readonly prefix?: string
}

/** Shares revocations through Redis. Connect the client before, and close it after. */
export function redisRevocations(
  client: RedisClient,
  { prefix = '{lockstitch}:' }: RedisOptions = {},
): RevocationStore {
  const revoked = (key: string): string => `${prefix}revoked:${key}`
  return {
    async revoke(key, until, seconds) {
      await client.sendCommand(['EVAL', keepLatest, '1', revoked(key), `${until}`, `${seconds}`])
    },
    async revokedUntil(keys) {
      const answer = await client.sendCommand(['MGET', ...keys.map(revoked)])
      if (!Array.isArray(answer)) throw new Error('Redis answered MGET with something else')
      return answer.map(readTime)
    },
    async claim(key, seconds) {
      const command = ['SET', `${prefix}seen:${key}`, '1', 'NX', 'EX', `${seconds}`]
      return (await client.sendCommand(command)) !== null
    },
  }
}

/** Two processes may be told in another order than things happened: the latest time holds. */
const keepLatest = `
local held = redis.call('GET', KEYS[1])
local latest = ARGV[1]
if held and tonumber(held) > tonumber(latest) then latest = held end
redis.call('SET', KEYS[1], latest, 'EX', ARGV[2])`

/** What is no time was not written by us, and says nothing that could be relied on. */
function readTime(value: unknown): number | null {
  if (value === null) return null
  const text = String(value)
  if (!/^\d+$/.test(text)) throw new Error('Redis holds a revocation that is no time')
  return Number(text)
}
