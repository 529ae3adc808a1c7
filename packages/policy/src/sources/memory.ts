import type { SourceFile } from '../source.ts'
import type { PolicySource } from './source.ts'

/** A source whose files are set by the program. */
export interface MemorySource extends PolicySource {
  /** Replaces all files and tells the watchers. */
  replace(files: readonly SourceFile[]): void
}

/** Policies in memory, for tests and for applications that fetch them themselves. */
export function memorySource(initial: readonly SourceFile[] = []): MemorySource {
  let files = [...initial]
  const watchers = new Set<() => void>()
  return {
    read: async () => files,
    watch(onChange) {
      watchers.add(onChange)
      return () => {
        watchers.delete(onChange)
      }
    },
    replace(next) {
      files = [...next]
      for (const onChange of [...watchers]) onChange()
    },
  }
}
