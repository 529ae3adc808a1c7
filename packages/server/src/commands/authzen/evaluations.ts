import { CommandError, STATUS } from '../../errors.ts'
import {
  EVALUATION_REQUEST,
  EVALUATIONS_REQUEST,
  EVALUATIONS_RESPONSE,
} from '../../wire/authzen-messages.ts'
import type { Message } from '../../wire/schema.ts'
import { validator } from '../../wire/validate.ts'
import { type Command, command, requireSound } from '../command.ts'
import { decide, type Outcome } from './decide.ts'
import { EVALUATION } from './evaluation.ts'
import type { Action, Entity, Evaluation } from './question.ts'

interface Partial4Tuple {
  readonly subject?: Partial<Entity>
  readonly resource?: Partial<Entity>
  readonly action?: Partial<Action>
  readonly context?: Readonly<Record<string, unknown>>
}

interface EvaluationsMessage extends Partial4Tuple {
  readonly evaluations?: readonly Partial4Tuple[]
  readonly options?: { readonly evaluationsSemantic?: string }
}

/** AuthZEN: several questions at once, with defaults. A question that is no question is a denial. */
export const EVALUATIONS: Command = command<EvaluationsMessage>({
  method: 'authzen.authorization.v1.AuthorizationService/AccessEvaluationBatch',
  request: EVALUATIONS_REQUEST,
  response: EVALUATIONS_RESPONSE,
  async run(pdp, request, call) {
    const { evaluations = [], options = {}, ...defaults } = request
    // Without evaluations it is a single one.
    if (evaluations.length === 0) return EVALUATION.run(pdp, { ...defaults }, call)
    const questions = evaluations.map((evaluation) => completed(evaluation, defaults))
    const outcomes = await decide(pdp, questions, call)
    return { evaluations: upTo(outcomes, options.evaluationsSemantic).map(messageOf) }
  },
})

const validate = validator(EVALUATION_REQUEST)

/**
 * A question with the defaults of its batch: each part is that of the question or the default, as a
 * whole, apart from what every part must have.
 */
function completed(
  { subject, resource, action, context }: Partial4Tuple,
  defaults: Partial4Tuple,
): Evaluation | CommandError {
  const question = {
    ...part('subject', subject && { ...named(defaults.subject), ...subject }, defaults.subject),
    ...part(
      'resource',
      resource && { ...named(defaults.resource), ...resource },
      defaults.resource,
    ),
    ...part('action', action && { ...named(defaults.action), ...action }, defaults.action),
    ...part('context', context, defaults.context),
  }
  try {
    requireSound(validate(question))
    // The rules of the type hold.
    return question as unknown as Evaluation
  } catch (error) {
    if (error instanceof CommandError) return error
    throw error
  }
}

function part(name: string, own: object | undefined, byDefault: object | undefined): Message {
  const value = own ?? byDefault
  return value === undefined ? {} : { [name]: value }
}

/** What a part must have. */
function named(entity: Partial<Entity & Action> = {}): Partial<Entity & Action> {
  const { type, id, name } = entity
  return {
    ...(type !== undefined && { type }),
    ...(id !== undefined && { id }),
    ...(name !== undefined && { name }),
  }
}

/** The outcomes up to the one that ends the evaluation. */
function upTo(outcomes: readonly Outcome[], semantic: string | undefined): readonly Outcome[] {
  const last =
    semantic === 'deny_on_first_deny'
      ? outcomes.findIndex((outcome) => !isAllowed(outcome))
      : semantic === 'permit_on_first_permit'
        ? outcomes.findIndex(isAllowed)
        : -1
  return last === -1 ? outcomes : outcomes.slice(0, last + 1)
}

function isAllowed(outcome: Outcome): boolean {
  return outcome.kind === 'decided' && outcome.isAllowed
}

function messageOf(outcome: Outcome): Message {
  if (outcome.kind === 'decided') return outcome.message
  const { code, message } = outcome.error
  return { decision: false, context: { error: { status: STATUS[code].http, message } } }
}
