import type { ComprehensionExpr, Expr } from '../ast.ts'

/** What a fold computes. */
export type FoldShape =
  | { readonly kind: 'all' | 'exists' | 'existsOne'; readonly condition: Expr }
  | { readonly kind: 'list'; readonly condition?: Expr; readonly term: Expr }
  | { readonly kind: 'binding' }
  | { readonly kind: 'fold' }

/**
 * Tells what a fold computes by its parts, as the macros make them. Going by the parts and not by
 * the name of a macro keeps this right for trees that were rewritten since.
 */
export function recognizeFold(expr: ComprehensionExpr): FoldShape {
  if (isBinding(expr)) return { kind: 'binding' }
  return recognizeQuantifier(expr) ?? recognizeList(expr) ?? { kind: 'fold' }
}

function isBinding({ iterRange, loopCondition }: ComprehensionExpr): boolean {
  const isEmpty = iterRange.kind === 'list' && iterRange.elements.length === 0
  return isEmpty && isBool(loopCondition, false)
}

function recognizeQuantifier(expr: ComprehensionExpr): FoldShape | undefined {
  const { accuInit, loopCondition, loopStep, result } = expr
  const isAccu = (each: Expr | undefined): boolean => isIdent(each, expr.accuVar)
  if (isBool(loopCondition, true) && isInt(accuInit, 0n)) {
    const [condition, increment, same] = argsOf(loopStep, '_?_:_')
    const [counted, one] = argsOf(increment, '_+_')
    const [total, expected] = argsOf(result, '_==_')
    const isCount = isAccu(counted) && isInt(one, 1n) && isAccu(same)
    const isOne = isAccu(total) && isInt(expected, 1n)
    return isCount && isOne && condition ? { kind: 'existsOne', condition } : undefined
  }
  const [goOn] = argsOf(loopCondition, '@not_strictly_false')
  if (goOn === undefined || !isAccu(result)) return undefined
  const [accu, condition] = argsOf(loopStep, isBool(accuInit, true) ? '_&&_' : '_||_')
  if (condition === undefined || !isAccu(accu)) return undefined
  if (isBool(accuInit, true) && isAccu(goOn)) return { kind: 'all', condition }
  const [negated] = argsOf(goOn, '!_')
  return isBool(accuInit, false) && isAccu(negated) ? { kind: 'exists', condition } : undefined
}

function recognizeList(expr: ComprehensionExpr): FoldShape | undefined {
  const { accuVar, accuInit, loopCondition, loopStep, result } = expr
  const startsEmpty = accuInit.kind === 'list' && accuInit.elements.length === 0
  if (!startsEmpty || !isBool(loopCondition, true) || !isIdent(result, accuVar)) return undefined
  const term = appended(loopStep, accuVar)
  if (term !== undefined) return { kind: 'list', term }
  const [condition, append, same] = argsOf(loopStep, '_?_:_')
  const filtered = appended(append, accuVar)
  if (condition === undefined || filtered === undefined || !isIdent(same, accuVar)) return undefined
  return { kind: 'list', condition, term: filtered }
}

/** `term` of `accu + [term]` */
function appended(step: Expr | undefined, accuVar: string): Expr | undefined {
  const [accu, list] = argsOf(step, '_+_')
  if (!isIdent(accu, accuVar) || list?.kind !== 'list') return undefined
  const isSingle = list.elements.length === 1 && list.optionalIndices.length === 0
  return isSingle ? list.elements[0] : undefined
}

function argsOf(expr: Expr | undefined, name: string): readonly Expr[] {
  return expr?.kind === 'call' && expr.function === name ? expr.args : []
}

function isIdent(expr: Expr | undefined, name: string): boolean {
  return expr?.kind === 'ident' && expr.name === name
}

function isBool(expr: Expr | undefined, value: boolean): boolean {
  return expr?.kind === 'const' && expr.value.kind === 'bool' && expr.value.value === value
}

function isInt(expr: Expr | undefined, value: bigint): boolean {
  return expr?.kind === 'const' && expr.value.kind === 'int' && expr.value.value === value
}
