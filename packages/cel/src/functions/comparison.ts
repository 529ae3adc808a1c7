import { compare } from '../equality.ts'
import type { CelError } from '../errors.ts'
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  INT,
  STRING,
  TIMESTAMP,
  UINT,
} from '../types.ts'
import type { Value } from '../values.ts'
import { globals, NO_SUCH_OVERLOAD, type Overload } from './overload.ts'

const LESS = 0
const LESS_EQUALS = 1
const GREATER = 2

// biome-ignore format: a table
const OPERATORS: readonly (readonly [name: string, id: string])[] = [
  ['_<_', 'less'], ['_<=_', 'less_equals'], ['_>_', 'greater'], ['_>=_', 'greater_equals'],
]

/** The number by which {@link inOrder} knows an operator. */
export function orderOf(operator: string): number {
  return OPERATORS.findIndex(([name]) => name === operator)
}

/** Whether two doubles are in an order. A number tells which: a function that did would be called. */
export function inOrder(order: number, a: number, b: number): boolean {
  if (order === LESS) return a < b
  if (order === LESS_EQUALS) return a <= b
  return order === GREATER ? a > b : a >= b
}

// biome-ignore format: a table
const OPERANDS: readonly (readonly [suffix: string, left: CelType, right: CelType])[] = [
  ['bool', BOOL, BOOL],
  ['int64', INT, INT], ['int64_double', INT, DOUBLE], ['int64_uint64', INT, UINT],
  ['uint64', UINT, UINT], ['uint64_double', UINT, DOUBLE], ['uint64_int64', UINT, INT],
  ['double', DOUBLE, DOUBLE], ['double_int64', DOUBLE, INT], ['double_uint64', DOUBLE, UINT],
  ['string', STRING, STRING], ['bytes', BYTES, BYTES],
  ['timestamp', TIMESTAMP, TIMESTAMP], ['duration', DURATION, DURATION],
]

/** The order operators, numbers across their types included. */
export const COMPARISON: readonly Overload[] = OPERATORS.flatMap(([name, id]) =>
  globals(
    name,
    OPERANDS.map(([suffix, left, right]) => {
      const test = (a: Value, b: Value): boolean | CelError => ordered(orderOf(name), a, b)
      return [`${id}_${suffix}`, [left, right], BOOL, test] as const
    }),
  ),
)

/** The answer of an order operator for two values of any types; NaN is in no order. */
export function ordered(order: number, a: Value, b: Value): boolean | CelError {
  const difference = compare(a, b)
  return difference === undefined ? NO_SUCH_OVERLOAD : inOrder(order, difference, 0)
}
