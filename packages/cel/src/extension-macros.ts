import type { ComprehensionExpr, Expr, IdentExpr } from './ast.ts'
import type { ExprBuilder } from './expr-builder.ts'
import {
  ACCUMULATOR,
  type Macro,
  type MacroCall,
  type MacroProblem,
  map,
  problem,
  STANDARD_MACROS,
  variableProblem,
} from './macros.ts'

type Expansion = Expr | MacroProblem | undefined

/** The macros of the extension libraries: bindings, optionals, two-variable comprehensions, math. */
// biome-ignore format: a table
const EXTENSION_MACROS: readonly Macro[] = [
  { name: 'bind', member: true, argCount: 3, expand: bind, doc: '`cel.bind(name, value, body)`: the body with a variable' },
  { name: 'optMap', member: true, argCount: 2, expand: optMap, doc: 'an optional of a term of the value, if there is one' },
  { name: 'optFlatMap', member: true, argCount: 2, expand: optFlatMap, doc: 'the optional that a term of the value is, if there is one' },
  { name: 'all', member: true, argCount: 3, expand: all, doc: 'whether every key and value satisfy' },
  { name: 'exists', member: true, argCount: 3, expand: exists, doc: 'whether a key and value satisfy' },
  { name: 'existsOne', member: true, argCount: 3, expand: existsOne, doc: 'whether exactly one key and value satisfy' },
  { name: 'exists_one', member: true, argCount: 3, expand: existsOne, doc: 'the same' },
  { name: 'transformList', member: true, argCount: 3, expand: transformList, doc: 'a list of a term for each key and value' },
  { name: 'transformList', member: true, argCount: 4, expand: transformList, doc: 'the same, of those that satisfy' },
  { name: 'transformMap', member: true, argCount: 3, expand: transformMap, doc: 'a map with a term for each value' },
  { name: 'transformMap', member: true, argCount: 4, expand: transformMap, doc: 'the same, of those that satisfy' },
  { name: 'transformMapEntry', member: true, argCount: 3, expand: transformMapEntry, doc: 'a map of the entries that a term makes' },
  { name: 'transformMapEntry', member: true, argCount: 4, expand: transformMapEntry, doc: 'the same, of those that satisfy' },
  { name: 'sortBy', member: true, argCount: 2, expand: sortBy, doc: 'the elements in the order of a term' },
  { name: 'greatest', member: true, expand: greatest, doc: '`math.greatest(…)`: the greatest of its arguments or of a list' },
  { name: 'least', member: true, expand: least, doc: '`math.least(…)`: the least of its arguments or of a list' },
]

/** Every macro that an environment has. */
export const ALL_MACROS: readonly Macro[] = [...STANDARD_MACROS, ...EXTENSION_MACROS]

function bind({ target, args }: MacroCall, build: ExprBuilder): Expansion {
  const [variable, init, body] = args
  if (target?.kind !== 'ident' || target.name !== 'cel') return undefined
  if (variable === undefined || init === undefined || body === undefined) return undefined
  if (variable.kind !== 'ident') return problem('this argument must be a simple name', variable)
  return binding(variable, init, body, build)
}

/** A fold over nothing, for the sake of its variable. */
function binding(variable: IdentExpr, init: Expr, body: Expr, build: ExprBuilder): Expr {
  return build.comprehension({
    iterVar: '#unused',
    iterRange: build.list(),
    accuVar: variable.name,
    accuInit: init,
    loopCondition: build.bool(false),
    loopStep: build.ident(variable.name),
    result: body,
  })
}

function optMap(call: MacroCall, build: ExprBuilder): Expansion {
  return mapOptional(call, build, (body) => build.call('optional.of', body))
}

function optFlatMap(call: MacroCall, build: ExprBuilder): Expansion {
  return mapOptional(call, build, (body) => body)
}

/**
 * `target.hasValue() ? wrap(body with the variable) : optional.none()`. cel-go writes the target
 * out twice, so that a chain of these takes exponential time; here it is evaluated once.
 */
function mapOptional(
  { target, args: [variable, body] }: MacroCall,
  build: ExprBuilder,
  wrap: (body: Expr) => Expr,
): Expansion {
  if (target === undefined || variable === undefined || body === undefined) return undefined
  if (variable.kind !== 'ident') return problem('this argument must be a simple name', variable)
  const name = target.kind === 'ident' ? target.name : '@optional'
  const value = build.memberCall(build.ident(name), 'value')
  const mapped = build.call(
    '_?_:_',
    build.memberCall(target.kind === 'ident' ? target : build.ident(name), 'hasValue'),
    wrap(binding(variable, value, body, build)),
    build.call('optional.none'),
  )
  if (target.kind === 'ident') return mapped
  return binding(build.ident(name), target, mapped, build)
}

