import type { PlanOperand } from '@lockstitch/engine'

import { FilterError } from './errors.ts'
import type {
  ColumnOperand,
  JsonKey,
  JsonPlace,
  JsonRange,
  NativeArray,
  Operand,
  RelationRange,
} from './form.ts'
import { ALWAYS, every, type Form, NEVER, not } from './form.ts'
import type { Mapping, NullMeaning, ScalarColumn } from './mapping.ts'

/** What an operand of a comparison is, for those that a filter can compare. */
export type Term =
  | { readonly kind: 'value'; readonly value: JsonScalar }
  | { readonly kind: 'values'; readonly values: readonly JsonScalar[] }
  | ({ readonly kind: 'column'; readonly table: string } & ScalarColumn)
  | {
      readonly kind: 'json'
      readonly json: JsonPlace
      /** What the column has in place of NULL, where it is the column itself. */
      readonly null: NullMeaning | undefined
    }
  | {
      readonly kind: 'array'
      readonly range: JsonRange
      readonly null: NullMeaning | undefined
    }
  | {
      readonly kind: 'native-array'
      readonly range: NativeArray
      readonly elements: ScalarColumn['type']
      readonly null: NullMeaning | undefined
    }
  | {
      readonly kind: 'relation'
      readonly range: RelationRange
      readonly element: ScalarColumn | Readonly<Record<string, ScalarColumn>>
    }
  /** An object that the columns of a related row make. */
  | {
      readonly kind: 'record'
      readonly table: string
      readonly fields: Readonly<Record<string, ScalarColumn>>
    }
  /** What is made of others, where they are what it is made of. */
  | { readonly kind: 'made'; readonly operand: Operand; readonly where: Form }
  /** A field of what has none, which is an error. */
  | { readonly kind: 'none'; readonly of: Term }

type ArrayTerm = Term & { readonly kind: 'array' | 'native-array' }

export type JsonScalar = string | number | boolean | null

/** The value itself. Half a character is none: it would be sent as another. */
export function askable(value: JsonScalar): JsonScalar {
  if (typeof value !== 'string' || !/\p{Surrogate}/u.test(value)) return value
  throw new FilterError(
    'unsupported-value',
    'a text with half a surrogate pair cannot be asked for',
  )
}

/** What variables are known within a condition: the resource's, and those of comprehensions. */
export interface Scope {
  readonly mapping: Mapping
  readonly locals: ReadonlyMap<string, Term>
}

const ATTRIBUTES = 'request.resource.attr'

/** What a variable of a plan is in the database. */
export function variableTerm(name: string, { mapping, locals }: Scope): Term {
  const [root = '', ...rest] = name.split('.')
  const local = locals.get(root)
  if (local !== undefined) return rest.reduce((each, field) => fieldOf(each, field, name), local)
  const { table, id } = mapping
  if (name === 'request.resource.id') return { kind: 'column', table, column: id, type: 'string' }
  if (!name.startsWith(`${ATTRIBUTES}.`)) throw unmapped(name)
  const [attribute = '', ...fields] = name.slice(ATTRIBUTES.length + 1).split('.')
  const term = attributeTerm(attribute, mapping)
  return fields.reduce((each, field) => fieldOf(each, field, name), term)
}

function attributeTerm(attribute: string, { table, attributes }: Mapping): Term {
  const name = `${ATTRIBUTES}.${attribute}`
  const mapped = Object.hasOwn(attributes, attribute) ? attributes[attribute] : undefined
  if (mapped === undefined) throw unmapped(name)
  switch (mapped.type) {
    case 'relation': {
      const { from, to, element } = mapped
      const range = { kind: 'relation', table: mapped.table, outer: table, from, to } as const
      return { kind: 'relation', range, element }
    }
    case 'json': {
      const { column } = mapped
      return { kind: 'json', json: { table, column, path: [] }, null: mapped.null }
    }
    case 'array': {
      const { column, elements } = mapped
      if (elements !== undefined) {
        const range = { kind: 'array', table, column } as const
        return { kind: 'native-array', range, elements, null: mapped.null }
      }
      const range = { kind: 'elements', json: { table, column, path: [] } } as const
      return { kind: 'array', range, null: mapped.null }
    }
    default:
      return { kind: 'column', table, ...mapped }
  }
}

