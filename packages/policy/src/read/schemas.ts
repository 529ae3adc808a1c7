import type { SchemaReference, Schemas } from '../document.ts'
import type { Fields } from './fields.ts'

/** @see https://docs.cerbos.dev/cerbos/latest/policies/schemas */
export function readSchemas(fields: Fields): Schemas {
  return {
    principalSchema: fields.message('principalSchema', readSchemaReference),
    resourceSchema: fields.message('resourceSchema', readSchemaReference),
  }
}

function readSchemaReference(fields: Fields): SchemaReference {
  return {
    place: fields.place,
    ref: fields.text('ref'),
    ignoreWhen: fields.message('ignoreWhen', (ignored) => ({
      place: ignored.place,
      actions: ignored.texts('actions'),
    })),
  }
}
