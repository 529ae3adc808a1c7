import type { Report } from '../diagnostics.ts'
import type { SchemaStore } from '../schemas/schema-store.ts'
import type { Catalogue } from './catalogue.ts'
import type { ExpressionCompiler } from './expressions.ts'
import type { LinkMemory } from './link-memory.ts'

/** What every step of linking works with. */
export interface Linker {
  readonly report: Report
  readonly catalogue: Catalogue
  readonly expressions: ExpressionCompiler
  readonly schemas: SchemaStore
  /** Whether a schema that cannot be used is reported. */
  readonly checksSchemas: boolean
  readonly compat: LinkOptions['compat']
  readonly memory: LinkMemory
}

/** How a set is linked. */
export interface LinkOptions {
  /** Scopes may have missing ancestors, which the lenient search skips. */
  readonly lenientScopeSearch?: boolean
  /** Takes what Cerbos takes: sets whose meaning depends on load order are only warned of. */
  readonly compat?: 'cerbos'
  /**
   * Whether a schema that is missing or not valid is an error, which is the default. When it is
   * ignored, schemas are compiled when they are first needed, and validating by one that cannot be
   * used finds a violation.
   */
  readonly invalidSchemas?: 'error' | 'ignore'
}
