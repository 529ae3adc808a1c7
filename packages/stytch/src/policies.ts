import type { Engine, EngineStatus } from '@lockstitch/engine'

import type { AuthorizerOptions } from './options.ts'

/** The state of the policies, for health checks. */
export type PolicyStatus = EngineStatus

/**
 * Loads the policies of a directory into an engine. Rejects with every mistake in them, and warns
 * of what is not wrong but hardly meant.
 */
export async function loadPolicies(
  directory: string,
  { watch = true, onWarning = printWarning, ...options }: AuthorizerOptions,
): Promise<Engine> {
  // An application with a decider of its own needs neither the engine nor a file system.
  const { engineFromDirectory } = await import('@lockstitch/engine/node')
  const { principalAttributesRead } = await import('@lockstitch/policy')
  const { unaskedWarnings } = await import('./unasked.ts')
  const engine = await engineFromDirectory(directory, {
    watch,
    ...(options.clock && { clock: options.clock }),
    onLoad(policySet) {
      for (const warning of unaskedWarnings(principalAttributesRead(policySet), options))
        onWarning(warning)
    },
    onReload(report) {
      if (!report.ok) onWarning(report.text)
    },
  })
  for (const warning of engine.status.warnings) onWarning(warning)
  return engine
}

function printWarning(message: string): void {
  // biome-ignore lint/suspicious/noConsole: what is wrong with policies must not vanish by default.
  console.warn(`lockstitch: ${message}`)
}
