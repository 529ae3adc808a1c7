import type { FileBackend } from './audit-config.ts'
import type { AuditBackend } from './audit-log.ts'
import { openLogFile } from './log-file.ts'

/** Writes lines of JSON, as Cerbos does, to one or several files. */
export function openFileBackend(
  { paths, rotation }: FileBackend,
  clock: () => number,
): AuditBackend {
  const files = paths.map((path) => openLogFile(path, rotation, clock))
  return {
    write({ kind, entry }) {
      const line = { 'log.logger': 'cerbos.audit', 'log.kind': kind, ...entry }
      const text = `${JSON.stringify(line)}\n`
      const failures = files.flatMap((file) => {
        try {
          file.append(text)
          return []
        } catch (error) {
          return [error]
        }
      })
      if (failures.length > 0) throw failures[0]
    },
    close() {
      for (const file of files) file.close()
    },
  }
}
