import type { AuthzSettings } from './authz.ts'
import type { Principal } from './decide.ts'
import { decideLoaded, type IdentityFor, identify, type LoadedQuestion } from './decide-loaded.ts'
import { Undecided } from './decision.ts'
import type { GuardRequest, Identity } from './identify.ts'
import { type ListPlan, type ListQuestion, planList } from './planned-list.ts'
import { denied, type Problem, ProblemError, stepUpNeeded } from './problem.ts'
import { report } from './record.ts'
import { refusalOf } from './refusal.ts'
import type { ResourceOptions } from './resource.ts'
import type { MaybeRecord, Verdict } from './verdict.ts'

/** Allowed, or refused with the problem to answer. */
export type Outcome<R extends MaybeRecord = MaybeRecord> =
  | { readonly kind: 'allowed'; readonly decisionId: string; readonly record: NonNullable<R> }
  | { readonly kind: 'refused'; readonly problem: Problem }

/** Something may be listed, or it is refused with the problem to answer. */
export type ListOutcome =
  | { readonly kind: 'allowed'; readonly plan: ListPlan }
  | { readonly kind: 'refused'; readonly problem: Problem }

/** One action on the record that `load` finds. */
export interface CheckQuestion<R extends MaybeRecord = MaybeRecord> {
  readonly action: string
  readonly kind: string
  readonly load: () => R | Promise<R>
  readonly options?: ResourceOptions | undefined
  /** Names the resource in a refusal instead of the record's id, so that missing looks like forbidden. */
  readonly idHint?: string | undefined
}

/**
 * The questions of one request. The methods reject with a {@link ProblemError} when nobody is signed
 * in or nothing could be decided, `check` apart: a `false` is always a decision.
 */
export interface RequestAuthz<I extends Identity = Identity> {
  /** Who is asking. */
  identity(): Promise<I>
  /** The principal that decisions are about. */
  principal(): Promise<Principal>
  /** Whether the action is allowed on the record. */
  can(
    action: string,
    kind: string,
    record: MaybeRecord,
    options?: ResourceOptions,
  ): Promise<boolean>
  /** Whether each of the actions is allowed on the record, decided in one call. */
  actions<A extends string>(
    actions: readonly A[],
    kind: string,
    record: MaybeRecord,
    options?: ResourceOptions,
  ): Promise<Record<A, boolean>>
  /** The records on which the action is allowed, in their order, decided in one call. */
  filter<R extends object>(
    records: readonly R[],
    kind: string,
    action: string,
    options?: ResourceOptions,
  ): Promise<R[]>
  /** Whether each of the actions is allowed on each of the records, decided in one call. */
  actionsOnEach<A extends string>(
    actions: readonly A[],
    kind: string,
    records: readonly MaybeRecord[],
    options?: ResourceOptions,
  ): Promise<Record<A, boolean>[]>
  /**
   * What a list shows of the records of a kind that have the known attributes, decided without them.
   * A filter that is `denied` is a decision, as any other.
   */
  plan(
    action: string,
    kind: string,
    known: MaybeRecord,
    options?: ResourceOptions,
  ): Promise<ListPlan>
  /** Returns when the action is allowed, and rejects with a {@link ProblemError} otherwise. */
  require(
    action: string,
    kind: string,
    record: MaybeRecord,
    options?: ResourceOptions,
  ): Promise<void>
  /** Identifies, then loads, then decides; what a guard does before a handler. Never rejects. */
  check<R extends MaybeRecord>(question: CheckQuestion<R>): Promise<Outcome<R>>
  /** Identifies and plans; what a guard does before a handler that lists. Never rejects. */
  checkList(question: ListQuestion): Promise<ListOutcome>
}

