import { equals } from '../equality.ts'
import { BOOL, typeParam } from '../types.ts'
import type { Value } from '../values.ts'
import { globals, type Overload } from './overload.ts'

const T = typeParam('T')

// The compiler evaluates the first five itself, because they do not need all of their arguments.
const neverCalled = (): never => {
  throw new Error('a lazy operator is compiled, not called')
}

/** Boolean operators and equality. */
// biome-ignore format: a table
export const LOGIC: readonly Overload[] = [
  ...globals('_&&_', [['logical_and', [BOOL, BOOL], BOOL, neverCalled, 'both; false wins over an error']]),
  ...globals('_||_', [['logical_or', [BOOL, BOOL], BOOL, neverCalled, 'either; true wins over an error']]),
  ...globals('_?_:_', [['conditional', [BOOL, T, T], T, neverCalled, 'one or the other']]),
  ...globals('@not_strictly_false', [['not_strictly_false', [BOOL], BOOL, neverCalled, 'true or an error']]),
  ...globals('!_', [['logical_not', [BOOL], BOOL, (a: boolean) => !a, 'not']]),
  ...globals('_==_', [['equals', [T, T], BOOL, equals, 'whether two values are equal']]),
  ...globals('_!=_', [['not_equals', [T, T], BOOL, (a: Value, b: Value) => !equals(a, b), 'whether two values differ']]),
  ...globals('dyn', [['to_dyn', [T], { kind: 'dyn' }, (a: Value) => a, 'the value, its type unchecked']]),
]
