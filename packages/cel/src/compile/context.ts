import type { Expr, Span } from '../ast.ts'
import { type CelDiagnosticCode, CelError } from '../errors.ts'
import type { FunctionTable } from '../function-table.ts'
import { type CelType, DYN } from '../types.ts'
import type { Value } from '../values.ts'
import { type Code, constantCode } from './code.ts'

/** What compiling one expression needs to know. */
export interface CompileContext {
  readonly variables: ReadonlyMap<string, CelType>
  readonly functions: FunctionTable
  readonly types: ReadonlyMap<string, CelType>
  readonly memberships: ReadonlyMap<Expr, boolean>
  readonly locals: Local | undefined
  /** Compiles a part in this context. */
  compile(expr: Expr): Code
  /** The same context with one more local variable. */
  withLocal(local: Omit<Local, 'outer'>): CompileContext
  /** Records a mistake; the code that it answers with is never run. */
  problem(code: CelDiagnosticCode, message: string, span: Span): Code
}

/** A variable of a comprehension. Its cell is set anew for each step. */
export interface Local {
  readonly name: string
  readonly type: CelType
  readonly cell: Cell
  readonly outer: Local | undefined
}

/** Where a comprehension keeps the value of a variable. */
export interface Cell {
  value: Value | CelError
}

/** The local variable of a name, if there is one. */
export function findLocal(context: CompileContext, name: string): Local | undefined {
  for (let local = context.locals; local !== undefined; local = local.outer) {
    if (local.name === name) return local
  }
  return undefined
}

const NEVER_RUN = new CelError('function-failed', 'the expression does not compile')

/** The code of a part that is wrong. */
export function failedCode(): Code {
  return constantCode(DYN, NEVER_RUN)
}
