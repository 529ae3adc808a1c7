import { POLICY } from './policy-messages.ts'
import { list, type MessageType, map, messageType, one } from './schema.ts'

/** The messages of Cerbos's admin API. */

const REQUEST = 'cerbos.request.v1'
const RESPONSE = 'cerbos.response.v1'
const EMPTY = messageType('google.protobuf.Empty', {})

const ids = (most: number) =>
  list(1, 'string', {
    minItems: 1,
    maxItems: most,
    unique: true,
    items: { minLen: 1 },
    required: true,
  })

export const ADD_POLICY_REQUEST: MessageType = messageType(`${REQUEST}.AddOrUpdatePolicyRequest`, {
  policies: list(1, POLICY, { minItems: 1, maxItems: 100, required: true }),
})

export const ADD_POLICY_RESPONSE: MessageType = messageType(
  `${RESPONSE}.AddOrUpdatePolicyResponse`,
  { success: one(1, EMPTY) },
)

export const LIST_POLICIES_REQUEST: MessageType = messageType(`${REQUEST}.ListPoliciesRequest`, {
  includeDisabled: one(1, 'bool'),
  nameRegexp: one(2, 'string'),
  scopeRegexp: one(3, 'string'),
  versionRegexp: one(4, 'string'),
  policyId: list(5, 'string', { maxItems: 25 }),
})

export const LIST_POLICIES_RESPONSE: MessageType = messageType(`${RESPONSE}.ListPoliciesResponse`, {
  policyIds: list(1, 'string'),
})

export const GET_POLICY_REQUEST: MessageType = messageType(`${REQUEST}.GetPolicyRequest`, {
  id: ids(25),
})

export const GET_POLICY_RESPONSE: MessageType = messageType(`${RESPONSE}.GetPolicyResponse`, {
  policies: list(1, POLICY),
})

export const DELETE_POLICY_REQUEST: MessageType = messageType(`${REQUEST}.DeletePolicyRequest`, {
  id: ids(20),
})
export const DELETE_POLICY_RESPONSE: MessageType = counted('DeletePolicy', 'deletedPolicies')

export const DISABLE_POLICY_REQUEST: MessageType = messageType(`${REQUEST}.DisablePolicyRequest`, {
  id: ids(20),
})
export const DISABLE_POLICY_RESPONSE: MessageType = counted('DisablePolicy', 'disabledPolicies')

export const ENABLE_POLICY_REQUEST: MessageType = messageType(`${REQUEST}.EnablePolicyRequest`, {
  id: ids(20),
})
export const ENABLE_POLICY_RESPONSE: MessageType = counted('EnablePolicy', 'enabledPolicies')

function counted(call: string, field: string): MessageType {
  return messageType(`${RESPONSE}.${call}Response`, { [field]: one(1, 'uint32') })
}

const SCHEMA = messageType('cerbos.schema.v1.Schema', {
  id: one(1, 'string', { minLen: 1, maxLen: 255, required: true }),
  definition: one(2, 'bytes', { minLen: 10, required: true }),
})

export const ADD_SCHEMA_REQUEST: MessageType = messageType(`${REQUEST}.AddOrUpdateSchemaRequest`, {
  schemas: list(1, SCHEMA, { minItems: 1, maxItems: 100, required: true }),
})
export const ADD_SCHEMA_RESPONSE: MessageType = messageType(
  `${RESPONSE}.AddOrUpdateSchemaResponse`,
  {},
)

export const LIST_SCHEMAS_REQUEST: MessageType = messageType(`${REQUEST}.ListSchemasRequest`, {})
export const LIST_SCHEMAS_RESPONSE: MessageType = messageType(`${RESPONSE}.ListSchemasResponse`, {
  schemaIds: list(1, 'string'),
})

export const GET_SCHEMA_REQUEST: MessageType = messageType(`${REQUEST}.GetSchemaRequest`, {
  id: ids(25),
})
export const GET_SCHEMA_RESPONSE: MessageType = messageType(`${RESPONSE}.GetSchemaResponse`, {
  schemas: list(1, SCHEMA),
})

export const DELETE_SCHEMA_REQUEST: MessageType = messageType(`${REQUEST}.DeleteSchemaRequest`, {
  id: ids(25),
})
export const DELETE_SCHEMA_RESPONSE: MessageType = counted('DeleteSchema', 'deletedSchemas')

export const RELOAD_STORE_REQUEST: MessageType = messageType(`${REQUEST}.ReloadStoreRequest`, {
  wait: one(1, 'bool'),
})
export const RELOAD_STORE_RESPONSE: MessageType = messageType(`${RESPONSE}.ReloadStoreResponse`, {})

export const PURGE_REVISIONS_REQUEST: MessageType = messageType(
  `${REQUEST}.PurgeStoreRevisionsRequest`,
  { keepLast: one(1, 'uint32') },
)
export const PURGE_REVISIONS_RESPONSE: MessageType = messageType(
  `${RESPONSE}.PurgeStoreRevisionsResponse`,
  { affectedRows: one(1, 'uint32') },
)

export const INSPECT_REQUEST: MessageType = messageType(`${REQUEST}.InspectPoliciesRequest`, {
  ...Object.fromEntries(
    LIST_POLICIES_REQUEST.fields.map(({ jsonName, ...field }) => [jsonName, field]),
  ),
})

const kindOf = (of: string, names: readonly string[]) => ({
  number: 1,
  cardinality: 'single' as const,
  rules: {},
  type: {
    kind: 'enum' as const,
    enum: {
      name: `${RESPONSE}.InspectPoliciesResponse.${of}.Kind`,
      values: Object.fromEntries(
        ['KIND_UNSPECIFIED', ...names].map((name, index) => [name, index]),
      ),
    },
  },
})

const INSPECTED = `${RESPONSE}.InspectPoliciesResponse`
const LOCALITY = [
  ...['KIND_EXPORTED', 'KIND_IMPORTED', 'KIND_LOCAL'],
  ...['KIND_UNDEFINED', 'KIND_UNKNOWN'],
]

export const INSPECT_RESPONSE: MessageType = messageType(INSPECTED, {
  results: map(
    1,
    messageType(`${INSPECTED}.Result`, {
      actions: list(1, 'string'),
      variables: list(
        2,
        messageType(`${INSPECTED}.Variable`, {
          name: one(1, 'string'),
          value: one(2, 'string'),
          kind: { ...kindOf('Variable', LOCALITY), number: 3 },
          source: one(4, 'string'),
          used: one(5, 'bool'),
        }),
      ),
      policyId: one(3, 'string'),
      derivedRoles: list(
        4,
        messageType(`${INSPECTED}.DerivedRole`, {
          name: one(1, 'string'),
          kind: {
            ...kindOf('DerivedRole', ['KIND_UNDEFINED', 'KIND_EXPORTED', 'KIND_IMPORTED']),
            number: 2,
          },
          source: one(3, 'string'),
        }),
      ),
      attributes: list(
        5,
        messageType(`${INSPECTED}.Attribute`, {
          kind: kindOf('Attribute', ['KIND_PRINCIPAL_ATTRIBUTE', 'KIND_RESOURCE_ATTRIBUTE']),
          name: one(2, 'string'),
        }),
      ),
      constants: list(
        6,
        messageType(`${INSPECTED}.Constant`, {
          name: one(1, 'string'),
          value: one(2, 'value'),
          kind: { ...kindOf('Constant', LOCALITY), number: 3 },
          source: one(4, 'string'),
          used: one(5, 'bool'),
        }),
      ),
    }),
  ),
})
