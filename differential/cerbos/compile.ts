import { execFile } from 'node:child_process'

import { CERBOS_ENVIRONMENT, cerbosPath } from './binary.ts'

/** A mistake that `cerbos compile` reports. */
export interface CompileError {
  readonly file: string
  readonly description: string
  /** Where in the document: `$.resourcePolicy.rules[0].condition`. */
  readonly path: string
}

interface Report {
  readonly compileErrors?: {
    readonly errors: readonly {
      readonly file: string
      readonly error: string
      readonly description?: string
      readonly position?: { readonly path?: string }
    }[]
  }
}

/** Everything that the real Cerbos finds wrong with a directory of policies. */
export async function compileDirectory(directory: string): Promise<readonly CompileError[]> {
  const output = await new Promise<string>((resolve, reject) => {
    const args = ['compile', '--skip-tests', '--output=json', directory]
    const options = { env: CERBOS_ENVIRONMENT, maxBuffer: 1 << 30 }
    execFile(cerbosPath(), args, options, (error, stdout, stderr) => {
      // Mistakes in policies are reported as JSON, with an exit code that is not 0.
      if (error === null || stdout.startsWith('{')) resolve(stdout.trim() || '{}')
      else reject(new Error(`cerbos compile said nothing: ${error.message}\n${stderr}`))
    })
  })
  const report = JSON.parse(output) as Report
  return (report.compileErrors?.errors ?? []).map(({ file, error, description, position }) => ({
    file,
    description: description ?? error,
    path: position?.path ?? '',
  }))
}
