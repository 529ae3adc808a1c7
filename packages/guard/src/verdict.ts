import type { AuthzSettings } from './authz.ts'
import type { Principal, Resource } from './decide.ts'
import { type Decision, type Decisions, decideAll, Undecided } from './decision.ts'
import type { Identity } from './identify.ts'
import {
  type ResourceFromRecord,
  type ResourceOptions,
  resourceFromRecord,
  type ScopeOptions,
} from './resource.ts'

/** A record, or nothing where there is none. */
export type MaybeRecord = object | null | undefined

/** What came out for one action on one record. Only a policy's ALLOW is allowed. */
export interface Verdict {
  /** The same for all verdicts of a call. */
  readonly id: string
  readonly action: string
  readonly allowed: boolean
  readonly resource: Resource
  readonly reason: 'policy' | 'no-resource' | 'no-organization'
  readonly decision: Decision | null
  /** Whose decision it is: the principal's, or the denial of the actor. */
  readonly asked: Principal
}

/** What is asked: the same actions on each of the records of a kind. */
export interface RecordsQuestion {
  readonly kind: string
  readonly records: readonly MaybeRecord[]
  readonly actions: readonly string[]
  readonly options?: ResourceOptions | undefined
  /** The id to show where there is no record. */
  readonly idHint?: string | undefined
}

/** Decides about records; a list for each record. Rejects with {@link Undecided} only. */
export async function decideRecords(
  settings: AuthzSettings,
  { principal, actor }: Identity,
  question: RecordsQuestion,
): Promise<Verdict[][]> {
  const { kind, actions } = question
  const found = question.records.map((record) => readRecord(settings, record, question))
  const asked = found.flatMap((entry) =>
    entry.kind === 'resource' ? [{ resource: entry.resource, actions }] : [],
  )
  const id = settings.newId()
  const askedBy = (by: Principal): Promise<Decisions[]> =>
    decideAll(settings.decide, by, actions.length === 0 ? [] : asked, {
      ...settings,
      decisionId: id,
    })
  const [decided, actors] = await Promise.all([
    askedBy(principal),
    actor === undefined ? undefined : askedBy(actor),
  ])
  let next = 0

  return found.map((entry) => {
    const place = entry.kind === 'resource' ? next++ : -1
    return actions.map((action) => {
      const own = decided[place]?.get(action) ?? null
      const theirs = actors === undefined ? own : (actors[place]?.get(action) ?? null)
      // Allowed is what both are allowed; the principal's denial is the one that is told.
      const isActors = own?.effect === 'EFFECT_ALLOW' && theirs?.effect !== 'EFFECT_ALLOW'
      const decision = isActors ? theirs : own
      return {
        id,
        action,
        allowed: decision?.effect === 'EFFECT_ALLOW',
        resource: entry.kind === 'resource' ? entry.resource : { kind, id: question.idHint ?? '' },
        reason: entry.kind === 'resource' ? 'policy' : entry.reason,
        decision,
        asked: isActors && actor !== undefined ? actor : principal,
      }
    })
  })
}

/** How the records of a kind become resources: as the call says, or else the settings. */
export function optionsFor(
  { resources, resourceScope }: AuthzSettings,
  kind: string,
  options: ResourceOptions | undefined,
): ResourceOptions & ScopeOptions {
  const ofKind = Object.hasOwn(resources, kind) ? resources[kind] : undefined
  return { resourceScope, ...ofKind, ...options }
}

function readRecord(
  settings: AuthzSettings,
  record: MaybeRecord,
  { kind, options }: RecordsQuestion,
): ResourceFromRecord {
  try {
    return resourceFromRecord(kind, record, optionsFor(settings, kind, options))
  } catch (cause) {
    // An AttributeError, or whatever a getter or a `toJSON` of the record threw.
    throw new Undecided('resource-invalid', { cause })
  }
}
