import { equals } from '../equality.ts'
import { BOOL, typeParam } from '../types.ts'
import type { Value } from '../values.ts'
import { compiled, globals, type Overload } from './overload.ts'

const T = typeParam('T')

/** Boolean operators and equality. */
// biome-ignore format: a table
export const LOGIC: readonly Overload[] = [
  ...globals('_&&_', [['logical_and', [BOOL, BOOL], BOOL, compiled]]),
  ...globals('_||_', [['logical_or', [BOOL, BOOL], BOOL, compiled]]),
  ...globals('_?_:_', [['conditional', [BOOL, T, T], T, compiled]]),
  ...globals('@not_strictly_false', [['not_strictly_false', [BOOL], BOOL, compiled]]),
  ...globals('!_', [['logical_not', [BOOL], BOOL, (a: boolean) => !a]]),
  ...globals('_==_', [['equals', [T, T], BOOL, equals]]),
  ...globals('_!=_', [['not_equals', [T, T], BOOL, (a: Value, b: Value) => !equals(a, b)]]),
  ...globals('dyn', [['to_dyn', [T], { kind: 'dyn' }, (a: Value) => a]]),
]
