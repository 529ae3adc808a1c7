/**
 * How Go writes values, which is how Cerbos's messages about attributes show them.
 */

/** A text in double quotes with Go's escapes. */
export function quoteGo(text: string): string {
  return `"${escapeGo(text).replaceAll('"', '\\"')}"`
}

/** A text in single quotes, as messages of Cerbos's JSON Schema validator have it. */
export function quote(text: string): string {
  // Made from the one in double quotes, so that a backslash at the end is not doubled.
  const inner = quoteGo(text).replaceAll('\\"', '"').replaceAll("'", "\\'").slice(1, -1)
  return `'${inner}'`
}

function escapeGo(text: string): string {
  if (PLAIN.test(text)) return text
  let escaped = ''
  for (const char of text) escaped += escapeChar(char)
  return escaped
}

const PLAIN = /^[ !#-[\]-~']*$/
/** What Go takes as printable: no space but the ASCII one, no control and no format characters. */
const PRINTABLE = /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
}

function escapeChar(char: string): string {
  const short = SHORT_ESCAPES[char]
  if (short !== undefined) return short
  if (PRINTABLE.test(char)) return char
  const code = char.codePointAt(0) ?? 0
  if (code < 0x80) return `\\x${hex(code, 2)}`
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`
}

function hex(code: number, width: number): string {
  return code.toString(16).padStart(width, '0')
}

/** A double as `%v` prints it: the shortest digits, an exponent below 1e-4 and from 1e6 on. */
export function formatDouble(value: number): string {
  if (Object.is(value, -0)) return '-0'
  const magnitude = Math.abs(value)
  const exponential = magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e6)
  return exponential ? withExponent(value) : String(value)
}

function withExponent(value: number): string {
  const [digits = '', exponent = ''] = value.toExponential().split('e')
  const [sign, ...power] = exponent
  return `${digits}e${sign}${power.join('').padStart(2, '0')}`
}

/** One step of a JSON pointer, escaped for pointers and then for URLs. */
export function pointerStep(name: string): string {
  return /^[\w.-]*$/.test(name)
    ? name
    : percentEncode(name.replaceAll('~', '~0').replaceAll('/', '~1'))
}

/** Percent-encodes what Go does in a path segment. */
function percentEncode(segment: string): string {
  return encodeURIComponent(segment.replace(/\p{Surrogate}/gu, '\ufffd')).replace(
    /%(?:24|26|2B|3A|3D|40)|[!'()*]/g,
    (part) =>
      part.startsWith('%')
        ? decodeURIComponent(part)
        : `%${part.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
