import type { CallExpr, Constant, Expr, FieldEntry, MapEntry, Span } from './ast.ts'
import type { CelDiagnostic } from './errors.ts'
import { ExprBuilder } from './expr-builder.ts'
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
  readonly #lastBrace: number
  #token: Token
  #pos = 0
  #lastId = 0
  #exprDepth = 0
  /**
   * Nesting below the expression that was parsed last, as cel-go counts it: relations, sums,
   * selections and calls are one level above their parts, everything else is on theirs.
   */
  #depth = 0

  constructor(tokens: readonly Token[], macros: readonly Macro[]) {
    this.#tokens = tokens
    this.#macros = macros
    this.#token = tokens[0] as Token // INVARIANT: there is `end` at least.
    this.#lastBrace = tokens.findLastIndex(({ kind }) => kind === '{')
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
      const depth = this.#depth
      const whenTrue = this.#parseConditionalOr()
      const depthTrue = this.#depth
      this.#expect(':', '`:` and the other value')
      const whenFalse = this.#parseExpr()
      expr = this.#call(start, '_?_:_', [expr, whenTrue, whenFalse])
      this.#nest(Math.max(depth, depthTrue, this.#depth), expr)
    }
    this.#exprDepth -= 1
    return expr
  }

  /** `conditionalOr: conditionalAnd ('||' conditionalAnd)*` */
  #parseConditionalOr(): Expr {
    const { start } = this.#token
    const first = this.#parseConditionalAnd()
    return this.#at('||') ? this.#parseChain(first, start, '||') : first
  }

  /** `conditionalAnd: relation ('&&' relation)*` */
  #parseConditionalAnd(): Expr {
    const { start } = this.#token
    const first = this.#parseBinary(RELATION)
    return this.#at('&&') ? this.#parseChain(first, start, '&&') : first
  }

  #parseChain(first: Expr, start: number, operator: '||' | '&&'): Expr {
    const terms = [first]
    const starts = [start]
    const ends = [this.#previousEnd]
    let depth = this.#depth
    while (this.#skip(operator)) {
      starts.push(this.#token.start)
      terms.push(operator === '||' ? this.#parseConditionalAnd() : this.#parseBinary(RELATION))
      ends.push(this.#previousEnd)
      depth = Math.max(depth, this.#depth)
    }
    this.#depth = depth
    const build = (low: number, high: number): Expr => {
      const term = terms[low]
      if (low === high && term !== undefined) return term
      const middle = Math.floor((low + high) / 2) + 1
      const args = [build(low, middle - 1), build(middle, high)]
      const span = { start: starts[low] ?? 0, end: ends[high] ?? 0 }
      return { kind: 'call', id: this.#nextId(), span, function: `_${operator}_`, args }
    }
    return build(0, terms.length - 1)
  }

  /**
   * `relation: calc | relation ('<' | '<=' | '>=' | '>' | '==' | '!=' | 'in') relation` and
   * `calc: unary | calc ('*' | '/' | '%') calc | calc ('+' | '-') calc`: what binds at least as
   * tightly as `level`.
   */
  #parseBinary(level: number): Expr {
    const start = this.#token.start
    let left = this.#parseUnary()
    for (;;) {
      const operator = BINARY.get(this.#token.kind)
      if (operator === undefined || operator.level < level) return left
      const depth = this.#depth
      this.#next()
      const right = this.#parseBinary(operator.level + 1)
      left = this.#call(start, operator.name, [left, right])
      this.#nest(Math.max(depth, this.#depth), left)
    }
  }

  /** `unary: member | '!'+ member | '-'+ member` */
  #parseUnary(): Expr {
    const { start, kind } = this.#token
    if (kind !== '!' && kind !== '-') return this.#parseMember()
    if (kind === '-' && this.#isNumber(1)) return this.#parseMember()
    let count = 0
    while (this.#skip(kind)) count += 1
    const operand = this.#parseMember()
    return count % 2 === 0 ? operand : this.#call(start, `${kind}_`, [operand])
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
    const depth = this.#depth
    if (this.#skip('?')) {
      const { start: fieldStart } = this.#token
      const value = this.#parseField()
      const field = this.#constant(fieldStart, { kind: 'string', value })
      return this.#nest(depth, this.#call(start, '_?._', [operand, field]))
    }
    const isCall = this.#at('ident') && this.#tokens[this.#pos + 1]?.kind === '('
    if (!isCall) {
      const field = this.#parseField()
      const span = this.#spanFrom(start)
      const id = this.#nextId()
      return this.#nest(depth, { kind: 'select', id, span, operand, field, testOnly: false })
    }
    const name = this.#next().text
    const args = this.#parseArguments()
    const span = this.#spanFrom(start)
    const id = this.#nextId()
    const call: CallExpr = { kind: 'call', id, span, function: name, args, target: operand }
    return this.#nest(Math.max(depth, this.#depth), this.#expandMacro(call))
  }

  #parseIndex(operand: Expr, start: number): Expr {
    const depth = this.#depth
    const name = this.#skip('?') ? '_[?_]' : '_[_]'
    const index = this.#parseExpr()
    this.#expect(']', '`]`')
    const call = this.#call(start, name, [operand, index])
    return this.#nest(Math.max(depth, this.#depth), call)
  }

  /** `field: IDENTIFIER | QUOTED_IDENTIFIER` */
  #parseField(): string {
    if (this.#at('ident')) return this.#next().text
    if (this.#at('quoted ident')) return this.#next().text.slice(1, -1)
    throw this.#unexpected('a field name')
  }

  /** `primary: '.'? name | '.'? name '(' args ')' | '(' expr ')' | list | map | message | literal` */
  #parsePrimary(): Expr {
    this.#depth = 0
    const { start, kind } = this.#token
    if (kind === 'ident' || kind === '.') {
      return this.#isMessage() ? this.#parseMessage() : this.#parseName()
    }
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
    if (this.#at('(')) {
      const args = this.#parseArguments()
      return this.#expandMacro(this.#call(start, name, args))
    }
    const span = this.#spanFrom(start)
    return { kind: 'ident', id: this.#nextId(), span, name }
  }

  /** `args: (expr (',' expr)*)?` in parentheses */
  #parseArguments(): readonly Expr[] {
    this.#expect('(', '`(`')
    const args: Expr[] = []
    let depth = 0
    if (!this.#skip(')')) {
      do {
        args.push(this.#parseExpr())
        depth = Math.max(depth, this.#depth)
      } while (this.#skip(','))
      this.#expect(')', '`,` or `)`')
    }
    this.#depth = depth
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
    const span = this.#spanFrom(start)
    return { kind: 'list', id: this.#nextId(), span, elements, optionalIndices }
  }

  /** `map: '{' ('?'? expr ':' expr (',' …)*)? ','? '}'` */
  #parseMap(start: number): Expr {
    const entries: MapEntry[] = []
    this.#parseItems('}', () => {
      const optional = this.#skip('?')
      const key = this.#parseExpr()
      const depth = this.#depth
      this.#expect(':', '`:` and a value')
      entries.push({ id: this.#nextId(), key, value: this.#parseExpr(), optional })
      this.#depth = Math.max(depth, this.#depth)
    })
    const span = this.#spanFrom(start)
    return { kind: 'map', id: this.#nextId(), span, entries }
  }

  /** `message: '.'? name ('.' name)* '{' ('?'? field ':' expr (',' …)*)? ','? '}'` */
  #parseMessage(): Expr {
    const start = this.#token.start
    let messageName = ''
    while (!this.#skip('{')) messageName += this.#next().text
    const entries: FieldEntry[] = []
    this.#parseItems('}', () => {
      const optional = this.#skip('?')
      const field = this.#parseField()
      this.#expect(':', '`:` and a value')
      entries.push({ id: this.#nextId(), field, value: this.#parseExpr(), optional })
    })
    const span = this.#spanFrom(start)
    return { kind: 'struct', id: this.#nextId(), span, messageName, entries }
  }

  /** Items between commas up to the closing bracket; a comma may follow the last one. */
  #parseItems(close: ']' | '}', parseItem: () => void): void {
    let depth = 0
    while (!this.#at(close) && !this.#at(',')) {
      parseItem()
      depth = Math.max(depth, this.#depth)
      if (!this.#at(',') || this.#tokens[this.#pos + 1]?.kind === close) break
      this.#next()
    }
    this.#skip(',')
    this.#expect(close, `\`,\` or \`${close}\``)
    this.#depth = depth
  }

  #parseLiteral(): Expr {
    const start = this.#token.start
    const negative = this.#at('-') && this.#isNumber(1)
    if (negative) this.#next()
    const token = this.#token
    const value = literalConstant(token, negative)
    if (value === undefined) throw this.#unexpected('an expression')
    this.#next()
    return this.#constant(start, value)
  }

  #expandMacro(call: CallExpr): Expr {
    const macro = findMacro(this.#macros, call)
    if (macro === undefined) return call
    const expanded = macro.expand(call, new ExprBuilder(() => this.#nextId(), call.span))
    if (expanded === undefined) return call
    if (expanded.kind !== 'problem') return { ...expanded, macro: call }
    throw new SyntaxProblem('invalid-macro-argument', expanded.message, expanded.at.span)
  }

  #isMessage(): boolean {
    let pos = this.#pos
    if (pos > this.#lastBrace) return false
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

  get #previousEnd(): number {
    return this.#tokens[this.#pos - 1]?.end ?? 0
  }

  #at(kind: TokenKind): boolean {
    return this.#token.kind === kind
  }

  #next(): Token {
    const token = this.#token
    if (token.kind !== 'end') {
      this.#pos += 1
      this.#token = this.#tokens[this.#pos] as Token // INVARIANT: `end` is never passed.
    }
    return token
  }

  #skip(kind: TokenKind): boolean {
    if (this.#token.kind !== kind) return false
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

  #spanFrom(start: number): Span {
    return { start, end: this.#previousEnd }
  }

  #constant(start: number, value: Constant): Expr {
    return { kind: 'const', id: this.#nextId(), span: this.#spanFrom(start), value }
  }

  #call(start: number, name: string, args: readonly Expr[]): CallExpr {
    const span = this.#spanFrom(start)
    return { kind: 'call', id: this.#nextId(), span, function: name, args }
  }

  /** Counts a node as one level above its parts, the deepest of which is `depth` deep. */
  #nest(depth: number, expr: Expr): Expr {
    this.#depth = depth + 1
    if (this.#depth > MAX_DEPTH) throw this.#tooDeep(expr.span)
    return expr
  }
}

const RELATION = 1
const SUM = 2
const PRODUCT = 3

interface BinaryOperator {
  readonly name: string
  /** How tightly it binds. */
  readonly level: number
}

const BINARY: ReadonlyMap<TokenKind, BinaryOperator> = new Map([
  ...operators(RELATION, '<', '<=', '>=', '>', '==', '!=', 'in'),
  ...operators(SUM, '+', '-'),
  ...operators(PRODUCT, '*', '/', '%'),
])

function operators(
  level: number,
  ...kinds: readonly TokenKind[]
): readonly (readonly [TokenKind, BinaryOperator])[] {
  return kinds.map((kind) => [kind, { name: kind === 'in' ? '@in' : `_${kind}_`, level }])
}

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
