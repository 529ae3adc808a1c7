import { children, type Expr } from './ast.ts'

/**
 * Each variable that an expression reads, with the static path behind it: selections and constant
 * string keys. Variables of comprehensions are left out; a path occurs once.
 */
export function referencesOf(expr: Expr): readonly (readonly string[])[] {
  const found = new Map<string, readonly string[]>()
  visit(expr, new Set(), (path) => found.set(JSON.stringify(path), path))
  return [...found.values()]
}

function visit(
  expr: Expr,
  locals: ReadonlySet<string>,
  report: (path: readonly string[]) => void,
): void {
  const path = pathOf(expr)
  if (path !== undefined) {
    const [root = ''] = path
    if (!locals.has(root)) report(root.startsWith('.') ? [root.slice(1), ...path.slice(1)] : path)
    return
  }
  if (expr.kind !== 'comprehension') {
    for (const part of children(expr)) visit(part, locals, report)
    return
  }
  visit(expr.iterRange, locals, report)
  visit(expr.accuInit, locals, report)
  const { iterVar, iterVar2 = iterVar, accuVar } = expr
  const inside = new Set([...locals, iterVar, iterVar2, accuVar])
  for (const part of [expr.loopCondition, expr.loopStep, expr.result]) visit(part, inside, report)
}

/** The static path that an expression reads, if it does nothing else. */
export function pathOf(expr: Expr): readonly string[] | undefined {
  if (expr.kind === 'ident') return [expr.name]
  if (expr.kind === 'select') return extended(expr.operand, expr.field)
  if (expr.kind !== 'call' || expr.target !== undefined) return undefined
  const [operand, key] = expr.args
  const isRead = expr.function === '_[_]' || expr.function === '_?._' || expr.function === '_[?_]'
  if (!isRead || operand === undefined) return undefined
  if (key?.kind !== 'const' || key.value.kind !== 'string') return undefined
  return extended(operand, key.value.value)
}

function extended(operand: Expr, name: string): readonly string[] | undefined {
  const path = pathOf(operand)
  return path && [...path, name]
}
