import {
  EFFECT,
  OUTPUT_ENTRY,
  PLAN_FILTER,
  PLAN_RESOURCE,
  PRINCIPAL,
  REQUEST_CONTEXT,
  RESOURCE,
  VALIDATION_ERROR,
} from './messages.ts'
import { choice, type EnumType, list, type MessageType, map, messageType, one } from './schema.ts'

/** The messages of Cerbos's audit log. */

const AUDIT = 'cerbos.audit.v1'
const ENGINE = 'cerbos.engine.v1'

const PEER = messageType(`${AUDIT}.Peer`, {
  address: one(1, 'string'),
  authInfo: one(2, 'string'),
  userAgent: one(3, 'string'),
  forwardedFor: one(4, 'string'),
})

const METADATA = messageType(`${AUDIT}.MetaValues`, { values: list(1, 'string') })

const DRIVER: EnumType = {
  name: `${AUDIT}.PolicySource.Database.Driver`,
  values: { DRIVER_UNSPECIFIED: 0, DRIVER_MYSQL: 1, DRIVER_POSTGRES: 2, DRIVER_SQLITE3: 3 },
}

const SOURCE = { oneof: 'source' } as const
const POLICY_SOURCE = messageType(`${AUDIT}.PolicySource`, {
  blob: one(
    1,
    messageType(`${AUDIT}.PolicySource.Blob`, {
      bucketUrl: one(1, 'string'),
      prefix: one(2, 'string'),
    }),
    SOURCE,
  ),
  database: one(
    2,
    messageType(`${AUDIT}.PolicySource.Database`, { driver: choice(1, DRIVER) }),
    SOURCE,
  ),
  disk: one(3, messageType(`${AUDIT}.PolicySource.Disk`, { directory: one(1, 'string') }), SOURCE),
  git: one(
    4,
    messageType(`${AUDIT}.PolicySource.Git`, {
      repositoryUrl: one(1, 'string'),
      branch: one(2, 'string'),
      subdirectory: one(3, 'string'),
      hash: one(4, 'string'),
    }),
    SOURCE,
  ),
})

const AUX_DATA = messageType(`${ENGINE}.AuxData`, {
  jwt: map(1, 'value'),
  jwts: map(2, messageType(`${ENGINE}.AuxData.JWT`, { claims: map(1, 'value') })),
})

const CHECK_INPUT = messageType(`${ENGINE}.CheckInput`, {
  requestId: one(1, 'string'),
  resource: one(2, RESOURCE),
  principal: one(3, PRINCIPAL),
  actions: list(4, 'string'),
  auxData: one(5, AUX_DATA),
})

const EVALUATION_ERROR = messageType(`${ENGINE}.EvaluationError`, {
  celError: one(
    1,
    messageType(`${ENGINE}.EvaluationError.CELError`, {
      expression: one(1, 'string'),
      message: one(2, 'string'),
    }),
    { oneof: 'error' },
  ),
})

const CHECK_OUTPUT = messageType(`${ENGINE}.CheckOutput`, {
  requestId: one(1, 'string'),
  resourceId: one(2, 'string'),
  actions: map(
    3,
    messageType(`${ENGINE}.CheckOutput.ActionEffect`, {
      effect: choice(1, EFFECT),
      policy: one(2, 'string'),
      scope: one(3, 'string'),
    }),
  ),
  effectiveDerivedRoles: list(4, 'string'),
  validationErrors: list(5, VALIDATION_ERROR),
  outputs: list(6, OUTPUT_ENTRY),
  evaluationErrors: list(7, EVALUATION_ERROR),
})

const PLAN_INPUT = messageType(`${ENGINE}.PlanResourcesInput`, {
  requestId: one(1, 'string'),
  action: one(2, 'string'),
  principal: one(3, PRINCIPAL),
  resource: one(4, PLAN_RESOURCE),
  auxData: one(5, AUX_DATA),
  includeMeta: one(6, 'bool'),
  actions: list(7, 'string'),
})

