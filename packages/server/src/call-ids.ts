import { randomBytes } from 'node:crypto'

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const BLOCK = 16

/**
 * Makes ULIDs: ten characters of time, sixteen of chance.
 * @see https://github.com/ulid/spec
 */
export function callIds(clock: () => number): () => string {
  let time = -1
  let timeText = ''
  // Random bytes are had by the thousand: one call of the system an id is a tenth of a request.
  let bytes = randomBytes(BLOCK * 256)
  let used = 0
  return () => {
    const now = clock()
    if (now !== time) {
      time = now
      timeText = encodeTime(now)
    }
    if (used === bytes.length) {
      bytes = randomBytes(BLOCK * 256)
      used = 0
    }
    let text = timeText
    // Five of the eight bits of each byte.
    for (const end = used + BLOCK; used < end; used += 1) text += ALPHABET[(bytes[used] ?? 0) & 31]
    return text
  }
}

function encodeTime(millis: number): string {
  let text = ''
  let rest = Math.max(0, Math.floor(millis))
  for (let digit = 0; digit < 10; digit += 1) {
    text = ALPHABET[rest % 32] + text
    rest = Math.floor(rest / 32)
  }
  return text
}
