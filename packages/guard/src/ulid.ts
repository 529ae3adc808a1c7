const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/**
 * An id of 26 characters that sorts by time: 48 bits of milliseconds, then 80 random bits.
 * @see https://github.com/ulid/spec
 */
export function ulid(
  time: number,
  random: Uint8Array = crypto.getRandomValues(new Uint8Array(10)),
): string {
  let bits = BigInt(Math.max(0, Math.floor(time))) & 0xffff_ffff_ffffn
  for (const byte of random) bits = (bits << 8n) | BigInt(byte)
  let text = ''
  for (let index = 0; index < 26; index += 1) {
    text = alphabet.charAt(Number(bits & 31n)) + text
    bits >>= 5n
  }
  return text
}