/** What a field of a term is, or what is in a place of a list. */
export function fieldOf(term: Term, field: JsonKey, attribute: string): Term {
  const json = jsonOf(term)
  if (json !== undefined) {
    return { kind: 'json', json: { ...json, path: [...json.path, field] }, null: 'missing' }
  }
  if (term.kind === 'record' && typeof field === 'string') {
    const found = Object.hasOwn(term.fields, field) ? term.fields[field] : undefined
    if (found === undefined) throw unmapped(attribute)
    return { kind: 'column', table: term.table, ...found }
  }
  if (term.kind === 'column' || term.kind === 'none') return { kind: 'none', of: term }
  throw new FilterError('unsupported-operator', `\`${attribute}\`: no field of this is mapped`, {
    operator: 'get-field',
    attribute,
  })
}

/** The JSON that a term is. */
function jsonOf(term: Term): JsonPlace | undefined {
  if (term.kind === 'json') return term.json
  return term.kind === 'array' ? term.range.json : undefined
}

/** Where a term has a value, `null` included: where reading it is no error. */
export function isThere(term: Term): Form {
  switch (term.kind) {
    case 'column':
      return term.null === 'missing' ? not(isNull(term)) : ALWAYS
    case 'json':
      return isJsonThere(term)
    case 'array':
    case 'native-array':
      return term.null === 'missing' ? isArray(term) : ALWAYS
    case 'made':
      return term.where
    case 'none':
      return NEVER
    default:
      return ALWAYS
  }
}

/** A column is itself where it is not NULL; whatever a path leads to is there if it has a type. */
function isJsonThere({ json, null: meaning }: Term & { readonly kind: 'json' }): Form {
  if (json.path.length === 0 && (json.column === undefined || meaning !== 'missing')) return ALWAYS
  const types = ['string', 'number', 'boolean', 'null', 'array', 'object'] as const
  return { kind: 'json-type', json, types }
}

/** Where a column that has lists has one. */
export function isArray(term: ArrayTerm): Form {
  return term.kind === 'array'
    ? { kind: 'json-type', json: term.range.json, types: ['array'] }
    : not({ kind: 'is-null', column: term.range })
}

/** Where a term is the value `null`. */
export function isNullValue(term: Term): Form {
  switch (term.kind) {
    case 'value':
      return { kind: 'constant', value: term.value === null }
    case 'column':
      return term.null === 'null' ? isNull(term) : { kind: 'constant', value: false }
    case 'json': {
      const { json } = term
      const inside: Form = { kind: 'json-type', json, types: ['null'] }
      if (json.path.length > 0 || term.null !== 'null') return inside
      const types = ['string', 'number', 'boolean', 'array', 'object'] as const
      return not({ kind: 'json-type', json, types })
    }
    case 'array':
    case 'native-array':
      return term.null === 'null' ? not(isArray(term)) : { kind: 'constant', value: false }
    default:
      return { kind: 'constant', value: false }
  }
}

/** Where a term has a value other than `null`. */
export function isValue(term: Term): Form {
  return every(isThere(term), not(isNullValue(term)))
}

function isNull(term: Term & { readonly kind: 'column' }): Form {
  return { kind: 'is-null', column: columnOperand(term) }
}

/** A column as an operand. */
export function columnOperand({
  table,
  column,
  type,
  null: meaning,
}: Term & { readonly kind: 'column' }): ColumnOperand {
  return { kind: 'column', table, column, type, isNullable: meaning !== undefined }
}

/** A name for what an operand is about, for whoever reads the error. */
export function attributeOf(operand: PlanOperand): string | undefined {
  if (operand.kind === 'variable') return operand.name
  if (operand.kind === 'value') return undefined
  return operand.operands.map(attributeOf).find((each) => each?.startsWith('request.'))
}

function unmapped(attribute: string): FilterError {
  return new FilterError('unmapped-attribute', `\`${attribute}\` is in no mapping`, { attribute })
}
