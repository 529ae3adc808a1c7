import type { ArrayRange, Constant, JsonOperand, JsonPlace, JsonType, Match } from '../form.ts'
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
  readonly match: (how: Match, operand: Fragment, text: string) => Fragment
  /** Whether a JSON value is there and of one of the types. */
  readonly jsonType: (json: JsonPlace, types: readonly JsonType[]) => Fragment
  /** A JSON value if it is of the type, or else NULL. */
  readonly jsonValue: (operand: JsonOperand) => Fragment
  /** The elements of a list as rows with a column `value`. */
  readonly elements: (range: ArrayRange) => Fragment
  readonly arraySize: (range: ArrayRange) => Fragment
}
