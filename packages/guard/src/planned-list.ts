import type { AuthzSettings } from './authz.ts'
import { readCerbosPlan } from './cerbos-plan.ts'
import type {
  DecideOptions,
  PlanFilter,
  PlanOperand,
  PlanRequest,
  PlanResponse,
  Principal,
  Resource,
  Value,
} from './decide.ts'
import { type IdentityFor, loaded, recorded } from './decide-loaded.ts'
import { Undecided, withinDeadline } from './decision.ts'
import type { Identity } from './identify.ts'
import { recordPlan } from './record.ts'
import { type ListedFromKnown, listedFromKnown, type ResourceOptions } from './resource.ts'
import { type MaybeRecord, optionsFor } from './verdict.ts'

/** What a list shows: the records of a kind on which the action is allowed. */
export interface ListQuestion {
  readonly kind: string
  readonly action: string
  /**
   * What all records of the list have in common, their organization among it. The list has to be asked
   * for with it as a condition. Nothing is a denial.
   */
  readonly known: () => MaybeRecord | Promise<MaybeRecord>
  readonly options?: ResourceOptions | undefined
}

/** What may be listed: hand it to `authorizedWhere` of `@lockstitch/filters`. */
export interface ListPlan {
  /** The id of the decision record. */
  readonly decisionId: string
  readonly filter: PlanFilter
  /** The attributes that the plan takes for known. They have to be conditions of the query. */
  readonly known: Readonly<Record<string, Value>>
}

/** A plan as it was made. */
export interface PlannedList {
  readonly id: string
  readonly action: string
  readonly resource: Omit<Resource, 'id'>
  readonly reason: 'policy' | 'no-resource' | 'no-organization'
  readonly filter: PlanFilter
  readonly generation: number | null
}

/** The one way to a plan: identify, learn what is known, plan, record. Rejects with a `ProblemError` only. */
export async function planList<I extends Identity>(
  settings: AuthzSettings<I>,
  identity: IdentityFor<I>,
  { kind, action, known, options }: ListQuestion,
): Promise<ListPlan> {
  return recorded(settings, identity, { kind, actions: [action] }, async (asking) => {
    const listed = readKnown(settings, await loaded(known), kind, options)
    const id = settings.newId()
    const planned = {
      id,
      action,
      ...(await planFor(settings, asking, listed, { id, kind, action })),
    }
    recordPlan(settings, asking, planned)
    return { decisionId: id, filter: planned.filter, known: planned.resource.attr ?? {} }
  })
}

type Planned = Omit<PlannedList, 'id' | 'action'>

async function planFor(
  settings: AuthzSettings,
  { principal, actor }: Identity,
  listed: ListedFromKnown,
  { id, kind, action }: Pick<PlannedList, 'id' | 'action'> & Pick<ListQuestion, 'kind'>,
): Promise<Planned> {
  if (listed.kind === 'denied') {
    const filter = { kind: 'denied' } as const
    return { resource: { kind }, reason: listed.reason, filter, generation: null }
  }
  const { resource } = listed
  const [own, actors] = await withinDeadline(settings.deadline, (signal) => {
    const askedBy = (by: Principal): Promise<PlanResponse> =>
      ask(settings, { principal: by, resource, actions: [action] }, { signal, decisionId: id })
    return Promise.all([askedBy(principal), actor && askedBy(actor)])
  })
  // Listed is what both may see.
  const filter = actors === undefined ? own.filter : both(own.filter, actors.filter)
  return { resource, reason: 'policy', filter, generation: own.generation ?? null }
}

function both(own: PlanFilter, actors: PlanFilter): PlanFilter {
  if (own.kind === 'denied' || actors.kind === 'allowed') return own
  if (own.kind === 'allowed' || actors.kind === 'denied') return actors
  const operands = [own.condition, actors.condition]
  return { kind: 'conditional', condition: { kind: 'expression', operator: 'and', operands } }
}

function readKnown(
  settings: AuthzSettings,
  known: MaybeRecord,
  kind: string,
  options: ResourceOptions | undefined,
): ListedFromKnown {
  try {
    return listedFromKnown(kind, known, optionsFor(settings, kind, options))
  } catch (cause) {
    throw new Undecided('resource-invalid', { cause })
  }
}

async function ask(
  { decide }: AuthzSettings,
  request: PlanRequest,
  options: Required<DecideOptions>,
): Promise<PlanResponse> {
  if (decide.plan !== undefined) {
    const response = await answered(async () => decide.plan?.(request))
    return { filter: readPlan(readFilter, response), generation: response?.generation }
  }
  if (decide.planResources === undefined) throw new Undecided('plan-unsupported')
  const asked = { ...request, requestId: options.decisionId }
  const response = await answered(async () => decide.planResources?.(asked, options))
  const read = (given: unknown): PlanFilter => readCerbosPlan(given, request.principal)
  return { filter: readPlan(read, response) }
}

async function answered<T>(asking: () => Promise<T>): Promise<T> {
  try {
    return await asking()
  } catch (cause) {
    throw new Undecided('decision-failed', { cause })
  }
}

function readPlan(read: (response: unknown) => PlanFilter, response: unknown): PlanFilter {
  try {
    return read(response)
  } catch (cause) {
    throw new Undecided('decision-malformed', { cause })
  }
}

/** Nothing but a filter that is one lets anything be listed. */
function readFilter(response: unknown): PlanFilter {
  const filter: unknown = isObject(response) ? response.filter : undefined
  if (isObject(filter)) {
    if (filter.kind === 'allowed' || filter.kind === 'denied') return { kind: filter.kind }
    if (filter.kind === 'conditional' && isObject(filter.condition)) {
      // Whoever translates it reads it whole, and refuses what it does not know.
      return { kind: 'conditional', condition: filter.condition as unknown as PlanOperand }
    }
  }
  throw new Error('the answer has no filter')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
