import { chmod } from 'node:fs/promises'

import type { ReloadReport } from '@lockstitch/engine'
import { engineFromDirectory } from '@lockstitch/engine/node'

import { openDecisionLog } from './audit/decision-log.ts'
import type { Config } from './config/config.ts'
import type { Log } from './log.ts'
import { type RunningServer, startServer } from './server.ts'

/** A server with the policies that a configuration names. */
export interface PdpProcess extends RunningServer {
  /** How many policies are in force. */
  readonly policies: number
}

/**
 * Starts all that a configuration describes. Rejects with a `PolicyLoadError` when the policies cannot
 * be used: a server that starts without its policies would deny everything, or allow what they forbid.
 */
export async function startPdp(config: Config, log: Log): Promise<PdpProcess> {
  const { server, storage, engine: settings, schemaEnforcement, defaults, auxData } = config
  if (auxData.disableVerification) log.warn('tokens are not verified: anybody can claim anything')
  const decisionLog = config.audit && openDecisionLog(config.audit, log)
  const engine = await engineFromDirectory(storage.directory, {
    ...(decisionLog && { onDecision: (record) => decisionLog.write(record) }),
    ...settings,
    schemaEnforcement,
    ...(defaults === 'cerbos' && { compat: 'cerbos' }),
    watch: storage.watchForChanges,
    onReload: (report) => logReload(log, report),
  })
  for (const warning of engine.status.warnings) log.warn(warning)
  const { timeouts, adminEnabled, udsFileMode, ...rest } = server
  if (adminEnabled) log.warn('the admin API is not there yet: its methods say so')
  const running = await startServer({ ...rest, engine, auxData, timeouts, log }).catch(
    (error: unknown) => {
      // What watches the policies would keep the process alive.
      engine.close()
      decisionLog?.close()
      throw error
    },
  )
  for (const address of [running.httpAddress, running.grpcAddress]) {
    if (address?.startsWith('unix:')) await chmod(address.slice('unix:'.length), udsFileMode)
  }
  return {
    ...running,
    policies: engine.status.policies,
    async close(options) {
      await running.close(options)
      engine.close()
      decisionLog?.close()
    },
  }
}

function logReload(log: Log, report: ReloadReport): void {
  const { generation } = report
  if (report.ok) log.info('the policies were read again', { generation })
  else
    log.error('the policies cannot be used; those before stay in force', {
      generation,
      reason: report.text,
    })
}
