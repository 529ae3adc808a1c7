import type {
  CompiledPolicies,
  CompileOptions,
  PolicyCompiler,
  SourceFile,
} from '@lockstitch/policy'
import { diskSource, PolicySourceError, type PolicySourceErrorCode } from '@lockstitch/policy/node'

import type { TestingOptions } from '../commands/compile-options.ts'
import { CommandFailure, exitCodes } from '../exit-codes.ts'

/** The policies of a directory as they are found: compiled, or with a file that cannot be read. */
export type ReadPolicies =
  | ({ readonly kind: 'compiled'; readonly files: readonly SourceFile[] } & CompiledPolicies)
  | {
      readonly kind: 'unreadable'
      readonly file: string
      readonly message: string
      /** It is a folder of schemas that is not where schemas are looked for. */
      readonly isMisplaced: boolean
    }

/** Failures that are about one file or folder of the policies. */
const OF_A_FILE: ReadonlySet<PolicySourceErrorCode> = new Set([
  'policy-file-unreadable',
  'policy-file-not-utf8',
  'policy-file-too-large',
  'schemas-directory-misplaced',
])

/**
 * Reads and compiles the policies of a directory. A directory without policies is none that fails,
 * as in Cerbos.
 */
export async function readPolicies(
  directory: string,
  options: Pick<TestingOptions, 'ignoreSchemas' | 'defaults'>,
  compile: PolicyCompiler,
): Promise<ReadPolicies> {
  try {
    const files = await readFiles(directory)
    return { kind: 'compiled', files, ...compile(files, compileOptions(options)) }
  } catch (error) {
    if (!(error instanceof PolicySourceError)) throw error
    const { code, message } = error
    if (!OF_A_FILE.has(code)) throw new CommandFailure(exitCodes.failed, message, { cause: error })
    // Each of these messages names the file first.
    const file = /`([^`]*)`/.exec(message)?.[1] ?? directory
    const isMisplaced = code === 'schemas-directory-misplaced'
    return { kind: 'unreadable', file, message, isMisplaced }
  }
}

async function readFiles(directory: string): Promise<readonly SourceFile[]> {
  try {
    return await diskSource(directory, { blocking: true }).read()
  } catch (error) {
    if (error instanceof PolicySourceError && error.code === 'policy-directory-empty') return []
    throw error
  }
}

function compileOptions({
  ignoreSchemas,
  defaults,
}: Pick<TestingOptions, 'ignoreSchemas' | 'defaults'>): CompileOptions {
  return {
    invalidSchemas: ignoreSchemas ? 'ignore' : 'error',
    ...(defaults === 'cerbos' ? { compat: 'cerbos' } : { lenientScopeSearch: true }),
  }
}
