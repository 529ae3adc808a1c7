import type { CallExpr, Expr, IdentExpr } from './ast.ts'
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
  readonly doc: string
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
export const ACCUMULATOR = '@result'

/** The macros of the CEL specification. @see https://github.com/google/cel-spec/blob/v0.25.1/doc/langdef.md#macros */
export const STANDARD_MACROS: readonly Macro[] = [
  { name: 'has', member: false, argCount: 1, expand: has, doc: 'whether a field is set' },
  { name: 'all', member: true, argCount: 2, expand: all, doc: 'whether every element satisfies' },
  {
    name: 'exists',
    member: true,
    argCount: 2,
    expand: exists,
    doc: 'whether an element satisfies',
  },
  {
    name: 'exists_one',
    member: true,
    argCount: 2,
    expand: existsOne,
    doc: 'whether exactly one element satisfies',
  },
  { name: 'map', member: true, argCount: 2, expand: map, doc: 'a list of a term for each element' },
  {
    name: 'map',
    member: true,
    argCount: 3,
    expand: map,
    doc: 'the same, of elements that satisfy',
  },
  { name: 'filter', member: true, argCount: 2, expand: filter, doc: 'the elements that satisfy' },
]

function has({ args: [arg] }: MacroCall, build: ExprBuilder): Expr | MacroProblem | undefined {
  if (arg === undefined) return undefined
  if (arg.kind !== 'select' || arg.testOnly) {
    return problem('`has()` takes a field selection such as `a.b`', arg)
  }
  return build.presence(arg.operand, arg.field)
}

function all(call: MacroCall, build: ExprBuilder): Expr | MacroProblem | undefined {
  const step = (condition: Expr): Expr => build.call('_&&_', build.accu(), condition)
  return quantifier(call, build, {
    init: build.bool(true),
    condition: build.call('@not_strictly_false', build.accu()),
    step,
    result: build.accu(),
  })
}

function exists(call: MacroCall, build: ExprBuilder): Expr | MacroProblem | undefined {
  return quantifier(call, build, {
    init: build.bool(false),
    condition: build.call('@not_strictly_false', build.call('!_', build.accu())),
    step: (condition) => build.call('_||_', build.accu(), condition),
    result: build.accu(),
  })
}

function existsOne(call: MacroCall, build: ExprBuilder): Expr | MacroProblem | undefined {
  const increment = build.call('_+_', build.accu(), build.int(1n))
  return quantifier(call, build, {
    init: build.int(0n),
    condition: build.bool(true),
    step: (condition) => build.call('_?_:_', condition, increment, build.accu()),
    result: build.call('_==_', build.accu(), build.int(1n)),
  })
}

/** The expansion of `map`. */
export function map(call: MacroCall, build: ExprBuilder): Expr | MacroProblem | undefined {
  const condition = call.args.length === 3 ? call.args[1] : undefined
  const term = call.args.at(-1)
  if (term === undefined) return undefined
  const append = build.call('_+_', build.accu(), build.list(term))
  return fold(call, build, {
    init: build.list(),
    condition: build.bool(true),
    step: condition ? build.call('_?_:_', condition, append, build.accu()) : append,
    result: build.accu(),
  })
}

function filter(call: MacroCall, build: ExprBuilder): Expr | MacroProblem | undefined {
  const [variable, condition] = call.args
  if (variable === undefined || condition === undefined) return undefined
  const append = build.call('_+_', build.accu(), build.list(variable))
  return fold(call, build, {
    init: build.list(),
    condition: build.bool(true),
    step: build.call('_?_:_', condition, append, build.accu()),
    result: build.accu(),
  })
}

interface Fold {
  readonly init: Expr
  readonly condition: Expr
  readonly step: Expr
  readonly result: Expr
}

function quantifier(
  call: MacroCall,
  build: ExprBuilder,
  parts: Omit<Fold, 'step'> & { readonly step: (condition: Expr) => Expr },
): Expr | MacroProblem | undefined {
  const condition = call.args[1]
  return condition && fold(call, build, { ...parts, step: parts.step(condition) })
}

function fold(call: MacroCall, build: ExprBuilder, parts: Fold): Expr | MacroProblem | undefined {
  const [variable] = call.args
  if (call.target === undefined || variable === undefined) return undefined
  const rejected = variableProblem(variable)
  if (rejected !== undefined) return rejected
  return build.comprehension({
    iterVar: (variable as IdentExpr).name,
    iterRange: call.target,
    accuVar: ACCUMULATOR,
    accuInit: parts.init,
    loopCondition: parts.condition,
    loopStep: parts.step,
    result: parts.result,
  })
}

/** Why an argument cannot name the variable of a macro, if it cannot. */
export function variableProblem(arg: Expr): MacroProblem | undefined {
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
