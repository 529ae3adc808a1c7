import type { AuxData, CheckInput, Principal, Resource } from '@lockstitch/engine'

/** One decision to explain. */
export interface Question {
  readonly input: Omit<CheckInput, 'actions'>
  readonly action: string
  /** What a decision record says was decided, and when. */
  readonly recorded?: string
  readonly time?: number
}

/** A request that nobody can decide as it stands. */
export class QuestionError extends Error {
  override readonly name = 'QuestionError'
}

type Json = Readonly<Record<string, unknown>>

/**
 * The decisions that a request asks for: one of `check` or of `checkResources`, or an entry of a
 * decision log. Whether principals and resources are what they should be, the engine says.
 */
export function questionsFrom(value: unknown, actions?: readonly string[]): readonly Question[] {
  const request = object(value, 'the request')
  const questions = isRecord(request) ? fromRecord(request) : fromRequest(request, actions)
  if (actions === undefined) return questions
  return actions.flatMap((action) => {
    const asked = questions.filter((question) => question.action === action)
    if (asked.length > 0) return asked
    throw new QuestionError(`the request does not ask for the action \`${action}\``)
  })
}

function isRecord(value: Json): boolean {
  return value.checkResources !== undefined || value.check_resources !== undefined
}

/** @see https://docs.cerbos.dev/cerbos/latest/configuration/audit */
function fromRecord(record: Json): readonly Question[] {
  const call = object(record.checkResources ?? record.check_resources, 'checkResources')
  const outputs = list(call.outputs ?? [], 'checkResources.outputs')
  const time = typeof record.timestamp === 'string' ? Date.parse(record.timestamp) : Number.NaN
  return list(call.inputs, 'checkResources.inputs').flatMap((each, index) => {
    const where = `checkResources.inputs[${index}]`
    const input = object(each, where)
    const output = outputs[index]
    const decided = output === undefined ? {} : object(output, `checkResources.outputs[${index}]`)
    return texts(input.actions, `${where}.actions`).map((action) => {
      const recorded = recordedEffect(decided.actions, action)
      return {
        input: inputOf(input),
        action,
        ...(recorded !== undefined && { recorded }),
        ...(!Number.isNaN(time) && { time }),
      }
    })
  })
}

function recordedEffect(actions: unknown, action: string): string | undefined {
  if (typeof actions !== 'object' || actions === null || !Object.hasOwn(actions, action))
    return undefined
  const decision: unknown = (actions as Json)[action]
  const effect = typeof decision === 'object' && decision !== null ? (decision as Json).effect : ''
  return typeof effect === 'string' ? effect : undefined
}

function fromRequest(request: Json, actions: readonly string[] | undefined): readonly Question[] {
  if (request.resources === undefined) {
    return actionsOf(request, actions, 'the request').map((action) => ({
      input: inputOf(request),
      action,
    }))
  }
  return list(request.resources, 'resources').flatMap((each, index) => {
    const where = `resources[${index}]`
    const entry = object(each, where)
    return actionsOf(entry, actions, where).map((action) => ({
      input: inputOf({ ...request, resource: entry.resource }),
      action,
    }))
  })
}

function actionsOf(
  request: Json,
  given: readonly string[] | undefined,
  where: string,
): readonly string[] {
  if (request.actions !== undefined) return texts(request.actions, `${where}: \`actions\``)
  if (typeof request.action === 'string') return [request.action]
  if (given !== undefined) return given
  throw new QuestionError(`${where} has no \`actions\`: name one with \`--action\``)
}

/** The engine validates what it is given, and says what is wrong with it. */
function inputOf({ principal, resource, auxData, requestId }: Json): Question['input'] {
  return {
    principal: withoutEmptyTexts(principal) as Principal,
    resource: withoutEmptyTexts(resource) as Resource,
    ...(auxData !== undefined && { auxData: auxData as AuxData }),
    ...(typeof requestId === 'string' && { requestId }),
  }
}

/** In protobuf's JSON an empty text may stand for none at all. */
function withoutEmptyTexts(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const optional = ['policyVersion', 'scope']
  return Object.fromEntries(
    Object.entries(value).filter(([name, field]) => field !== '' || !optional.includes(name)),
  )
}

function object(value: unknown, where: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json
  throw new QuestionError(`${where}: expected an object`)
}

function list(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw new QuestionError(`${where}: expected a list`)
}

function texts(value: unknown, where: string): readonly string[] {
  const items = list(value, where)
  if (items.length > 0 && items.every((item) => typeof item === 'string')) return items
  throw new QuestionError(`${where}: expected a list of names`)
}
