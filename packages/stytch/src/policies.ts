import type { Engine, EngineStatus } from '@lockstitch/engine'

import type { AuthorizerOptions } from './options.ts'

/** Policies of a directory in force. */
export interface LoadedPolicies {
  readonly engine: Engine
}

/** The state of the policies, for health checks. */
export type PolicyStatus = EngineStatus

/** Loads the policies of a directory into an engine. Rejects with every mistake in them. */
export async function loadPolicies(
  directory: string,
  { watch = true, clock, onWarning = printWarning }: AuthorizerOptions,
): Promise<LoadedPolicies> {
  // An application with a decider of its own needs neither the engine nor a file system.
  const { engineFromDirectory } = await import('@lockstitch/engine/node')
  const engine = await engineFromDirectory(directory, {
    watch,
    ...(clock && { clock }),
    onReload: (report) => {
      if (!report.ok) onWarning(report.text)
    },
  })
  for (const warning of engine.status.warnings) onWarning(warning)
  return { engine }
}

function printWarning(message: string): void {
  // biome-ignore lint/suspicious/noConsole: what is wrong with policies must not vanish by default.
  console.warn(`lockstitch: ${message}`)
}
