import { ALL_KINDS, type CompileAnswer } from './answer.ts'
import type { CompileCase } from './compile-case.ts'
import { MISTAKES, STYLE_FEATURES } from './generate.ts'

const DEFINITIONS = [
  'variables',
  'variables.import[]',
  'variables.local',
  'constants',
  'constants.import[]',
  'constants.local',
]
const CONDITION = [
  'condition',
  'condition.match.expr',
  'condition.match.all.of[]',
  'condition.match.all.of[].expr',
]
const OUTPUT = ['output', 'output.expr', 'output.when.ruleActivated', 'output.when.conditionNotMet']
const SCOPED = ['version', 'scope', 'scopePermissions', ...DEFINITIONS]
const below = (prefix: string, fields: readonly string[]): string[] =>
  fields.map((field) => prefix + field)
const SCHEMA = ['ref', 'ignoreWhen.actions[]']

/** The fields of the policy format. */
// biome-ignore format: a table
const FIELDS: readonly string[] = [
  '$schema', 'apiVersion', 'description', 'disabled', 'variables', ...below('metadata.', ['sourceFile', 'annotations', 'hash', 'storeIdentifer', 'storeIdentifier', 'sourceAttributes.attributes']),
  ...below('resourcePolicy.', ['resource', ...SCOPED, 'importDerivedRoles[]', ...below('schemas.principalSchema.', SCHEMA), ...below('schemas.resourceSchema.', SCHEMA)]),
  ...below('resourcePolicy.rules[].', ['name', 'actions[]', 'effect', 'roles[]', 'derivedRoles[]', ...CONDITION, ...OUTPUT]),
  ...below('principalPolicy.', ['principal', ...SCOPED, 'rules[].resource']),
  ...below('principalPolicy.rules[].actions[].', ['name', 'action', 'effect', ...CONDITION, ...OUTPUT]),
  ...below('rolePolicy.', ['role', ...SCOPED, 'parentRoles[]']),
  ...below('rolePolicy.rules[].', ['name', 'resource', 'allowActions[]', ...CONDITION, ...OUTPUT]),
  ...below('derivedRoles.', ['name', ...DEFINITIONS]),
  ...below('derivedRoles.definitions[].', ['name', 'parentRoles[]', ...CONDITION]),
  ...below('exportVariables.', ['name', 'definitions']),
  ...below('exportConstants.', ['name', 'definitions']),
]

const FIELD_SET: ReadonlySet<string> = new Set(FIELDS)

export const ALL_FEATURES: readonly string[] = [
  ...below('field ', FIELDS),
  ...below('made: ', MISTAKES),
  ...STYLE_FEATURES,
  ...below('found: ', ALL_KINDS),
]

/** What a case tries out, and what Cerbos found in it. */
export function featuresOf({ fields, made }: CompileCase, { findings }: CompileAnswer): string[] {
  return [
    ...fields.filter((field) => FIELD_SET.has(field)).map((field) => `field ${field}`),
    ...made.map((name) => (name.startsWith('style: ') ? name : `made: ${name}`)),
    ...findings.map(({ kind }) => `found: ${kind}`),
  ]
}