function all(call: MacroCall, build: ExprBuilder): Expansion {
  const condition = call.args[2]
  return (
    condition &&
    fold(call, build, {
      accuInit: build.bool(true),
      loopCondition: build.call('@not_strictly_false', build.accu()),
      loopStep: build.call('_&&_', build.accu(), condition),
      result: build.accu(),
    })
  )
}

function exists(call: MacroCall, build: ExprBuilder): Expansion {
  const condition = call.args[2]
  return (
    condition &&
    fold(call, build, {
      accuInit: build.bool(false),
      loopCondition: build.call('@not_strictly_false', build.call('!_', build.accu())),
      loopStep: build.call('_||_', build.accu(), condition),
      result: build.accu(),
    })
  )
}

function existsOne(call: MacroCall, build: ExprBuilder): Expansion {
  const condition = call.args[2]
  const increment = build.call('_+_', build.accu(), build.int(1n))
  return (
    condition &&
    fold(call, build, {
      accuInit: build.int(0n),
      loopCondition: build.bool(true),
      loopStep: build.call('_?_:_', condition, increment, build.accu()),
      result: build.call('_==_', build.accu(), build.int(1n)),
    })
  )
}

function transformList(call: MacroCall, build: ExprBuilder): Expansion {
  const term = call.args.at(-1)
  if (term === undefined) return undefined
  const step = build.call('_+_', build.accu(), build.list(term))
  return transform(call, build, build.list(), step)
}

function transformMap(call: MacroCall, build: ExprBuilder): Expansion {
  const [key] = call.args
  const term = call.args.at(-1)
  if (key === undefined || term === undefined) return undefined
  const step = build.call('cel.@mapInsert', build.accu(), key, term)
  return transform(call, build, build.map([]), step)
}

function transformMapEntry(call: MacroCall, build: ExprBuilder): Expansion {
  const term = call.args.at(-1)
  if (term === undefined) return undefined
  const step = build.call('cel.@mapInsert', build.accu(), term)
  return transform(call, build, build.map([]), step)
}

function transform(call: MacroCall, build: ExprBuilder, accuInit: Expr, step: Expr): Expansion {
  const condition = call.args.length === 4 ? call.args[2] : undefined
  return fold(call, build, {
    accuInit,
    loopCondition: build.bool(true),
    loopStep: condition ? build.call('_?_:_', condition, step, build.accu()) : step,
    result: build.accu(),
  })
}

type FoldParts = Pick<ComprehensionExpr, 'accuInit' | 'loopCondition' | 'loopStep' | 'result'>

function fold(call: MacroCall, build: ExprBuilder, parts: FoldParts): Expansion {
  const { target, args } = call
  const [first, second] = args
  if (target === undefined || first === undefined || second === undefined) return undefined
  const rejected = variableProblem(first) ?? variableProblem(second)
  if (rejected !== undefined) return rejected
  const { name: iterVar } = first as IdentExpr
  const { name: iterVar2 } = second as IdentExpr
  if (iterVar === iterVar2) return problem('the two variables must differ', second)
  return build.comprehension({
    iterVar,
    iterVar2,
    iterRange: target,
    accuVar: ACCUMULATOR,
    ...parts,
  })
}

function sortBy({ target, args }: MacroCall, build: ExprBuilder): Expansion {
  if (target === undefined) return undefined
  const input = '@__sortBy_input__'
  const keys = map({ target: build.ident(input), args }, build)
  if (keys === undefined || keys.kind === 'problem') return keys
  const sorted = build.memberCall(build.ident(input), '@sortByAssociatedKeys', keys)
  return binding(build.ident(input), target, sorted, build)
}

function greatest(call: MacroCall, build: ExprBuilder): Expansion {
  return extremum(call, build, 'greatest', 'math.@max')
}

function least(call: MacroCall, build: ExprBuilder): Expansion {
  return extremum(call, build, 'least', 'math.@min')
}

function extremum(
  { target, args }: MacroCall,
  build: ExprBuilder,
  name: string,
  replacement: string,
): Expansion {
  if (target?.kind !== 'ident' || target.name !== 'math') return undefined
  const [only] = args
  if (only === undefined) return problem(`\`math.${name}()\` takes at least one argument`, target)
  const elements = args.length === 1 && only.kind === 'list' ? only.elements : args
  if (elements.length === 0) return problem(`\`math.${name}()\` of an empty list`, only)
  const wrong = elements.find(isNoNumber)
  if (wrong !== undefined) return problem(`\`math.${name}()\` takes numbers`, wrong)
  return build.call(replacement, ...(args.length > 2 ? [build.list(...args)] : args))
}

/** Whether an argument is a literal of another type. */
function isNoNumber(expr: Expr): boolean {
  if (expr.kind === 'const') return !/^(?:int|uint|double)$/.test(expr.value.kind)
  return expr.kind === 'list' || expr.kind === 'map' || expr.kind === 'struct'
}
