import { children, type Expr } from './ast.ts'
import { NOW } from './clock.ts'
import type { Activation, Program } from './env.ts'
import { CelError } from './errors.ts'
import { reducePart } from './reduce/partial.ts'
import { type Path, touchesUnknown } from './reduce/paths.ts'
import { NO_LOCALS, rewrite } from './reduce/rewrite.ts'
import { factsOf, isNamespace, type Part, type Reducer } from './reduce/scope.ts'
import { Timestamp, type Value } from './values.ts'

/** What is not known, and how far to go. */
export interface ReduceOptions {
  /**
   * The paths of which nothing is known, at and below them: `[['R', 'id'], ['R', 'attr']]`. Or a
   * predicate that is asked with each path that is read, and answers whether it touches anything
   * unknown: at it, above it or below it.
   */
  readonly unknown: readonly Path[] | ((path: Path) => boolean)
  /** Exceptions below unknown paths: `[['R', 'attr', 'owner']]`. Not for a predicate. */
  readonly known?: readonly Path[]
  /**
   * Asks only when the expression is true: a result that is no bool counts as an error, so that
   * `true && R.attr.flag` becomes `R.attr.flag`.
   */
  readonly condition?: boolean
  /**
   * Up to how many known elements `all` and `exists` are written out, nested ones multiplied; 10
   * unless given, 0 for never.
   */
  readonly unroll?: number
}

/** What an expression comes to while some of its variables are not known. */
export type Reduction =
  /** The same value, whatever the unknowns are. */
  | { readonly kind: 'value'; readonly value: Value }
  /** An error, whatever the unknowns are. */
  | { readonly kind: 'error'; readonly error: CelError }
  /** It depends. `program` is the compiled `expr`, which means the same as the whole did. */
  | { readonly kind: 'residual'; readonly expr: Expr; readonly program: Program }
  /** It depends, by way of a function of the application's own that no plan can contain. */
  | { readonly kind: 'refused'; readonly error: CelError }

/** What is left is an expression that the checker may refuse, and whose ids are not unique. */
export type ExprReduction =
  | Exclude<Reduction, { readonly kind: 'residual' }>
  | { readonly kind: 'residual'; readonly expr: Expr; readonly program?: undefined }

/**
 * Evaluates as much of a program as is known. What is left is an expression that evaluates to the
 * same value, or to an error where the whole would, for all that the unknowns may turn out to be.
 * The activation holds the known part; without an instant under `NOW`, the time is unknown too.
 */
export function reduce(
  program: Program,
  activation: Activation,
  options: ReduceOptions,
): Reduction {
  const reduction = reduceExpr(program, activation, options)
  if (reduction.kind !== 'residual') return reduction
  return compiled(program, reduction.expr) ?? loosely(program, activation, options)
}

/** The same without compiling what is left, for those who only read it. */
export function reduceExpr(
  program: Program,
  activation: Activation,
  options: ReduceOptions,
): ExprReduction {
  if (program.failure !== undefined) return { kind: 'error', error: program.failure }
  const part = attempt(program, activation, options, { literalsAreDyn: false })
  if (part.kind === 'value') return { kind: 'value', value: part.value }
  if (part.kind === 'error') return { kind: 'error', error: part.error }
  const refused = customCall(part.expr, part.reducer)
  return refused === undefined
    ? { kind: 'residual', expr: part.expr }
    : { kind: 'refused', error: refused }
}

type Attempt = Part & { readonly reducer: Reducer }

function attempt(
  program: Program,
  activation: Activation,
  { unknown, known = [], condition = false, unroll = 10 }: ReduceOptions,
  { literalsAreDyn }: { readonly literalsAreDyn: boolean },
): Attempt {
  const hasClock = activation[NOW] instanceof Timestamp
  const isUnknown =
    typeof unknown === 'function'
      ? unknown
      : (path: Path) => touchesUnknown(path, { unknown, known })
  const reducer: Reducer = {
    ...factsOf(program.env),
    activation,
    source: program.source,
    nextId: counter(),
    literalsAreDyn,
    isUnknown: (path) => (path[0] === NOW && !hasClock) || isUnknown(path),
  }
  const part = reducePart(program.expr, {
    reducer,
    locals: NO_LOCALS,
    isCondition: condition,
    unroll,
    reduce: reducePart,
  })
  return { ...part, reducer }
}

/**
 * A literal has a type that the checker may refuse where it took what stood there before, as in
 * `R.id == P.attr.level`. Then it hides its type, and if that does not help all stays as it was.
 */
function loosely(program: Program, activation: Activation, options: ReduceOptions): Reduction {
  const part = attempt(program, activation, options, { literalsAreDyn: true })
  return compiled(program, part.expr) ?? { kind: 'residual', expr: program.expr, program }
}

function compiled({ env, source }: Program, residual: Expr): Reduction | undefined {
  const expr = rewrite(residual, () => undefined, counter())
  const result = env.compileExpr(expr, source, true)
  // A literal may have become a constant that cannot be converted, which fails a whole program.
  if (!result.ok || result.program.failure !== undefined) return undefined
  return { kind: 'residual', expr, program: result.program }
}

function counter(): () => number {
  let id = 0
  return () => {
    id += 1
    return id
  }
}

/** Why no plan can contain an expression: the first call of a function of the application's own. */
function customCall(expr: Expr, reducer: Reducer): CelError | undefined {
  if (expr.kind === 'call') {
    const { target, function: name, span } = expr
    const isMember = target !== undefined && !isNamespace(target, name, reducer)
    const isCustom = reducer.functions.custom.some((each) => {
      const isNamed = isMember ? each.name === name : nameEndsWith(each.name, name)
      return isNamed && each.member === isMember
    })
    if (isCustom) {
      const message = `custom function \`${name}\` cannot be part of a plan: its arguments are not known yet`
      return new CelError('not-plannable', message, { span })
    }
  }
  for (const child of children(expr)) {
    const found = customCall(child, reducer)
    if (found !== undefined) return found
  }
  return undefined
}

/** Whether a function is meant by the last part of its name. */
function nameEndsWith(full: string, written: string): boolean {
  const name = written.replace(/^\./, '')
  return full === name || full.endsWith(`.${name}`)
}
