import type { SourceFile } from '../source.ts'

/** Where policies come from. */
export interface PolicySource {
  /** All policy files as they are now, sorted by path. Rejects with a clear error when it cannot. */
  read(): Promise<readonly SourceFile[]>
  /**
   * Calls back soon after something changed; what changed is for `read` to find out. The returned
   * function ends it.
   */
  watch(onChange: () => void): () => void
}
