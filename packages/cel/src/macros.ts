import type { CallExpr, ComprehensionExpr, Expr, IdentExpr } from './ast.ts'
import type { ExprBuilder } from './expr-builder.ts'

/** A call that the parser replaces by another expression. */
export interface Macro {
  readonly name: string
  /** Whether it is written after a dot: `target.name(…)`. */
  readonly member: boolean
  /** How many arguments it takes; left out where it takes any number. */
  readonly argCount?: number
  /** The replacement, or `undefined` where the call is no macro after all. */
  expand(call: MacroCall, build: ExprBuilder): Expr | MacroProblem | undefined
}

/** The call that is to be expanded, its arguments parsed already. */
export interface MacroCall {
  readonly target?: Expr
  readonly args: readonly Expr[]
}

/** An argument that a macro cannot take. */
export interface MacroProblem {
  readonly kind: 'problem'
  readonly message: string
  readonly at: Expr
}

/** What the fold collects into; no expression can spell this name. */
const ACCUMULATOR = '@result'

/** A macro that is written as `target.name(…)`. */
export function method(name: string, argCount: number, expand: Macro['expand']): Macro {
  return { name, member: true, argCount, expand }
}

/** The macros of the CEL specification. @see https://github.com/google/cel-spec/blob/v0.25.1/doc/langdef.md#macros */
// biome-ignore format: a table
export const STANDARD_MACROS: readonly Macro[] = [
  { name: 'has', member: false, argCount: 1, expand: has },
  method('all', 2, fold(1, all)),
  method('exists', 2, fold(1, exists)),
  method('exists_one', 2, fold(1, existsOne)),
  method('map', 2, fold(1, map)),
  method('map', 3, fold(1, map)),
  method('filter', 2, fold(1, filter)),
]

function has({ args: [arg] }: MacroCall, build: ExprBuilder): Expr | MacroProblem | undefined {
  if (arg === undefined) return undefined
  if (arg.kind !== 'select' || arg.testOnly) {
    return problem('`has()` takes a field selection such as `a.b`', arg)
  }
  return build.presence(arg.operand, arg.field)
}

/** What differs between folds over the same range with the same variables. */
export type FoldParts = Pick<
  ComprehensionExpr,
  'accuInit' | 'loopCondition' | 'loopStep' | 'result'
>

/** Makes the parts of a fold of the arguments behind the variables; `variable` is the first of those. */
type MakeParts = (build: ExprBuilder, args: readonly Expr[], variable: Expr) => FoldParts

/** The expansion to a fold over the target whose first one or two arguments name its variables. */
export function fold(variables: 1 | 2, makeParts: MakeParts): Macro['expand'] {
  return ({ target, args }, build) => {
    const names = args.slice(0, variables)
    const [first, second] = names
    if (target === undefined || first === undefined) return undefined
    const rejected = names.map(variableProblem).find((each) => each !== undefined)
    if (rejected !== undefined) return rejected
    const [iterVar = '', iterVar2] = names.map((each) => (each as IdentExpr).name)
    if (iterVar === iterVar2) return problem('the two variables must differ', second ?? first)
    return build.comprehension({
      iterVar,
      ...(iterVar2 !== undefined && { iterVar2 }),
      iterRange: target,
      accuVar: ACCUMULATOR,
      ...makeParts(build, args.slice(variables), first),
    })
  }
}

/** `all`: goes on until an element is false. */
export function all(build: ExprBuilder, args: readonly Expr[]): FoldParts {
  return {
    accuInit: build.bool(true),
    loopCondition: build.call('@not_strictly_false', build.accu()),
    loopStep: build.call('_&&_', build.accu(), ...args),
    result: build.accu(),
  }
}

/** `exists`: goes on until an element is true. */
export function exists(build: ExprBuilder, args: readonly Expr[]): FoldParts {
  return {
    accuInit: build.bool(false),
    loopCondition: build.call('@not_strictly_false', build.call('!_', build.accu())),
    loopStep: build.call('_||_', build.accu(), ...args),
    result: build.accu(),
  }
}

/** `exists_one`: counts. */
export function existsOne(build: ExprBuilder, args: readonly Expr[]): FoldParts {
  const increment = build.call('_+_', build.accu(), build.int(1n))
  return {
    ...collecting(build, build.int(0n), increment, args),
    result: build.call('_==_', build.accu(), build.int(1n)),
  }
}

/** `map`: a list of the last argument; one before it is a condition. */
export function map(build: ExprBuilder, args: readonly Expr[]): FoldParts {
  const append = build.call('_+_', build.accu(), build.list(...args.slice(-1)))
  return collecting(build, build.list(), append, args.slice(0, -1))
}

function filter(build: ExprBuilder, args: readonly Expr[], variable: Expr): FoldParts {
  return map(build, [...args, variable])
}

/** Takes `step` for each element, for those that satisfy a condition where there is one. */
export function collecting(
  build: ExprBuilder,
  accuInit: Expr,
  step: Expr,
  [condition]: readonly Expr[],
): FoldParts {
  return {
    accuInit,
    loopCondition: build.bool(true),
    loopStep: condition ? build.call('_?_:_', condition, step, build.accu()) : step,
    result: build.accu(),
  }
}

/** Why an argument cannot name the variable of a macro, if it cannot. */
function variableProblem(arg: Expr): MacroProblem | undefined {
  if (arg.kind !== 'ident' || arg.name.startsWith('.')) {
    return problem('this argument must be a simple name', arg)
  }
  if (arg.name === ACCUMULATOR || arg.name === '__result__') {
    return problem(`the name \`${arg.name}\` is taken by the macro itself`, arg)
  }
  return undefined
}

/** Makes a {@link MacroProblem}. */
export function problem(message: string, at: Expr): MacroProblem {
  return { kind: 'problem', message, at }
}

/** The macro that a call is, if it is one. */
export function findMacro(
  macros: readonly Macro[],
  { function: name, target, args }: Pick<CallExpr, 'function' | 'target' | 'args'>,
): Macro | undefined {
  for (const macro of macros) {
    if (macro.name !== name || macro.member !== (target !== undefined)) continue
    if ((macro.argCount ?? args.length) === args.length) return macro
  }
  return undefined
}
