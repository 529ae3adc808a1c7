import type { AuthzSettings } from './authz.ts'
import { Undecided } from './decision.ts'
import { type GuardRequest, type Identity, isIdentifyFailure } from './identify.ts'
import { recordFailure, recordVerdict, report } from './record.ts'
import { refusalOf } from './refusal.ts'
import type { ResourceOptions } from './resource.ts'
import { decideRecords, type MaybeRecord, type Verdict } from './verdict.ts'

/** The same actions on each of the records that `load` finds. */
export interface LoadedQuestion {
  readonly kind: string
  readonly actions: readonly string[]
  readonly load: () => readonly MaybeRecord[] | Promise<readonly MaybeRecord[]>
  readonly options?: ResourceOptions | undefined
  readonly idHint?: string | undefined
}

/** Who is asking, known freshly enough for the actions of a question. */
export type IdentityFor<I extends Identity> = (
  question: Pick<LoadedQuestion, 'kind' | 'actions'>,
) => Promise<I>

/**
 * The one way to a verdict: identify, load, decide, record. It rejects with a {@link ProblemError}
 * only, and nothing on the way is skipped when a step fails.
 */
export async function decideLoaded<I extends Identity>(
  settings: AuthzSettings<I>,
  identity: IdentityFor<I>,
  { load, ...question }: LoadedQuestion,
): Promise<Verdict[][]> {
  return recorded(settings, identity, question, async (asking) => {
    const records = await loaded(load)
    const verdicts = await decideRecords(settings, asking, { ...question, records })
    for (const verdict of verdicts.flat()) recordVerdict(settings, asking, verdict)
    return verdicts
  })
}

/** What `answer` comes to for whoever is asking. What fails is recorded and becomes a refusal. */
export async function recorded<I extends Identity, T>(
  settings: AuthzSettings<I>,
  identity: IdentityFor<I>,
  question: Pick<LoadedQuestion, 'kind' | 'actions' | 'idHint'>,
  answer: (asking: I) => Promise<T>,
): Promise<T> {
  let asking: Identity | null = null
  try {
    const identified = await identity(question)
    asking = identified
    return await answer(identified)
  } catch (error) {
    const id = settings.newId()
    const refusal = refusalOf(error, id)
    if (refusal.status === 503) report(settings, refusal)
    for (const action of question.actions)
      recordFailure(settings, asking, { ...question, action, id, problem: refusal.problem })
    throw refusal
  }
}

/** Who is asking. Rejects with an `IdentifyFailure`, or with {@link Undecided} for anything else. */
export async function identify<I extends Identity>(
  settings: AuthzSettings<I>,
  request: GuardRequest,
  maxAge: number | undefined,
): Promise<I> {
  try {
    return await settings.identify.identify(request, { maxAge })
  } catch (error) {
    throw isIdentifyFailure(error) ? error : new Undecided('identify-failed', { cause: error })
  }
}

/**
 * A loader that throws is a 503 of ours and not the framework's to handle: an application's error
 * handler may answer anything, and says to people who are not allowed to know what exists.
 */
export async function loaded<T>(load: () => T | Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (cause) {
    throw new Undecided('resource-unavailable', { cause })
  }
}
