import {
  type CompileOptions,
  compilePolicies,
  type LinkedPolicySet,
  type PolicyCompiler,
  type RenderOptions,
  renderDiagnostics,
  type SourceFile,
} from '@lockstitch/policy'

import { PolicyLoadError } from './policy-load-error.ts'
import { DEFAULT_SETTINGS, type Settings } from './settings.ts'
import { validateFiles } from './validate-input.ts'

/** What matters to compiling of how an engine decides. */
export interface CompileSettings
  extends Partial<Pick<Settings, 'lenientScopeSearch' | 'schemaEnforcement'>> {
  readonly compat?: 'cerbos'
}

/**
 * Compiles policy files for an engine, by the compiler of files that are compiled again and again where there
 * is one. Throws a {@link PolicyLoadError} when they cannot be used.
 */
export function compileFiles(
  files: readonly SourceFile[],
  settings: CompileSettings,
  renderOptions?: RenderOptions,
  compile: PolicyCompiler = compilePolicies,
): LinkedPolicySet {
  validateFiles(files)
  const { policySet, diagnostics } = compile(files, compileOptions(settings))
  if (policySet) return policySet
  throw new PolicyLoadError({
    diagnostics,
    text: renderDiagnostics(diagnostics, files, renderOptions),
  })
}

/** A Cerbos server starts with schemas that cannot be used; the requests then find violations. */
function compileOptions(settings: CompileSettings): CompileOptions {
  const { compat, lenientScopeSearch, schemaEnforcement } = settings
  const isEnforced = (schemaEnforcement ?? DEFAULT_SETTINGS.schemaEnforcement) !== 'none'
  return {
    invalidSchemas: isEnforced && compat !== 'cerbos' ? 'error' : 'ignore',
    lenientScopeSearch: lenientScopeSearch ?? DEFAULT_SETTINGS.lenientScopeSearch,
    ...(compat && { compat }),
  }
}
