import type { CheckResourcesResponse, Principal, Resource } from '@lockstitch/engine'

import { CommandError } from '../../errors.ts'
import { type Pdp, requireWithinLimits } from '../../pdp.ts'
import type { Message } from '../../wire/schema.ts'
import { callOptions, resultMessage } from '../check-resources.ts'
import type { Call } from '../command.ts'
import { checked } from '../decided.ts'
import {
  claimsFor,
  type Evaluation,
  type Options,
  optionsOf,
  principalOf,
  resourceOf,
} from './question.ts'

/** What was decided about one question, or why nothing was. */
export type Outcome =
  | { readonly kind: 'decided'; readonly message: Message; readonly isAllowed: boolean }
  | { readonly kind: 'failed'; readonly error: CommandError }

/**
 * Decides about questions, each by its own subject and resource. Those that share them are put to the
 * engine together, as Cerbos does; but only what is equal in every property counts as the same, where
 * Cerbos takes the properties of whatever came first under an id.
 */
export async function decide(
  pdp: Pdp,
  questions: readonly (Evaluation | CommandError)[],
  call: Call,
): Promise<readonly Outcome[]> {
  const groups = new Map<string, Group>()
  const places = questions.map((question) =>
    question instanceof CommandError ? question : placed(question, groups),
  )
  // The tokens first: what follows is one step, in which nothing reloads the policies.
  const claims = await Promise.all(
    [...groups.values()].map((group) => orRefusal(() => claimsFor(pdp, group.options))),
  )
  const answers = new Map<Group, CheckResourcesResponse | CommandError>()
  await Promise.all(
    [...groups.values()].map(async (group, index) => {
      const auxData = claims[index]
      const answer =
        auxData instanceof CommandError
          ? auxData
          : await orRefusal(() => check(pdp, group, auxData, call))
      answers.set(group, answer)
    }),
  )
  return places.map((place) => {
    if (place instanceof CommandError) return { kind: 'failed', error: place }
    const answer = answers.get(place.group)
    if (answer instanceof CommandError) return { kind: 'failed', error: answer }
    return outcome(place, answer)
  })
}

/** The questions that one call of the engine answers. */
interface Group {
  readonly principal: Principal
  readonly options: Options
  readonly resources: Map<string, { readonly resource: Resource; readonly actions: string[] }>
}

interface Place {
  readonly group: Group
  readonly resource: string
  readonly action: string
  readonly includeMeta: boolean
}

function placed(question: Evaluation, groups: Map<string, Group>): Place | CommandError {
  try {
    const { subject, action, context } = question
    const options = optionsOf(context)
    const { includeMeta, ...ofCall } = options
    const group = getOrAdd(groups, JSON.stringify([subject, ofCall]), () => {
      return { principal: principalOf(subject), options, resources: new Map() }
    })
    const resource = resourceOf(question.resource, action)
    const key = JSON.stringify(resource)
    getOrAdd(group.resources, key, () => ({ resource, actions: [] as string[] })).actions.push(
      action.name,
    )
    return { group, resource: key, action: action.name, includeMeta }
  } catch (error) {
    if (error instanceof CommandError) return error
    throw error
  }
}

function check(
  pdp: Pdp,
  { principal, options: { requestId }, resources }: Group,
  auxData: Awaited<ReturnType<typeof claimsFor>>,
  call: Call,
): Promise<CheckResourcesResponse> {
  const entries = [...resources.values()].map(({ resource, actions }) => {
    return { resource, actions: [...actions] }
  })
  requireWithinLimits(pdp, {
    resources: entries.length,
    actions: Math.max(...entries.map(({ actions }) => actions.length)),
  })
  const request = { principal, resources: entries, auxData, includeMetadata: true, requestId }
  return checked(pdp, call, entries.length, () =>
    pdp.engine.checkResources(request, callOptions(call)),
  )
}

async function orRefusal<Answer>(ask: () => Promise<Answer>): Promise<Answer | CommandError> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof CommandError) return error
    throw error
  }
}

/** Only what says ALLOW for just this action allows it. */
function outcome(place: Place, answer: CheckResourcesResponse | undefined): Outcome {
  const index = [...place.group.resources.keys()].indexOf(place.resource)
  const isAllowed = answer?.results[index]?.actions[place.action] === 'EFFECT_ALLOW'
  const context =
    place.includeMeta && answer ? { 'cerbos.response': responseMessage(answer) } : undefined
  const message = { decision: isAllowed, ...(context && { context }) }
  return { kind: 'decided', message, isAllowed }
}

function responseMessage({ requestId, results }: CheckResourcesResponse): Message {
  return { ...(requestId && { requestId }), results: results.map(resultMessage) }
}

function getOrAdd<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key)
  if (value === undefined) {
    value = make()
    map.set(key, value)
  }
  return value
}
