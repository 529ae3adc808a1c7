import type { KnownDifference } from '../area.ts'
import type { CheckAnswer } from './answer.ts'
import type { CheckCase } from './policy-set.ts'
import { PROBES } from './probes.ts'
import {
  hasAnyOrder,
  hasCollision,
  hasDisputedScope,
  hasInfiniteOutput,
  hasSharedCore,
  mayComeLate,
  readsActionBefore,
} from './quirks.ts'
import { reachOf } from './reach.ts'

/** Differences from the real Cerbos that are meant. Each is a rule with its reason, never a case. */
export const KNOWN: readonly KnownDifference<CheckCase, CheckAnswer>[] = [
  {
    isStillTrue: PROBES.namesCollide,
    reason: 'Cerbos keeps the results of conditions by the names of rules, and confuses equal ones',
    applies: (each, _ours, theirs) =>
      theirs.kind === 'decided' &&
      reachOf(each).resources.some((file) => hasCollision(file, each.input.actions)),
  },
  {
    isStillTrue: PROBES.staleRolesAreReadOnce,
    reason:
      'Cerbos keeps what a rule of a principal policy made of the derived roles that it read first; here each action reads those of the one before',
    applies: (each, ours, theirs) =>
      ours.kind === 'decided' &&
      theirs.kind === 'decided' &&
      readsActionBefore(reachOf(each), each),
  },
  {
    isStillTrue: PROBES.permissionsOfAScopeAreThoseOfAny,
    reason:
      'Cerbos takes two policies of a scope with unlike permissions, and those of the one that is read last',
    applies: (each, ours, theirs) =>
      ours.kind === 'decided' && theirs.kind === 'decided' && hasDisputedScope(reachOf(each), each),
  },
  {
    isStillTrue: PROBES.coresAreShared,
    reason:
      'Cerbos takes rules of several policies for one that differ only in `any`, `all` and `none` or in when they have an output; which of them counts, the order of loading decides',
    applies: (each, _ours, theirs) =>
      theirs.kind === 'decided' && hasSharedCore(reachOf(each), each.policies),
  },
  {
    isStillTrue: async () =>
      (await PROBES.outputComesLate()) &&
      (await PROBES.outputComesLateForAnotherPattern()) &&
      (await PROBES.outputComesLateForAnotherRole()) &&
      (await PROBES.outputComesLateForAParentRole()),
    reason:
      'Cerbos emits `conditionNotMet` of a rule whose derived role is not held, from its second action, pattern of an action or role on',
    applies: (each, ours, theirs) =>
      ours.kind === 'decided' &&
      theirs.kind === 'decided' &&
      mayComeLate(reachOf(each), each) &&
      equal(ours.actions, theirs.actions) &&
      isPartOf(ours.outputs, theirs.outputs),
  },
  {
    isStillTrue: PROBES.infiniteOutputFailsTheCall,
    reason:
      'Cerbos fails a whole call for one output that is no JSON; here that output is an error',
    applies: (each, ours, theirs) => {
      const { resources, principals, roles } = reachOf(each)
      return (
        theirs.kind === 'refused' &&
        ours.kind === 'decided' &&
        [...resources, ...principals, ...roles].some(hasInfiniteOutput) &&
        ours.outputs.some((output) => /! .*(Inf|NaN)/.test(output))
      )
    },
  },
  {
    isStillTrue: async () =>
      (await PROBES.rulesOfPrincipalsComeInAnyOrder()) &&
      (await PROBES.derivedRolesComeInAnyOrder()),
    reason:
      'Cerbos asks the rules of a principal policy for several resources, and the derived roles of a rule, in any order, and stops at one that denies',
    applies: (each, ours, theirs) => {
      const { principals, resources, kind } = reachOf(each)
      return (
        ours.kind === 'decided' &&
        theirs.kind === 'decided' &&
        [...principals, ...resources].some((file) => hasAnyOrder(file, kind, each)) &&
        equal(decidedIn(ours.actions, each), decidedIn(theirs.actions, each))
      )
    },
  },
]

function equal(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  return Object.keys(a).every((key) => a[key] === b[key])
}

/** Strictly a failure tells the policy that it is in, a DENY the policy of the request's scope. */
function decidedIn(
  actions: Readonly<Record<string, string>>,
  { settings }: CheckCase,
): Readonly<Record<string, string>> {
  if (!settings.strictEvaluation) return actions
  const withoutPolicies = Object.entries(actions).map(
    ([action, text]) => [action, text.replace(/ .*/, '')] as const,
  )
  return Object.fromEntries(withoutPolicies)
}

/** Whether the second has all items of the first, and more. Both are sorted. */
function isPartOf(fewer: readonly string[], more: readonly string[]): boolean {
  const left = [...more]
  return fewer.every((item) => {
    const at = left.indexOf(item)
    if (at >= 0) left.splice(at, 1)
    return at >= 0
  })
}
