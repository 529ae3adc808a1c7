import type { JsonValue } from '../linked.ts'
import { parseJson } from './parse-json.ts'
import { toPlain } from './schema-json.ts'

/**
 * Decodes base64 as Go's `StdEncoding` does: with padding, line breaks passed over. Undefined when
 * the text is not base64.
 */
export function decodeBase64(text: string): string | undefined {
  const data = text.replace(/[\r\n]/g, '')
  if (data.length % 4 !== 0 || !/^[A-Za-z\d+/]*={0,2}$/.test(data)) return undefined
  const bytes = new Uint8Array(Math.floor((data.replace(/=+$/, '').length * 3) / 4))
  let bits = 0
  let count = 0
  let length = 0
  for (const char of data.replace(/=+$/, '')) {
    bits = ((bits << 6) | ALPHABET.indexOf(char)) & 0xffff
    count += 6
    if (count < 8) continue
    count -= 8
    bytes[length++] = (bits >> count) & 0xff
  }
  return new TextDecoder().decode(bytes)
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** The value of a JSON text, or undefined when it is not one JSON value and nothing else. */
export function decodeJson(text: string): { readonly value: JsonValue } | undefined {
  try {
    JSON.parse(text)
    // Read again by the reader for schemas, in which `__proto__` is a name like any other.
    return { value: toPlain(parseJson(text)) }
  } catch {
    return undefined
  }
}
