import {
  type CallExpr,
  type Constant,
  children,
  type Expr,
  type FieldEntry,
  type MapEntry,
  type Span,
} from './ast.ts'
import type { CelDiagnostic } from './errors.ts'
import { type ExprBuilder, exprBuilder } from './expr-builder.ts'
import { SyntaxProblem, type Token, type TokenKind, tokenize } from './lexer.ts'
import {
  bytesConstant,
  doubleConstant,
  intConstant,
  stringConstant,
  uintConstant,
} from './literals.ts'
import { findMacro, type Macro, STANDARD_MACROS } from './macros.ts'

/** An expression, or what is wrong with its text. */
export type ParseResult =
  | { readonly ok: true; readonly expr: Expr }
  | { readonly ok: false; readonly diagnostics: readonly CelDiagnostic[] }

/** How to parse. */
export interface ParseOptions {
  /** The calls that are replaced while parsing; the standard macros unless given. */
  readonly macros?: readonly Macro[]
}

// cel-go's limits, which Cerbos does not change.
const MAX_DEPTH = 250
const MAX_CODE_POINTS = 100_000

/** Words that name nothing. */
export const RESERVED: ReadonlySet<string> = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
)
const RELATIONS: ReadonlySet<TokenKind> = new Set(['<', '<=', '>=', '>', '==', '!=', 'in'])

/** Parses an expression. @see https://github.com/google/cel-spec/blob/v0.25.1/doc/langdef.md#syntax */
export function parse(source: string, options: ParseOptions = {}): ParseResult {
  try {
    assertSize(source)
    const parser = new Parser(tokenize(source), options.macros ?? STANDARD_MACROS)
    return { ok: true, expr: parser.parseStart() }
  } catch (problem) {
    if (!(problem instanceof SyntaxProblem)) throw problem
    const { code, message, span } = problem
    const { start, end } = span
    return { ok: false, diagnostics: [{ code, message, span: { start, end } }] }
  }
}

function assertSize(source: string): void {
  if (source.length <= MAX_CODE_POINTS) return
  let size = 0
  for (const _ of source) size += 1
  if (size <= MAX_CODE_POINTS) return
  throw new SyntaxProblem(
    'expression-too-long',
    `the expression has ${size} characters; at most ${MAX_CODE_POINTS} are allowed`,
    { start: 0, end: 0 },
  )
}

/**
 * Recursive descent over the tokens, one method for each production of the grammar. Chains of
 * `&&` and `||` become balanced trees, as in cel-go, so that long ones do not nest deeply.
 */
class Parser {
  readonly #tokens: readonly Token[]
  readonly #macros: readonly Macro[]
  #pos = 0
  #lastId = 0
  #exprDepth = 0
  /** Nesting below each node, by id, as cel-go counts it: relations, sums, selections and calls. */
  readonly #depths: number[] = []

  constructor(tokens: readonly Token[], macros: readonly Macro[]) {
    this.#tokens = tokens
    this.#macros = macros
  }

  /** `start: expr EOF` */
  parseStart(): Expr {
    const expr = this.#parseExpr()
    if (this.#at('end')) return expr
    throw this.#unexpected('`&&`, `||` or the end of the expression')
  }

  /** `expr: conditionalOr ('?' conditionalOr ':' expr)?` */
  #parseExpr(): Expr {
    this.#exprDepth += 1
    if (this.#exprDepth > MAX_DEPTH) throw this.#tooDeep(this.#token)
    const start = this.#token.start
    let expr = this.#parseConditionalOr()
    if (this.#skip('?')) {
      const whenTrue = this.#parseConditionalOr()
      this.#expect(':', '`:` and the other value')
      const whenFalse = this.#parseExpr()
      expr = this.#nested(this.#builderFrom(start).call('_?_:_', expr, whenTrue, whenFalse))
    }
    this.#exprDepth -= 1
    return expr
  }

  /** `conditionalOr: conditionalAnd ('||' conditionalAnd)*` */
  #parseConditionalOr(): Expr {
    return this.#parseLogical('||', '_||_', () => this.#parseConditionalAnd())
  }

