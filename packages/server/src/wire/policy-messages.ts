import { EFFECT } from './messages.ts'
import {
  choice,
  type EnumType,
  type FieldSpec,
  list,
  type MessageType,
  map,
  messageType,
  one,
} from './schema.ts'

/**
 * A policy as a message, for the admin API and for databases. What is wrong inside it the compiler
 * finds; the rules here are about its frame.
 */

const PACKAGE = 'cerbos.policy.v1'

const SCOPE_PERMISSIONS: EnumType = {
  name: `${PACKAGE}.ScopePermissions`,
  values: {
    SCOPE_PERMISSIONS_UNSPECIFIED: 0,
    SCOPE_PERMISSIONS_OVERRIDE_PARENT: 1,
    SCOPE_PERMISSIONS_REQUIRE_PARENTAL_CONSENT_FOR_ALLOWS: 2,
  },
}

const OP = { oneof: 'op' } as const

const EXPR_LIST = messageType(`${PACKAGE}.Match.ExprList`, { of: list(1, () => MATCH) })

const MATCH: MessageType = messageType(`${PACKAGE}.Match`, {
  all: one(1, EXPR_LIST, OP),
  any: one(2, EXPR_LIST, OP),
  none: one(3, EXPR_LIST, OP),
  expr: one(4, 'string', OP),
})

const CONDITION = messageType(`${PACKAGE}.Condition`, {
  match: one(1, MATCH, { oneof: 'condition' }),
  script: one(2, 'string', { oneof: 'condition' }),
})

const OUTPUT = messageType(`${PACKAGE}.Output`, {
  expr: one(1, 'string'),
  when: one(
    2,
    messageType(`${PACKAGE}.Output.When`, {
      ruleActivated: one(1, 'string'),
      conditionNotMet: one(2, 'string'),
    }),
  ),
})

const VARIABLES = messageType(`${PACKAGE}.Variables`, {
  import: list(1, 'string'),
  local: map(2, 'string'),
})

const CONSTANTS = messageType(`${PACKAGE}.Constants`, {
  import: list(1, 'string'),
  local: map(2, 'value'),
})

const SCHEMA = messageType(`${PACKAGE}.Schemas.Schema`, {
  ref: one(1, 'string'),
  ignoreWhen: one(2, messageType(`${PACKAGE}.Schemas.IgnoreWhen`, { actions: list(1, 'string') })),
})

const RESOURCE_POLICY = messageType(`${PACKAGE}.ResourcePolicy`, {
  resource: one(1, 'string'),
  version: one(2, 'string'),
  importDerivedRoles: list(3, 'string'),
  rules: list(
    4,
    messageType(`${PACKAGE}.ResourceRule`, {
      actions: list(1, 'string'),
      derivedRoles: list(2, 'string'),
      roles: list(3, 'string'),
      condition: one(4, CONDITION),
      effect: choice(5, EFFECT),
      name: one(6, 'string'),
      output: one(7, OUTPUT),
    }),
  ),
  scope: one(5, 'string'),
  schemas: one(
    6,
    messageType(`${PACKAGE}.Schemas`, {
      principalSchema: one(1, SCHEMA),
      resourceSchema: one(2, SCHEMA),
    }),
  ),
  variables: one(7, VARIABLES),
  scopePermissions: choice(8, SCOPE_PERMISSIONS),
  constants: one(9, CONSTANTS),
})

const PRINCIPAL_POLICY = messageType(`${PACKAGE}.PrincipalPolicy`, {
  principal: one(1, 'string'),
  version: one(2, 'string'),
  rules: list(
    3,
    messageType(`${PACKAGE}.PrincipalRule`, {
      resource: one(1, 'string'),
      actions: list(
        2,
        messageType(`${PACKAGE}.PrincipalRule.Action`, {
          action: one(1, 'string'),
          condition: one(2, CONDITION),
          effect: choice(3, EFFECT),
          name: one(4, 'string'),
          output: one(5, OUTPUT),
        }),
      ),
    }),
  ),
  scope: one(4, 'string'),
  variables: one(5, VARIABLES),
  scopePermissions: choice(6, SCOPE_PERMISSIONS),
  constants: one(7, CONSTANTS),
})

const DERIVED_ROLES = messageType(`${PACKAGE}.DerivedRoles`, {
  name: one(1, 'string'),
  definitions: list(
    2,
    messageType(`${PACKAGE}.RoleDef`, {
      name: one(1, 'string'),
      parentRoles: list(2, 'string'),
      condition: one(3, CONDITION),
    }),
  ),
  variables: one(3, VARIABLES),
  constants: one(4, CONSTANTS),
})

const ROLE_POLICY = messageType(`${PACKAGE}.RolePolicy`, {
  role: one(1, 'string', { oneof: 'policy_type' }),
  version: one(6, 'string'),
  parentRoles: list(5, 'string'),
  scope: one(2, 'string'),
  rules: list(
    3,
    messageType(`${PACKAGE}.RoleRule`, {
      resource: one(1, 'string'),
      allowActions: list(2, 'string'),
      condition: one(3, CONDITION),
      name: one(4, 'string'),
      output: one(5, OUTPUT),
    }),
  ),
  scopePermissions: choice(4, SCOPE_PERMISSIONS),
  variables: one(7, VARIABLES),
  constants: one(8, CONSTANTS),
})

const METADATA = messageType(`${PACKAGE}.Metadata`, {
  sourceFile: one(1, 'string'),
  annotations: map(2, 'string'),
  hash: one(3, 'uint64Value'),
  storeIdentifer: one(4, 'string'),
  storeIdentifier: one(5, 'string'),
  sourceAttributes: one(
    6,
    messageType(`${PACKAGE}.SourceAttributes`, { attributes: map(1, 'value') }),
  ),
})

const TYPE = { oneof: 'policy_type' } as const
const FIELDS: Readonly<Record<string, FieldSpec>> = {
  apiVersion: one(1, 'string', { required: true, in: ['api.cerbos.dev/v1'] }),
  disabled: one(2, 'bool'),
  description: one(3, 'string'),
  metadata: one(4, METADATA),
  resourcePolicy: one(5, RESOURCE_POLICY, TYPE),
  principalPolicy: one(6, PRINCIPAL_POLICY, TYPE),
  derivedRoles: one(7, DERIVED_ROLES, TYPE),
  exportVariables: one(
    10,
    messageType(`${PACKAGE}.ExportVariables`, {
      name: one(1, 'string'),
      definitions: map(2, 'string'),
    }),
    TYPE,
  ),
  rolePolicy: one(11, ROLE_POLICY, TYPE),
  exportConstants: one(
    12,
    messageType(`${PACKAGE}.ExportConstants`, {
      name: one(1, 'string'),
      definitions: map(2, 'value'),
    }),
    TYPE,
  ),
  variables: map(8, 'string'),
  $schema: { ...one(9, 'string'), name: 'json_schema' },
}

export const POLICY: MessageType = messageType(`${PACKAGE}.Policy`, FIELDS, {
  requiredOneofs: ['policy_type'],
})
