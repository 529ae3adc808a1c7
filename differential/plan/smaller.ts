import { smallerCases as smallerCheckCases } from '../check/smaller.ts'
import { type PlanCase, rowsOf } from './plan-case.ts'

/** Cases with fewer policies, a simpler question, fewer rows. */
export function* smallerCases(each: PlanCase): Iterable<PlanCase> {
  if (each.rows.length > 0) {
    yield { ...each, rows: [] }
    for (const row of rowsOf(each)) {
      yield { ...each, rows: [], input: { ...each.input, resource: row } }
    }
  }
  for (const smaller of smallerCheckCases(each)) yield { ...each, ...smaller }
  for (const name of each.known) {
    yield { ...each, known: each.known.filter((other) => other !== name) }
  }
}
