import { CelError } from '../errors.ts'
import { DYN, INT, listType, STRING } from '../types.ts'
import type { Int, Value } from '../values.ts'
import { codePointCount } from './collections.ts'
import { format } from './format.ts'
import { limited, MAX_LENGTH, TOO_LONG } from './limits.ts'
import { globals, methods, NO_SUCH_OVERLOAD, type Overload } from './overload.ts'

/** The strings extension; positions count code points. @see https://pkg.go.dev/github.com/google/cel-go/ext#Strings */
// biome-ignore format: a table
export const EXTENDED_STRINGS: readonly Overload[] = [
  ...methods('charAt', [['string_char_at_int', [STRING, INT], STRING, charAt]]),
  ...methods('format', [['string_format', [STRING, listType(DYN)], STRING, format]]),
  ...methods('indexOf', [
    ['string_index_of_string', [STRING, STRING], INT, (text: string, part: string) => indexOf(text, part, 0)],
    ['string_index_of_string_int', [STRING, STRING, INT], INT, indexOf],
  ]),
  ...methods('lastIndexOf', [
    ['string_last_index_of_string', [STRING, STRING], INT, lastIndexOf],
    ['string_last_index_of_string_int', [STRING, STRING, INT], INT, lastIndexOfBefore],
  ]),
  ...methods('join', [
    ['list_join', [listType(STRING)], STRING, (list: readonly Value[]) => join(list, '')],
    ['list_join_string', [listType(STRING), STRING], STRING, join],
  ]),
  ...methods('lowerAscii', [['string_lower_ascii', [STRING], STRING, (text: string) => text.replace(/[A-Z]+/g, (each) => each.toLowerCase())]]),
  ...methods('upperAscii', [['string_upper_ascii', [STRING], STRING, (text: string) => text.replace(/[a-z]+/g, (each) => each.toUpperCase())]]),
  ...methods('replace', [
    ['string_replace_string_string', [STRING, STRING, STRING], STRING, (text: string, from: string, to: string) => replace(text, from, to, -1)],
    ['string_replace_string_string_int', [STRING, STRING, STRING, INT], STRING, replace],
  ]),
  ...methods('reverse', [['string_reverse', [STRING], STRING, (text: string) => [...text].reverse().join('')]]),
  ...methods('split', [
    ['string_split_string', [STRING, STRING], listType(STRING), (text: string, separator: string) => split(text, separator, -1)],
    ['string_split_string_int', [STRING, STRING, INT], listType(STRING), split],
  ]),
  ...methods('substring', [
    ['string_substring_int', [STRING, INT], STRING, (text: string, start: Int) => substring(text, start, codePointCount(text))],
    ['string_substring_int_int', [STRING, INT, INT], STRING, substring],
  ]),
  ...methods('trim', [['string_trim', [STRING], STRING, trim]]),
  ...globals('strings.quote', [['strings_quote', [STRING], STRING, quote]]),
]

function outOfRange(position: Int): CelError {
  return new CelError('index-out-of-bounds', `index out of range: ${position}`)
}

function charAt(text: string, position: Int): string | CelError {
  const characters = [...text]
  const index = Number(position)
  if (index < 0 || index > characters.length) return outOfRange(position)
  return characters[index] ?? ''
}

function indexOf(text: string, part: string, from: Int): Int | CelError {
  const start = Number(from)
  if (start < 0) return outOfRange(from)
  if (part === '') return Math.min(start, codePointCount(text))
  const unit = text.indexOf(part, unitOffset(text, start))
  return unit < 0 ? -1 : codePointCount(text.slice(0, unit))
}

function lastIndexOf(text: string, part: string): Int {
  const unit = text.lastIndexOf(part)
  return unit < 0 ? -1 : codePointCount(text.slice(0, unit))
}

function lastIndexOfBefore(text: string, part: string, from: Int): Int | CelError {
  const start = Number(from)
  if (start < 0) return outOfRange(from)
  if (part === '') return Math.min(start, codePointCount(text))
  if (start >= codePointCount(text)) return -1
  const unit = text.lastIndexOf(part, unitOffset(text, start))
  return unit < 0 ? -1 : codePointCount(text.slice(0, unit))
}

/** The UTF-16 offset of a code point. */
function unitOffset(text: string, position: number): number {
  let unit = 0
  for (let i = 0; i < position && unit < text.length; i += 1) {
    unit += (text.codePointAt(unit) ?? 0) > 0xffff ? 2 : 1
  }
  return unit
}

function join(list: readonly Value[], separator: string): string | CelError {
  let length = separator.length * list.length
  for (const each of list) {
    if (typeof each !== 'string') return NO_SUCH_OVERLOAD
    length += each.length
  }
  return length > MAX_LENGTH ? TOO_LONG : list.join(separator)
}

function replace(text: string, from: string, to: string, count: Int): string | CelError {
  const limit = count < 0 ? Infinity : Number(count)
  // An empty part is found before each character and at the end.
  const pieces = from === '' ? ['', ...text] : text.split(from)
  const found = from === '' ? pieces.length : pieces.length - 1
  const replaced = Math.min(found, limit)
  if (text.length + replaced * (to.length - from.length) > MAX_LENGTH) return TOO_LONG
  let result = pieces[0] ?? ''
  for (let i = 1; i < pieces.length; i += 1) {
    result += (i <= replaced ? to : from) + (pieces[i] ?? '')
  }
  return from === '' && replaced === pieces.length ? result + to : result
}

function split(text: string, separator: string, count: Int): readonly string[] {
  const limit = Number(count)
  if (limit === 0) return []
  const parts = separator === '' ? [...text] : text.split(separator)
  if (limit < 0 || parts.length <= limit) return parts
  return [...parts.slice(0, limit - 1), parts.slice(limit - 1).join(separator)]
}

function substring(text: string, start: Int, end: Int): string | CelError {
  const [from, to] = [Number(start), Number(end)]
  const length = codePointCount(text)
  if (from < 0 || from > length) return outOfRange(start)
  if (to < 0 || to > length) return outOfRange(end)
  if (from > to) {
    const message = `invalid substring range. start: ${from}, end: ${to}`
    return new CelError('index-out-of-bounds', message)
  }
  return text.slice(unitOffset(text, from), unitOffset(text, to))
}

const WHITE_SPACE = /^\p{White_Space}$/u

/** JavaScript's own `trim` takes U+FEFF for white space and U+0085 not, unlike Go's. */
function trim(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && WHITE_SPACE.test(text.charAt(start))) start += 1
  while (end > start && WHITE_SPACE.test(text.charAt(end - 1))) end -= 1
  return text.slice(start, end)
}

// biome-ignore format: a table
const ESCAPES: Readonly<Record<string, string>> = {
  '\x07': '\\a', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v',
  '\\': '\\\\', '"': '\\"',
}

function quote(text: string): string | CelError {
  const special = /[\\"\p{Cc}]/gu
  return limited(`"${text.replace(special, (character) => ESCAPES[character] ?? character)}"`)
}
