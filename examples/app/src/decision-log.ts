import type { DecisionRecord } from '@lockstitch/guard'

/** A decision with the reasons that the policies in force at that moment gave for it. */
export interface ExplainedDecision {
  readonly record: DecisionRecord
  /** What the decider said to explain it, if it explains. */
  readonly explanation: unknown
}

/** What a decision was about. */
interface DecidedQuestion {
  readonly principalId: string
  readonly action: string
  readonly kind: string
  readonly id: string
}

/** The latest decisions, for the page that shows them to developers. */
export interface DecisionLog {
  add(record: DecisionRecord): void
  /** Newest first. */
  latest(): readonly ExplainedDecision[]
  find(id: string): ExplainedDecision | undefined
  /** The latest decision about an action of a principal on a resource. */
  findLatest(question: DecidedQuestion): ExplainedDecision | undefined
}

const capacity = 200

/** A log in memory that keeps the latest decisions only. */
export function createDecisionLog(explain: (record: DecisionRecord) => unknown): DecisionLog {
  let decisions: readonly ExplainedDecision[] = []
  return {
    add(record) {
      decisions = [{ record, explanation: explain(record) }, ...decisions].slice(0, capacity)
    },
    latest: () => decisions,
    find: (id) => decisions.find(({ record }) => record.id === id),
    findLatest: ({ principalId, action, kind, id }) =>
      decisions.find(
        ({ record: { principal, resource, ...record } }) =>
          principal?.id === principalId &&
          record.action === action &&
          resource.kind === kind &&
          resource.id === id,
      ),
  }
}
