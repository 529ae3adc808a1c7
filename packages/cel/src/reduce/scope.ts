import { type Expr, nameWithin } from '../ast.ts'
import type { Activation, Env, Program } from '../env.ts'
import { createEnv } from '../env.ts'
import { CelError } from '../errors.ts'
import { ExprBuilder, type NextId } from '../expr-builder.ts'
import { CEL_FUNCTIONS } from '../functions/cel-library.ts'
import type { Overload } from '../functions/overload.ts'
import type { Value } from '../values.ts'
import { literalOf } from './literal.ts'
import { freePaths, type Path } from './paths.ts'
import type { Locals } from './rewrite.ts'

/** What is known of a part: its value, its error, or what is left of it. */
export type Part =
  | { readonly kind: 'value'; readonly value: Value; readonly expr: Expr }
  | { readonly kind: 'error'; readonly error: CelError; readonly expr: Expr }
  | { readonly kind: 'residual'; readonly expr: Expr }

/** What reducing needs to know; one for each reduction. */
export interface Reducer {
  readonly activation: Activation
  readonly source: string
  /** Compiles what the checker would refuse only because more is known of it now. */
  readonly unchecked: Env
  readonly functions: FunctionFacts
  readonly nextId: NextId
  /** Whether literals stand as `dyn(…)`, so that they meet the types that the parts had. */
  readonly literalsAreDyn: boolean
  isUnknown(path: Path): boolean
}

/** What reducing asks of functions. */
export interface FunctionFacts {
  /** The functions that are called without a target; `math.abs` is one. */
  readonly globals: ReadonlySet<string>
  /** Whether a call is a bool or an error, whatever its arguments are. */
  isPredicate(name: string): boolean
  readonly custom: readonly Overload[]
}

const facts = new WeakMap<Env, { readonly unchecked: Env; readonly functions: FunctionFacts }>()

/** What an environment has, for reducing. It is worked out once. */
export function factsOf(env: Env): { readonly unchecked: Env; readonly functions: FunctionFacts } {
  const known = facts.get(env)
  if (known !== undefined) return known
  const own = env.options.functions ?? []
  const overloads = [...CEL_FUNCTIONS, ...own]
  const made = {
    unchecked: env.options.check === false ? env : createEnv({ ...env.options, check: false }),
    functions: {
      globals: new Set(overloads.filter(({ member }) => !member).map(({ name }) => name)),
      isPredicate: (name: string) => {
        const named = overloads.filter((each) => each.name === name)
        return named.length > 0 && named.every(({ result }) => result.kind === 'bool')
      },
      custom: own.filter(({ custom }) => custom),
    },
  }
  facts.set(env, made)
  return made
}

/** Whether a part reads nothing that is unknown or set by a comprehension around it. */
export function isClosed(expr: Expr, locals: Locals, reducer: Reducer): boolean {
  return freePaths(expr).every((path) => {
    const [root = '', ...names] = path
    if (locals.has(root)) return false
    return !reducer.isUnknown(root.startsWith('.') ? [root.slice(1), ...names] : path)
  })
}

/** Evaluates a closed part. What does not compile by itself, such as a namespace, stays. */
export function evaluatePart(expr: Expr, reducer: Reducer): Part {
  const program = compiledPart(expr, reducer)
  if (program === undefined) return { kind: 'residual', expr }
  const value = program.evaluate(reducer.activation)
  if (value instanceof CelError) return { kind: 'error', error: value, expr }
  return { kind: 'value', value, expr }
}

type CompiledParts = WeakMap<Expr, Program | 'none'>

const parts = new WeakMap<Env, CompiledParts>()

/** The same part is evaluated again for each request. */
function compiledPart(expr: Expr, { unchecked, source }: Reducer): Program | undefined {
  let known = parts.get(unchecked)
  if (known === undefined) {
    known = new WeakMap()
    parts.set(unchecked, known)
  }
  let program = known.get(expr)
  if (program === undefined) {
    const compiled = unchecked.compileExpr(expr, source)
    program = compiled.ok ? compiled.program : 'none'
    known.set(expr, program)
  }
  return program === 'none' ? undefined : program
}

/** What stands for a part in a larger expression. */
export function exprOf(part: Part, reducer: Reducer): Expr {
  if (part.kind !== 'value' || part.expr.kind === 'const') return part.expr
  const build = builderAt(part.expr, reducer)
  const literal = literalOf(part.value, build)
  if (literal === undefined) return part.expr
  return reducer.literalsAreDyn ? build.call('dyn', literal) : literal
}

/** A builder of nodes at the place of an expression. */
export function builderAt(expr: Expr, { nextId }: Reducer): ExprBuilder {
  return new ExprBuilder(nextId, expr.span)
}

/** Whether the target of a call is no value but the namespace of a function: `math.abs(x)`. */
export function isNamespace(target: Expr, name: string, { functions }: Reducer): boolean {
  return functions.globals.has(nameWithin(target, name) ?? '')
}