const PLAN_OUTPUT = messageType(`${ENGINE}.PlanResourcesOutput`, {
  requestId: one(1, 'string'),
  action: one(2, 'string'),
  kind: one(3, 'string'),
  policyVersion: one(4, 'string'),
  scope: one(5, 'string'),
  filter: one(6, PLAN_FILTER),
  filterDebug: one(7, 'string'),
  validationErrors: list(8, VALIDATION_ERROR),
  actions: list(9, 'string'),
  matchedScopes: map(10, 'string'),
  evaluationErrors: list(11, EVALUATION_ERROR),
})

const ACCESS_LOG_ENTRY = messageType(`${AUDIT}.AccessLogEntry`, {
  callId: one(1, 'string'),
  timestamp: one(2, 'timestamp'),
  peer: one(3, PEER),
  metadata: map(4, METADATA),
  method: one(5, 'string'),
  statusCode: one(6, 'uint32'),
  policySource: one(8, POLICY_SOURCE),
  requestContext: one(9, REQUEST_CONTEXT),
})

const METHOD = { oneof: 'method' } as const
const ENTRY = `${AUDIT}.DecisionLogEntry`
const DECISION_LOG_ENTRY = messageType(ENTRY, {
  callId: one(1, 'string'),
  timestamp: one(2, 'timestamp'),
  peer: one(3, PEER),
  checkResources: one(
    7,
    messageType(`${ENTRY}.CheckResources`, {
      inputs: list(1, CHECK_INPUT),
      outputs: list(2, CHECK_OUTPUT),
      error: one(3, 'string'),
    }),
    METHOD,
  ),
  planResources: one(
    8,
    messageType(`${ENTRY}.PlanResources`, {
      input: one(1, PLAN_INPUT),
      output: one(2, PLAN_OUTPUT),
      error: one(3, 'string'),
    }),
    METHOD,
  ),
  metadata: map(15, METADATA),
  auditTrail: one(
    16,
    messageType(`${AUDIT}.AuditTrail`, {
      effectivePolicies: map(
        1,
        messageType('cerbos.policy.v1.SourceAttributes', { attributes: map(1, 'value') }),
      ),
    }),
  ),
  policySource: one(18, POLICY_SOURCE),
  requestContext: one(19, REQUEST_CONTEXT),
})

const LIST = 'cerbos.request.v1.ListAuditLogEntriesRequest'

export const AUDIT_LOG_KIND: EnumType = {
  name: `${LIST}.Kind`,
  values: { KIND_UNSPECIFIED: 0, KIND_ACCESS: 1, KIND_DECISION: 2 },
}

const FILTER = { oneof: 'filter' } as const
const REQUIRED = { required: true } as const
const PAST = { required: true, past: true } as const

export const LIST_AUDIT_LOG_REQUEST: MessageType = messageType(
  LIST,
  {
    kind: { ...choice(1, AUDIT_LOG_KIND), rules: REQUIRED },
    tail: one(2, 'uint32', { ...FILTER, range: [1, 1000] }),
    between: one(
      3,
      messageType(`${LIST}.TimeRange`, {
        start: one(1, 'timestamp', PAST),
        end: one(2, 'timestamp', PAST),
      }),
      FILTER,
    ),
    since: one(4, 'duration', FILTER),
    lookup: one(5, 'string', { ...FILTER, pattern: '^[0123456789ABCDEFGHJKMNPQRSTVWXYZ]{26}$' }),
  },
  { requiredOneofs: ['filter'] },
)

export const LIST_AUDIT_LOG_RESPONSE: MessageType = messageType(
  'cerbos.response.v1.ListAuditLogEntriesResponse',
  {
    accessLogEntry: one(1, ACCESS_LOG_ENTRY, { oneof: 'entry' }),
    decisionLogEntry: one(2, DECISION_LOG_ENTRY, { oneof: 'entry' }),
  },
)
