import type { Constant, Span } from './ast.ts'
import { CelError } from './errors.ts'
import { toInt, toUint } from './functions/integers.ts'
import { SyntaxProblem, type Token } from './lexer.ts'

// biome-ignore format: a table
const SIMPLE_ESCAPES: Readonly<Record<string, number>> = {
  a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, '"': 34, "'": 39, '\\': 92, '?': 63, '`': 96,
}
const ESCAPE =
  /\\(?:([abfnrtv"'\\?`])|(?:[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))|([0-3][0-7]{2}))|\\/g

/** Neither a prefix nor three quotes nor anything to replace. */
const PLAIN_STRING = /^(["'])(?!\1.)[^\\\r]*$/s

/** The value of an int literal with its sign. */
export function intConstant(token: Token, negative: boolean): Constant {
  const value = toInt(negative ? -BigInt(token.text) : BigInt(token.text))
  if (!(value instanceof CelError)) return { kind: 'int', value }
  throw notInRange('the int literal does not fit into 64 bits', token)
}

/** The value of a uint literal. */
export function uintConstant(token: Token): Constant {
  const uint = toUint(BigInt(token.text.slice(0, -1)))
  if (!(uint instanceof CelError)) return { kind: 'uint', value: uint.value }
  throw notInRange('the uint literal does not fit into 64 bits', token)
}

/** The value of a double literal with its sign. */
export function doubleConstant(token: Token, negative: boolean): Constant {
  const value = Number(token.text)
  if (Number.isFinite(value)) return { kind: 'double', value: negative ? -value : value }
  throw notInRange('the double literal is too large', token)
}

function notInRange(message: string, token: Token): SyntaxProblem {
  return new SyntaxProblem('invalid-number', message, token)
}

/** The value of a string literal, escapes replaced. */
export function stringConstant(token: Token): Constant {
  const { text } = token
  if (PLAIN_STRING.test(text)) return { kind: 'string', value: text.slice(1, -1) }
  let value = ''
  for (const part of literalParts(token)) {
    if (typeof part === 'string') value += part
    else if (isCodePoint(part.code)) value += String.fromCodePoint(part.code)
    else throw new SyntaxProblem('invalid-escape', `\`${part.text}\` is no code point`, part)
  }
  return { kind: 'string', value }
}

/** The value of a bytes literal: text in UTF-8; `\\x` and octal escapes are single bytes. */
export function bytesConstant(token: Token): Constant {
  const encoder = new TextEncoder()
  const bytes: number[] = []
  for (const part of literalParts(token)) {
    if (typeof part === 'string') bytes.push(...encoder.encode(part))
    else if (!/^\\[uU]/.test(part.text)) bytes.push(part.code)
    else throw new SyntaxProblem('invalid-escape', `\`${part.text}\` is not for bytes`, part)
  }
  return { kind: 'bytes', value: Uint8Array.from(bytes) }
}

interface Escape extends Span {
  readonly text: string
  readonly code: number
}

/** The text between the quotes, cut at the escapes. Line ends count as `\n`. */
function literalParts(token: Token): readonly (string | Escape)[] {
  const open = /^[bB]?([rR])?("""|'''|"|')/.exec(token.text)
  const bodyStart = open?.[0].length ?? 0
  const body = token.text.slice(bodyStart, token.text.length - (open?.[2]?.length ?? 0))
  if (open?.[1] !== undefined || !body.includes('\\')) return [normalizeNewlines(body)]
  const parts: (string | Escape)[] = []
  let last = 0
  for (const match of body.matchAll(ESCAPE)) {
    parts.push(normalizeNewlines(body.slice(last, match.index)))
    parts.push(readEscape(match, token.start + bodyStart + match.index))
    last = match.index + match[0].length
  }
  parts.push(normalizeNewlines(body.slice(last)))
  return parts
}

function readEscape([text, simple, x, u, U, octal]: RegExpExecArray, start: number): Escape {
  const span = { start, end: start + text.length }
  const hex = x ?? u ?? U
  if (simple !== undefined) return { ...span, text, code: SIMPLE_ESCAPES[simple] ?? 0 }
  if (hex !== undefined) return { ...span, text, code: Number.parseInt(hex, 16) }
  if (octal !== undefined) return { ...span, text, code: Number.parseInt(octal, 8) }
  const message = 'unknown escape sequence; write `\\\\` for a backslash'
  throw new SyntaxProblem('invalid-escape', message, span)
}

function normalizeNewlines(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text
}

function isCodePoint(code: number): boolean {
  return code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)
}
