import { chmod } from 'node:fs/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'

import { cerbosPlanner } from '@lockstitch/engine/cerbos-planner'

import { openAuditLog } from './audit/audit-log.ts'
import type { RemoteArchive } from './audit/local-backend.ts'
import { type Config, DEFAULT_CREDENTIALS } from './config/config.ts'
import type { Log } from './log.ts'
import { logReload } from './log-reload.ts'
import { type RunningServer, startServer } from './server.ts'
import { type InForce, isSame, type LoadedPolicies, loadPolicies } from './store/loaded-policies.ts'
import { openStore } from './store/open-store.ts'
import { type Telemetry, wantsTelemetry } from './telemetry/telemetry.ts'

/** A server with the policies that a configuration names. */
export interface PdpProcess extends RunningServer {
  /** How many policies are in force. */
  readonly policies: number
  /** Looks whether there are other policies, unless it has those that others have. */
  reload(others: InForce): Promise<void>
}

/** What a process of several has from the others. */
export interface ProcessLinks {
  /** The figures of all processes. */
  readonly metricsText?: () => Promise<string>
  /** Told when other policies are in force. */
  readonly onReload?: (inForce: InForce) => void
  /** The database of the audit log, where the first process has it. */
  readonly archive?: RemoteArchive
  /** Aborted when it is no longer to start. */
  readonly signal?: AbortSignal
}

/**
 * Starts all that a configuration describes. Rejects with a `PolicyLoadError` when the policies cannot
 * be used: a server that starts without its policies would deny everything, or allow what they forbid.
 */
export async function startPdp(
  config: Config,
  log: Log,
  { metricsText, onReload, archive, signal }: ProcessLinks = {},
): Promise<PdpProcess> {
  const { server, engine: settings, schemaEnforcement, defaults, auxData } = config
  const { timeouts, adminCredentials, udsFileMode, ...rest } = server
  if (auxData.disableVerification) log.warn('tokens are not verified: anybody can claim anything')
  if (adminCredentials?.passwordHash === DEFAULT_CREDENTIALS.passwordHash)
    log.warn('the admin API has the password that everybody knows')
  // Whatever has been opened, the last first.
  const opened: (() => void)[] = []
  const release = (): void => {
    for (const close of opened.splice(0).toReversed()) close()
  }
  try {
    const audit = config.audit && openAuditLog(config.audit, log, { archive })
    if (audit) opened.push(() => audit.close())
    const store = openStore(config.storage, log)
    opened.push(() => store.close())
    const policies = await loadPolicies(store, {
      ...settings,
      schemaEnforcement,
      ...(defaults === 'cerbos' && { compat: 'cerbos', planner: cerbosPlanner }),
      ...(config.audit?.decisionLogs && { onDecision: (record) => audit?.decision(record) }),
      onReload(report) {
        logReload(log, report, policies.contents)
        const { driver, revision } = policies.contents
        if (report.ok) onReload?.({ driver, revision })
      },
    })
    const { engine } = policies
    // What watches the policies would keep the process alive.
    opened.push(() => policies.close())
    for (const warning of engine.status.warnings) log.warn(warning)
    const admin = adminCredentials && {
      credentials: adminCredentials,
      storesUntried: defaults === 'cerbos',
    }
    const telemetry = await telemetryFor(policies)
    // What has been said while the policies were compiled is heard first.
    if (signal) await nextTurn()
    signal?.throwIfAborted()
    const running = await startServer({
      ...rest,
      ...(admin && { admin }),
      engine,
      policies,
      auxData,
      audit,
      telemetry,
      timeouts,
      metricsText,
      log,
    })
    for (const address of [running.httpAddress, running.grpcAddress]) {
      if (address?.startsWith('unix:')) await chmod(address.slice('unix:'.length), udsFileMode)
    }
    return {
      ...running,
      policies: engine.status.policies,
      async reload(others) {
        if (!isSame(others, policies.contents)) await policies.reload()
      },
      async close(options) {
        await running.close(options)
        await telemetry?.close()
        release()
      },
    }
  } catch (error) {
    release()
    throw error
  }
}

/** OpenTelemetry takes longer to load than all the rest, so it is loaded where it is asked for. */
async function telemetryFor({ engine, store }: LoadedPolicies): Promise<Telemetry | undefined> {
  if (!wantsTelemetry(process.env)) return undefined
  const { openTelemetry } = await import('./telemetry/open-telemetry.ts')
  return openTelemetry({
    policies: () => engine.status.policies,
    lastRefresh: () => engine.status.lastReload.at,
    driver: store.driver,
  })
}
