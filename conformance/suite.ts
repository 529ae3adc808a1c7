import type { Corpus } from './corpus.ts'
import type { SkipList } from './skips/skip-list.ts'

/** What a case came to. `difference` says what was expected and what came, to be read by people. */
export type Outcome =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly difference: string }

/** One case of a suite. Its name is unique in the suite. */
export interface ConformanceCase {
  readonly name: string
  /** The data says that this case is not to be run, and why. */
  readonly excluded?: string
  run(): Outcome | Promise<Outcome>
}

/** Cases that other people wrote, and how to run them here. */
export type Suite =
  | {
      readonly name: string
      /** Its data comes from an npm package, so it runs anywhere. */
      readonly needsCorpus: false
      readonly skips: SkipList
      cases(): Iterable<ConformanceCase>
    }
  | {
      readonly name: string
      readonly needsCorpus: true
      readonly skips: SkipList
      cases(corpus: Corpus): Iterable<ConformanceCase>
    }

export const PASSED: Outcome = { kind: 'passed' }

/** The outcome of a case that did not come out as it should. */
export function failed(difference: string): Outcome {
  return { kind: 'failed', difference }
}
