import {
  type CerbosFindings,
  type CerbosPosition,
  cerbosContext,
  type SourceFile,
} from '@lockstitch/policy'

type Json = { readonly [key: string]: unknown }

const KINDS = { 'parse-error': 1, 'validation-error': 2 } as const

/** The errors as `cerbos compile --output=json` prints them. */
export function cerbosReport(findings: CerbosFindings, files: readonly SourceFile[]): Json {
  const texts = new Map(files.map(({ path, text }) => [path, text]))
  const contextOf = (file: string, position: CerbosPosition | undefined): Json =>
    position === undefined ? {} : { context: cerbosContext(texts.get(file) ?? '', position) }
  if (findings.compileErrors.length > 0) {
    const errors = findings.compileErrors.map((error) => ({
      ...error,
      ...contextOf(error.file, error.position),
    }))
    return { compileErrors: { errors } }
  }
  return {
    lintErrors: withoutEmptyLists({
      duplicate_defs: findings.duplicateDefinitions.map(
        ({ file, otherFile, policy, position }) => ({
          file,
          other_file: otherFile,
          policy,
          position,
        }),
      ),
      load_failures: findings.loadFailures.map(({ file, kind, message, position }) => ({
        file,
        error: message,
        error_details: {
          ...(kind && { kind: KINDS[kind] }),
          ...(position && { position }),
          message,
          ...contextOf(file, position),
        },
      })),
      missing_imports: findings.missingImports.map((each) => ({
        importing_file: each.importingFile,
        desc: each.desc,
        importing_policy: each.importingPolicy,
        import_kind: each.importKind,
        import_name: each.importName,
        position: each.position,
        ...contextOf(each.importingFile, each.position),
      })),
      disabled_defs: findings.disabledDefinitions,
      missing_scope_details: findings.missingScopes.map(({ missingPolicy, descendants }) => ({
        missing_policy: missingPolicy,
        descendants,
      })),
      scope_permissions_conflicts: findings.scopePermissionsConflicts.map((scope) => ({ scope })),
    }),
  }
}

function withoutEmptyLists(lists: Readonly<Record<string, readonly unknown[]>>): Json {
  return Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0))
}
