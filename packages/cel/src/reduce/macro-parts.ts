import type { CallExpr, Expr } from '../ast.ts'
import { ExprBuilder } from '../expr-builder.ts'
import { ALL_MACROS } from '../extension-macros.ts'
import { findMacro } from '../macros.ts'

/** What the arguments of a macro call are. */
export interface MacroParts {
  /** The variables that the bodies may read. */
  readonly variables: readonly string[]
  /** Where the bodies begin among the arguments. */
  readonly bodiesFrom: number
}

/** The variables and bodies of a macro that goes through a range: `range.all(x, body)`. */
export function foldParts(call: CallExpr): MacroParts {
  const takesTwo =
    call.function.startsWith('transform') || (call.args.length === 3 && call.function !== 'map')
  const bodiesFrom = takesTwo ? 2 : 1
  const variables = call.args
    .slice(0, bodiesFrom)
    .flatMap((arg) => (arg.kind === 'ident' ? [arg.name] : []))
  return { variables, bodiesFrom }
}

/** The names of the quantifiers, whose bodies are conditions. */
export const QUANTIFIERS: ReadonlySet<string> = new Set([
  'all',
  'exists',
  'exists_one',
  'existsOne',
  'filter',
])

/** The expansion of a macro call, `undefined` where it is none. */
export function expandMacro(call: CallExpr, nextId: () => number): Expr | undefined {
  const build: ExprBuilder = new ExprBuilder(nextId, call.span)
  const expanded = findMacro(ALL_MACROS, call)?.expand(call, build)
  return expanded === undefined || expanded.kind === 'problem'
    ? undefined
    : { ...expanded, macro: call }
}
