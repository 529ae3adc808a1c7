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
const KEYWORDS: ReadonlySet<string> = new Set<Keyword>(['in', 'true', 'false', 'null'])

const BLANK = /(?:[ \t\r\n\f]|\/\/[^\n]*)+/y
const IDENT = /[A-Za-z_][A-Za-z0-9_]*/y
const QUOTED_IDENT = /`[A-Za-z0-9_.\-/ ]+`/y
const NUMBER =
  /(?<double>\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)|(?<int>0x[0-9a-fA-F]+|\d+)(?<u>[uU])?/y
const STRING_START = /(?<bytes>[bB])?(?<raw>[rR])?(?<quote>"""|'''|"|')/y

/** Splits the source into tokens; the last one has the kind `end`. */
export function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = []
  let pos = 0
  for (;;) {
    if (MAY_BE_BLANK.has(source[pos] ?? '')) pos += matchAt(BLANK, source, pos)?.[0].length ?? 0
    if (pos === source.length) break
    const token = readToken(source, pos)
    tokens.push(token)
    pos = token.end
  }
  tokens.push({ kind: 'end', text: '', start: pos, end: pos })
  return tokens
}

// The first character rules out most patterns; trying them all would take three times as long.
const MAY_BE_BLANK: ReadonlySet<string> = new Set(' \t\r\n\f/')
const MAY_BE_STRING: ReadonlySet<string> = new Set('bBrR"\'')
const MAY_BE_NUMBER: ReadonlySet<string> = new Set('0123456789.')
const PUNCTUATION_SET: ReadonlySet<string> = new Set(PUNCTUATION)

function readToken(source: string, start: number): Token {
  const first = source[start] ?? ''
  const token =
    (MAY_BE_STRING.has(first) ? readString(source, start) : undefined) ??
    (PUNCTUATION_SET.has(first) ? undefined : readWord(source, start)) ??
    (MAY_BE_NUMBER.has(first) ? readNumber(source, start) : undefined) ??
    readPunctuation(source, start)
  if (token !== undefined) return token
  const character = String.fromCodePoint(source.codePointAt(start) ?? 0)
  const span = { start, end: start + character.length }
  if (character === '`') {
    const message =
      'a quoted field name is closed by ` and has letters, digits, spaces and `_.-/` only'
    throw new SyntaxProblem('unexpected-character', message, span)
  }
  throw new SyntaxProblem('unexpected-character', `unexpected character \`${character}\``, span)
}

function readWord(source: string, start: number): Token | undefined {
  const quoted = matchAt(QUOTED_IDENT, source, start)
  if (quoted !== undefined) return tokenOf('quoted ident', source, start, quoted[0].length)
  const word = matchAt(IDENT, source, start)?.[0]
  if (word === undefined) return undefined
  return tokenOf(KEYWORDS.has(word) ? (word as Keyword) : 'ident', source, start, word.length)
}

function readNumber(source: string, start: number): Token | undefined {
  const match = matchAt(NUMBER, source, start)
  if (match?.groups === undefined) return undefined
  const { double, u } = match.groups
  const kind = double !== undefined ? 'double' : u !== undefined ? 'uint' : 'int'
  return tokenOf(kind, source, start, match[0].length)
}

function readPunctuation(source: string, start: number): Token | undefined {
  const two = source.slice(start, start + 2)
  const text = PUNCTUATION_SET.has(two) ? two : two.slice(0, 1)
  if (!PUNCTUATION_SET.has(text)) return undefined
  return tokenOf(text as Punctuation, source, start, text.length) // As the set has it.
}

function readString(source: string, start: number): Token | undefined {
  const match = matchAt(STRING_START, source, start)
  if (match?.groups === undefined) return undefined
  const { bytes, raw, quote = '' } = match.groups
  const end = stringEnd(source, start + match[0].length, quote, raw !== undefined)
  if (end === undefined) {
    const message = `the string that starts here is not closed by ${quote}`
    throw new SyntaxProblem('unterminated-string', message, { start, end: start + 1 })
  }
  return tokenOf(bytes === undefined ? 'string' : 'bytes', source, start, end - start)
}

function stringEnd(source: string, from: number, quote: string, raw: boolean): number | undefined {
  const multiline = quote.length === 3
  for (let pos = from; pos < source.length; pos += 1) {
    if (source.startsWith(quote, pos)) return pos + quote.length
    const character = source[pos]
    if (!multiline && (character === '\n' || character === '\r')) return undefined
    if (character === '\\' && !raw) pos += 1
  }
  return undefined
}

function tokenOf(kind: TokenKind, source: string, start: number, length: number): Token {
  return { kind, text: source.slice(start, start + length), start, end: start + length }
}

function matchAt(pattern: RegExp, source: string, pos: number): RegExpExecArray | undefined {
  pattern.lastIndex = pos
  return pattern.exec(source) ?? undefined
}
