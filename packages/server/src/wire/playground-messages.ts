import {
  AUX_DATA,
  CHECK_RESOURCE_BATCH_REQUEST,
  CHECK_RESOURCE_BATCH_RESPONSE,
  CHECK_RESOURCE_SET_REQUEST,
  CHECK_RESOURCE_SET_RESPONSE,
  CHECK_RESOURCES_REQUEST,
  CHECK_RESOURCES_RESPONSE,
  EFFECT,
  OUTPUT_ENTRY,
  PLAN_RESOURCES_REQUEST,
  PLAN_RESOURCES_RESPONSE,
  PRINCIPAL,
  RESOURCE,
  VALIDATION_ERROR,
} from './messages.ts'
import { type FieldSpec, list, type MessageType, messageType, one } from './schema.ts'
import { TEST_RESULTS } from './test-results-messages.ts'

/** The messages of Cerbos's playground. */

const REQUEST = 'cerbos.request.v1'
const RESPONSE = 'cerbos.response.v1'

const FILE = messageType(`${REQUEST}.File`, {
  fileName: one(1, 'string', { minLen: 1, required: true }),
  contents: one(2, 'bytes', { maxLen: 1_048_576, required: true }),
})

const SET: Readonly<Record<string, FieldSpec>> = {
  playgroundId: one(1, 'string'),
  files: list(2, FILE, { minItems: 1, maxItems: 30, required: true }),
}

export const VALIDATE_REQUEST: MessageType = messageType(
  `${REQUEST}.PlaygroundValidateRequest`,
  SET,
)

export const TEST_REQUEST: MessageType = messageType(`${REQUEST}.PlaygroundTestRequest`, SET)

export const EVALUATE_REQUEST: MessageType = messageType(`${REQUEST}.PlaygroundEvaluateRequest`, {
  ...SET,
  principal: one(3, PRINCIPAL, { required: true }),
  resource: one(4, RESOURCE, { required: true }),
  actions: list(5, 'string', { minItems: 1, unique: true, items: { minLen: 1 }, required: true }),
  auxData: one(6, AUX_DATA),
})

const PROXIED = { oneof: 'proxy_request' } as const

export const PROXY_REQUEST: MessageType = messageType(
  `${REQUEST}.PlaygroundProxyRequest`,
  {
    ...SET,
    checkResourceSet: one(3, CHECK_RESOURCE_SET_REQUEST, PROXIED),
    checkResourceBatch: one(4, CHECK_RESOURCE_BATCH_REQUEST, PROXIED),
    planResources: one(5, PLAN_RESOURCES_REQUEST, PROXIED),
    checkResources: one(6, CHECK_RESOURCES_REQUEST, PROXIED),
  },
  { requiredOneofs: ['proxy_request'] },
)

const FAILURE = messageType(`${RESPONSE}.PlaygroundFailure`, {
  errors: list(
    1,
    messageType(`${RESPONSE}.PlaygroundFailure.Error`, {
      file: one(1, 'string'),
      error: one(2, 'string'),
      details: one(
        3,
        messageType(`${RESPONSE}.PlaygroundFailure.ErrorDetails`, {
          line: one(1, 'uint32'),
          column: one(2, 'uint32'),
          context: one(3, 'string'),
        }),
      ),
    }),
  ),
})

const OUTCOME = { oneof: 'outcome' } as const
const ANSWER: Readonly<Record<string, FieldSpec>> = {
  playgroundId: one(1, 'string'),
  failure: one(2, FAILURE, OUTCOME),
}

export const VALIDATE_RESPONSE: MessageType = messageType(
  `${RESPONSE}.PlaygroundValidateResponse`,
  { ...ANSWER, success: one(3, messageType('google.protobuf.Empty', {}), OUTCOME) },
)

export const TEST_RESPONSE: MessageType = messageType(`${RESPONSE}.PlaygroundTestResponse`, {
  ...ANSWER,
  success: one(
    3,
    messageType(`${RESPONSE}.PlaygroundTestResponse.TestResults`, {
      results: one(1, TEST_RESULTS),
    }),
    OUTCOME,
  ),
})

export const EVALUATE_RESPONSE: MessageType = messageType(
  `${RESPONSE}.PlaygroundEvaluateResponse`,
  {
    ...ANSWER,
    success: one(
      3,
      messageType(`${RESPONSE}.PlaygroundEvaluateResponse.EvalResultList`, {
        results: list(
          1,
          messageType(`${RESPONSE}.PlaygroundEvaluateResponse.EvalResult`, {
            action: one(1, 'string'),
            effect: {
              number: 2,
              type: { kind: 'enum', enum: EFFECT },
              cardinality: 'single',
              rules: {},
            },
            policy: one(3, 'string'),
            effectiveDerivedRoles: list(4, 'string'),
            validationErrors: list(5, VALIDATION_ERROR),
          }),
        ),
        effectiveDerivedRoles: list(2, 'string'),
        validationErrors: list(3, VALIDATION_ERROR),
        outputs: list(4, OUTPUT_ENTRY),
      }),
      OUTCOME,
    ),
  },
)

export const PROXY_RESPONSE: MessageType = messageType(`${RESPONSE}.PlaygroundProxyResponse`, {
  ...ANSWER,
  checkResourceSet: one(3, CHECK_RESOURCE_SET_RESPONSE, OUTCOME),
  checkResourceBatch: one(4, CHECK_RESOURCE_BATCH_RESPONSE, OUTCOME),
  planResources: one(5, PLAN_RESOURCES_RESPONSE, OUTCOME),
  checkResources: one(6, CHECK_RESOURCES_RESPONSE, OUTCOME),
})
