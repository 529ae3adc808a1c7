import type { Expr } from './ast.ts'
import type { CelDiagnostic, CelError } from './errors.ts'
import type { CelType } from './types.ts'
import type { Value } from './values.ts'

/** What an environment declares. */
export interface EnvOptions {
  /** The variables that an expression may read, with their types. */
  readonly variables: Readonly<Record<string, CelType>>
}

/** The values of the declared variables: a plain object with a property for each. */
export type Activation = Readonly<Record<string, unknown>>

/** Declared variables and functions, against which expressions are compiled. */
export interface Env {
  /** Parses, checks and compiles an expression. */
  compile(source: string): CompileResult
}

/** A program, or everything that is wrong with the expression. */
export type CompileResult =
  | { readonly ok: true; readonly program: Program }
  | { readonly ok: false; readonly diagnostics: readonly CelDiagnostic[] }

/** A compiled expression. It keeps no state between evaluations. */
export interface Program {
  readonly source: string
  readonly expr: Expr
  /**
   * Each variable that is read, with the static path behind it: `['R', 'attr', 'owner_id']`.
   * Comprehension variables are left out.
   */
  readonly references: readonly (readonly string[])[]
  evaluate(activation: Activation): Value | CelError
}

/** Makes an environment. */
export function createEnv(options: EnvOptions): Env {
  throw new Error(`not built yet (${Object.keys(options.variables).length})`)
}
