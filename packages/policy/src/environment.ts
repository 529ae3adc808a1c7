import {
  type CelType,
  createEnv,
  DYN,
  type Env,
  listType,
  mapType,
  messageType,
  openStructType,
  STRING,
} from '@lockstitch/cel'
import { CERBOS_FOLDING, CERBOS_FUNCTIONS } from '@lockstitch/cel/cerbos'

const ATTRIBUTES = mapType(STRING, DYN)

const PRINCIPAL = messageType(
  'cerbos.engine.v1.Request.Principal',
  {
    id: STRING,
    roles: listType(STRING),
    attr: ATTRIBUTES,
    policyVersion: STRING,
    scope: STRING,
  },
  { policy_version: 'policyVersion' },
)

const RESOURCE = messageType(
  'cerbos.engine.v1.Request.Resource',
  { kind: STRING, id: STRING, attr: ATTRIBUTES, policyVersion: STRING, scope: STRING },
  { policy_version: 'policyVersion' },
)

const NAMED_TOKEN = messageType('cerbos.engine.v1.AuxData.JWT', { claims: ATTRIBUTES })

const AUX_DATA = messageType('cerbos.engine.v1.AuxData', {
  jwt: ATTRIBUTES,
  jwts: mapType(STRING, NAMED_TOKEN),
})

const REQUEST = messageType(
  'cerbos.engine.v1.Request',
  { principal: PRINCIPAL, resource: RESOURCE, auxData: AUX_DATA },
  { aux_data: 'auxData' },
)

const RUNTIME = messageType(
  'cerbos.engine.v1.Runtime',
  { effectiveDerivedRoles: listType(STRING) },
  { effective_derived_roles: 'effectiveDerivedRoles' },
  // Cerbos has the list there whether or not any derived role is in force.
  ['effectiveDerivedRoles'],
)

const VARIABLES = openStructType('cerbos.Variables')

/**
 * What an expression of a policy can read.
 * @see https://docs.cerbos.dev/cerbos/latest/policies/conditions
 */
export const CONDITION_VARIABLES: Readonly<Record<string, CelType>> = {
  request: REQUEST,
  P: PRINCIPAL,
  R: RESOURCE,
  variables: VARIABLES,
  V: VARIABLES,
  constants: VARIABLES,
  C: VARIABLES,
  globals: VARIABLES,
  G: VARIABLES,
  runtime: RUNTIME,
}

/** The environment that expressions of policies are compiled in. */
export function createConditionEnv(): Env {
  return createEnv({
    variables: CONDITION_VARIABLES,
    functions: CERBOS_FUNCTIONS,
    folding: CERBOS_FOLDING,
  })
}
