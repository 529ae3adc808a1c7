import type { CallExpr, Expr } from '../ast.ts'
import { CelError } from '../errors.ts'
import { NO_SUCH_OVERLOAD } from '../functions/overload.ts'
import { BOOL, DYN, sameType } from '../types.ts'
import { Optional } from '../values.ts'
import { boxed, type Code, constantCode, type Run } from './code.ts'
import type { CompileContext } from './context.ts'
import { Onward } from './fields.ts'
import { answer, type Predicate, predicateOf } from './predicate.ts'
import { isWay, onwardOf } from './way.ts'

/** `a && b`: false where either is, whatever the other is; else the first error. */
export function compileAnd(expr: CallExpr, context: CompileContext): Code {
  return junction(terms(expr, '_&&_', context), false)
}

/** `a || b`: true where either is, whatever the other is; else the first error. */
export function compileOr(expr: CallExpr, context: CompileContext): Code {
  return junction(terms(expr, '_||_', context), true)
}

/** A constant operand that decides is all that there is, whatever would end an evaluation before. */
function junction(operands: readonly Code[], decisive: boolean): Code {
  if (operands.some(({ constant }) => constant === decisive)) return constantCode(BOOL, decisive)
  const predicates = operands.map(predicateOf)
  return { type: BOOL, run: decisive ? anyOf(predicates) : allOf(predicates) }
}

/** The operands of a whole chain: the tree that the parser made of it means the same. */
function terms(expr: Expr, operator: string, context: CompileContext): readonly Code[] {
  if (expr.kind !== 'call' || expr.function !== operator || expr.macro !== undefined) {
    return [context.compile(expr)]
  }
  return expr.args.flatMap((arg) => terms(arg, operator, context))
}

// Two functions for what differs in a word: comparing with `true` is one instruction, comparing
// with a variable that holds it is a call.

function allOf(operands: readonly Predicate[]): Run {
  return (activation) => {
    let error: CelError | undefined
    for (let i = 0; i < operands.length; i += 1) {
      const value = answer(operands[i] as Predicate, activation)
      if (value === false) return false
      if (value !== true) error ??= asError(value)
    }
    return error ?? true
  }
}

function anyOf(operands: readonly Predicate[]): Run {
  return (activation) => {
    let error: CelError | undefined
    for (let i = 0; i < operands.length; i += 1) {
      const value = answer(operands[i] as Predicate, activation)
      if (value === true) return true
      if (value !== false) error ??= asError(value)
    }
    return error ?? false
  }
}

/** What is no bool where one is asked for. */
export function asError(value: unknown): CelError {
  return value instanceof CelError ? value : NO_SUCH_OVERLOAD
}

/** `condition ? a : b` */
export function compileConditional(expr: CallExpr, context: CompileContext): Code {
  const [condition, whenTrue, whenFalse] = expr.args.map((arg) => context.compile(arg)) as [
    Code,
    Code,
    Code,
  ]
  const same = sameType(whenTrue.type, whenFalse.type)
  const test = predicateOf(condition)
  const choice = (yes: Run, no: Run): Run => {
    return (activation) => {
      const value = answer(test, activation)
      if (value === true) return yes(activation)
      return value === false ? no(activation) : asError(value)
    }
  }
  const run = same ? choice(whenTrue.run, whenFalse.run) : choice(boxed(whenTrue), boxed(whenFalse))
  const type = same ? whenTrue.type : DYN
  const [, yesExpr, noExpr] = expr.args as [Expr, Expr, Expr]
  const [isYesWay, isNoWay] = [isWay(yesExpr, whenTrue), isWay(noExpr, whenFalse)]
  if (!isYesWay && !isNoWay) return { type, run }
  // A step after it is one of both: where there is no way before, it may start in an optional.
  const onward = (): Run => choice(branch(whenTrue, isYesWay), branch(whenFalse, isNoWay))
  return { type, run, onward }
}

function branch(code: Code, isInside: boolean): Run {
  const run = onwardOf(code, isInside)
  if (isInside) return run
  return (activation) => {
    const value = run(activation)
    return value instanceof Optional ? new Onward(value.value) : value
  }
}

/** `@not_strictly_false(a)`: whether a fold goes on; an error may still be outweighed. */
export function compileNotStrictlyFalse(expr: CallExpr, context: CompileContext): Code {
  const [operand] = expr.args.map((arg) => boxed(context.compile(arg))) as [Run]
  return { type: BOOL, run: (activation) => operand(activation) !== false }
}

/** `a.or(b)` and `a.orValue(b)`: the other is evaluated only where the optional holds nothing. */
export function compileOptionalOr(expr: CallExpr, context: CompileContext): Code {
  const [optional, other] = [expr.target, ...expr.args].map((part) =>
    boxed(context.compile(part as Expr)),
  ) as [Run, Run]
  const unwraps = expr.function === 'orValue'
  return {
    type: DYN,
    run: (activation) => {
      const held = optional(activation)
      if (held instanceof CelError) return held
      if (!(held instanceof Optional)) return NO_SUCH_OVERLOAD
      if (held.value !== undefined) return unwraps ? held.value : held
      // As in cel-go, it may be anything where its type is open.
      return other(activation)
    },
  }
}
