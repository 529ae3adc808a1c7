import type { DecisionRecord } from '@lockstitch/engine'

import type { Log } from '../log.ts'
import { openLogFile, type RotationSettings } from './log-file.ts'

/** What is written down of decisions, and where: Cerbos's `audit` block with the backend `file`. */
export interface AuditConfig {
  /** `stdout` and `stderr` are not files. */
  readonly paths: readonly string[]
  readonly rotation: RotationSettings
  /** Leaves out the requests of which every action is allowed. */
  readonly ignoreAllowAll: boolean
}

/** Writes decisions down. */
export interface DecisionLog {
  /** Writes a record. What is answered afterwards is written down, even if the process is killed. */
  write(record: DecisionRecord): void
  close(): void
}

/**
 * Opens a decision log of lines of JSON, as Cerbos writes them. Throws where a file cannot be opened.
 * @see https://docs.cerbos.dev/cerbos/0.55.0/configuration/audit
 */
export function openDecisionLog(config: AuditConfig, log: Log): DecisionLog {
  const files = config.paths.map((path) => openLogFile(path, config.rotation))
  return {
    write(record) {
      if (config.ignoreAllowAll && allowsAll(record)) return
      const line = { 'log.logger': 'cerbos.audit', 'log.kind': 'decision', ...record }
      const text = `${JSON.stringify(line)}\n`
      let failure: unknown
      for (const file of files) {
        try {
          file.append(text)
        } catch (error) {
          failure = error
          log.error('a decision could not be written down', { reason: String(error) })
        }
      }
      // The engine counts it; a decision is not changed by what becomes of its record.
      if (failure !== undefined) throw failure
    },
    close() {
      for (const file of files) file.close()
    },
  }
}

function allowsAll({ checkResources: { outputs } }: DecisionRecord): boolean {
  return outputs.every(({ actions }) =>
    Object.values(actions).every(({ effect }) => effect === 'EFFECT_ALLOW'),
  )
}
