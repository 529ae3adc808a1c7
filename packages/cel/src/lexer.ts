import type { Span } from './ast.ts'
import type { CelDiagnosticCode } from './errors.ts'

/** What a token is; punctuation, operators and the words `in true false null` are their own kind. */
export type TokenKind =
  | 'ident'
  | 'quoted ident'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'end'
  | Punctuation
  | Keyword

type Keyword = 'in' | 'true' | 'false' | 'null'
type Punctuation = (typeof PUNCTUATION)[number]

/** A piece of the source text. */
export interface Token extends Span {
  readonly kind: TokenKind
  readonly text: string
}

/** A mistake in the text; thrown by the lexer and the parser, caught by `parse`. */
export class SyntaxProblem extends Error {
  readonly code: CelDiagnosticCode
  readonly span: Span

  constructor(code: CelDiagnosticCode, message: string, span: Span) {
    super(message)
    this.code = code
    this.span = span
  }
}

// biome-ignore format: a table
const PUNCTUATION = [
  '==', '!=', '<=', '>=', '&&', '||',
  '<', '>', '+', '-', '*', '/', '%', '!', '?', ':', '.', ',', '(', ')', '[', ']', '{', '}',
] as const
const PUNCTUATIONS: ReadonlyMap<string, Punctuation> = new Map(
  PUNCTUATION.map((text) => [text, text]),
)
/** What punctuation of two characters begins with. */
const PAIR_STARTS: ReadonlySet<string> = new Set('=!<>&|')
const KEYWORDS: ReadonlySet<string> = new Set<Keyword>(['in', 'true', 'false', 'null'])

const QUOTED_IDENT = /`[A-Za-z0-9_.\-/ ]+`/y
const NUMBER =
  /(\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)|(?:0x[0-9a-fA-F]+|\d+)([uU])?/y
const STRING_PREFIX = /^(?:[bB][rR]?|[rR])$/

/** Splits the source into tokens; the last one has the kind `end`. */
export function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = []
  let pos = skipBlank(source, 0)
  while (pos < source.length) {
    const token = readToken(source, pos)
    tokens.push(token)
    pos = skipBlank(source, token.end)
  }
  tokens.push({ kind: 'end', text: '', start: pos, end: pos })
  return tokens
}

// Everything that occurs often goes by character code: several times as fast as a pattern.

const NEWLINE = 0x0a
const CARRIAGE_RETURN = 0x0d
const QUOTE = 0x22
const APOSTROPHE = 0x27
const DOT = 0x2e
const SLASH = 0x2f
const BACKSLASH = 0x5c
const UNDERSCORE = 0x5f

function skipBlank(source: string, start: number): number {
  let pos = start
  for (;;) {
    const code = source.charCodeAt(pos)
    if (code === 0x20 || (code >= 0x09 && code <= 0x0d && code !== 0x0b)) pos += 1
    else if (code === SLASH && source.charCodeAt(pos + 1) === SLASH) {
      const end = source.indexOf('\n', pos)
      if (end < 0) return source.length
      pos = end
    } else return pos
  }
}

function readToken(source: string, start: number): Token {
  const first = source.charCodeAt(start)
  if (isLetter(first)) return readWord(source, start)
  if (isDigit(first) || (first === DOT && isDigit(source.charCodeAt(start + 1)))) {
    return readNumber(source, start)
  }
  if (isQuote(first)) return readString(source, start, '')
  return readPunctuation(source, start) ?? readQuotedIdent(source, start)
}

function isLetter(code: number): boolean {
  const lower = code | 0x20
  return (lower >= 0x61 && lower <= 0x7a) || code === UNDERSCORE
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

function isQuote(code: number): boolean {
  return code === QUOTE || code === APOSTROPHE
}

function readWord(source: string, start: number): Token {
  let end = start + 1
  let code = source.charCodeAt(end)
  while (isLetter(code) || isDigit(code)) {
    end += 1
    code = source.charCodeAt(end)
  }
  const text = source.slice(start, end)
  if (isQuote(code) && STRING_PREFIX.test(text)) return readString(source, start, text)
  return { kind: KEYWORDS.has(text) ? (text as Keyword) : 'ident', text, start, end }
}

function readNumber(source: string, start: number): Token {
  const [text = '', double, u] = matchAt(NUMBER, source, start) ?? []
  const kind = double !== undefined ? 'double' : u !== undefined ? 'uint' : 'int'
  return { kind, text, start, end: start + text.length }
}

function readPunctuation(source: string, start: number): Token | undefined {
  const first = source.charAt(start)
  const pair = PAIR_STARTS.has(first) ? PUNCTUATIONS.get(source.slice(start, start + 2)) : undefined
  const text = pair ?? PUNCTUATIONS.get(first)
  return text === undefined ? undefined : { kind: text, text, start, end: start + text.length }
}

function readQuotedIdent(source: string, start: number): Token {
  const text = matchAt(QUOTED_IDENT, source, start)?.[0]
  if (text !== undefined) return { kind: 'quoted ident', text, start, end: start + text.length }
  const character = String.fromCodePoint(source.codePointAt(start) ?? 0)
  const message =
    character === '`'
      ? 'a quoted field name is closed by ` and has letters, digits, spaces and `_.-/` only'
      : `unexpected character \`${character}\``
  const span = { start, end: start + character.length }
  throw new SyntaxProblem('unexpected-character', message, span)
}

/** A string or bytes; the opening quotes are behind the prefix. */
function readString(source: string, start: number, prefix: string): Token {
  const open = start + prefix.length
  const single = source.charAt(open)
  const triple = single.repeat(3)
  const quote = source.startsWith(triple, open) ? triple : single
  const end = stringEnd(source, open + quote.length, quote, /[rR]$/.test(prefix))
  if (end === undefined) {
    const message = `the string that starts here is not closed by ${quote}`
    throw new SyntaxProblem('unterminated-string', message, { start, end: start + 1 })
  }
  const kind = /^[bB]/.test(prefix) ? 'bytes' : 'string'
  return { kind, text: source.slice(start, end), start, end }
}

function stringEnd(source: string, from: number, quote: string, raw: boolean): number | undefined {
  const isSingle = quote.length === 1
  const first = quote.charCodeAt(0)
  for (let pos = from; pos < source.length; pos += 1) {
    const code = source.charCodeAt(pos)
    if (code === first && (isSingle || source.startsWith(quote, pos))) return pos + quote.length
    if (isSingle && (code === NEWLINE || code === CARRIAGE_RETURN)) return undefined
    if (code === BACKSLASH && !raw) pos += 1
  }
  return undefined
}

function matchAt(pattern: RegExp, source: string, pos: number): RegExpExecArray | null {
  pattern.lastIndex = pos
  return pattern.exec(source)
}
