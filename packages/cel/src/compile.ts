import type { CallExpr, Expr } from './ast.ts'
import { unreachable } from './ast.ts'
import { compileStruct } from './compile/build-message.ts'
import { compileCall } from './compile/call.ts'
import { boxed, type Code, constantCode, type Run } from './compile/code.ts'
import { compileEquals, compileIn, compileNotEquals, compileOrder } from './compile/comparison.ts'
import { compileComprehension } from './compile/comprehension.ts'
import { type CompileContext, failedCode, type Local } from './compile/context.ts'
import { compileConst, compileList, compileMap } from './compile/literals.ts'
import {
  compileAnd,
  compileConditional,
  compileNotStrictlyFalse,
  compileOr,
} from './compile/logic.ts'
import { compileArithmetic } from './compile/operators.ts'
import {
  compileIdent,
  compileIndex,
  compileOptionalIndex,
  compileSelect,
} from './compile/select.ts'
import type { Activation } from './env.ts'
import { type CelDiagnostic, CelError } from './errors.ts'
import type { FunctionTable } from './function-table.ts'
import { type CelType, DYN } from './types.ts'
import type { Value } from './values.ts'
import { beginWork, work } from './work.ts'

/** What an expression may refer to. */
export interface CompileOptions {
  readonly variables: ReadonlyMap<string, CelType>
  readonly functions: FunctionTable
  /** The messages that it may build, among other types. */
  readonly types: ReadonlyMap<string, CelType>
  /** What calls of `in` come to whatever the variables are. */
  readonly memberships: ReadonlyMap<Expr, boolean>
  /** How many comprehension steps one evaluation may take. */
  readonly maxSteps: number
  /** Whether a name that does not exist is an error of the evaluation, for want of a checker. */
  readonly unchecked: boolean
}

/** A function of the variables, or everything that is wrong with the expression. */
export type CompiledExpr =
  | { readonly ok: true; readonly run: Run }
  | { readonly ok: false; readonly diagnostics: readonly CelDiagnostic[] }

/** Compiles an expression into nested closures. */
export function compileExpr(expr: Expr, options: CompileOptions): CompiledExpr {
  const outer = beginWork(options.maxSteps)
  const diagnostics: CelDiagnostic[] = []
  const code = compilePart(expr, rootContext(options, diagnostics))
  work.left = outer
  if (diagnostics.length > 0) return { ok: false, diagnostics }
  return { ok: true, run: boxed(code) }
}

function rootContext(
  { variables, functions, types, memberships, unchecked }: CompileOptions,
  diagnostics: CelDiagnostic[],
): CompileContext {
  const within = (locals: Local | undefined): CompileContext => {
    const context: CompileContext = {
      variables,
      functions,
      types,
      memberships,
      locals,
      compile: (part) => compilePart(part, context),
      withLocal: (local) => within({ ...local, outer: locals }),
      problem(code, message, span) {
        if (unchecked && code !== 'not-supported') {
          return constantCode(DYN, new CelError('unbound-variable', message, { span }))
        }
        diagnostics.push({ code, message, span })
        return failedCode()
      },
    }
    return context
  }
  return within(undefined)
}

/**
 * What each evaluation begins and ends with; each has its own steps, one within another too. One
 * function for expressions of all sorts, not a closure for each, which V8 can inline where they are
 * asked and of which nothing has to be fetched from memory.
 */
export function evaluate(this: Limited, activation: Activation): Value | CelError {
  const outer = beginWork(this.maxSteps)
  let outcome: Value | CelError
  try {
    outcome = this.run(activation)
  } catch (cause) {
    outcome = asFailure(cause)
  }
  work.left = outer
  return outcome
}

interface Limited {
  readonly run: Run
  readonly maxSteps: number
}

function asFailure(cause: unknown): CelError {
  if (cause instanceof CelError) return cause
  // A function that throws, or data nested so deeply that the stack ends: never a decision.
  const message = cause instanceof Error ? cause.message : String(cause)
  return new CelError('function-failed', `evaluation failed: ${message}`, { cause })
}

function compilePart(expr: Expr, context: CompileContext): Code {
  switch (expr.kind) {
    case 'const':
      return compileConst(expr)
    case 'ident':
      return compileIdent(expr, context)
    case 'select':
      return compileSelect(expr, context)
    case 'call':
      return (OPERATORS.get(expr.function) ?? compileCall)(expr, context)
    case 'list':
      return compileList(expr, context)
    case 'map':
      return compileMap(expr, context)
    case 'struct':
      return compileStruct(expr, context)
    case 'comprehension':
      return compileComprehension(expr, context)
    default:
      return unreachable(expr)
  }
}

// biome-ignore format: a table
const OPERATORS: ReadonlyMap<string, (expr: CallExpr, context: CompileContext) => Code> = new Map([
  ['_&&_', compileAnd], ['_||_', compileOr], ['_?_:_', compileConditional],
  ['@not_strictly_false', compileNotStrictlyFalse],
  ['_==_', compileEquals], ['_!=_', compileNotEquals],
  ['_<_', compileOrder], ['_<=_', compileOrder], ['_>_', compileOrder], ['_>=_', compileOrder],
  ['@in', compileIn],
  ['_+_', compileArithmetic], ['_-_', compileArithmetic], ['_*_', compileArithmetic],
  ['_/_', compileArithmetic], ['_%_', compileArithmetic],
  ['_[_]', compileIndex], ['_[?_]', compileOptionalIndex], ['_?._', compileOptionalIndex],
])
