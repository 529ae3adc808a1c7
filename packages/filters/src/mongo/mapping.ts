import { FilterError } from '../errors.ts'
import {
  type AttributeMapping,
  defineMapping,
  type Mapping,
  type NullMeaning,
  type ScalarType,
} from '../mapping.ts'

/** A path of a schema of Mongoose's. */
interface SchemaPath {
  readonly instance: string
  readonly isRequired?: boolean | undefined
}

/** What a mapping asks of a model of Mongoose's, whose documents are of the type `Doc`. */
export interface MongooseModel<Doc> {
  readonly schema: {
    readonly paths: Readonly<Record<string, SchemaPath>>
    readonly options?: { readonly collation?: unknown }
  }
  /** As a model has it; it is not called, and tells the type. */
  castObject(...given: never[]): Doc
}

type FieldName<Doc> = keyof Doc & string

type ScalarTypeOf<Value> = [Value] extends [string]
  ? 'string'
  : [Value] extends [number]
    ? 'number' | 'int'
    : [Value] extends [boolean]
      ? 'boolean'
      : [Value] extends [Date]
        ? 'timestamp'
        : never

/** What is mixed is of no type that is known. */
type TypeOf<Value> = 0 extends 1 & Value
  ? { readonly type: 'json' | 'array' }
  : [Value] extends [string | number | boolean | Date]
    ? { readonly type: ScalarTypeOf<Value> }
    : [Value] extends [readonly (infer Element)[]]
      ? { readonly type: 'array'; readonly elements?: ScalarTypeOf<NonNullable<Element>> }
      : { readonly type: 'json' }

/** A field that may be missing or null says what that means; another may, for documents of before. */
type NullOf<Value> = undefined extends Value
  ? { readonly null: NullMeaning }
  : null extends Value
    ? { readonly null: NullMeaning }
    : { readonly null?: NullMeaning }

type FieldOf<Doc> = {
  [Name in FieldName<Doc>]-?: { readonly column: Name } & TypeOf<NonNullable<Doc[Name]>> &
    NullOf<Doc[Name]>
}[FieldName<Doc>]

/** Where attributes are in the documents of a model. */
export interface MongooseMappingInput<Doc> {
  /** The field that `request.resource.id` is: a text that is always there. */
  readonly id: FieldName<Doc>
  readonly attributes: Readonly<Record<string, FieldOf<Doc>>>
}

/**
 * A mapping of attributes to the fields of a model's documents, checked against its schema by the compiler
 * and when the application starts: each field is there, of the type that is said, and says what `null`
 * means if it is not required.
 */
export function mongooseMapping<Doc>(
  { schema }: MongooseModel<Doc>,
  { id, attributes }: MongooseMappingInput<Doc>,
): Mapping {
  if (schema.options?.collation !== undefined) {
    throw bad('a collation of the schema decides which texts are equal')
  }
  // What the types above allow is what a mapping has.
  const fields = attributes as unknown as Readonly<Record<string, Field>>
  for (const field of [{ column: id, type: 'string' } as const, ...Object.values(fields)]) {
    check(field, schema.paths)
  }
  return defineMapping({ table: 'documents', id, attributes: fields })
}

type Field = Exclude<AttributeMapping, { readonly type: 'relation' }>

// biome-ignore format: a table
const INSTANCES: Readonly<Record<ScalarType | 'array' | 'json', readonly string[]>> = {
  string: ['String'], number: ['Number', 'Double'], int: ['Number', 'Int32'], boolean: ['Boolean'], timestamp: ['Date'],
  array: ['Array', 'DocumentArray', 'DocumentArrayPath', 'Mixed'], json: ['Embedded', 'Map', 'Mixed'],
}

type Paths = Readonly<Record<string, SchemaPath>>

function check({ column, type, null: meaning }: Field, paths: Paths): void {
  const path = Object.hasOwn(paths, column) ? paths[column] : undefined
  if (path === undefined && !(type === 'json' && isNested(column, paths))) {
    throw bad(`the schema has no ${type} \`${column}\``)
  }
  if (path !== undefined && !INSTANCES[type].includes(path.instance)) {
    throw bad(`\`${column}\` is a ${path.instance}, and no ${type}`)
  }
  const isAlwaysThere = column === '_id' || path?.isRequired === true
  if (isAlwaysThere || meaning !== undefined) return
  throw bad(`\`${column}\` is not required: say what \`null\` means`)
}

/** An object that is written out in the schema is there by the paths of its fields. */
function isNested(column: string, paths: Paths): boolean {
  return Object.keys(paths).some((path) => path.startsWith(`${column}.`))
}

function bad(message: string): FilterError {
  return new FilterError('bad-mapping', message)
}
