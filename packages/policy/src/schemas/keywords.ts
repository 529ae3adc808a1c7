import type { SchemaScope } from './compiler.ts'
import { addAnyKeywords } from './keywords/any.ts'
import { addApplicators } from './keywords/applicators.ts'
import { addArrayKeywords } from './keywords/array.ts'
import type { KeywordContext } from './keywords/context.ts'
import { createKeywordContext } from './keywords/context.ts'
import { addNumberKeywords } from './keywords/number.ts'
import { addObjectKeywords } from './keywords/object.ts'
import { addReferences } from './keywords/references.ts'
import { addStringKeywords } from './keywords/string.ts'
import { addUnevaluated } from './keywords/unevaluated.ts'
import type { SchemaObject } from './schema-json.ts'
import type { Schema } from './validate.ts'

const ADDERS: readonly ((schema: Schema, context: KeywordContext) => void)[] = [
  addReferences,
  addAnyKeywords,
  addObjectKeywords,
  addArrayKeywords,
  addStringKeywords,
  addNumberKeywords,
  addApplicators,
  addUnevaluated,
]

/** Compiles the keywords of a schema into its checks, in the order in which failures are told. */
export function addKeywords(schema: Schema, json: SchemaObject, scope: SchemaScope): void {
  const context = createKeywordContext(json, scope)
  // In the early drafts a reference stands alone.
  const adders = context.version < 2019 && json.has('$ref') ? [addReferences] : ADDERS
  for (const add of adders) add(schema, context)
}
