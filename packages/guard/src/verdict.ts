import type { AuthzSettings } from './authz.ts'
import type { Principal, Resource } from './decide.ts'
import { type Decision, decideAll, Undecided } from './decision.ts'
import { type ResourceFromRecord, type ResourceOptions, resourceFromRecord } from './resource.ts'

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
  principal: Principal,
  question: RecordsQuestion,
): Promise<Verdict[][]> {
  const { kind, actions } = question
  const found = question.records.map((record) => readRecord(settings, record, question))
  const asked = found.flatMap((entry) =>
    entry.kind === 'resource' ? [{ resource: entry.resource, actions }] : [],
  )
  const id = settings.newId()
  const decided = await decideAll(settings.decide, principal, actions.length === 0 ? [] : asked, {
    ...settings,
    decisionId: id,
  })
  const answers = decided.values()

  return found.map((entry) => {
    const decisions = entry.kind === 'resource' ? answers.next().value : undefined
    return actions.map((action) => {
      const decision = decisions?.get(action) ?? null
      return {
        id,
        action,
        allowed: decision?.effect === 'EFFECT_ALLOW',
        resource: entry.kind === 'resource' ? entry.resource : { kind, id: question.idHint ?? '' },
        reason: entry.kind === 'resource' ? 'policy' : entry.reason,
        decision,
      }
    })
  })
}

function readRecord(
  settings: AuthzSettings,
  record: MaybeRecord,
  { kind, options }: RecordsQuestion,
): ResourceFromRecord {
  const ofKind = Object.hasOwn(settings.resources, kind) ? settings.resources[kind] : undefined
  const { resourceScope } = settings
  try {
    return resourceFromRecord(kind, record, { resourceScope, ...ofKind, ...options })
  } catch (cause) {
    // An AttributeError, or whatever a getter or a `toJSON` of the record threw.
    throw new Undecided('resource-invalid', { cause })
  }
}
