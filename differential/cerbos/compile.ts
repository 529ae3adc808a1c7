import { execFile } from 'node:child_process'

import { CERBOS_ENVIRONMENT, cerbosPath } from './binary.ts'

/** A mistake that `cerbos compile` reports. */
export interface CompileError {
  readonly file: string
  readonly description: string
  /** Where in the document: `$.resourcePolicy.rules[0].condition`. */
  readonly path: string
}

/** Where Cerbos sees a mistake. */
export interface ReportPosition {
  readonly line?: number
  readonly column?: number
  readonly path?: string
}

interface Positioned {
  readonly position?: ReportPosition
}

/** What `cerbos compile` writes: mistakes in files and between them, or mistakes in expressions. */
export interface CompileReport {
  readonly lintErrors?: {
    readonly load_failures?: readonly {
      readonly file: string
      readonly error: string
      readonly error_details?: Positioned & {
        readonly kind?: number
        readonly message: string
      }
    }[]
    readonly missing_imports?: readonly (Positioned & {
      readonly importing_file: string
      readonly importing_policy: string
      readonly import_kind: string
      readonly import_name: string
      readonly desc: string
    })[]
    readonly missing_scope_details?: readonly {
      readonly missing_policy: string
      readonly descendants: readonly string[]
    }[]
    readonly duplicate_defs?: readonly {
      readonly file: string
      readonly other_file: string
      readonly policy: string
    }[]
    readonly scope_permissions_conflicts?: readonly { readonly scope?: string }[]
  }
  readonly compileErrors?: {
    readonly errors: readonly (Positioned & {
      readonly file: string
      readonly error: string
      readonly description?: string
    })[]
  }
}

/** Cerbos ended without an answer: some files make it panic. */
export class CerbosCrash extends Error {
  override name = 'CerbosCrash'
}

/** What the real Cerbos writes about a directory of policies; nothing where it compiles. @throws {@link CerbosCrash} */
export async function compileReport(directory: string): Promise<CompileReport> {
  const output = await new Promise<string>((resolve, reject) => {
    const args = ['compile', '--skip-tests', '--output=json', directory]
    const options = { env: CERBOS_ENVIRONMENT, maxBuffer: 1 << 30 }
    execFile(cerbosPath(), args, options, (error, stdout, stderr) => {
      // Mistakes in policies are reported as JSON, with an exit code that is not 0.
      if (error === null || stdout.startsWith('{')) resolve(stdout.trim() || '{}')
      else reject(new CerbosCrash(`cerbos compile said nothing: ${stderr || error.message}`))
    })
  })
  return JSON.parse(output) as CompileReport
}

/** Everything that the real Cerbos finds wrong with the expressions of a directory of policies. */
export async function compileDirectory(directory: string): Promise<readonly CompileError[]> {
  const { compileErrors } = await compileReport(directory)
  return (compileErrors?.errors ?? []).map(({ file, error, description, position }) => ({
    file,
    description: description ?? error,
    path: position?.path ?? '',
  }))
}
