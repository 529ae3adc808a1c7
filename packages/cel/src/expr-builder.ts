import type {
  CallExpr,
  ComprehensionExpr,
  Constant,
  Expr,
  IdentExpr,
  MapEntry,
  Span,
} from './ast.ts'

/** Gives out the ids of one expression. */
export type NextId = () => number

/** Makes nodes with fresh ids; all that it makes carries one span. */
export class ExprBuilder {
  readonly #nextId: NextId
  readonly #span: Span

  constructor(nextId: NextId, span: Span) {
    this.#nextId = nextId
    this.#span = span
  }

  constant(value: Constant): Expr {
    return { kind: 'const', id: this.#nextId(), span: this.#span, value }
  }

  bool(value: boolean): Expr {
    return this.constant({ kind: 'bool', value })
  }

  int(value: bigint): Expr {
    return this.constant({ kind: 'int', value })
  }

  ident(name: string): IdentExpr {
    return { kind: 'ident', id: this.#nextId(), span: this.#span, name }
  }

  /** The variable that a fold collects into. */
  accu(): IdentExpr {
    return this.ident('@result')
  }

  /** What `has(operand.field)` becomes. */
  presence(operand: Expr, field: string): Expr {
    return { kind: 'select', id: this.#nextId(), span: this.#span, operand, field, testOnly: true }
  }

  call(name: string, ...args: Expr[]): CallExpr {
    return { kind: 'call', id: this.#nextId(), span: this.#span, function: name, args }
  }

  memberCall(target: Expr, name: string, ...args: Expr[]): CallExpr {
    return { kind: 'call', id: this.#nextId(), span: this.#span, function: name, args, target }
  }

  list(...elements: Expr[]): Expr {
    return { kind: 'list', id: this.#nextId(), span: this.#span, elements, optionalIndices: [] }
  }

  map(entries: readonly MapEntry[]): Expr {
    return { kind: 'map', id: this.#nextId(), span: this.#span, entries }
  }

  comprehension(parts: Omit<ComprehensionExpr, 'kind' | 'id' | 'span' | 'macro'>): Expr {
    return { kind: 'comprehension', id: this.#nextId(), span: this.#span, ...parts }
  }
}
