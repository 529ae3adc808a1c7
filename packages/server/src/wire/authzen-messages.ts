import { list, type MessageType, map, messageType, one } from './schema.ts'

/**
 * The messages of AuthZEN's Authorization API, with the rules that Cerbos has for them.
 * @see https://openid.net/specs/authorization-api-1_0.html
 */

const NAME = { minLen: 1, required: true } as const
const REQUIRED = { required: true } as const
const KEYS = { keys: { minLen: 1 } } as const
const PACKAGE = 'authzen.authorization.v1'

const SUBJECT = entity('Subject')
const RESOURCE = entity('Resource')
const ACTION = messageType(`${PACKAGE}.Action`, {
  name: one(1, 'string', NAME),
  properties: map(2, 'value', KEYS),
})

function entity(name: string): MessageType {
  return messageType(`${PACKAGE}.${name}`, {
    type: one(1, 'string', NAME),
    id: one(2, 'string', NAME),
    properties: map(3, 'value', KEYS),
  })
}

export const METADATA_REQUEST: MessageType = messageType(`${PACKAGE}.MetadataRequest`, {})

export const METADATA_RESPONSE: MessageType = messageType(`${PACKAGE}.MetadataResponse`, {
  policy_decision_point: one(1, 'string'),
  access_evaluation_endpoint: one(2, 'string'),
  access_evaluations_endpoint: one(3, 'string'),
})

export const ACCESS_EVALUATION_REQUEST: MessageType = messageType(
  `${PACKAGE}.AccessEvaluationRequest`,
  {
    subject: one(1, SUBJECT, REQUIRED),
    resource: one(2, RESOURCE, REQUIRED),
    action: one(3, ACTION, REQUIRED),
    context: map(4, 'value', KEYS),
  },
)

export const ACCESS_EVALUATION_RESPONSE: MessageType = messageType(
  `${PACKAGE}.AccessEvaluationResponse`,
  { decision: one(1, 'bool'), context: map(2, 'value') },
)

/** A part of each evaluation that may be said once for all of them. */
const SHARED = ['action', 'subject', 'resource'] as const

export const ACCESS_EVALUATION_BATCH_REQUEST: MessageType = messageType(
  `${PACKAGE}.AccessEvaluationBatchRequest`,
  {
    subject: one(1, SUBJECT),
    resource: one(2, RESOURCE),
    action: one(3, ACTION),
    context: map(4, 'value', KEYS),
    evaluations: list(
      5,
      messageType(`${PACKAGE}.AccessEvaluationBatchRequest.Evaluation`, {
        subject: one(1, SUBJECT),
        resource: one(2, RESOURCE),
        action: one(3, ACTION),
        context: map(4, 'value', KEYS),
      }),
      { minItems: 1 },
    ),
    options: one(
      6,
      messageType(`${PACKAGE}.AccessEvaluationsOptions`, {
        evaluationsSemantic: one(1, 'string', {
          in: ['', 'execute_all', 'deny_on_first_deny', 'permit_on_first_permit'],
        }),
      }),
    ),
  },
  {
    rules: SHARED.map((part) => ({
      id: `${part}s`,
      message: `either the default ${part} must be set or all evaluations must have ${part === 'action' ? 'an' : 'a'} ${part}`,
      holds: (message) => {
        // The reader of the type made it.
        const evaluations = (message.evaluations ?? []) as readonly Readonly<
          Record<string, unknown>
        >[]
        return message[part] !== undefined || evaluations.every((each) => each[part] !== undefined)
      },
    })),
  },
)

export const ACCESS_EVALUATION_BATCH_RESPONSE: MessageType = messageType(
  `${PACKAGE}.AccessEvaluationBatchResponse`,
  { evaluations: list(1, ACCESS_EVALUATION_RESPONSE) },
)
