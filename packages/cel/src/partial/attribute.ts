import type { CallExpr, Expr, SelectExpr } from '../ast.ts'

/** A chain of selections and indexes over something: cel-go evaluates it as one. */
export interface Attribute {
  readonly base: Expr
  readonly qualifiers: readonly Qualifier[]
}

/** A step of a chain. */
export interface Qualifier {
  /** The node that stands for the chain up to here. */
  readonly node: SelectExpr | CallExpr
  /** The name of a field or a constant string key. */
  readonly name: string | undefined
  /** The key, where it is no name. */
  readonly key: Expr | undefined
  readonly isOptional: boolean
  readonly isPresenceTest: boolean
}

/** Whether cel-go evaluates an expression as an attribute, whose parts it does not look at alone. */
export function isAttribute(expr: Expr): boolean {
  if (expr.kind === 'ident' || expr.kind === 'select') return true
  return expr.kind === 'call' && (isIndex(expr) || expr.function === '_?_:_')
}

/** The chain that an expression is, with no qualifiers where it is none. */
export function attributeOf(expr: Expr): Attribute {
  const qualifiers: Qualifier[] = []
  let base = expr
  for (let step = stepOf(base); step !== undefined; step = stepOf(base)) {
    qualifiers.unshift(step.qualifier)
    base = step.operand
  }
  return { base, qualifiers }
}

interface Step {
  readonly operand: Expr
  readonly qualifier: Qualifier
}

function stepOf(node: Expr): Step | undefined {
  if (node.kind === 'select') {
    const { operand, field: name, testOnly: isPresenceTest } = node
    const qualifier = { node, name, key: undefined, isOptional: false, isPresenceTest }
    return { operand, qualifier }
  }
  if (node.kind !== 'call' || !isIndex(node)) return undefined
  const [operand, key] = node.args
  if (operand === undefined || key === undefined) return undefined
  const name = key.kind === 'const' && key.value.kind === 'string' ? key.value.value : undefined
  const isOptional = node.function !== '_[_]'
  return { operand, qualifier: { node, name, key, isOptional, isPresenceTest: false } }
}

function isIndex({ function: name }: CallExpr): boolean {
  return name === '_[_]' || name === '_[?_]' || name === '_?._'
}
