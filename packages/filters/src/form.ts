import type { ScalarType } from './mapping.ts'

/**
 * Which rows are kept, in a form that every database can say. Each part is true in a row or it is not:
 * where a database has NULL for it, it is not. `not` is true exactly where its part is not, NULL
 * included, and nothing else negates. So no error and no missing attribute lets a row in.
 */
export type Form =
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Form[] }
  | { readonly kind: 'not'; readonly of: Form }
  /** Two operands of one type. */
  | {
      readonly kind: 'compare'
      readonly operator: Comparison
      readonly left: Operand
      readonly right: Operand
    }
  | { readonly kind: 'in'; readonly operand: Operand; readonly values: readonly Constant[] }
  | {
      readonly kind: 'match'
      readonly how: Match
      readonly operand: Operand
      /** What is sought, which is never the empty text if it is a constant. */
      readonly text: Operand
    }
  | { readonly kind: 'is-null'; readonly column: ColumnOperand | NativeArray }
  /** A moment in the years 1 to 9999, beyond which CEL has none. */
  | { readonly kind: 'is-dated'; readonly column: ColumnOperand }
  /** A JSON value that is there, and of one of these types. */
  | {
      readonly kind: 'json-type'
      readonly json: JsonPlace
      readonly types: readonly JsonType[]
    }
  | { readonly kind: 'exists'; readonly range: Range; readonly alias: string; readonly where: Form }

export type Comparison = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge'
export type Match = 'startsWith' | 'endsWith' | 'contains'
export type JsonType = 'string' | 'number' | 'boolean' | 'null' | 'array' | 'object'

export type Operand =
  | ColumnOperand
  | JsonOperand
  | SizeOperand
  | LengthOperand
  | ConcatOperand
  | Constant

export interface ColumnOperand {
  readonly kind: 'column'
  readonly table: string
  readonly column: string
  readonly type: ScalarType
  readonly isNullable: boolean
}

/** A JSON value where it is of the type, and NULL elsewhere. */
export interface JsonOperand {
  readonly kind: 'json'
  readonly json: JsonPlace
  readonly type: 'string' | 'number' | 'boolean'
}

/** How many elements of a list fulfil a condition. */
interface SizeOperand {
  readonly kind: 'size'
  readonly range: Range
  readonly alias: string
  readonly where: Form
  readonly type: 'int'
}

/** How many code points a text has. */
interface LengthOperand {
  readonly kind: 'length'
  readonly of: Operand
  readonly type: 'int'
}

/** Texts one behind the other; NULL if one of them is. */
interface ConcatOperand {
  readonly kind: 'concat'
  readonly parts: readonly Operand[]
  readonly type: 'string'
}

export interface Constant {
  readonly kind: 'value'
  readonly value: string | number | boolean
  readonly type: ScalarType
}

/** A value within a JSON column, or within an element of a JSON list. */
export interface JsonPlace {
  readonly table: string
  /** The column; an element of a list is the table itself. */
  readonly column: string | undefined
  /** The list that the element is of. */
  readonly list?: JsonPlace
  readonly path: readonly JsonKey[]
}

/** A field of an object, or a place in a list, from 0 on. */
export type JsonKey = string | number

/** What the elements of a list are taken from, or the keys of an object. */
export type Range = JsonRange | NativeArray | RelationRange

/** The elements of a JSON value where it is a list, or its keys where it is an object. */
export interface JsonRange {
  readonly kind: 'elements' | 'keys'
  readonly json: JsonPlace
}

/** An array of PostgreSQL's. */
export interface NativeArray {
  readonly kind: 'array'
  readonly table: string
  readonly column: string
}

export interface RelationRange {
  readonly kind: 'relation'
  readonly table: string
  readonly outer: string
  readonly from: string
  readonly to: string
}

export const ALWAYS: Form = { kind: 'constant', value: true }
export const NEVER: Form = { kind: 'constant', value: false }

/** True where all of them are. */
export function every(...of: readonly Form[]): Form {
  return joined('and', of)
}

/** True where any of them is. */
export function some(...of: readonly Form[]): Form {
  return joined('or', of)
}

/** True where the part is not. */
export function not(of: Form): Form {
  if (of.kind === 'constant') return of.value ? NEVER : ALWAYS
  return of.kind === 'not' ? of.of : { kind: 'not', of }
}

function joined(kind: 'and' | 'or', of: readonly Form[]): Form {
  const decisive = kind === 'or'
  const parts = of.flatMap((part) => (part.kind === kind ? part.of : [part]))
  if (parts.some((part) => part.kind === 'constant' && part.value === decisive)) {
    return decisive ? ALWAYS : NEVER
  }
  const open = parts.filter((part) => part.kind !== 'constant')
  const [only] = open
  if (only === undefined) return decisive ? NEVER : ALWAYS
  return open.length === 1 ? only : { kind, of: open }
}
