/** What a search looks through. */
export interface CandidateSources {
  readonly subjects?: CandidateSource
  readonly resources?: CandidateSource
}

/**
 * Where a search finds those it asks the policies about: whoever has the records implements it. The
 * policies alone say nothing of who and what there is.
 */
export interface CandidateSource {
  /**
   * The candidates of a type in the order of their ids, by code units, those behind an id first. Fewer
   * than the limit are the last ones. A type that is not known has none.
   */
  find(question: CandidateQuestion): Promise<readonly Candidate[]>
}

export interface CandidateQuestion {
  readonly type: string
  /** The id behind which to begin. */
  readonly after?: string
  readonly limit: number
}

/** A subject or a resource that an answer may name. */
export interface Candidate {
  readonly id: string
  /** Its attributes, as the policies read them. */
  readonly properties?: Readonly<Record<string, unknown>>
}
