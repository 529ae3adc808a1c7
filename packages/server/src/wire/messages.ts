import { choice, type EnumType, list, type MessageType, map, messageType, one } from './schema.ts'

/**
 * The messages of Cerbos 0.55's service, with its rules.
 * @see https://buf.build/cerbos/cerbos-api
 */

const NAME = { minLen: 1, required: true } as const
const NAMES = { minItems: 1, unique: true, items: { minLen: 1 } } as const
const REQUIRED = { required: true } as const
const KEYS = { keys: { minLen: 1 } } as const
const VERSION = { pattern: String.raw`^[\w]*$` } as const
const SCOPE = { pattern: String.raw`^(^$|\.|[0-9a-zA-Z][\w\-]*(\.\w[\w\-]*)*)$` } as const

export const EFFECT: EnumType = {
  name: 'cerbos.effect.v1.Effect',
  values: { EFFECT_UNSPECIFIED: 0, EFFECT_ALLOW: 1, EFFECT_DENY: 2, EFFECT_NO_MATCH: 3 },
}

const VALIDATION_ERROR_SOURCE: EnumType = {
  name: 'cerbos.schema.v1.ValidationError.Source',
  values: { SOURCE_UNSPECIFIED: 0, SOURCE_PRINCIPAL: 1, SOURCE_RESOURCE: 2 },
}

const PLAN_KIND: EnumType = {
  name: 'cerbos.engine.v1.PlanResourcesFilter.Kind',
  values: {
    KIND_UNSPECIFIED: 0,
    KIND_ALWAYS_ALLOWED: 1,
    KIND_ALWAYS_DENIED: 2,
    KIND_CONDITIONAL: 3,
  },
}

export const PRINCIPAL: MessageType = messageType('cerbos.engine.v1.Principal', {
  id: one(1, 'string', NAME),
  policyVersion: one(2, 'string', VERSION),
  roles: list(3, 'string', { ...NAMES, required: true }),
  attr: map(4, 'value', KEYS),
  scope: one(5, 'string', SCOPE),
})

export const RESOURCE: MessageType = messageType('cerbos.engine.v1.Resource', {
  kind: one(1, 'string', NAME),
  policyVersion: one(2, 'string', VERSION),
  id: one(3, 'string', NAME),
  attr: map(4, 'value', KEYS),
  scope: one(5, 'string', SCOPE),
})

const JWT = messageType('cerbos.request.v1.AuxData.JWT', {
  token: one(1, 'string', NAME),
  keySetId: one(2, 'string'),
})

export const AUX_DATA: MessageType = messageType(
  'cerbos.request.v1.AuxData',
  { jwt: one(1, JWT), jwts: map(2, JWT, KEYS) },
  {
    rules: [
      {
        id: 'AuxData.only_one_jwt_field',
        message: 'Only one of the jwt or jwts fields must be set',
        holds: ({ jwt, jwts }) => jwt === undefined || jwts === undefined,
      },
    ],
  },
)

export const REQUEST_CONTEXT: MessageType = messageType('cerbos.audit.v1.RequestContext', {
  annotations: map(1, 'value', KEYS),
})

const ACTIONS = { ...NAMES, required: true } as const
const ENTRIES = { minItems: 1, required: true } as const

export const CHECK_RESOURCES_REQUEST: MessageType = messageType(
  'cerbos.request.v1.CheckResourcesRequest',
  {
    requestId: one(1, 'string'),
    includeMeta: one(2, 'bool'),
    principal: one(3, PRINCIPAL, REQUIRED),
    resources: list(4, entry('cerbos.request.v1.CheckResourcesRequest.ResourceEntry'), ENTRIES),
    auxData: one(5, AUX_DATA),
    requestContext: one(6, REQUEST_CONTEXT),
  },
)

export const CHECK_RESOURCE_BATCH_REQUEST: MessageType = messageType(
  'cerbos.request.v1.CheckResourceBatchRequest',
  {
    requestId: one(1, 'string'),
    principal: one(2, PRINCIPAL, REQUIRED),
    resources: list(3, entry('cerbos.request.v1.CheckResourceBatchRequest.BatchEntry'), ENTRIES),
    auxData: one(4, AUX_DATA),
  },
)

function entry(name: string): MessageType {
  return messageType(name, {
    actions: list(1, 'string', ACTIONS),
    resource: one(2, RESOURCE, REQUIRED),
  })
}

const RESOURCE_SET = messageType('cerbos.request.v1.ResourceSet', {
  kind: one(1, 'string', NAME),
  policyVersion: one(2, 'string', VERSION),
  instances: map(3, messageType('cerbos.request.v1.AttributesMap', { attr: map(1, 'value') }), {
    minPairs: 1,
    required: true,
  }),
  scope: one(4, 'string', SCOPE),
})

export const CHECK_RESOURCE_SET_REQUEST: MessageType = messageType(
  'cerbos.request.v1.CheckResourceSetRequest',
  {
    requestId: one(1, 'string'),
    actions: list(2, 'string', ACTIONS),
    principal: one(3, PRINCIPAL, REQUIRED),
    resource: one(4, RESOURCE_SET, REQUIRED),
    includeMeta: one(5, 'bool'),
    auxData: one(6, AUX_DATA),
  },
)

export const PLAN_RESOURCE: MessageType = messageType(
  'cerbos.engine.v1.PlanResourcesInput.Resource',
  {
    kind: one(1, 'string', NAME),
    attr: map(2, 'value'),
    policyVersion: one(3, 'string', VERSION),
    scope: one(4, 'string', SCOPE),
  },
)

