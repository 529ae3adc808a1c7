import type { KnownDifference } from '../area.ts'
import { PROBES } from '../check/probes.ts'
import { hasAnyOrder, hasDisputedScope, hasSharedCore } from '../check/quirks.ts'
import { reachOf } from '../check/reach.ts'
import { answerDifference, type PlanAnswer } from './answer.ts'
import type { PlanCase } from './plan-case.ts'
import { failedRolesCrash } from './probes.ts'

/** Differences from the real Cerbos that are meant. Each is a rule with its reason, never a case. */
export const KNOWN: readonly KnownDifference<PlanCase, PlanAnswer>[] = [
  {
    isStillTrue: failedRolesCrash,
    reason:
      'Cerbos crashes in strict evaluation over a condition that reads derived roles which cannot be told and then anything else; here it is an error',
    applies: ({ settings }, ours, theirs) =>
      settings.strictEvaluation &&
      theirs.kind === 'refused' &&
      /nil pointer dereference.*renumberIDs/s.test(theirs.reason) &&
      ours.kind === 'planned' &&
      ours.filter.includes('KIND_ALWAYS_DENIED') &&
      ours.errors.length > 0 &&
      ours.rows === undefined,
  },
  {
    isStillTrue: PROBES.permissionsOfAScopeAreThoseOfAny,
    reason:
      'Cerbos takes two policies of a scope with unlike permissions, and those of the one that is read last',
    applies: (each, ours, theirs) =>
      hasNoWrongRow(ours) && theirs.kind === 'planned' && hasDisputedScope(reachOf(each), each),
  },
  {
    isStillTrue: PROBES.coresAreShared,
    reason:
      'Cerbos takes rules of several policies for one that differ only in `any`, `all` and `none` or in when they have an output; which of them counts, the order of loading decides',
    applies: (each, ours, theirs) =>
      hasNoWrongRow(ours) &&
      theirs.kind === 'planned' &&
      hasSharedCore(reachOf(each), each.policies),
  },
  {
    isStillTrue: PROBES.derivedRolesComeInAnyOrder,
    reason:
      'Cerbos asks the derived roles of a rule in any order, and in strict evaluation tells the first error that it meets',
    applies: (each, ours, theirs) => {
      const { resources, kind } = reachOf(each)
      return (
        each.settings.strictEvaluation &&
        hasNoWrongRow(ours) &&
        hasOneError(ours) &&
        hasOneError(theirs) &&
        answerDifference(ours, theirs) === 'errors' &&
        resources.some((file) => hasAnyOrder(file, kind, each))
      )
    },
  },
]

function hasOneError(answer: PlanAnswer): boolean {
  return answer.kind === 'planned' && answer.errors.length === 1
}

function hasNoWrongRow(ours: PlanAnswer): boolean {
  return ours.kind === 'planned' && ours.rows === undefined
}
