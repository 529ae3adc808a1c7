import type { SourceFile } from '../source.ts'

/** Where policies come from. */
export interface PolicySource {
  /**
   * All policy files, sorted by path: as they are now, or `as-seen` by the watching that has just called
   * back, which need not look for them again. Rejects with a clear error when it cannot.
   */
  read(how?: 'as-seen'): Promise<readonly SourceFile[]>
  /**
   * Calls back soon after something changed; what changed is for `read` to find out. The returned
   * function ends it.
   */
  watch(onChange: () => void): () => void
}
