import type {
  CallExpr,
  ComprehensionExpr,
  Constant,
  Expr,
  FieldEntry,
  IdentExpr,
  MapEntry,
  Span,
} from './ast.ts'

/** Makes nodes with fresh ids; all that it makes carries one span. */
export interface ExprBuilder {
  constant(value: Constant): Expr
  bool(value: boolean): Expr
  int(value: bigint): Expr
  ident(name: string): IdentExpr
  /** The variable that a fold collects into. */
  accu(): IdentExpr
  select(operand: Expr, field: string): Expr
  /** What `has(operand.field)` becomes. */
  presence(operand: Expr, field: string): Expr
  call(name: string, ...args: Expr[]): CallExpr
  memberCall(target: Expr, name: string, ...args: Expr[]): CallExpr
  list(...elements: Expr[]): Expr
  listWithOptionals(elements: readonly Expr[], optionalIndices: readonly number[]): Expr
  map(entries: readonly MapEntry[]): Expr
  struct(messageName: string, entries: readonly FieldEntry[]): Expr
  comprehension(parts: Omit<ComprehensionExpr, 'kind' | 'id' | 'span' | 'macro'>): Expr
}

/** Gives out the ids of one expression. */
export type NextId = () => number

/** A builder of nodes that lie at `span`. */
export function exprBuilder(nextId: NextId, span: Span): ExprBuilder {
  const constant = (value: Constant): Expr => ({ kind: 'const', id: nextId(), span, value })
  const ident = (name: string): IdentExpr => ({ kind: 'ident', id: nextId(), span, name })
  const call = (name: string, ...args: Expr[]): CallExpr => ({
    kind: 'call',
    id: nextId(),
    span,
    function: name,
    args,
  })
  const select = (operand: Expr, field: string, testOnly: boolean): Expr => ({
    kind: 'select',
    id: nextId(),
    span,
    operand,
    field,
    testOnly,
  })
  const list = (elements: readonly Expr[], optionalIndices: readonly number[]): Expr => ({
    kind: 'list',
    id: nextId(),
    span,
    elements,
    optionalIndices,
  })
  return {
    constant,
    bool: (value) => constant({ kind: 'bool', value }),
    int: (value) => constant({ kind: 'int', value }),
    ident,
    accu: () => ident('@result'),
    select: (operand, field) => select(operand, field, false),
    presence: (operand, field) => select(operand, field, true),
    call,
    memberCall: (target, name, ...args) => ({ ...call(name, ...args), target }),
    list: (...elements) => list(elements, []),
    listWithOptionals: list,
    map: (entries) => ({ kind: 'map', id: nextId(), span, entries }),
    struct: (messageName, entries) => ({
      kind: 'struct',
      id: nextId(),
      span,
      messageName,
      entries,
    }),
    comprehension: (parts) => ({ kind: 'comprehension', id: nextId(), span, ...parts }),
  }
}
