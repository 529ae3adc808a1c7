import { type Expr, nameWithin } from '../ast.ts'
import { NOW } from '../clock.ts'
import { type Activation, createEnv, type Env, type Program } from '../env.ts'
import { CelError } from '../errors.ts'
import { ExprBuilder } from '../expr-builder.ts'
import { factsOf } from '../reduce/scope.ts'
import { DYN } from '../types.ts'
import type { Value } from '../values.ts'
import { failed, known, type Outcome } from './outcome.ts'

const NOWHERE = { start: 0, end: 0 }

/** Calls functions with values, and evaluates parts of which everything is known. */
export class Applier {
  readonly #env: Env
  readonly #activation: Activation
  readonly #programs: Programs

  constructor(env: Env, activation: Activation) {
    this.#env = env
    this.#activation = activation
    this.#programs = programsOf(env)
  }

  /** Evaluates an expression that reads nothing but known variables. */
  closed(expr: Expr): Outcome {
    const program = this.#programs.closed.get(expr) ?? compile(factsOf(this.#env).unchecked, expr)
    this.#programs.closed.set(expr, program)
    return run(program, this.#activation)
  }

  /** Calls a function; of a method the first value is the target. */
  call(name: string, isMember: boolean, values: readonly Value[]): Outcome {
    const key = `${isMember ? '.' : ''}${name}/${values.length}`
    const program =
      this.#programs.calls.get(key) ?? this.#compileCall(name, isMember, values.length)
    this.#programs.calls.set(key, program)
    return run(program, this.#withArguments(values))
  }

  /** `has(value.field)` */
  presence(value: Value, field: string): Outcome {
    const build = builder()
    const program = compile(argumentEnv(this.#env, 1), build.presence(build.ident('a0'), field))
    return run(program, this.#withArguments([value]))
  }

  #compileCall(name: string, isMember: boolean, count: number): Program | undefined {
    const build = builder()
    const args = Array.from({ length: count }, (_, i) => build.ident(`a${i}`))
    const [target, ...rest] = args
    const call =
      isMember && target !== undefined
        ? build.memberCall(target, name, ...rest)
        : build.call(name, ...args)
    return compile(argumentEnv(this.#env, count), call)
  }

  #withArguments(values: readonly Value[]): Activation {
    const args = Object.fromEntries(values.map((value, i) => [`a${i}`, value]))
    const now = this.#activation[NOW]
    return now === undefined ? args : { ...args, [NOW]: now }
  }
}

interface Programs {
  readonly calls: Map<string, Program | undefined>
  readonly closed: WeakMap<Expr, Program | undefined>
}

const programs = new WeakMap<Env, Programs>()

function programsOf(env: Env): Programs {
  const made = programs.get(env) ?? { calls: new Map(), closed: new WeakMap() }
  programs.set(env, made)
  return made
}

function builder(): ExprBuilder {
  let id = 0
  const nextId = (): number => {
    id += 1
    return id
  }
  return new ExprBuilder(nextId, NOWHERE)
}

function argumentEnv(env: Env, count: number): Env {
  const variables = Object.fromEntries(Array.from({ length: count }, (_, i) => [`a${i}`, DYN]))
  return createEnv({ ...env.options, variables, check: false })
}

function compile(env: Env, expr: Expr): Program | undefined {
  const compiled = env.compileExpr(expr, '', true)
  return compiled.ok ? compiled.program : undefined
}

function run(program: Program | undefined, activation: Activation): Outcome {
  if (program === undefined) return failed(NOT_EVALUATED)
  const value = program.evaluate(activation)
  return value instanceof CelError ? failed(value) : known(value)
}

const NOT_EVALUATED = new CelError('unbound-variable', 'this part cannot be evaluated')

/** The full name of a function in a namespace that a call is of, such as `math.abs`. */
export function namespacedName(
  target: Expr | undefined,
  name: string,
  env: Env,
): string | undefined {
  const full = target && nameWithin(target, name)
  return full !== undefined && factsOf(env).functions.globals.has(full) ? full : undefined
}
