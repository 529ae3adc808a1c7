import type { Expr } from './ast.ts'
import type { CelDiagnostic } from './errors.ts'

/** An expression, or what is wrong with its text. */
export type ParseResult =
  | { readonly ok: true; readonly expr: Expr }
  | { readonly ok: false; readonly diagnostics: readonly CelDiagnostic[] }

/** Parses an expression. */
export function parse(source: string): ParseResult {
  throw new Error(`not built yet (${source})`)
}
