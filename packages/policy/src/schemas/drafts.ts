import { isSchemaList, isSchemaObject, type SchemaJson, type SchemaObject } from './schema-json.ts'

/** A draft of JSON Schema. */
export interface Draft {
  /** Compared to tell what a draft has: 4, 6, 7, 2019, 2020. */
  readonly version: number
  /** The URL of its metaschema. */
  readonly url: string
}

/** The draft of schemas that name none. */
export const LATEST_DRAFT: Draft = {
  version: 2020,
  url: 'https://json-schema.org/draft/2020-12/schema',
}

const DRAFTS: readonly Draft[] = [
  LATEST_DRAFT,
  { version: 2019, url: 'https://json-schema.org/draft/2019-09/schema' },
  { version: 7, url: 'http://json-schema.org/draft-07/schema' },
  { version: 6, url: 'http://json-schema.org/draft-06/schema' },
  { version: 4, url: 'http://json-schema.org/draft-04/schema' },
]

/** The draft that a `$schema` names, whether by `http` or `https`, with or without an empty fragment. */
export function findDraft(url: string): Draft | undefined {
  const [, name] = /^https?:\/\/(.*?)#?$/.exec(url) ?? []
  if (name === 'json-schema.org/schema') return LATEST_DRAFT
  return DRAFTS.find((draft) => draft.url.replace(/^https?:\/\//, '') === name)
}

/** Where a keyword has schemas: it is one, its items are, its members are. */
type Shape = 'self' | 'items' | 'self-or-items' | 'members'

// biome-ignore format: a table
const SUBSCHEMAS: readonly { readonly since: number; readonly shapes: Readonly<Record<string, Shape>> }[] = [
  { since: 4, shapes: {
    definitions: 'members', properties: 'members', patternProperties: 'members', dependencies: 'members',
    not: 'self', additionalProperties: 'self', additionalItems: 'self', items: 'self-or-items',
    allOf: 'items', anyOf: 'items', oneOf: 'items',
  } },
  { since: 6, shapes: { propertyNames: 'self', contains: 'self' } },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  { since: 7, shapes: { if: 'self', then: 'self', else: 'self' } },
  { since: 2019, shapes: {
    $defs: 'members', dependentSchemas: 'members',
    unevaluatedProperties: 'self', unevaluatedItems: 'self', contentSchema: 'self',
  } },
  { since: 2020, shapes: { prefixItems: 'items' } },
]

/** The schemas directly inside one, each with the names that lead to it. */
export function* subschemas(
  schema: SchemaObject,
  { version }: Draft,
): Generator<readonly [path: readonly string[], schema: SchemaJson]> {
  for (const { since, shapes } of SUBSCHEMAS) {
    if (version < since) continue
    for (const [keyword, shape] of Object.entries(shapes)) {
      const value = schema.get(keyword)
      if (shape === 'members') {
        if (!isSchemaObject(value)) continue
        for (const [name, member] of value) yield [[keyword, name], member]
      } else if (isSchemaList(value)) {
        if (shape === 'self') continue
        for (const [index, item] of value.entries()) yield [[keyword, String(index)], item]
      } else if (value !== undefined && shape !== 'items') yield [[keyword], value]
    }
  }
}

/** What a schema calls itself, `undefined` when it has no name of its own. */
export function idOf(schema: SchemaObject, { version }: Draft): string | undefined {
  // In the early drafts a reference stands alone, whatever is beside it.
  if (version < 2019 && schema.has('$ref')) return undefined
  const id = schema.get(version === 4 ? 'id' : '$id')
  return typeof id === 'string' ? id : undefined
}

/** The anchors by which a schema can be referred to within its document. */
export function anchorsOf(schema: SchemaObject, draft: Draft): readonly string[] {
  if (draft.version < 2019) {
    const id = idOf(schema, draft)
    return id?.startsWith('#') && id.length > 1 ? [id.slice(1)] : []
  }
  const keywords = draft.version < 2020 ? ['$anchor'] : ['$anchor', '$dynamicAnchor']
  return keywords.flatMap((keyword) => {
    const anchor = schema.get(keyword)
    return typeof anchor === 'string' ? [anchor] : []
  })
}
