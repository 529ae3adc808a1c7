import { FilterError } from '../errors.ts'
import { defineMapping, type Mapping, type NullMeaning, type ScalarType } from '../mapping.ts'

/** The databases that are asked through Prisma. Their texts are compared exactly, as far as this goes. */
export type PrismaProvider = 'sqlite' | 'postgresql'

/** A field of a model, as `prisma.document.fields.owner` is. */
export interface PrismaField {
  readonly modelName: string
  readonly name: string
  readonly typeName: string
}

export type PrismaFields = Readonly<Record<string, PrismaField>>

/** A field that an attribute is. Its type is the schema's. */
export interface FieldMapping<Name extends string = string> {
  readonly field: Name
  /** What `check` is given where it is NULL; a field without this is required. */
  readonly null?: NullMeaning
}

/** A list that related rows make, under the name of the relation in this model. */
export interface RelationMapping {
  readonly relation: string
  /** The client's name of the related model: `prisma.member`. */
  readonly model: string
  readonly element: FieldMapping | Readonly<Record<string, FieldMapping>>
}

/** Where attributes are in a model, by the names that the client has for both. */
export interface PrismaMappingInput<Model extends string, Field extends string> {
  readonly provider: PrismaProvider
  readonly model: Model
  /** The field that `request.resource.id` is; a required `String`. */
  readonly id: Field
  readonly attributes: Readonly<Record<string, FieldMapping<Field> | RelationMapping>>
}

/** A mapping that was checked against the schema of a client. */
export interface PrismaModel {
  readonly provider: PrismaProvider
  readonly mapping: Mapping
  readonly fields: PrismaFields
  /** The fields of related models by the name of the relation. */
  readonly related: ReadonlyMap<string, PrismaFields>
}

/** What a client has for each model. */
export type FieldsOf = (model: string) => PrismaFields | undefined

/** Checks a mapping against the schema, which knows what types its fields have. */
export function readModel(
  { provider, model, id, attributes }: PrismaMappingInput<string, string>,
  fieldsOf: FieldsOf,
): PrismaModel {
  const fields = known(fieldsOf, model)
  const related = new Map<string, PrismaFields>()
  const columns = Object.entries(attributes).map(([name, each]) => {
    if (!('relation' in each)) return [name, columnOf(each, fields)] as const
    const own = known(fieldsOf, each.model)
    related.set(each.relation, own)
    const { relation, element } = each
    const relatedElement = isField(element)
      ? columnOf(element, own)
      : Object.fromEntries(
          Object.entries(element).map(([key, field]) => [key, columnOf(field, own)]),
        )
    // How its rows are found is the schema's to know.
    const range = { table: relation, from: relation, to: relation }
    return [name, { type: 'relation', ...range, element: relatedElement }] as const
  })
  if (columnOf({ field: id }, fields).type !== 'string') throw bad(`\`${id}\` is no String`)
  const mapping = defineMapping({ table: model, id, attributes: Object.fromEntries(columns) })
  return { provider, mapping, fields, related }
}

function known(fieldsOf: FieldsOf, model: string): PrismaFields {
  const fields = fieldsOf(model)
  if (fields === undefined) throw bad(`the client has no model \`${model}\``)
  return fields
}

function isField(element: RelationMapping['element']): element is FieldMapping {
  return typeof element.field === 'string'
}

const TYPES: Readonly<Record<string, ScalarType>> = {
  String: 'string',
  Float: 'number',
  Int: 'int',
  BigInt: 'int',
  Boolean: 'boolean',
  DateTime: 'timestamp',
}

function columnOf(
  { field, null: meaning }: FieldMapping,
  fields: PrismaFields,
): { column: string; type: ScalarType; null?: NullMeaning } {
  const found = Object.hasOwn(fields, field) ? fields[field] : undefined
  if (found === undefined) throw bad(`the model has no field \`${field}\``)
  const type = Object.hasOwn(TYPES, found.typeName) ? TYPES[found.typeName] : undefined
  if (type === undefined) throw bad(`\`${field}\`: no filter says a ${found.typeName} exactly`)
  if ('isList' in found && found.isList === true) throw bad(`\`${field}\` is a list`)
  return { column: field, type, ...(meaning !== undefined && { null: meaning }) }
}

function bad(message: string): FilterError {
  return new FilterError('bad-mapping', message)
}
