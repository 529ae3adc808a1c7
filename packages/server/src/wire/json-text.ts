import { MessageError } from './message-error.ts'

/** JSON in which every value knows where it stands and how it is written. */
export type JsonNode =
  | { readonly kind: 'scalar'; readonly value: unknown; readonly at: number; readonly raw: string }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[]; readonly at: number }
  | { readonly kind: 'object'; readonly entries: readonly JsonEntry[]; readonly at: number }

export interface JsonEntry {
  readonly key: string
  readonly at: number
  readonly value: JsonNode
}

/** How deep values may be nested. */
export const MAX_DEPTH = 200

/**
 * Reads JSON strictly, as Go does: what is wrong is told in its words. Slow beside `JSON.parse`, which
 * takes the last of two entries of one name and halves of surrogate pairs.
 *
 * @throws {MessageError} for the first thing that is wrong
 */
export function parseJsonText(text: string): JsonNode {
  let at = 0

  const node = readValue(0)
  skipSpace()
  if (at < text.length) throw unexpected('after top-level value')
  return node

  function readValue(depth: number): JsonNode {
    if (depth > MAX_DEPTH) throw new MessageError('proto: exceeded max recursion depth')
    skipSpace()
    const start = at
    const char = text[at]
    if (char === '{') return readObject(start, depth)
    if (char === '[') return readArray(start, depth)
    if (char === '"') {
      const value = readString()
      return { kind: 'scalar', value, at: start, raw: text.slice(start, at) }
    }
    if (char === '-' || isDigit(char)) return readNumber(start)
    for (const literal of LITERALS) {
      if (char === literal[0]) return readLiteral(literal, start)
    }
    throw unexpected('looking for beginning of value')
  }

  function readObject(start: number, depth: number): JsonNode {
    const entries: JsonEntry[] = []
    at += 1
    skipSpace()
    if (text[at] === '}') {
      at += 1
      return { kind: 'object', entries, at: start }
    }
    for (;;) {
      skipSpace()
      const keyAt = at
      if (text[at] !== '"') throw unexpected('looking for beginning of object key string')
      const key = readString()
      skipSpace()
      if (text[at] !== ':') throw unexpected('after object key')
      at += 1
      entries.push({ key, at: keyAt, value: readValue(depth + 1) })
      skipSpace()
      if (text[at] === '}') break
      if (text[at] !== ',') throw unexpected('after object key:value pair')
      at += 1
    }
    at += 1
    return { kind: 'object', entries, at: start }
  }

  function readArray(start: number, depth: number): JsonNode {
    const items: JsonNode[] = []
    at += 1
    skipSpace()
    if (text[at] === ']') {
      at += 1
      return { kind: 'array', items, at: start }
    }
    for (;;) {
      items.push(readValue(depth + 1))
      skipSpace()
      if (text[at] === ']') break
      if (text[at] !== ',') throw unexpected('after array element')
      at += 1
    }
    at += 1
    return { kind: 'array', items, at: start }
  }

  function readString(): string {
    const start = at
    at += 1
    for (;;) {
      const char = text[at]
      if (char === undefined || char < ' ') throw unexpected('in string literal')
      at += 1
      if (char === '"') break
      if (char === '\\') skipEscape()
    }
    const value: unknown = JSON.parse(text.slice(start, at))
    if (typeof value === 'string' && !/\p{Surrogate}/u.test(value)) return value
    const { line, column } = placeOf(text, start)
    throw new MessageError(`proto: syntax error (line ${line}:${column}): invalid escape in string`)
  }

  function skipEscape(): void {
    const char = text[at]
    if (char === undefined || !'"\\/bfnrtu'.includes(char))
      throw unexpected('in string escape code')
    at += 1
    if (char !== 'u') return
    for (const end = at + 4; at < end; at += 1) {
      if (!/^[0-9a-fA-F]$/.test(text[at] ?? ''))
        throw unexpected('in \\u hexadecimal character escape')
    }
  }

  function readNumber(start: number): JsonNode {
    if (text[at] === '-') at += 1
    if (text[at] === '0') at += 1
    else readDigits()
    if (text[at] === '.') {
      at += 1
      readDigits('after decimal point in numeric literal')
    }
    if (text[at] === 'e' || text[at] === 'E') {
      at += 1
      if (text[at] === '+' || text[at] === '-') at += 1
      readDigits('in exponent of numeric literal')
    }
    const raw = text.slice(start, at)
    return { kind: 'scalar', value: Number(raw), at: start, raw }
  }

  function readDigits(place = 'in numeric literal'): void {
    if (!isDigit(text[at])) throw unexpected(place)
    while (isDigit(text[at])) at += 1
  }

  function readLiteral(literal: string, start: number): JsonNode {
    for (const char of literal) {
      if (text[at] !== char) throw unexpected(`in literal ${literal} (expecting '${char}')`)
      at += 1
    }
    return { kind: 'scalar', value: JSON.parse(literal), at: start, raw: literal }
  }

  function skipSpace(): void {
    while (text[at] === ' ' || text[at] === '\n' || text[at] === '\t' || text[at] === '\r') at += 1
  }

  function unexpected(place: string): MessageError {
    const code = text.codePointAt(at)
    if (code === undefined) return new MessageError('unexpected EOF')
    return new MessageError(`invalid character ${quoted(String.fromCodePoint(code))} ${place}`)
  }
}

const LITERALS = ['true', 'false', 'null'] as const

/** Where something stands, both counted from 1. */
export function placeOf(
  text: string,
  at: number,
): { readonly line: number; readonly column: number } {
  const lines = text.slice(0, at).split('\n')
  // There is one line at least.
  return { line: lines.length, column: [...(lines.at(-1) as string)].length + 1 }
}

function isDigit(char: string | undefined): boolean {
  return char !== undefined && char >= '0' && char <= '9'
}

function quoted(char: string): string {
  if (char === "'") return "'\\''"
  if (char === '"') return `'"'`
  const escaped = JSON.stringify(char).slice(1, -1)
  return `'${escaped}'`
}
