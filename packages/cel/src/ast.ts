/** A range of the source text: UTF-16 offsets, `end` exclusive. */
export interface Span {
  readonly start: number
  readonly end: number
}

interface Node {
  /** Unique within one parsed expression. */
  readonly id: number
  readonly span: Span
  /** The macro call that this node was expanded from, as it was written. */
  readonly macro?: CallExpr
}

/** A literal. An int or uint literal is exact, so its value is a bigint. */
export type Constant =
  | { readonly kind: 'null' }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'uint'; readonly value: bigint }
  | { readonly kind: 'double'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'bytes'; readonly value: Uint8Array }

/** A literal: `1`, `2u`, `"x"`, `b"x"`, `true`, `null`. */
export interface ConstExpr extends Node {
  readonly kind: 'const'
  readonly value: Constant
}

/** A name. A leading dot (`.x`) is part of it. */
export interface IdentExpr extends Node {
  readonly kind: 'ident'
  readonly name: string
}

/** `operand.field`; with `testOnly` it is what `has(operand.field)` becomes. */
export interface SelectExpr extends Node {
  readonly kind: 'select'
  readonly operand: Expr
  readonly field: string
  readonly testOnly: boolean
}

/** A function, method or operator call; operators have cel-go's names (`_+_`, `_?_:_`). */
export interface CallExpr extends Node {
  readonly kind: 'call'
  readonly function: string
  readonly target?: Expr
  readonly args: readonly Expr[]
}

/** `[a, ?b]`; `optionalIndices` are the positions of the elements written with `?`. */
export interface ListExpr extends Node {
  readonly kind: 'list'
  readonly elements: readonly Expr[]
  readonly optionalIndices: readonly number[]
}

/** One `key: value` of a map literal. */
export interface MapEntry {
  readonly id: number
  readonly key: Expr
  readonly value: Expr
  readonly optional: boolean
}

/** `{k: v, ?k: v}`. */
export interface MapExpr extends Node {
  readonly kind: 'map'
  readonly entries: readonly MapEntry[]
}

/** One `field: value` of a message literal. */
export interface FieldEntry {
  readonly id: number
  readonly field: string
  readonly value: Expr
  readonly optional: boolean
}

/** `Name{field: value}`. */
export interface StructExpr extends Node {
  readonly kind: 'struct'
  readonly messageName: string
  readonly entries: readonly FieldEntry[]
}

/** A fold over a list or a map: what `all`, `exists`, `map`, `filter` and their like become. */
export interface ComprehensionExpr extends Node {
  readonly kind: 'comprehension'
  readonly iterVar: string
  readonly iterVar2?: string
  readonly iterRange: Expr
  readonly accuVar: string
  readonly accuInit: Expr
  readonly loopCondition: Expr
  readonly loopStep: Expr
  readonly result: Expr
}

/** An expression in the shape of cel-go's AST. */
export type Expr =
  | ConstExpr
  | IdentExpr
  | SelectExpr
  | CallExpr
  | ListExpr
  | MapExpr
  | StructExpr
  | ComprehensionExpr

/** The direct sub-expressions of an expression, in source order. */
export function children(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'const':
    case 'ident':
      return []
    case 'select':
      return [expr.operand]
    case 'call':
      return expr.target === undefined ? expr.args : [expr.target, ...expr.args]
    case 'list':
      return expr.elements
    case 'map':
      return expr.entries.flatMap((entry) => [entry.key, entry.value])
    case 'struct':
      return expr.entries.map((entry) => entry.value)
    case 'comprehension':
      return [expr.iterRange, expr.accuInit, expr.loopCondition, expr.loopStep, expr.result]
    default:
      return unreachable(expr)
  }
}

/** The name that an identifier or a chain of selections spells: `a.b.c`. */
export function qualifiedName(expr: Expr): string | undefined {
  if (expr.kind === 'ident') return expr.name
  return expr.kind === 'select' && !expr.testOnly ? nameWithin(expr.operand, expr.field) : undefined
}

/** The name in a namespace, if an expression may be one: `math.abs` of `abs` in `math`. */
export function nameWithin(namespace: Expr, name: string): string | undefined {
  const qualifier = qualifiedName(namespace)
  return qualifier && `${qualifier}.${name}`
}

/** Marks a place that the types rule out. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`)
}
