import type { EngineOptions } from '../../packages/engine/src/index.ts'
import type { SourceFile } from '../../packages/policy/src/index.ts'
import { buildPackages, builtFile } from '../build-packages.ts'
import { SETTINGS } from './settings.ts'

type EngineModule = typeof import('../../packages/engine/src/node.ts')
type PolicyModule = typeof import('../../packages/policy/src/index.ts')
/** An engine of the built package. */
export type BuiltEngine = InstanceType<EngineModule['Engine']>

/** Makes engines of the package as it is built, from files in memory. */
export type MakeEngine = (
  files: readonly SourceFile[],
  options?: Pick<EngineOptions, 'compat' | 'planner'>,
) => BuiltEngine

/** Builds `@lockstitch/engine` and loads what users run. */
export async function buildEngine(): Promise<MakeEngine> {
  buildPackages('packages/engine')
  const { Engine } = (await import(builtFile('packages/engine/dist/node.js'))) as EngineModule
  const policy = (await import(builtFile('packages/policy/dist/index.js'))) as PolicyModule
  return (files, engineOptions) => {
    const options = {
      lenientScopeSearch: true,
      invalidSchemas: 'ignore',
      ...engineOptions,
    } as const
    const { policySet, diagnostics } = policy.compilePolicies(files, options)
    if (policySet) return new Engine(policySet, { ...SETTINGS, ...engineOptions })
    throw new Error(policy.renderDiagnostics(diagnostics, files))
  }
}
