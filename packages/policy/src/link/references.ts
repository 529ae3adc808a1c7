import type { ComprehensionExpr, Expr, Program, Span } from '@lockstitch/cel'

import { constantOf } from './constants.ts'

/** A use of a variable or constant in an expression. */
export interface NameReference {
  readonly kind: 'variable' | 'constant'
  /** Undefined for the whole of `V` or `C`, of which anything may be read. */
  readonly name: string | undefined
  readonly span: Span
  /**
   * `V.?name` and the whole of `V`: the name need not exist. Cerbos does not count these as uses,
   * so that a variable that is read in no other way is never set.
   */
  readonly indirect: boolean
}

const ROOTS: ReadonlyMap<string, NameReference['kind']> = new Map([
  ['V', 'variable'],
  ['variables', 'variable'],
  ['C', 'constant'],
  ['constants', 'constant'],
])

/** Every use of `V` and `C` in an expression, in source order, names hidden by macros left out. */
export function nameReferences(expr: Expr): NameReference[] {
  return referencesIn(expr, partsOf)
}

/** The same without what a constant leaves no use for, such as the rest of `true || V.name`. */
export function liveNameReferences(program: Program): NameReference[] {
  return referencesIn(program.expr, (expr) => livePartsOf(expr, program))
}

type Parts = (expr: Exclude<Expr, ComprehensionExpr>) => readonly Expr[]

function referencesIn(root: Expr, parts: Parts): NameReference[] {
  const found: NameReference[] = []
  const visit: Visit = (expr, hidden) => {
    const reference = referenceAt(expr, hidden)
    if (reference !== undefined) found.push(reference)
    else if (expr.kind === 'comprehension') visitComprehension(expr, hidden, visit)
    else for (const part of parts(expr)) visit(part, hidden)
  }
  visit(root, new Set())
  return found
}

type Visit = (expr: Expr, hidden: ReadonlySet<string>) => void

function livePartsOf(expr: Exclude<Expr, ComprehensionExpr>, program: Program): readonly Expr[] {
  if (constantOf(expr, program) !== undefined) return []
  if (expr.kind !== 'call' || expr.function !== '_?_:_') return partsOf(expr)
  const [condition, yes, no] = expr.args
  const decided = condition && constantOf(condition, program)
  const taken = decided ? yes : no
  return decided !== undefined && taken ? [taken] : expr.args
}

function partsOf(expr: Exclude<Expr, ComprehensionExpr>): readonly Expr[] {
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
      return expr.entries.flatMap(({ key, value }) => [key, value])
    case 'struct':
      return expr.entries.map(({ value }) => value)
  }
}

function visitComprehension(
  expr: ComprehensionExpr,
  hidden: ReadonlySet<string>,
  visit: Visit,
): void {
  visit(expr.iterRange, hidden)
  visit(expr.accuInit, hidden)
  const inResult = new Set([...hidden, expr.accuVar])
  const inLoop = new Set([...inResult, expr.iterVar, expr.iterVar2 ?? expr.iterVar])
  visit(expr.loopCondition, inLoop)
  visit(expr.loopStep, inLoop)
  visit(expr.result, inResult)
}

function referenceAt(expr: Expr, hidden: ReadonlySet<string>): NameReference | undefined {
  if (expr.kind === 'select') {
    const kind = rootKind(expr.operand, hidden)
    // `has(V.name)` is the select, and spans all of it.
    const span = expr.macro?.args[0]?.span ?? expr.span
    return kind && { kind, name: expr.field, span, indirect: false }
  }
  // `V.?name` is a call with the name as a string.
  if (expr.kind === 'call' && expr.function === '_?._') {
    const [operand, field] = expr.args
    const kind = operand && rootKind(operand, hidden)
    if (kind === undefined || field?.kind !== 'const') return undefined
    const name = field.value.kind === 'string' ? field.value.value : undefined
    return { kind, name, span: expr.span, indirect: true }
  }
  const kind = rootKind(expr, hidden)
  return kind && { kind, name: undefined, span: expr.span, indirect: true }
}

function rootKind(expr: Expr, hidden: ReadonlySet<string>): NameReference['kind'] | undefined {
  if (expr.kind !== 'ident' || hidden.has(expr.name)) return undefined
  return ROOTS.get(expr.name.replace(/^\./, ''))
}