/** The questions of one request. Who is asking is found out once, at the first of them, and again where an action asks for newer knowledge. */
export function requestAuthz<I extends Identity>(
  settings: AuthzSettings<I>,
  request: GuardRequest,
): RequestAuthz<I> {
  const identified = new Map<number | undefined, Promise<I>>()
  const identifyOnce = (maxAge?: number): Promise<I> => {
    const known = identified.get(maxAge)
    if (known !== undefined) return known
    const identity = identify(settings, request, maxAge)
    identified.set(maxAge, identity)
    return identity
  }
  const identityFor: IdentityFor<I> = async ({ kind, actions }) => {
    const { identify: by } = settings
    return identifyOnce(by.maxAgeFor?.(kind, actions))
  }
  const identity = async (): Promise<I> => {
    try {
      return await identifyOnce()
    } catch (error) {
      throw refusalOf(error, settings.newId())
    }
  }
  const decide = (question: LoadedQuestion): Promise<Verdict[][]> =>
    decideLoaded(settings, identityFor, question)

  const actionsOnEach: RequestAuthz<I>['actionsOnEach'] = async (
    actions,
    kind,
    records,
    options,
  ) => {
    // The answers are by position: what becomes of the caller's list meanwhile must not move them.
    const asked = [...records]
    const verdicts = await decide({ kind, actions, load: () => asked, options })
    return verdicts.map((each) => allowedByAction(actions, each))
  }

  const check = async <R extends MaybeRecord>(question: CheckQuestion<R>): Promise<Outcome<R>> => {
    const { load, action, ...rest } = question
    const found: R[] = []
    const loadOne = async (): Promise<MaybeRecord[]> => {
      found.push(await load())
      return found
    }
    try {
      const [verdict] = (await decide({ ...rest, actions: [action], load: loadOne })).flat()
      if (verdict === undefined) throw new Undecided('decision-malformed')
      const record = found[0]
      if (verdict.allowed && isPresent(record))
        return { kind: 'allowed', decisionId: verdict.id, record }
      const stepUp = verdict.decision?.stepUp
      if (stepUp)
        return { kind: 'refused', problem: stepUpNeeded(shown(verdict, question), stepUp) }
      const explanation = await explain(settings, verdict)
      return { kind: 'refused', problem: denied(shown(verdict, question), explanation) }
    } catch (error) {
      return { kind: 'refused', problem: refusalOf(error, settings.newId()).problem }
    }
  }

  const checkList = async (question: ListQuestion): Promise<ListOutcome> => {
    try {
      const plan = await planList(settings, identityFor, question)
      if (plan.filter.kind !== 'denied') return { kind: 'allowed', plan }
      const { kind, action } = question
      const asked = { id: plan.decisionId, action, resource: { kind, id: '' } }
      return { kind: 'refused', problem: denied(asked) }
    } catch (error) {
      return { kind: 'refused', problem: refusalOf(error, settings.newId()).problem }
    }
  }

  return {
    identity,
    principal: async () => (await identity()).principal,
    can: async (action, kind, record, options) =>
      (await actionsOnEach([action], kind, [record], options))[0]?.[action] === true,
    actions: async (actions, kind, record, options) =>
      (await actionsOnEach(actions, kind, [record], options))[0] ?? allowedByAction(actions, []),
    filter: async (records, kind, action, options) => {
      const asked = [...records]
      const allowed = await actionsOnEach([action], kind, asked, options)
      return asked.filter((_, index) => allowed[index]?.[action] === true)
    },
    actionsOnEach,
    plan: (action, kind, known, options) =>
      planList(settings, identityFor, { action, kind, known: () => known, options }),
    require: async (action, kind, record, options) => {
      const outcome = await check({ action, kind, load: () => record, options })
      if (outcome.kind === 'refused') throw new ProblemError(outcome.problem)
    },
    check,
    checkList,
  }
}

/** The verdict with the resource as the request named it. */
function shown(verdict: Verdict, { idHint: id }: Pick<CheckQuestion, 'idHint'>): Verdict {
  return id === undefined ? verdict : { ...verdict, resource: { kind: verdict.resource.kind, id } }
}

function isPresent<R>(record: R): record is NonNullable<R> {
  return record !== null && record !== undefined
}

function allowedByAction<A extends string>(
  actions: readonly A[],
  verdicts: readonly Verdict[],
): Record<A, boolean> {
  // Without a prototype no action is allowed by the name of a method of objects.
  const allowed: Record<A, boolean> = Object.create(null)
  for (const action of actions) allowed[action] = false
  for (const verdict of verdicts) if (verdict.allowed) allowed[verdict.action as A] = true
  return allowed
}

/** What the decider says to a denial, in development. An explanation that fails is left out. */
async function explain(
  settings: AuthzSettings,
  { asked: principal, resource, action, decision }: Verdict,
): Promise<unknown> {
  if (settings.explain !== 'development' || decision === null) return undefined
  try {
    return await settings.decide.explain?.({ principal, resource, actions: [action] }, action)
  } catch (error) {
    report(settings, error)
    return undefined
  }
}
