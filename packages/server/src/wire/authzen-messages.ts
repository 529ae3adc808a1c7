import { list, type MessageType, map, messageType, one } from './schema.ts'

/**
 * The messages of AuthZEN's Authorization API 1.0. Where Cerbos 0.55 has them they have its names and
 * numbers; the search is not in Cerbos.
 *
 * @see https://openid.net/specs/authorization-api-1_0.html
 */

const PACKAGE = 'authzen.authorization.v1'
const NAME = { minLen: 1, required: true } as const
const REQUIRED = { required: true } as const
const PROPERTIES = map(3, 'value', { keys: { minLen: 1 } })

function entity(name: string, idRules: object): MessageType {
  return messageType(`${PACKAGE}.${name}`, {
    type: one(1, 'string', NAME),
    id: one(2, 'string', idRules),
    properties: PROPERTIES,
  })
}

const SUBJECT = entity('Subject', NAME)
const RESOURCE = entity('Resource', NAME)

const ACTION = messageType(`${PACKAGE}.Action`, {
  name: one(1, 'string', NAME),
  properties: map(2, 'value', { keys: { minLen: 1 } }),
})

const CONTEXT = map(4, 'value', { keys: { minLen: 1 } })

export const EVALUATION_REQUEST: MessageType = messageType(`${PACKAGE}.AccessEvaluationRequest`, {
  subject: one(1, SUBJECT, REQUIRED),
  resource: one(2, RESOURCE, REQUIRED),
  action: one(3, ACTION, REQUIRED),
  context: CONTEXT,
})

const DECISION = { decision: one(1, 'bool'), context: map(2, 'value') }

export const EVALUATION_RESPONSE: MessageType = messageType(
  `${PACKAGE}.AccessEvaluationResponse`,
  DECISION,
)

/** As part of a batch, in which the defaults of the batch fill what is left out. */
const PARTIAL = messageType(`${PACKAGE}.AccessEvaluationBatchRequest.Evaluation`, {
  subject: one(1, partial(SUBJECT)),
  resource: one(2, partial(RESOURCE)),
  action: one(3, partial(ACTION)),
  context: map(4, 'value'),
})

/** The same message, of which nothing has to be there. */
function partial({ name, fields }: MessageType): MessageType {
  return {
    name,
    rules: [],
    requiredOneofs: [],
    fields: fields.map((field) => ({ ...field, rules: {} })),
  }
}

export const EVALUATIONS_REQUEST: MessageType = messageType(
  `${PACKAGE}.AccessEvaluationBatchRequest`,
  {
    subject: one(1, partial(SUBJECT)),
    resource: one(2, partial(RESOURCE)),
    action: one(3, partial(ACTION)),
    context: map(4, 'value'),
    evaluations: list(5, PARTIAL),
    options: one(
      6,
      messageType(`${PACKAGE}.AccessEvaluationsOptions`, {
        evaluationsSemantic: one(1, 'string', {
          in: ['', 'execute_all', 'deny_on_first_deny', 'permit_on_first_permit'],
        }),
      }),
    ),
  },
)

export const EVALUATIONS_RESPONSE: MessageType = messageType(
  `${PACKAGE}.AccessEvaluationBatchResponse`,
  {
    evaluations: list(1, EVALUATION_RESPONSE),
    // For a request without evaluations, which is one for a single evaluation.
    decision: one(2, 'bool'),
    context: map(3, 'value'),
  },
)

export const METADATA_REQUEST: MessageType = messageType(`${PACKAGE}.MetadataRequest`, {})

export const METADATA_RESPONSE: MessageType = messageType(`${PACKAGE}.MetadataResponse`, {
  policy_decision_point: one(1, 'string'),
  access_evaluation_endpoint: one(2, 'string'),
  access_evaluations_endpoint: one(3, 'string'),
  search_subject_endpoint: one(4, 'string'),
  search_resource_endpoint: one(5, 'string'),
  search_action_endpoint: one(6, 'string'),
})

const PAGE = one(
  5,
  messageType(`${PACKAGE}.PageRequest`, { token: one(1, 'string'), limit: one(2, 'uint32') }),
)

/** What is searched: a type, and properties that all candidates have that say nothing else. */
const SEARCHED_SUBJECT = entity('SearchedSubject', {})
const SEARCHED_RESOURCE = entity('SearchedResource', {})

export const SEARCH_SUBJECT_REQUEST: MessageType = messageType(`${PACKAGE}.SubjectSearchRequest`, {
  subject: one(1, SEARCHED_SUBJECT, REQUIRED),
  resource: one(2, RESOURCE, REQUIRED),
  action: one(3, ACTION, REQUIRED),
  context: CONTEXT,
  page: PAGE,
})

export const SEARCH_RESOURCE_REQUEST: MessageType = messageType(
  `${PACKAGE}.ResourceSearchRequest`,
  {
    subject: one(1, SUBJECT, REQUIRED),
    resource: one(2, SEARCHED_RESOURCE, REQUIRED),
    action: one(3, ACTION, REQUIRED),
    context: CONTEXT,
    page: PAGE,
  },
)

export const SEARCH_ACTION_REQUEST: MessageType = messageType(`${PACKAGE}.ActionSearchRequest`, {
  subject: one(1, SUBJECT, REQUIRED),
  resource: one(2, RESOURCE, REQUIRED),
  context: CONTEXT,
  page: PAGE,
})

const NEXT_PAGE = one(
  2,
  messageType(`${PACKAGE}.PageResponse`, { next_token: one(1, 'string'), count: one(2, 'uint32') }),
)

export const SEARCH_RESPONSE: MessageType = messageType(`${PACKAGE}.SearchResponse`, {
  results: list(
    1,
    messageType(`${PACKAGE}.Entity`, { type: one(1, 'string'), id: one(2, 'string') }),
  ),
  page: NEXT_PAGE,
})

export const SEARCH_ACTION_RESPONSE: MessageType = messageType(`${PACKAGE}.ActionSearchResponse`, {
  results: list(1, messageType(`${PACKAGE}.NamedAction`, { name: one(1, 'string') })),
  page: NEXT_PAGE,
})
