import type { ReloadReport } from '@lockstitch/engine'

import type { Log } from './log.ts'
import type { StoreContents } from './store/store.ts'

/** Says what became of a change of the policies. */
export function logReload(
  log: Log,
  report: ReloadReport,
  { driver, revision }: StoreContents,
): void {
  const inForce = { generation: report.generation, driver, revision }
  if (report.ok) log.info('the policies were read again', inForce)
  else
    log.error('the policies cannot be used; those before stay in force', {
      ...inForce,
      reason: report.text,
    })
}