export const PLAN_RESOURCES_REQUEST: MessageType = messageType(
  'cerbos.request.v1.PlanResourcesRequest',
  {
    requestId: one(1, 'string'),
    action: one(2, 'string'),
    actions: list(7, 'string', { minItems: 0, maxItems: 20, unique: true, items: { minLen: 1 } }),
    principal: one(3, PRINCIPAL, REQUIRED),
    resource: one(4, PLAN_RESOURCE, REQUIRED),
    auxData: one(5, AUX_DATA),
    includeMeta: one(6, 'bool'),
    requestContext: one(8, REQUEST_CONTEXT),
  },
  {
    rules: [
      {
        id: 'exclusiveFieldsActionOrActions',
        message: "Exactly one of 'action' or 'actions' field must be set",
        holds: ({ action, actions }) => (action === undefined) !== (actions === undefined),
      },
    ],
  },
)

export const SERVER_INFO_REQUEST: MessageType = messageType(
  'cerbos.request.v1.ServerInfoRequest',
  {},
)

export const VALIDATION_ERROR: MessageType = messageType('cerbos.schema.v1.ValidationError', {
  path: one(1, 'string'),
  message: one(2, 'string'),
  source: choice(3, VALIDATION_ERROR_SOURCE),
})

export const OUTPUT_ENTRY: MessageType = messageType('cerbos.engine.v1.OutputEntry', {
  src: one(1, 'string'),
  val: one(2, 'value'),
  action: one(3, 'string'),
  error: one(4, 'string'),
})

const RESULT = 'cerbos.response.v1.CheckResourcesResponse.ResultEntry'

export const CHECK_RESOURCES_RESPONSE: MessageType = messageType(
  'cerbos.response.v1.CheckResourcesResponse',
  {
    requestId: one(1, 'string'),
    results: list(
      2,
      messageType(RESULT, {
        resource: one(
          1,
          messageType(`${RESULT}.Resource`, {
            id: one(1, 'string'),
            kind: one(2, 'string'),
            policyVersion: one(3, 'string'),
            scope: one(4, 'string'),
          }),
        ),
        actions: map(2, EFFECT),
        validationErrors: list(3, VALIDATION_ERROR),
        meta: one(
          4,
          messageType(`${RESULT}.Meta`, {
            actions: map(1, effectMeta(`${RESULT}.Meta.EffectMeta`)),
            effectiveDerivedRoles: list(2, 'string'),
          }),
        ),
        outputs: list(5, OUTPUT_ENTRY),
      }),
    ),
    cerbosCallId: one(3, 'string'),
  },
)

function effectMeta(name: string): MessageType {
  return messageType(name, { matchedPolicy: one(1, 'string'), matchedScope: one(2, 'string') })
}

const SET_RESPONSE = 'cerbos.response.v1.CheckResourceSetResponse'

export const CHECK_RESOURCE_SET_RESPONSE: MessageType = messageType(SET_RESPONSE, {
  requestId: one(1, 'string'),
  resourceInstances: map(
    2,
    messageType(`${SET_RESPONSE}.ActionEffectMap`, {
      actions: map(1, EFFECT),
      validationErrors: list(2, VALIDATION_ERROR),
    }),
  ),
  meta: one(
    3,
    messageType(`${SET_RESPONSE}.Meta`, {
      resourceInstances: map(
        1,
        messageType(`${SET_RESPONSE}.Meta.ActionMeta`, {
          actions: map(1, effectMeta(`${SET_RESPONSE}.Meta.EffectMeta`)),
          effectiveDerivedRoles: list(2, 'string'),
        }),
      ),
    }),
  ),
})

const BATCH_RESPONSE = 'cerbos.response.v1.CheckResourceBatchResponse'

export const CHECK_RESOURCE_BATCH_RESPONSE: MessageType = messageType(BATCH_RESPONSE, {
  requestId: one(1, 'string'),
  results: list(
    2,
    messageType(`${BATCH_RESPONSE}.ActionEffectMap`, {
      resourceId: one(1, 'string'),
      actions: map(2, EFFECT),
      validationErrors: list(3, VALIDATION_ERROR),
    }),
  ),
})

const OPERAND: MessageType = messageType(
  'cerbos.engine.v1.PlanResourcesFilter.Expression.Operand',
  {
    value: one(1, 'value', { oneof: 'node' }),
    expression: one(2, () => EXPRESSION, { oneof: 'node' }),
    variable: one(3, 'string', { oneof: 'node' }),
  },
)

const EXPRESSION: MessageType = messageType('cerbos.engine.v1.PlanResourcesFilter.Expression', {
  operator: one(1, 'string'),
  operands: list(2, () => OPERAND),
})

export const PLAN_FILTER: MessageType = messageType('cerbos.engine.v1.PlanResourcesFilter', {
  kind: choice(1, PLAN_KIND),
  condition: one(2, OPERAND),
})

export const PLAN_RESOURCES_RESPONSE: MessageType = messageType(
  'cerbos.response.v1.PlanResourcesResponse',
  {
    requestId: one(1, 'string'),
    action: one(2, 'string'),
    actions: list(9, 'string'),
    resourceKind: one(3, 'string'),
    policyVersion: one(4, 'string'),
    filter: one(5, PLAN_FILTER),
    meta: one(
      6,
      messageType('cerbos.response.v1.PlanResourcesResponse.Meta', {
        filterDebug: one(1, 'string'),
        matchedScope: one(2, 'string'),
        matchedScopes: map(3, 'string'),
      }),
    ),
    validationErrors: list(7, VALIDATION_ERROR),
    cerbosCallId: one(8, 'string'),
  },
)

export const SERVER_INFO_RESPONSE: MessageType = messageType(
  'cerbos.response.v1.ServerInfoResponse',
  { version: one(1, 'string'), commit: one(2, 'string'), buildDate: one(3, 'string') },
)