  /** `conditionalAnd: relation ('&&' relation)*` */
  #parseConditionalAnd(): Expr {
    return this.#parseLogical('&&', '_&&_', () => this.#parseRelation())
  }

  #parseLogical(operator: '||' | '&&', name: string, parseTerm: () => Expr): Expr {
    const starts = [this.#token.start]
    const terms = [parseTerm()]
    const ends = [this.#previousEnd]
    while (this.#skip(operator)) {
      starts.push(this.#token.start)
      terms.push(parseTerm())
      ends.push(this.#previousEnd)
    }
    const build = (low: number, high: number): Expr => {
      const term = terms[low]
      if (low === high && term !== undefined) return term
      const middle = Math.floor((low + high) / 2) + 1
      const span = { start: starts[low] ?? 0, end: ends[high] ?? 0 }
      return this.#flat(this.#builder(span).call(name, build(low, middle - 1), build(middle, high)))
    }
    return build(0, terms.length - 1)
  }

  /** `relation: calc | relation ('<' | '<=' | '>=' | '>' | '==' | '!=' | 'in') relation` */
  #parseRelation(): Expr {
    return this.#parseBinary(RELATIONS, () => this.#parseSum())
  }

  /** `calc: unary | calc ('*' | '/' | '%') calc | calc ('+' | '-') calc` */
  #parseSum(): Expr {
    return this.#parseBinary(SUMS, () => this.#parseProduct())
  }

  #parseProduct(): Expr {
    return this.#parseBinary(PRODUCTS, () => this.#parseUnary())
  }

  #parseBinary(operators: ReadonlySet<TokenKind>, parseOperand: () => Expr): Expr {
    const start = this.#token.start
    let left = parseOperand()
    while (operators.has(this.#token.kind)) {
      const operator = this.#next().kind
      const right = parseOperand()
      const name = operator === 'in' ? '@in' : `_${operator}_`
      left = this.#nested(this.#builderFrom(start).call(name, left, right))
    }
    return left
  }

  /** `unary: member | '!'+ member | '-'+ member` */
  #parseUnary(): Expr {
    const { start, kind } = this.#token
    if (kind !== '!' && kind !== '-') return this.#parseMember()
    if (kind === '-' && this.#isNumber(1)) return this.#parseMember()
    let count = 0
    while (this.#skip(kind)) count += 1
    const operand = this.#parseMember()
    if (count % 2 === 0) return operand
    return this.#flat(this.#builderFrom(start).call(`${kind}_`, operand))
  }

  /** `member: primary | member '.' '?'? field | member '.' name '(' args ')' | member '[' '?'? expr ']'` */
  #parseMember(): Expr {
    const start = this.#token.start
    let operand = this.#parsePrimary()
    for (;;) {
      if (this.#skip('.')) operand = this.#parseSelection(operand, start)
      else if (this.#skip('[')) operand = this.#parseIndex(operand, start)
      else return operand
    }
  }

  #parseSelection(operand: Expr, start: number): Expr {
    if (this.#skip('?')) {
      const token = this.#token
      const field = this.#parseField()
      const name = this.#builder(token).constant({ kind: 'string', value: field })
      return this.#nested(this.#builderFrom(start).call('_?._', operand, name))
    }
    const isCall = this.#at('ident') && this.#tokens[this.#pos + 1]?.kind === '('
    if (!isCall) {
      const field = this.#parseField()
      return this.#nested(this.#builderFrom(start).select(operand, field))
    }
    const name = this.#next().text
    const args = this.#parseArguments()
    const call = this.#builderFrom(start).memberCall(operand, name, ...args)
    return this.#nested(this.#expandMacro(call), call)
  }

  #parseIndex(operand: Expr, start: number): Expr {
    const name = this.#skip('?') ? '_[?_]' : '_[_]'
    const index = this.#parseExpr()
    this.#expect(']', '`]`')
    return this.#nested(this.#builderFrom(start).call(name, operand, index))
  }

  /** `field: IDENTIFIER | QUOTED_IDENTIFIER` */
  #parseField(): string {
    if (this.#at('ident')) return this.#next().text
    if (this.#at('quoted ident')) return this.#next().text.slice(1, -1)
    throw this.#unexpected('a field name')
  }

  /** `primary: '.'? name | '.'? name '(' args ')' | '(' expr ')' | list | map | message | literal` */
  #parsePrimary(): Expr {
    if (this.#isMessage()) return this.#parseMessage()
    const { start, kind } = this.#token
    if (kind === 'ident' || kind === '.') return this.#parseName()
    if (this.#skip('(')) {
      const expr = this.#parseExpr()
      this.#expect(')', '`)`')
      return expr
    }
    if (this.#skip('[')) return this.#parseList(start)
    if (this.#skip('{')) return this.#parseMap(start)
    return this.#parseLiteral()
  }

  #parseName(): Expr {
    const start = this.#token.start
    const dot = this.#skip('.') ? '.' : ''
    if (!this.#at('ident')) throw this.#unexpected('a name')
    const token = this.#next()
    if (RESERVED.has(token.text)) {
      const message = `\`${token.text}\` is a reserved word`
      throw new SyntaxProblem('reserved-identifier', message, token)
    }
    const name = dot + token.text
    if (!this.#at('(')) return this.#builderFrom(start).ident(name)
    const args = this.#parseArguments()
    const call = this.#builderFrom(start).call(name, ...args)
    return this.#flat(this.#expandMacro(call), call)
  }

  /** `args: (expr (',' expr)*)?` in parentheses */
  #parseArguments(): readonly Expr[] {
    this.#expect('(', '`(`')
    const args: Expr[] = []
    if (this.#skip(')')) return args
    do args.push(this.#parseExpr())
    while (this.#skip(','))
    this.#expect(')', '`,` or `)`')
    return args
  }

  /** `list: '[' ('?'? expr (',' '?'? expr)*)? ','? ']'` */
  #parseList(start: number): Expr {
    const elements: Expr[] = []
    const optionalIndices: number[] = []
    this.#parseItems(']', () => {
      if (this.#skip('?')) optionalIndices.push(elements.length)
      elements.push(this.#parseExpr())
    })
    return this.#flat(this.#builderFrom(start).listWithOptionals(elements, optionalIndices))
  }

  /** `map: '{' ('?'? expr ':' expr (',' …)*)? ','? '}'` */
  #parseMap(start: number): Expr {
    const entries: MapEntry[] = []
    this.#parseItems('}', () => {
      const optional = this.#skip('?')
      const key = this.#parseExpr()
      this.#expect(':', '`:` and a value')
      entries.push({ id: this.#nextId(), key, value: this.#parseExpr(), optional })
    })
    return this.#flat(this.#builderFrom(start).map(entries))
  }

  /** `message: '.'? name ('.' name)* '{' ('?'? field ':' expr (',' …)*)? ','? '}'` */
  #parseMessage(): Expr {
    const start = this.#token.start
    let name = ''
    while (!this.#skip('{')) name += this.#next().text
    const entries: FieldEntry[] = []
    this.#parseItems('}', () => {
      const optional = this.#skip('?')
      const field = this.#parseField()
      this.#expect(':', '`:` and a value')
      entries.push({ id: this.#nextId(), field, value: this.#parseExpr(), optional })
    })
    return this.#flat(this.#builderFrom(start).struct(name, entries))
  }

  /** Items between commas up to the closing bracket; a comma may follow the last one. */
  #parseItems(close: ']' | '}', parseItem: () => void): void {
    while (!this.#at(close) && !this.#at(',')) {
      parseItem()
      if (!this.#at(',') || this.#tokens[this.#pos + 1]?.kind === close) break
      this.#next()
    }
    this.#skip(',')
    this.#expect(close, `\`,\` or \`${close}\``)
  }

  #parseLiteral(): Expr {
    const start = this.#token.start
    const negative = this.#at('-') && this.#isNumber(1)
    if (negative) this.#next()
    const token = this.#token
    const value = literalConstant(token, negative)
    if (value === undefined) throw this.#unexpected('an expression')
    this.#next()
    return this.#builderFrom(start).constant(value)
  }

  #expandMacro(call: CallExpr): Expr {
    const macro = findMacro(this.#macros, call)
    const expanded = macro?.expand(call, this.#builder(call.span))
    if (expanded === undefined) return call
    if (expanded.kind !== 'problem') return { ...expanded, macro: call }
    throw new SyntaxProblem('invalid-macro-argument', expanded.message, expanded.at.span)
  }

  #isMessage(): boolean {
    let pos = this.#pos
    if (this.#tokens[pos]?.kind === '.') pos += 1
    while (this.#tokens[pos]?.kind === 'ident') {
      const next = this.#tokens[pos + 1]?.kind
      if (next === '{') return true
      if (next !== '.') return false
      pos += 2
    }
    return false
  }

  #isNumber(ahead: number): boolean {
    const kind = this.#tokens[this.#pos + ahead]?.kind
    return kind === 'int' || kind === 'double'
  }

  get #token(): Token {
    return this.#tokens[this.#pos] as Token // INVARIANT: `end` is never passed.
  }

  get #previousEnd(): number {
    return this.#tokens[this.#pos - 1]?.end ?? 0
  }

  #at(kind: TokenKind): boolean {
    return this.#token.kind === kind
  }

  #next(): Token {
    const token = this.#token
    if (token.kind !== 'end') this.#pos += 1
    return token
  }

  #skip(kind: TokenKind): boolean {
    if (!this.#at(kind)) return false
    this.#next()
    return true
  }

  #expect(kind: TokenKind, expected: string): void {
    if (!this.#skip(kind)) throw this.#unexpected(expected)
  }

  #unexpected(expected: string): SyntaxProblem {
    const token = this.#token
    const got = token.kind === 'end' ? 'the end of the expression' : `\`${token.text}\``
    return new SyntaxProblem('unexpected-token', `expected ${expected}, got ${got}`, token)
  }

  #tooDeep(span: Span): SyntaxProblem {
    const message = `the expression nests deeper than ${MAX_DEPTH} levels`
    return new SyntaxProblem('expression-too-deep', message, span)
  }

  #nextId(): number {
    this.#lastId += 1
    return this.#lastId
  }

  // One closure for all builders.
  readonly #giveId = (): number => this.#nextId()

  #builder(span: Span): ExprBuilder {
    return exprBuilder(this.#giveId, { start: span.start, end: span.end })
  }

  #builderFrom(start: number): ExprBuilder {
    return this.#builder({ start, end: this.#previousEnd })
  }

  /** Counts a node as one level above its parts. */
  #nested(expr: Expr, written: Expr = expr): Expr {
    const depth = this.#depthOfParts(written) + 1
    if (depth > MAX_DEPTH) throw this.#tooDeep(expr.span)
    this.#depths[expr.id] = depth
    return expr
  }

  /** Counts a node as being on the level of its parts. */
  #flat(expr: Expr, written: Expr = expr): Expr {
    this.#depths[expr.id] = this.#depthOfParts(written)
    return expr
  }

  #depthOfParts(expr: Expr): number {
    let depth = 0
    for (const part of children(expr)) depth = Math.max(depth, this.#depths[part.id] ?? 0)
    return depth
  }
}

const SUMS: ReadonlySet<TokenKind> = new Set(['+', '-'])
const PRODUCTS: ReadonlySet<TokenKind> = new Set(['*', '/', '%'])

function literalConstant(token: Token, negative: boolean): Constant | undefined {
  switch (token.kind) {
    case 'int':
      return intConstant(token, negative)
    case 'uint':
      return uintConstant(token)
    case 'double':
      return doubleConstant(token, negative)
    case 'string':
      return stringConstant(token)
    case 'bytes':
      return bytesConstant(token)
    case 'true':
    case 'false':
      return { kind: 'bool', value: token.kind === 'true' }
    case 'null':
      return { kind: 'null' }
    default:
      return undefined
  }
}
