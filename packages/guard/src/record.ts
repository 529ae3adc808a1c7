import type { AuthzSettings } from './authz.ts'
import type { Principal, Resource } from './decide.ts'
import type { Identity } from './identify.ts'
import type { PlannedList } from './planned-list.ts'
import type { Problem } from './problem.ts'
import type { Verdict } from './verdict.ts'

/**
 * One decision, for an audit log. It holds the attributes that were decided on: mask what must not
 * be stored.
 */
export interface DecisionRecord {
  /** The id that a denial carries, too. The decisions of one call share it. */
  readonly id: string
  /** RFC 3339. */
  readonly time: string
  readonly outcome: 'allowed' | 'denied' | 'unauthenticated' | 'undecided'
  /** Null when nobody was identified. */
  readonly principal: Principal | null
  /** What acted for the principal, where something did. */
  readonly actor?: Principal
  readonly action: string
  /** Without attributes where there was no record to decide about. */
  readonly resource: Resource
  /** What the policies said; null when they were not asked or did not answer. */
  readonly effect: 'EFFECT_ALLOW' | 'EFFECT_DENY' | null
  /** What a list was planned to show; the resource is then what all of it has in common. */
  readonly plan?: 'allowed' | 'denied' | 'conditional'
  readonly matchedPolicy: string | null
  readonly matchedScope: string | null
  readonly generation: number | null
  /** `policy`, `step-up` (another sign-in was asked for), `no-resource`, `no-organization`, or the code of a 401 or 503. */
  readonly reason: string
}

/** Hands a verdict to `onDecision`. */
export function recordVerdict(
  settings: AuthzSettings,
  identity: Identity,
  { id, action, allowed, resource, reason, decision }: Verdict,
): void {
  hand(settings, {
    ...asked(settings, identity, id),
    outcome: allowed ? 'allowed' : 'denied',
    action,
    resource,
    effect: decision?.effect ?? null,
    matchedPolicy: decision?.matchedPolicy ?? null,
    matchedScope: decision?.matchedScope ?? null,
    generation: decision?.generation ?? null,
    reason: decision?.stepUp ? 'step-up' : reason,
  })
}

/** Hands the plan for a list to `onDecision`. */
export function recordPlan(
  settings: AuthzSettings,
  identity: Identity,
  { id, action, resource, reason, filter, generation }: PlannedList,
): void {
  hand(settings, {
    ...asked(settings, identity, id),
    outcome: filter.kind === 'denied' ? 'denied' : 'allowed',
    action,
    resource: { ...resource, id: '' },
    effect: null,
    plan: filter.kind,
    matchedPolicy: null,
    matchedScope: null,
    generation,
    reason,
  })
}

function asked(
  { clock }: AuthzSettings,
  { principal, actor }: Identity,
  id: string,
): Pick<DecisionRecord, 'id' | 'time' | 'principal' | 'actor'> {
  return { id, time: new Date(clock()).toISOString(), principal, ...(actor && { actor }) }
}

/** A question that was not decided. */
interface Failure {
  readonly id: string
  readonly action: string
  readonly kind: string
  readonly idHint?: string | undefined
  readonly problem: Problem
}

/** Hands a question that could not be decided to `onDecision`. */
export function recordFailure(
  settings: AuthzSettings,
  asking: Identity | null,
  { id, action, kind, idHint, problem }: Failure,
): void {
  hand(settings, {
    id,
    time: new Date(settings.clock()).toISOString(),
    outcome: problem.status === 401 ? 'unauthenticated' : 'undecided',
    principal: asking?.principal ?? null,
    ...(asking?.actor && { actor: asking.actor }),
    action,
    resource: { kind, id: idHint ?? '' },
    effect: null,
    matchedPolicy: null,
    matchedScope: null,
    generation: null,
    reason: 'code' in problem ? problem.code : problem.title,
  })
}

function hand(settings: AuthzSettings, decisionRecord: DecisionRecord): void {
  try {
    settings.onDecision?.(decisionRecord)
  } catch (error) {
    report(settings, error)
  }
}

/** Hands an error to `onError`, whose own failure changes nothing either. */
export function report(settings: AuthzSettings, error: unknown): void {
  try {
    settings.onError(error)
  } catch {
    // A broken hook must not turn one answer into another.
  }
}
