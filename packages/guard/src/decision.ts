import type { Decide, DecideRequest, DecideResult, Principal, Resource } from './decide.ts'
import { type UndecidedCode, undecided } from './problem.ts'

/** A resource and the actions asked for on it. */
export interface Question {
  readonly resource: Resource
  readonly actions: readonly string[]
}

/** What was decided for one action on one resource. */
export interface Decision {
  readonly effect: 'EFFECT_ALLOW' | 'EFFECT_DENY'
  readonly matchedPolicy: string | null
  readonly matchedScope: string | null
  readonly generation: number | null
}

/** The decisions of a question by action. */
export type Decisions = ReadonlyMap<string, Decision>

/** How long a decider may take, and how many resources it takes at once. */
export interface DecisionLimits {
  /** Milliseconds for all decisions of a call. */
  readonly deadline: number
  /** Resources in a request; Cerbos accepts 50 unless it is configured otherwise. */
  readonly batchSize: number
}

/** Why there is no decision. Never an ALLOW, and no DENY by a policy either. */
export class Undecided extends Error {
  readonly code: UndecidedCode

  constructor(code: UndecidedCode, options?: ErrorOptions) {
    super(undecided[code], options)
    this.name = 'Undecided'
    this.code = code
  }
}

/** Decides all questions, in as few calls as the limits allow. Rejects with {@link Undecided} only. */
export async function decideAll(
  decide: Decide,
  principal: Principal,
  questions: readonly Question[],
  limits: DecisionLimits,
): Promise<Decisions[]> {
  const batches = Array.from(
    { length: Math.ceil(questions.length / limits.batchSize) },
    (_, index) => questions.slice(index * limits.batchSize, (index + 1) * limits.batchSize),
  )
  const decided = await withinDeadline(limits.deadline, (signal) =>
    Promise.all(batches.map((batch) => decideBatch(decide, principal, batch, signal))),
  )
  return decided.flat()
}

async function withinDeadline<T>(
  milliseconds: number,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Undecided('decision-timeout'))
      controller.abort()
    }, milliseconds)
  })
  try {
    return await Promise.race([call(controller.signal), late])
  } finally {
    clearTimeout(timer)
  }
}

async function decideBatch(
  decide: Decide,
  principal: Principal,
  batch: readonly Question[],
  signal: AbortSignal,
): Promise<Decisions[]> {
  const request: DecideRequest = {
    principal,
    resources: batch.map(({ resource, actions }) => ({ resource, actions: [...new Set(actions)] })),
    includeMetadata: true,
  }
  const response: unknown = await ask(decide, request, signal)
  if (!isObject(response) || !Array.isArray(response.results)) throw malformed('no results')
  const { results } = response
  const generation = typeof response.generation === 'number' ? response.generation : null
  if (results.length !== batch.length) throw malformed('another number of results than resources')
  return batch.map((question, index) => readDecisions(question, results[index], generation))
}

async function ask(decide: Decide, request: DecideRequest, signal: AbortSignal): Promise<unknown> {
  try {
    return await decide.checkResources(request, { signal })
  } catch (cause) {
    throw new Undecided('decision-failed', { cause })
  }
}

/** Reads a result by position: a list may hold the same id twice, with other attributes. */
function readDecisions(question: Question, result: unknown, generation: number | null): Decisions {
  if (!isResult(result)) throw malformed('a result without resource or actions')
  const { kind, id } = question.resource
  if (result.resource.kind !== kind || result.resource.id !== id)
    throw malformed('a result for another resource')
  return new Map(
    question.actions.map((action) => [action, readDecision(result, action, generation)]),
  )
}

function readDecision(result: DecideResult, action: string, generation: number | null): Decision {
  const effect = Object.hasOwn(result.actions, action) ? result.actions[action] : undefined
  if (effect !== 'EFFECT_ALLOW' && effect !== 'EFFECT_DENY')
    throw malformed(effect === undefined ? 'an action without effect' : 'an unknown effect')
  const matched = result.metadata?.actions
  const match = matched && Object.hasOwn(matched, action) ? matched[action] : undefined
  return {
    effect,
    matchedPolicy: match?.matchedPolicy ?? null,
    matchedScope: match?.matchedScope ?? null,
    generation,
  }
}

function malformed(found: string): Undecided {
  return new Undecided('decision-malformed', { cause: new Error(`the answer has ${found}`) })
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isResult(value: unknown): value is DecideResult {
  return isObject(value) && isObject(value.resource) && isObject(value.actions)
}
