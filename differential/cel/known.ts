import { type Expr, parse } from '@lockstitch/cel'

import type { KnownDifference } from '../area.ts'
import type { CelAnswer } from './answer.ts'
import type { CelCase } from './generate.ts'
import { render } from './tree.ts'

/** Differences from the real Cerbos that are meant. Each is a rule with its reason, never a case. */
export const KNOWN: readonly KnownDifference<CelCase, CelAnswer>[] = [
  {
    reason:
      'Cerbos 0.55 gives null for a fold over constants that never collects: `[1].all(e, true)`',
    applies: ({ value, condition }) =>
      [value, condition].some((tree) => {
        const parsed = parse(render(tree))
        return parsed.ok && contains(parsed.expr, neverCollects)
      }),
  },
  {
    reason: 'the time zone `Local` is that of the machine, which must not decide anything here',
    applies: ({ value, condition, input }) =>
      `${render(value)} ${render(condition)} ${JSON.stringify(input)}`.includes('"Local"'),
  },
]

/** A fold with one variable over something constant, whose step is the accumulator as it was. */
function neverCollects(expr: Expr): boolean {
  if (expr.kind !== 'comprehension' || expr.iterVar2 !== undefined) return false
  if (contains(expr.iterRange, (part) => part.kind === 'ident' && !LIBRARIES.has(part.name))) {
    return false
  }
  const step = pruned(expr.loopStep)
  return typeof step !== 'boolean' && step.kind === 'ident' && step.name === expr.accuVar
}

/** Names that stand before functions and are no variables. */
const LIBRARIES: ReadonlySet<string> = new Set(['optional', 'lists', 'math', 'base64', 'sets'])

/** What is left of an expression when literal operands of `&& || ! ?:` have decided what they can. */
function pruned(expr: Expr): Expr | boolean {
  if (expr.kind === 'const') return expr.value.kind === 'bool' ? expr.value.value : expr
  if (expr.kind !== 'call') return expr
  const args = expr.args.map(pruned) as [Expr | boolean, Expr | boolean, Expr | boolean]
  const [a, b, c] = args
  switch (expr.function) {
    case '_&&_':
      return a === false || b === false ? false : a === true ? b : b === true ? a : expr
    case '_||_':
      return a === true || b === true ? true : a === false ? b : b === false ? a : expr
    case '_?_:_':
      return a === true ? b : a === false ? c : expr
    case '!_':
      return typeof a === 'boolean' ? !a : expr
    default:
      return expr
  }
}

function contains(expr: Expr, test: (part: Expr) => boolean): boolean {
  return test(expr) || partsOf(expr).some((part) => contains(part, test))
}

function partsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'select':
      return [expr.operand]
    case 'call':
      return expr.target === undefined ? expr.args : [expr.target, ...expr.args]
    case 'list':
      return expr.elements
    case 'map':
      return expr.entries.flatMap(({ key, value }) => [key, value])
    case 'comprehension':
      return [expr.iterRange, expr.accuInit, expr.loopCondition, expr.loopStep, expr.result]
    default:
      return []
  }
}
