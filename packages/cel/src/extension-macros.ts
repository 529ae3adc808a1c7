import type { Expr, IdentExpr } from './ast.ts'
import type { ExprBuilder } from './expr-builder.ts'
import {
  all,
  collecting,
  exists,
  existsOne,
  type FoldParts,
  fold,
  type Macro,
  type MacroCall,
  type MacroProblem,
  map,
  method,
  problem,
  STANDARD_MACROS,
} from './macros.ts'

type Expansion = Expr | MacroProblem | undefined

/** The macros of the extension libraries: bindings, optionals, two-variable comprehensions, math. */
// biome-ignore format: a table
const EXTENSION_MACROS: readonly Macro[] = [
  method('bind', 3, bind),
  method('optMap', 2, optMap),
  method('optFlatMap', 2, optFlatMap),
  method('all', 3, fold(2, all)),
  method('exists', 3, fold(2, exists)),
  method('existsOne', 3, fold(2, existsOne)),
  method('exists_one', 3, fold(2, existsOne)),
  method('transformList', 3, fold(2, map)),
  method('transformList', 4, fold(2, map)),
  method('transformMap', 3, fold(2, transformMap)),
  method('transformMap', 4, fold(2, transformMap)),
  method('transformMapEntry', 3, fold(2, transformMapEntry)),
  method('transformMapEntry', 4, fold(2, transformMapEntry)),
  method('sortBy', 2, sortBy),
  { name: 'greatest', member: true, expand: greatest },
  { name: 'least', member: true, expand: least },
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

function transformMap(build: ExprBuilder, args: readonly Expr[], key: Expr): FoldParts {
  return inserting(build, args, key)
}

function transformMapEntry(build: ExprBuilder, args: readonly Expr[]): FoldParts {
  return inserting(build, args)
}

/** A map of what the last argument makes; one before it is a condition. */
function inserting(build: ExprBuilder, args: readonly Expr[], ...key: Expr[]): FoldParts {
  const step = build.call('cel.@mapInsert', build.accu(), ...key, ...args.slice(-1))
  return collecting(build, build.map([]), step, args.slice(0, -1))
}

const NOT_SORTED =
  'sortBy can only be applied to a list, identifier, comprehension, call or select expression'

function sortBy({ target, args }: MacroCall, build: ExprBuilder): Expansion {
  if (target === undefined) return undefined
  if (/^(?:const|map|struct)$/.test(target.kind)) return problem(NOT_SORTED, target)
  const input = '@__sortBy_input__'
  const keys = fold(1, map)({ target: build.ident(input), args }, build)
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
