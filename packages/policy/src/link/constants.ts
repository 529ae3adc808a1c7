import { type Expr, isCelError, type Program } from '@lockstitch/cel'

/**
 * Whether an expression is true or false whatever is asked, as far as Cerbos finds that when it
 * compiles it: what reads nothing is evaluated, and decides for what it is joined with. Undefined
 * where it depends.
 */
export function constantOf(expr: Expr, program: Program): boolean | undefined {
  if (readsNothing(expr, NO_NAMES)) return evaluated(expr, program)
  if (expr.kind !== 'call') return undefined
  switch (expr.function) {
    case '!_':
      return negated(expr.args[0] && constantOf(expr.args[0], program))
    case '_||_':
      return junction(expr.args, true, program)
    case '_&&_':
      return junction(expr.args, false, program)
    default:
      return undefined
  }
}

const NO_NAMES: ReadonlySet<string> = new Set()

/** `names` are those that the macros around it have made. */
function readsNothing(expr: Expr, names: ReadonlySet<string>): boolean {
  const all = (parts: readonly (Expr | undefined)[], inNames = names): boolean =>
    parts.every((part) => part === undefined || readsNothing(part, inNames))
  switch (expr.kind) {
    case 'const':
      return true
    case 'ident':
      return names.has(expr.name)
    case 'select':
      return all([expr.operand])
    case 'call':
      return all([expr.target, ...expr.args])
    case 'list':
      return all(expr.elements)
    case 'map':
      return all(expr.entries.flatMap(({ key, value }) => [key, value]))
    case 'struct':
      return all(expr.entries.map(({ value }) => value))
    case 'comprehension': {
      const { iterVar, iterVar2, accuVar, iterRange, accuInit } = expr
      const inLoop = new Set([...names, iterVar, iterVar2 ?? iterVar, accuVar])
      const loop = [expr.loopCondition, expr.loopStep, expr.result]
      return all([iterRange, accuInit]) && all(loop, inLoop)
    }
  }
}

/** Undefined for an error, too: that of the time, which nobody knows yet, is one. */
function evaluated(expr: Expr, { env, source }: Program): boolean | undefined {
  const compiled = env.compileExpr(expr, source, true)
  if (!compiled.ok) return undefined
  const value = compiled.program.evaluate({})
  return isCelError(value) || typeof value !== 'boolean' ? undefined : value
}

function negated(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value
}

/** One part is enough for the decisive value, and all are needed for the other one. */
function junction(
  parts: readonly Expr[],
  decisive: boolean,
  program: Program,
): boolean | undefined {
  const values = parts.map((part) => constantOf(part, program))
  if (values.includes(decisive)) return decisive
  return values.includes(undefined) ? undefined : !decisive
}
