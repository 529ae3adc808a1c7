import { children, type Expr } from '../ast.ts'
import type { Reference } from '../check.ts'
import type { CelType } from '../types.ts'
import { candidateNames } from './declarations.ts'

/**
 * What the names of an expression stand for whose types are not checked: the longest path that is
 * a declared variable, in the nearest namespace. Variables of comprehensions hide all others.
 */
export function uncheckedNames(
  expr: Expr,
  variables: ReadonlyMap<string, CelType>,
  container: string,
): readonly (Reference | undefined)[] {
  const references: (Reference | undefined)[] = []
  const visit = (part: Expr, locals: readonly string[]): void => {
    const name = qualifiedName(part)
    const isLocal = name !== undefined && locals.includes(name.split('.')[0] ?? '')
    const declared = name === undefined || isLocal ? undefined : declaredName(name)
    if (declared !== undefined) {
      // The dot tells the variable from that of a comprehension with the same name.
      const isHidden = locals.includes(declared)
      references[part.id] = { kind: 'ident', name: isHidden ? `.${declared}` : declared }
      return
    }
    if (part.kind !== 'comprehension') {
      for (const child of children(part)) visit(child, locals)
      return
    }
    const { iterVar, iterVar2 = iterVar, accuVar } = part
    const inside = [...locals, iterVar, iterVar2, accuVar]
    visit(part.iterRange, locals)
    visit(part.accuInit, locals)
    for (const each of [part.loopCondition, part.loopStep, part.result]) visit(each, inside)
  }
  const declaredName = (name: string): string | undefined =>
    candidateNames(container, name).find((candidate) => variables.has(candidate))
  visit(expr, [])
  return references
}

/** The name that an identifier or a chain of selections may be as a whole. */
function qualifiedName(expr: Expr): string | undefined {
  if (expr.kind === 'ident') return expr.name
  if (expr.kind !== 'select' || expr.testOnly) return undefined
  const operand = qualifiedName(expr.operand)
  return operand && `${operand}.${expr.field}`
}
