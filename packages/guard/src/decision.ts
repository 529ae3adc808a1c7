import type {
  Decide,
  DecideOptions,
  DecideRequest,
  DecideResult,
  Principal,
  Resource,
} from './decide.ts'
import { type UndecidedCode, undecided } from './problem.ts'
import { readStepUp, type StepUp } from './step-up.ts'

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
  /** The sign-in with which a denial might be none; null where none was asked for. */
  readonly stepUp: StepUp | null
}

/** The decisions of a question by action. */
export type Decisions = ReadonlyMap<string, Decision>

/** One call for decisions, however many requests it takes. */
export interface DecisionCall {
  /** Milliseconds for all decisions of a call. */
  readonly deadline: number
  /** Resources in a request; Cerbos accepts 50 unless it is configured otherwise. */
  readonly batchSize: number
  /** The id of the decisions. */
  readonly decisionId: string
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

/** Decides all questions, in as few requests as the batch size allows. Rejects with {@link Undecided} only. */
export async function decideAll(
  decide: Decide,
  principal: Principal,
  questions: readonly Question[],
  call: DecisionCall,
): Promise<Decisions[]> {
  const batches = Array.from({ length: Math.ceil(questions.length / call.batchSize) }, (_, index) =>
    questions.slice(index * call.batchSize, (index + 1) * call.batchSize),
  )
  const { decisionId } = call
  const decided = await withinDeadline(call.deadline, (signal) =>
    Promise.all(
      batches.map((batch) => decideBatch(decide, principal, batch, { signal, decisionId })),
    ),
  )
  return decided.flat()
}

/** What `run` comes to. Rejects when that takes longer. */
export async function withinDeadline<T>(
  milliseconds: number,
  run: (signal: AbortSignal) => Promise<T>,
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
    return await Promise.race([run(controller.signal), late])
  } finally {
    clearTimeout(timer)
  }
}

type BatchOptions = Required<DecideOptions>

async function decideBatch(
  decide: Decide,
  principal: Principal,
  batch: readonly Question[],
  options: BatchOptions,
): Promise<Decisions[]> {
  const request: DecideRequest = {
    principal,
    resources: batch.map(({ resource, actions }) => ({ resource, actions: [...new Set(actions)] })),
    includeMetadata: true,
    requestId: options.decisionId,
  }
  // The engine decides while it is called: the policies are those of this moment.
  const generation = decide.generation ?? null
  const response: unknown = await ask(decide, request, options)
  if (!isObject(response) || !Array.isArray(response.results)) throw malformed('no results')
  const { results } = response
  if (results.length !== batch.length) throw malformed('another number of results than resources')
  return batch.map((question, index) => readDecisions(question, results[index], generation))
}

async function ask(
  decide: Decide,
  request: DecideRequest,
  options: BatchOptions,
): Promise<unknown> {
  try {
    return await decide.checkResources(request, options)
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
    stepUp: effect === 'EFFECT_DENY' ? readStepUp(result.outputs, action) : null,
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
