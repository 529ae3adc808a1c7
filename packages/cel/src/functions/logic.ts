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
  ...globals('_&&_', [['logical_and', [BOOL, BOOL], BOOL, neverCalled]]),
  ...globals('_||_', [['logical_or', [BOOL, BOOL], BOOL, neverCalled]]),
  ...globals('_?_:_', [['conditional', [BOOL, T, T], T, neverCalled]]),
  ...globals('@not_strictly_false', [['not_strictly_false', [BOOL], BOOL, neverCalled]]),
  ...globals('!_', [['logical_not', [BOOL], BOOL, (a: boolean) => !a]]),
  ...globals('_==_', [['equals', [T, T], BOOL, equals]]),
  ...globals('_!=_', [['not_equals', [T, T], BOOL, (a: Value, b: Value) => !equals(a, b)]]),
  ...globals('dyn', [['to_dyn', [T], { kind: 'dyn' }, (a: Value) => a]]),
]
