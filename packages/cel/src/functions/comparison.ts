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
import { globals, NO_SUCH_OVERLOAD, nameInId, type Overload } from './overload.ts'

/** What an order operator asks of {@link compare}'s answer. NaN satisfies none. */
const ORDER_TESTS: Readonly<Record<string, (order: number) => boolean>> = {
  '_<_': (order) => order < 0,
  '_<=_': (order) => order <= 0,
  '_>_': (order) => order > 0,
  '_>=_': (order) => order >= 0,
}

// biome-ignore format: a table
const OPERATORS: readonly (readonly [name: string, id: string])[] = [
  ['_<_', 'less'],
  ['_<=_', 'less_equals'],
  ['_>_', 'greater'],
  ['_>=_', 'greater_equals'],
]

// biome-ignore format: a table
const OPERANDS: readonly (readonly [left: CelType, right: CelType])[] = [
  [BOOL, BOOL],
  [INT, INT], [INT, DOUBLE], [INT, UINT],
  [UINT, UINT], [UINT, DOUBLE], [UINT, INT],
  [DOUBLE, DOUBLE], [DOUBLE, INT], [DOUBLE, UINT],
  [STRING, STRING], [BYTES, BYTES], [TIMESTAMP, TIMESTAMP], [DURATION, DURATION],
]

/** The order operators, numbers across their types included. */
export const COMPARISON: readonly Overload[] = OPERATORS.flatMap(([name, id]) =>
  globals(
    name,
    OPERANDS.map(([left, right]) => {
      const types = left === right ? [left] : [left, right]
      const order = (a: Value, b: Value): boolean | CelError => ordered(name, a, b)
      return [[id, ...types.map(nameInId)].join('_'), [left, right], BOOL, order] as const
    }),
  ),
)

/** The answer of an order operator for two values of any types. */
export function ordered(operator: string, a: Value, b: Value): boolean | CelError {
  const order = compare(a, b)
  if (order === undefined) return NO_SUCH_OVERLOAD
  return ORDER_TESTS[operator]?.(order) ?? NO_SUCH_OVERLOAD
}
