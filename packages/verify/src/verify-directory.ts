import { PolicyLoadError } from '@lockstitch/engine/node'
import { compilePolicies, type LinkedPolicySet, renderDiagnostics } from '@lockstitch/policy'
import { diskSource } from '@lockstitch/policy/node'

import { readTestFiles } from './read-directory.ts'
import type { TestResults } from './results.ts'
import { type RunOptions, runTests } from './run.ts'

/**
 * Compiles the policies of a directory and runs the tests in it. Rejects with a `PolicyLoadError`
 * where the policies cannot be used; a test that fails is in the results.
 */
export async function verifyDirectory(
  directory: string,
  options: RunOptions = {},
): Promise<TestResults> {
  const policySet = await compileDirectory(directory, options)
  return runTests(policySet, await readTestFiles(directory), options)
}

/** The policies of a directory, compiled as the tests need them. */
export async function compileDirectory(
  directory: string,
  { defaults = 'cerbos', schemaEnforcement = 'reject' }: RunOptions = {},
): Promise<LinkedPolicySet> {
  const files = await diskSource(directory).read()
  const { policySet, diagnostics } = compilePolicies(files, {
    invalidSchemas: schemaEnforcement === 'none' ? 'ignore' : 'error',
    lenientScopeSearch: defaults === 'lockstitch',
    ...(defaults === 'cerbos' && { compat: 'cerbos' }),
  })
  if (policySet !== undefined) return policySet
  const text = renderDiagnostics(diagnostics, files, { directory })
  throw new PolicyLoadError({ diagnostics, text })
}
