import type {
  Constant,
  JsonOperand,
  JsonPlace,
  JsonRange,
  JsonType,
  Match,
  NativeArray,
} from '../form.ts'
import type { ScalarType } from '../mapping.ts'
import type { Fragment } from './fragment.ts'

/** What databases say differently. */
export interface Dialect {
  /** A name as it stands in a query. */
  readonly name: (name: string) => string
  /** A constant of a type, sent as a parameter. */
  readonly constant: (constant: Constant) => Fragment
  /** An operand such that texts are equal, and in order, by their code points. */
  readonly comparable: (operand: Fragment, type: ScalarType) => Fragment
  /** A column by which rows are ordered, moments by their milliseconds. */
  readonly sortable: (operand: Fragment, type: ScalarType) => Fragment
  /** Whether a moment is in the years 1 to 9999. */
  readonly isDated: (operand: Fragment) => Fragment
  /** Whether a text begins or ends with another, or has it within. */
  readonly match: (how: Match, operand: Fragment, text: Fragment) => Fragment
  readonly concat: (parts: readonly Fragment[]) => Fragment
  /** How many code points a text has. */
  readonly length: (operand: Fragment) => Fragment
  /** Whether a JSON value is there and of one of the types. */
  readonly jsonType: (json: JsonPlace, types: readonly JsonType[]) => Fragment
  /** A JSON value if it is of the type, or else NULL. */
  readonly jsonValue: (operand: JsonOperand) => Fragment
  /** The elements of a list, or the keys of an object, as rows with a column `value`. */
  readonly rows: (range: JsonRange | NativeArray, alias: string) => Fragment
}
