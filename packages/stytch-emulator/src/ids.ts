import { createHash, randomBytes, randomInt, randomUUID } from 'node:crypto'

/** Where the ids and one-time tokens of an emulator come from. */
export interface Ids {
  /** An id as Stytch writes it, such as `member-test-<uuid>`. */
  id(prefix: string): string
  /** An opaque secret: a session token, a magic link token. */
  token(kind: string): string
  /** A one-time code of six digits. */
  code(kind: string): string
  /** How many of each sort were given out; empty where none repeats another. */
  counts(): Readonly<Record<string, number>>
  /** Starts over; a seeded source then repeats itself, or goes on behind these counts. */
  reset(counts?: Readonly<Record<string, number>>): void
}

/** Unpredictable ids, the default. */
export function randomIds(): Ids {
  return {
    id: (prefix) => `${prefix}-test-${randomUUID()}`,
    token: () => randomBytes(32).toString('base64url'),
    code: () => sixDigits(randomInt(1_000_000)),
    counts: () => ({}),
    reset() {},
  }
}

/**
 * The same ids in every run. Each prefix counts for itself, so that one more request or message
 * does not change the id of the next member.
 */
export function seededIds(seed: string): Ids {
  let counts = new Map<string, number>()
  const next = (kind: string): string => {
    const count = (counts.get(kind) ?? 0) + 1
    counts.set(kind, count)
    return `${seed}\n${kind}\n${count}`
  }
  return {
    id: (prefix) => `${prefix}-test-${uuidOf(next(prefix))}`,
    token: (kind) => digest(next(`token ${kind}`)).toString('base64url'),
    code: (kind) => sixDigits(digest(next(`code ${kind}`)).readUInt32BE() % 1_000_000),
    counts: () => Object.fromEntries(counts),
    reset(from = {}) {
      counts = new Map(Object.entries(from))
    },
  }
}

/** The same UUID for the same text. */
export function uuidOf(name: string): string {
  const bytes = digest(name)
  const hex = bytes.subarray(0, 16).toString('hex').split('')
  hex[12] = '4'
  hex[16] = '89ab'.charAt((bytes[8] ?? 0) & 3)
  const text = hex.join('')
  return [
    text.slice(0, 8),
    text.slice(8, 12),
    text.slice(12, 16),
    text.slice(16, 20),
    text.slice(20),
  ].join('-')
}

function sixDigits(number: number): string {
  return String(number).padStart(6, '0')
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
