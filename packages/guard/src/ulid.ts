const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/**
 * An id of 26 characters that sorts by time: 48 bits of milliseconds, then 80 random bits.
 * @see https://github.com/ulid/spec
 */
export function ulid(time: number, random: Uint8Array = randomBytes()): string {
  let rest = Math.max(0, Math.floor(time))
  let text = ''
  for (let index = 0; index < 10; index += 1) {
    text = alphabet.charAt(rest % 32) + text
    rest = Math.floor(rest / 32)
  }
  for (const byte of random) text += alphabet.charAt(byte % 32)
  return text
}

// Random bytes are cheap in bulk only: one call costs about 5 µs, whatever its size.
const pool = new Uint8Array(16 * 256)
let used = pool.length

/** Sixteen random bytes, of which {@link ulid} uses five bits each. */
function randomBytes(): Uint8Array {
  if (used === pool.length) {
    crypto.getRandomValues(pool)
    used = 0
  }
  used += 16
  return pool.subarray(used - 16, used)
}
