import type { Expr } from './ast.ts'
import { compileExpr } from './compile.ts'
import type { CelDiagnostic, CelError } from './errors.ts'
import { ALL_MACROS } from './extension-macros.ts'
import { functionTable } from './function-table.ts'
import { ALL_FUNCTIONS } from './functions/library.ts'
import { parse } from './parser.ts'
import { referencesOf } from './references.ts'
import type { CelType } from './types.ts'
import type { Value } from './values.ts'

/** What an environment declares. */
export interface EnvOptions {
  /** The variables that an expression may read, with their types. */
  readonly variables: Readonly<Record<string, CelType>>
  /** How many comprehension steps one evaluation may take; 1,000,000 unless given. */
  readonly maxSteps?: number
}

/**
 * The values of the declared variables: a plain object with a property for each. For `now()` it
 * holds the instant too, as a `Timestamp` under the name {@link NOW}.
 */
export type Activation = Readonly<Record<string, unknown>>

/** Declared variables and functions, against which expressions are compiled. */
export interface Env {
  /** Parses, checks and compiles an expression. */
  compile(source: string): CompileResult
  /** Compiles a parsed expression; `source` is the text that its spans point into. */
  compileExpr(expr: Expr, source: string): CompileResult
  /** The same environment with further variables. */
  withVariables(variables: Readonly<Record<string, CelType>>): Env
}

/** A program, or everything that is wrong with the expression. */
export type CompileResult =
  | { readonly ok: true; readonly program: Program }
  | { readonly ok: false; readonly diagnostics: readonly CelDiagnostic[] }

/** A compiled expression. It keeps no state between evaluations. */
export interface Program {
  readonly source: string
  readonly expr: Expr
  /** The environment that it was compiled in. */
  readonly env: Env
  /**
   * Each variable that is read, with the static path behind it: `['R', 'attr', 'owner_id']`.
   * Comprehension variables are left out.
   */
  readonly references: readonly (readonly string[])[]
  evaluate(activation: Activation): Value | CelError
}

const DEFAULT_MAX_STEPS = 1_000_000
const FUNCTIONS = functionTable(ALL_FUNCTIONS)

/** Makes an environment. */
export function createEnv(options: EnvOptions): Env {
  const { maxSteps = DEFAULT_MAX_STEPS } = options
  const variables = new Map(Object.entries(options.variables))
  const env: Env = {
    compile(source) {
      const parsed = parse(source, { macros: ALL_MACROS })
      return parsed.ok ? env.compileExpr(parsed.expr, source) : parsed
    },
    compileExpr(expr, source) {
      const compiled = compileExpr(expr, { variables, functions: FUNCTIONS, maxSteps })
      if (!compiled.ok) return compiled
      const { run } = compiled
      const references = referencesOf(expr)
      return { ok: true, program: { source, expr, env, references, evaluate: run } }
    },
    withVariables: (more) =>
      createEnv({ ...options, variables: { ...options.variables, ...more } }),
  }
  return env
}
