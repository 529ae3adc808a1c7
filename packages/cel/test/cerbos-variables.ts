import {
  type CelType,
  DYN,
  listType,
  mapType,
  messageType,
  openStructType,
  STRING,
} from '../src/types.ts'

const ATTRIBUTES = mapType(STRING, DYN)
const VERSION = { policy_version: 'policyVersion' }

const PRINCIPAL = messageType(
  'cerbos.engine.v1.Request.Principal',
  {
    id: STRING,
    roles: listType(STRING),
    attr: ATTRIBUTES,
    policyVersion: STRING,
    scope: STRING,
  },
  VERSION,
)
const RESOURCE = messageType(
  'cerbos.engine.v1.Request.Resource',
  { kind: STRING, id: STRING, attr: ATTRIBUTES, policyVersion: STRING, scope: STRING },
  VERSION,
)
const TOKEN = messageType('cerbos.engine.v1.AuxData.JWT', { claims: ATTRIBUTES })
const AUX_DATA = messageType('cerbos.engine.v1.AuxData', {
  jwt: ATTRIBUTES,
  jwts: mapType(STRING, TOKEN),
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
  ['effectiveDerivedRoles'],
)
const VARIABLES = openStructType('cerbos.Variables')

/** What the conditions of Cerbos policies can read. */
// biome-ignore format: a table
export const CERBOS_VARIABLES: Readonly<Record<string, CelType>> = {
  request: REQUEST, P: PRINCIPAL, R: RESOURCE, runtime: RUNTIME,
  variables: VARIABLES, V: VARIABLES, constants: VARIABLES, C: VARIABLES,
  globals: VARIABLES, G: VARIABLES,
}
