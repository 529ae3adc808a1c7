import { type CallExpr, children, type Expr, nameWithin, qualifiedName } from '../ast.ts'
import type { Reference } from '../check.ts'
import { candidateNames, type Declarations } from './declarations.ts'

/**
 * What the names of an expression stand for whose types are not checked: the longest path that is
 * declared, in the nearest namespace. Variables of comprehensions hide all others.
 */
export function uncheckedNames(
  expr: Expr,
  { variables, types, functions, container }: Declarations,
): readonly (Reference | undefined)[] {
  const references: (Reference | undefined)[] = []
  const visitAll = (parts: readonly Expr[], locals: readonly string[]): void => {
    for (const part of parts) visit(part, locals)
  }
  const visit = (part: Expr, locals: readonly string[]): void => {
    const find = (
      name: string | undefined,
      isDeclared: (candidate: string) => boolean,
    ): string | undefined =>
      name === undefined || locals.includes(name.split('.')[0] ?? '')
        ? undefined
        : candidateNames(container, name).find(isDeclared)
    const variable = find(qualifiedName(part), (name) => variables.has(name) || types.has(name))
    if (variable !== undefined) {
      // The dot tells the variable from that of a comprehension with the same name.
      const name = locals.includes(variable) ? `.${variable}` : variable
      references[part.id] = { kind: 'ident', name }
    } else if (part.kind === 'call') {
      const name = find(calledName(part), (each) => functions.has(each))
      if (name !== undefined) references[part.id] = { kind: 'function', name, overloads: [] }
      visitAll(name === undefined ? children(part) : part.args, locals)
    } else if (part.kind === 'comprehension') {
      const { iterVar, iterVar2 = iterVar, accuVar } = part
      visitAll([part.iterRange, part.accuInit], locals)
      const inside = [...locals, iterVar, iterVar2, accuVar]
      visitAll([part.loopCondition, part.loopStep, part.result], inside)
    } else visitAll(children(part), locals)
  }
  visit(expr, [])
  return references
}

function calledName({ target, function: name }: CallExpr): string | undefined {
  return target === undefined ? name : nameWithin(target, name)
}
