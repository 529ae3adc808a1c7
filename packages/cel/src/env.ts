import type { Expr } from './ast.ts'
import {
  type Declarations,
  declare,
  declareFunctions,
  type FunctionDeclarations,
} from './check/declarations.ts'
import { qualify } from './check/qualify.ts'
import { uncheckedNames } from './check/unchecked-names.ts'
import { type CheckResult, check } from './check.ts'
import { compileExpr, evaluate } from './compile.ts'
import { assertDistinct } from './define-function/overlap.ts'
import { type CelDiagnostic, CelError } from './errors.ts'
import { ALL_MACROS } from './extension-macros.ts'
import { type FunctionTable, functionTable } from './function-table.ts'
import { CEL_FUNCTIONS } from './functions/cel-library.ts'
import type { Overload } from './functions/overload.ts'
import { parse } from './parser.ts'
import {
  type Folding,
  type Memberships,
  type Planned,
  planFailure,
  planMemberships,
} from './plan-failure.ts'
import { referencesOf } from './references.ts'
import { type CelType, DYN } from './types.ts'
import type { Value } from './values.ts'

/** What an environment declares. */
export interface EnvOptions {
  /** The variables that an expression may read, with their types. */
  readonly variables: Readonly<Record<string, CelType>>
  /** How many comprehension steps one evaluation may take; 1,000,000 unless given. */
  readonly maxSteps?: number
  /**
   * Further functions: Cerbos's own, which are `CERBOS_FUNCTIONS`, and the application's, made by
   * `defineFunction`. One with the id of a built-in overload replaces it. The list must not change.
   */
  readonly functions?: readonly Overload[]
  /** What becomes of constants before an expression is planned; `CERBOS_FOLDING` is Cerbos's way. */
  readonly folding?: Folding
  /** The namespace in which names are looked up first. */
  readonly container?: string
  /** Whether types are checked before anything is evaluated; they are unless this is false. */
  readonly check?: boolean
}

/**
 * The values of the declared variables: a plain object with a property for each. For `now()` it
 * holds the instant too, as a `Timestamp` under the name {@link NOW}.
 */
export type Activation = Readonly<Record<string, unknown>>

/** Declared variables and functions, against which expressions are compiled. */
export interface Env {
  /** What it was made of. */
  readonly options: EnvOptions
  /** Parses, checks and compiles an expression. */
  compile(source: string): CompileResult
  /**
   * Compiles a parsed expression; `source` is the text that its spans point into. What a program was
   * reduced to is taken for what it was: that some of it is constant now changes no meaning.
   */
  compileExpr(expr: Expr, source: string, isReduced?: boolean): CompileResult
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
  /** The type of the result, as far as it is known; `dyn` where types are not checked. */
  readonly resultType: CelType
  /**
   * The error that it answers with whatever its variables are: a constant that cannot be converted,
   * such as `int("x")`, fails the whole program, as in cel-go.
   */
  readonly failure?: CelError | undefined
  evaluate(activation: Activation): Value | CelError
}

const DEFAULT_MAX_STEPS = 1_000_000

/** Makes an environment. */
export function createEnv(options: EnvOptions): Env {
  const { maxSteps = DEFAULT_MAX_STEPS, container = '', folding } = options
  const { table, declared } = functionsOf(options.functions)
  const variables = new Map(Object.entries(options.variables))
  const declarations = declare({ variables: options.variables, functions: declared, container })
  const { types } = declarations
  const unchecked = options.check === false
  const env: Env = {
    options,
    compile(source) {
      const parsed = parse(source, { macros: ALL_MACROS })
      return parsed.ok ? env.compileExpr(parsed.expr, source) : parsed
    },
    compileExpr(expr, source, isReduced = false) {
      const result = unchecked ? named(expr, declarations) : check(expr, declarations)
      if (!result.ok) return result
      const { references: meanings, type: resultType } = result
      const memberships: Memberships = new Map()
      const shared = { functions: table, types, maxSteps, memberships }
      const evaluateClosed = (part: Expr): Value | CelError => {
        const compiled = compileExpr(part, { ...shared, variables: NO_VARIABLES, unchecked: true })
        return compiled.ok ? evaluate.call({ ...compiled, maxSteps }, {}) : NOT_COMPILED
      }
      const plan = (names: Expr): Planned => ({
        written: expr,
        expr: names,
        evaluate: evaluateClosed,
        checks: (folded) => check(folded, declarations).ok,
      })
      const isFolded = (): boolean =>
        isReduced || folding?.succeeds(plan(qualify(expr, meanings))) === true
      const qualified = qualify(expr, meanings, isFolded)
      const planned = plan(qualified)
      if (!unchecked && !isReduced) planMemberships(planned, folding, memberships)
      const compiled = compileExpr(qualified, { ...shared, variables, unchecked })
      if (!compiled.ok) return compiled
      const failure = unchecked ? undefined : planFailure(planned, folding)
      const program = {
        // First what each evaluation reads.
        evaluate: failure === undefined ? evaluate : () => failure,
        run: compiled.run,
        maxSteps,
        source,
        expr,
        env,
        references: referencesOf(qualified),
        resultType,
        failure,
      }
      return { ok: true, program }
    },
    withVariables: (more) =>
      createEnv({ ...options, variables: { ...options.variables, ...more } }),
  }
  return env
}

const NO_VARIABLES: ReadonlyMap<string, CelType> = new Map()
const NOT_COMPILED = new CelError('unbound-variable', 'no value alone')

function named(expr: Expr, declarations: Declarations): CheckResult {
  const references = uncheckedNames(expr, declarations)
  return { ok: true, type: DYN, types: [], references }
}

interface Functions {
  /** What the compiler calls. */
  readonly table: FunctionTable
  /** What the checker knows of them. */
  readonly declared: FunctionDeclarations
}

const indexed = (overloads: readonly Overload[]): Functions => ({
  table: functionTable(overloads),
  declared: declareFunctions(overloads.filter((each) => each.undeclared !== true)),
})

const NO_FUNCTIONS: readonly Overload[] = []
const functionsWith = new WeakMap<readonly Overload[], Functions>()

/** All functions of an environment. They are indexed once for each list that is given. */
function functionsOf(given: readonly Overload[] = NO_FUNCTIONS): Functions {
  const known = functionsWith.get(given)
  if (known !== undefined) return known
  assertDistinct(given)
  const ids = new Set(given.map(({ id }) => id))
  const functions = indexed([...CEL_FUNCTIONS.filter(({ id }) => !ids.has(id)), ...given])
  functionsWith.set(given, functions)
  return functions
}
