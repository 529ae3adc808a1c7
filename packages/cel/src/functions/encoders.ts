import { compareStrings } from '../equality.ts'
import { CelError, invalidArgument } from '../errors.ts'
import { type JsonValue, toBase64, toJson } from '../to-json.ts'
import { BYTES, DYN, STRING } from '../types.ts'
import type { Value } from '../values.ts'
import { limited } from './limits.ts'
import { globals, type Overload } from './overload.ts'

/** Base64 and JSON. */
// biome-ignore format: a table
export const ENCODERS: readonly Overload[] = [
  ...globals('base64.encode', [['base64_encode_bytes', [BYTES], STRING, (bytes: Uint8Array) => limited(toBase64(bytes))]]),
  ...globals('base64.decode', [['base64_decode_string', [STRING], BYTES, fromBase64]]),
  ...globals('json.encode', [['json_encode_dyn', [DYN], STRING, encodeJson]]),
]

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Reads base64, padded or not. Go passes over line breaks wherever they are. */
function fromBase64(written: string): Uint8Array | CelError {
  const text = written.replace(/[\r\n]/g, '')
  const digits = text.length % 4 === 0 ? text.replace(/={1,2}$/, '') : text
  const wrong = [...digits].findIndex((character) => !ALPHABET.includes(character))
  if (wrong >= 0 || digits.length % 4 === 1) {
    const position = wrong >= 0 ? wrong : digits.length
    return invalidArgument(`illegal base64 data at input byte ${position}`)
  }
  return Uint8Array.from(atob(digits), (character) => character.charCodeAt(0))
}

function encodeJson(value: Value): string | CelError {
  const json = toJson(value)
  return json instanceof CelError ? json : limited(goJson(json))
}

/** JSON as Go writes it: keys sorted, what HTML could misread escaped, `-0` kept. */
function goJson(json: JsonValue): string {
  if (typeof json === 'number') return Object.is(json, -0) ? '-0' : String(json)
  if (typeof json === 'string') return goString(json)
  if (typeof json !== 'object' || json === null) return String(json)
  if (Array.isArray(json)) return `[${json.map(goJson).join(',')}]`
  const entries = Object.entries(json).sort(([a], [b]) => compareStrings(a, b))
  return `{${entries.map(([key, value]) => `${goString(key)}:${goJson(value)}`).join(',')}}`
}

function goString(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
