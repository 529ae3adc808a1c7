import { readFile } from 'node:fs/promises'

/** What the extractor needs of the world outside. */
export interface AuxDataIo {
  /** Fetches remote key sets. */
  readonly fetch: typeof fetch
  /** Reads the files of local key sets. */
  readFile(path: string): Promise<Uint8Array>
  /** Milliseconds since 1970, by which remote key sets grow old. Tokens are judged by `now` of the call. */
  clock(): number
}

/** The network, the disk and the clock of this process. */
export const PROCESS_IO: AuxDataIo = {
  fetch: (input, init) => globalThis.fetch(input, init),
  readFile: (path) => readFile(path),
  clock: () => Date.now(),
}
