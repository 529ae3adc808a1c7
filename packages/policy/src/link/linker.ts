import type { Report } from '../diagnostics.ts'
import type { Catalogue } from './catalogue.ts'
import type { ExpressionCompiler } from './expressions.ts'

/** What every step of linking works with. */
export interface Linker {
  readonly report: Report
  readonly catalogue: Catalogue
  readonly expressions: ExpressionCompiler
}

/** How a set is linked. */
export interface LinkOptions {
  /** Scopes may have missing ancestors, which the lenient search skips. */
  readonly lenientScopeSearch?: boolean
  /** Takes what Cerbos takes: sets whose meaning depends on load order are only warned of. */
  readonly compat?: 'cerbos'
}
