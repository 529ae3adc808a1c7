import type { KnownDifference } from '../area.ts'
import type { PolicyFile } from '../check/policy-set.ts'
import { PROBES } from '../check/probes.ts'
import { hasAnyOrder, hasDisputedScope, hasSharedCore } from '../check/quirks.ts'
import { reachOf } from '../check/reach.ts'
import { answerDifference, type PlanAnswer } from './answer.ts'
import { isOfAnotherOrder } from './orders.ts'
import type { PlanCase } from './plan-case.ts'
import { PLAN_PROBES } from './probes.ts'

/** Differences from the real Cerbos that are meant. Each is a rule with its reason, never a case. */
export const KNOWN: readonly KnownDifference<PlanCase, PlanAnswer>[] = [
  {
    isStillTrue: PLAN_PROBES.failedRolesCrash,
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
    isStillTrue: () => comesInAnyOrder(),
    reason:
      'Cerbos asks the rules of a principal policy for several resources, and the derived roles of a rule, in any order, and in strict evaluation tells of an action the first error that it meets',
    applies: (each, ours, theirs) => {
      if (!each.settings.strictEvaluation || answerDifference(ours, theirs) !== 'errors')
        return false
      const { resources, principals, imported, kind } = reachOf(each)
      const unordered = [...resources, ...principals].filter((file) =>
        hasAnyOrder(file, kind, each),
      )
      const isOfThem = isErrorIn([...unordered, ...imported])
      return (
        unordered.length > 0 &&
        isFirstOfActions(ours, each) &&
        isFirstOfActions(theirs, each) &&
        notShared(errorsOf(ours), errorsOf(theirs)).every(isOfThem)
      )
    },
  },
  {
    isStillTrue: () => comesInAnyOrder(),
    reason:
      'Cerbos asks the rules of a principal policy for several resources, and the derived roles of a rule, in any order, and refuses a plan in strict evaluation where it meets first what it cannot plan; met later, it is behind an error that denies',
    applies: (each, ours, theirs) => {
      const { resources, principals, kind } = reachOf(each)
      return (
        each.settings.strictEvaluation &&
        theirs.kind === 'refused' &&
        ours.kind === 'planned' &&
        ours.filter.includes('KIND_ALWAYS_DENIED') &&
        ours.errors.length > 0 &&
        [...resources, ...principals].some((file) => hasAnyOrder(file, kind, each))
      )
    },
  },
  {
    isStillTrue: PLAN_PROBES.orderOfFieldsDecides,
    reason:
      'Cerbos takes parts of a derived role for others that have the same number, and numbers the fields of a known map in any order',
    applies: (each, ours, theirs) =>
      hasNoWrongRow(ours) &&
      answerDifference(ours, theirs) === 'filter' &&
      isOfAnotherOrder(each, theirs),
  },
]

let anyOrder: Promise<boolean> | undefined

/** Asked once: it takes several starts of Cerbos to see several orders. */
function comesInAnyOrder(): Promise<boolean> {
  anyOrder ??= Promise.all([
    PROBES.rulesOfPrincipalsComeInAnyOrder(),
    PROBES.derivedRolesComeInAnyOrder(),
  ]).then((seen) => seen.every(Boolean))
  return anyOrder
}

/** In strict evaluation an action has one error at most, and some action has one. */
function isFirstOfActions(answer: PlanAnswer, { input }: PlanCase): boolean {
  const { length } = errorsOf(answer)
  return length > 0 && length <= input.actions.length
}

function errorsOf(answer: PlanAnswer): readonly string[] {
  return answer.kind === 'planned' ? answer.errors : []
}

function notShared(some: readonly string[], others: readonly string[]): readonly string[] {
  return [
    ...some.filter((each) => !others.includes(each)),
    ...others.filter((each) => !some.includes(each)),
  ]
}

/** Tells the errors of conditions in some files. */
function isErrorIn(files: readonly PolicyFile[]): (error: string) => boolean {
  const text = JSON.stringify(files.map(({ content }) => content))
  const expressions = [...text.matchAll(/"expr":("(?:[^"\\]|\\.)*")/g)].map(
    ([, written = '']) => JSON.parse(written) as string,
  )
  return (error) => expressions.some((expression) => error.startsWith(`${expression}: `))
}

function hasNoWrongRow(ours: PlanAnswer): boolean {
  return ours.kind === 'planned' && ours.rows === undefined
}
