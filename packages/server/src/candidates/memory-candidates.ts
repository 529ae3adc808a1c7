import type { Candidate, CandidateSource } from './candidate-source.ts'

/** Candidates by type, held in memory. */
export function memoryCandidates(
  candidates: Readonly<Record<string, readonly Candidate[]>>,
): CandidateSource {
  const byType = new Map(
    Object.entries(candidates).map(([type, list]) => [type, list.toSorted(byId)]),
  )
  return {
    async find({ type, after, limit }) {
      const behind = (byType.get(type) ?? []).filter(({ id }) => after === undefined || id > after)
      return behind.slice(0, limit)
    },
  }
}

function byId({ id: a }: Candidate, { id: b }: Candidate): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
