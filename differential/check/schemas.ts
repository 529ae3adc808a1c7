import type { Random } from '../random.ts'
import type { JsonObject } from './json.ts'
import type { PolicyFile } from './policy-set.ts'

/** Schemas of the attributes that requests have. Each fits some of the requests and not others. */
const RESOURCE_SCHEMAS: readonly JsonObject[] = [
  { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] },
  { properties: { team: { enum: ['blue', 'red'] }, flag: { type: 'boolean' } } },
  { properties: { tags: { type: 'array', items: { type: 'string', maxLength: 3 } } } },
  { properties: { meta: { $ref: 'META' }, at: { type: 'string', format: 'date-time' } } },
  { properties: { n: { type: 'integer', maximum: 1 } }, dependentRequired: { n: ['team'] } },
]

const PRINCIPAL_SCHEMAS: readonly JsonObject[] = [
  { properties: { level: { type: 'number', minimum: 0 }, team: { type: 'string' } } },
  { properties: { groups: { minItems: 1 }, team: { const: 'blue' } }, required: ['team'] },
  { anyOf: [{ required: ['level'] }, { required: ['groups'] }] },
]

const META: JsonObject = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties: { region: { enum: ['eu', 'us'] } },
  additionalProperties: { type: 'string' },
}

/** The schema files of a set. Their names are its own, so that no cache can mix them up. */
export function schemaFiles(set: string): readonly PolicyFile[] {
  const file = (name: string, content: JsonObject): PolicyFile => ({
    path: `_schemas/${nameOf(set, name)}`,
    kind: 'schema',
    version: '',
    head: {},
    content,
  })
  const meta = `cerbos:///${nameOf(set, 'meta')}`
  const named = (what: string, schemas: readonly JsonObject[]): readonly PolicyFile[] =>
    schemas.map((schema, i) =>
      file(`${what}${i}`, JSON.parse(JSON.stringify(schema).replace('META', meta))),
    )
  return [
    file('meta', META),
    ...named('resource', RESOURCE_SCHEMAS),
    ...named('principal', PRINCIPAL_SCHEMAS),
  ]
}

/** A `schemas` block of a policy. */
export function randomSchemas(
  random: Random,
  set: string,
  actions: readonly string[],
): JsonObject | undefined {
  const reference = (what: string, count: number): JsonObject | undefined => {
    if (random.chance(0.35)) return undefined
    const ref = `cerbos:///${nameOf(set, `${what}${random.below(count)}`)}`
    const ignored = [...new Set([random.pick(actions), random.pick(actions)])]
    return { ref, ignoreWhen: random.chance(0.35) ? { actions: ignored } : undefined }
  }
  return {
    principalSchema: reference('principal', PRINCIPAL_SCHEMAS.length),
    resourceSchema: reference('resource', RESOURCE_SCHEMAS.length),
  }
}

function nameOf(set: string, name: string): string {
  return `${set}/${name}.json`
}
