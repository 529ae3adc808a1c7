import { type CheckConfig, checkSuite, OPTIONS, STORE } from '../engine/check-suite.ts'
import type { Suite } from '../suite.ts'

const STRICT: CheckConfig = {
  name: 'strict scope search',
  store: STORE,
  options: { ...OPTIONS, lenientScopeSearch: false },
}

const LENIENT: CheckConfig = {
  name: 'lenient scope search',
  store: STORE,
  options: { ...OPTIONS, lenientScopeSearch: true },
}

/** Decisions of Cerbos's engine that do not depend on the scope search. */
export const ENGINE: Suite = checkSuite('engine', [STRICT, LENIENT])

/** Decisions where a scope without policies is not served. */
export const ENGINE_STRICT: Suite = checkSuite('engine_strict_scope_search', [STRICT])

/** Decisions where a scope without policies has those of its nearest ancestor. */
export const ENGINE_LENIENT: Suite = checkSuite('engine_lenient_scope_search', [LENIENT])

/** Decisions where attributes are validated, and what is wrong with them is told. */
export const ENGINE_SCHEMA_WARN: Suite = schemaSuite('warn')

/** Decisions where attributes that are wrong are denied. */
export const ENGINE_SCHEMA_REJECT: Suite = schemaSuite('reject')

function schemaSuite(schemaEnforcement: 'warn' | 'reject'): Suite {
  const options = { ...STRICT.options, schemaEnforcement }
  return checkSuite(`engine_schema_enforcement/${schemaEnforcement}`, [{ ...STRICT, options }])
}
