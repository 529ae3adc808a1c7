import type { Expr } from '../ast.ts'
import type { Locals } from './rewrite.ts'
import type { Part, Reducer } from './scope.ts'

/** Where a part stands. */
export interface Place {
  readonly reducer: Reducer
  readonly locals: Locals
  /** Whether a value that is no bool is as good as an error here, as in an operand of `&&`. */
  readonly isCondition: boolean
  /** Over how many elements a quantifier is written out. */
  readonly unroll: number
  /** Reduces a part that stands in a place. */
  readonly reduce: (expr: Expr, place: Place) => Part
}

/** Reduces a part of an expression that is not a condition. */
export function reduceValue(expr: Expr, place: Place): Part {
  return place.reduce(expr, place.isCondition ? { ...place, isCondition: false } : place)
}

/** Reduces a part where only a bool is no error. */
export function reduceCondition(expr: Expr, place: Place): Part {
  return place.reduce(expr, place.isCondition ? place : { ...place, isCondition: true })
}
