import type { Attributes, Principal, Resource } from '@lockstitch/engine'

import type { AuxDataTokens } from '../auxdata/extract.ts'
import { CommandError } from '../errors.ts'
import { claimsOf, type Pdp, requireWithinLimits } from '../pdp.ts'
import {
  ACCESS_EVALUATION_BATCH_REQUEST,
  ACCESS_EVALUATION_BATCH_RESPONSE,
  ACCESS_EVALUATION_REQUEST,
  ACCESS_EVALUATION_RESPONSE,
  METADATA_REQUEST,
  METADATA_RESPONSE,
} from '../wire/authzen-messages.ts'
import type { Message } from '../wire/schema.ts'
import { callOptions, mostActions, resultMessage } from './check-resources.ts'
import { type Call, type Command, command } from './command.ts'
import { decided } from './decided.ts'
import { type EvaluationGroup, groupEvaluations } from './evaluation-groups.ts'

/** A subject or a resource of AuthZEN. */
export interface Entity {
  readonly type: string
  readonly id: string
  readonly properties?: Attributes
}

/** One question of AuthZEN. */
export interface Evaluation {
  readonly subject: Entity
  readonly resource: Entity
  readonly action: { readonly name: string }
  readonly context?: Attributes
}

interface BatchMessage extends Partial<Evaluation> {
  readonly evaluations: readonly Partial<Evaluation>[]
  readonly options?: { readonly evaluationsSemantic?: string }
}

/** Says where the API is. */
export const AUTHZEN_METADATA: Command = command({
  method: 'authzen.authorization.v1.AuthorizationService/Metadata',
  request: METADATA_REQUEST,
  response: METADATA_RESPONSE,
  async run(_pdp, _request, { baseUrl = '' }) {
    return {
      policy_decision_point: baseUrl,
      access_evaluation_endpoint: `${baseUrl}/access/v1/evaluation`,
      access_evaluations_endpoint: `${baseUrl}/access/v1/evaluations`,
    }
  },
})

/** Decides about one action, asked in AuthZEN's words. */
export const ACCESS_EVALUATION: Command = command<Evaluation>({
  method: 'authzen.authorization.v1.AuthorizationService/AccessEvaluation',
  request: ACCESS_EVALUATION_REQUEST,
  response: ACCESS_EVALUATION_RESPONSE,
  async run(pdp, evaluation, call) {
    const [answer] = await evaluate(pdp, [evaluation], call)
    if (answer === undefined) throw new CommandError('internal', 'no decision was made')
    return { ...answer }
  },
})

/** Decides about several actions, each by its own subject and resource. */
export const ACCESS_EVALUATION_BATCH: Command = command<BatchMessage>({
  method: 'authzen.authorization.v1.AuthorizationService/AccessEvaluationBatch',
  request: ACCESS_EVALUATION_BATCH_REQUEST,
  response: ACCESS_EVALUATION_BATCH_RESPONSE,
  async run(pdp, { evaluations, options = {}, ...shared }, call) {
    // What an evaluation has of its own replaces as a whole what is said for all. The rules of the
    // message say that there is one or the other.
    const complete = evaluations.map((each) => ({ ...shared, ...each }) as Evaluation)
    const answers = await evaluate(pdp, complete, call)
    return { evaluations: upToTheEnd(answers, options.evaluationsSemantic) }
  },
})

interface Answer {
  readonly decision: boolean
  readonly context?: Message
}

/** The answers as far as the semantic wants them. */
function upToTheEnd(answers: readonly Answer[], semantic = ''): readonly Answer[] {
  const last = { deny_on_first_deny: false, permit_on_first_permit: true }[semantic]
  if (last === undefined) return answers
  const end = answers.findIndex(({ decision }) => decision === last)
  return end === -1 ? answers : answers.slice(0, end + 1)
}

/**
 * Decides about evaluations. Those with the very same subject and context are one request, as in Cerbos,
 * where the same id is enough and one evaluation may be decided by the properties of another.
 */
async function evaluate(
  pdp: Pdp,
  evaluations: readonly Evaluation[],
  call: Call,
): Promise<readonly Answer[]> {
  const answers: Answer[] = new Array(evaluations.length)
  for (const group of groupEvaluations(evaluations)) {
    const decisions = await decideGroup(pdp, group, call)
    for (const { index, decision, context } of decisions) {
      answers[index] = context === undefined ? { decision } : { decision, context }
    }
  }
  return answers
}

async function decideGroup(
  pdp: Pdp,
  { subject, context = {}, entries }: EvaluationGroup,
  call: Call,
): Promise<readonly (Answer & { readonly index: number })[]> {
  const requestId = textIn(context, 'cerbos.requestId')
  const includeMeta = context['cerbos.includeMeta'] === true
  const resources = entries.map(({ resource, actions }) => ({
    resource: resourceFrom(resource),
    actions,
  }))
  requireWithinLimits(pdp, { resources: resources.length, actions: mostActions(resources) })
  const tokens = tokensIn(context)
  const auxData = tokens && (await claimsOf(pdp, tokens))
  const response = await decided(() =>
    pdp.engine.checkResources(
      {
        principal: principalFrom(subject),
        resources,
        auxData,
        includeMetadata: includeMeta,
        requestId,
      },
      callOptions(pdp.newCallId(), call),
    ),
  )
  const told = includeMeta && {
    context: {
      'cerbos.response': {
        ...(requestId !== undefined && { requestId }),
        results: response.results.map(resultMessage),
      },
    },
  }
  return entries.flatMap(({ evaluations }, entry) =>
    evaluations.map(({ index, action }) => ({
      index,
      decision: response.results[entry]?.actions[action] === 'EFFECT_ALLOW',
      ...told,
    })),
  )
}

function principalFrom({ id, type, properties = {} }: Entity): Principal {
  const given = properties['cerbos.roles']
  const roles = Array.isArray(given) ? given.filter((role) => typeof role === 'string') : [type]
  return { id, roles, attr: properties, ...placeOf(properties) }
}

function resourceFrom({ id, type, properties = {} }: Entity): Resource {
  return { kind: type, id, attr: properties, ...placeOf(properties) }
}

function placeOf(properties: Attributes): Pick<Resource, 'policyVersion' | 'scope'> {
  const policyVersion = textIn(properties, 'cerbos.policyVersion')
  const scope = textIn(properties, 'cerbos.scope')
  return {
    ...(policyVersion !== undefined && { policyVersion }),
    ...(scope !== undefined && { scope }),
  }
}

function textIn(values: Attributes, name: string): string | undefined {
  const value = values[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** What is no token is for the extractor to refuse. */
function tokensIn(context: Attributes): AuxDataTokens | undefined {
  const auxData = context['cerbos.auxData']
  if (auxData === undefined || auxData === null) return undefined
  if (typeof auxData !== 'object' || Array.isArray(auxData)) {
    throw new CommandError('invalid-argument', 'invalid auxData')
  }
  return auxData as AuxDataTokens
}
