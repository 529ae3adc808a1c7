import type { ReloadReport } from '@lockstitch/engine'

import type { Log } from './log.ts'

/** Says what became of a change of the policies. */
export function logReload(log: Log, report: ReloadReport): void {
  const { generation } = report
  if (report.ok) log.info('the policies were read again', { generation })
  else
    log.error('the policies cannot be used; those before stay in force', {
      generation,
      reason: report.text,
    })
}
