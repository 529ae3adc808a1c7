import type { CelError } from '../errors.ts'
import {
  BYTES,
  DOUBLE,
  DURATION,
  INT,
  listType,
  STRING,
  TIMESTAMP,
  typeParam,
  UINT,
} from '../types.ts'
import type { Duration, Timestamp, Uint, Value } from '../values.ts'
import {
  addInts,
  DIVISION_BY_ZERO,
  divideInts,
  MODULUS_BY_ZERO,
  moduloInts,
  multiplyInts,
  negateInt,
  subtractInts,
  toUint,
} from './integers.ts'
import { MAX_LENGTH, TOO_LONG } from './limits.ts'
import { globals, type Overload } from './overload.ts'
import { addDuration, subtractDuration, subtractTimestamps, toDuration } from './time-values.ts'

const LIST = listType(typeParam('T'))

/** `+ - * / %` and the sign. */
// biome-ignore format: a table
export const ARITHMETIC: readonly Overload[] = [
  ...globals('_+_', [
    ['add_bytes', [BYTES, BYTES], BYTES, concatBytes],
    ['add_double', [DOUBLE, DOUBLE], DOUBLE, (a: number, b: number) => a + b],
    ['add_duration_duration', [DURATION, DURATION], DURATION, (a: Duration, b: Duration) => toDuration(a.nanoseconds + b.nanoseconds)],
    ['add_duration_timestamp', [DURATION, TIMESTAMP], TIMESTAMP, (d: Duration, t: Timestamp) => addDuration(t, d)],
    ['add_timestamp_duration', [TIMESTAMP, DURATION], TIMESTAMP, addDuration],
    ['add_int64', [INT, INT], INT, addInts],
    ['add_list', [LIST, LIST], LIST, concatLists],
    ['add_string', [STRING, STRING], STRING, concat],
    ['add_uint64', [UINT, UINT], UINT, (a: Uint, b: Uint) => toUint(a.value + b.value)],
  ]),
  ...globals('_-_', [
    ['subtract_double', [DOUBLE, DOUBLE], DOUBLE, (a: number, b: number) => a - b],
    ['subtract_duration_duration', [DURATION, DURATION], DURATION, (a: Duration, b: Duration) => toDuration(a.nanoseconds - b.nanoseconds)],
    ['subtract_int64', [INT, INT], INT, subtractInts],
    ['subtract_timestamp_duration', [TIMESTAMP, DURATION], TIMESTAMP, subtractDuration],
    ['subtract_timestamp_timestamp', [TIMESTAMP, TIMESTAMP], DURATION, subtractTimestamps],
    ['subtract_uint64', [UINT, UINT], UINT, (a: Uint, b: Uint) => toUint(a.value - b.value)],
  ]),
  ...globals('_*_', [
    ['multiply_double', [DOUBLE, DOUBLE], DOUBLE, (a: number, b: number) => a * b],
    ['multiply_int64', [INT, INT], INT, multiplyInts],
    ['multiply_uint64', [UINT, UINT], UINT, (a: Uint, b: Uint) => toUint(a.value * b.value)],
  ]),
  ...globals('_/_', [
    ['divide_double', [DOUBLE, DOUBLE], DOUBLE, (a: number, b: number) => a / b],
    ['divide_int64', [INT, INT], INT, divideInts],
    ['divide_uint64', [UINT, UINT], UINT, divideUints],
  ]),
  ...globals('_%_', [
    ['modulo_int64', [INT, INT], INT, moduloInts],
    ['modulo_uint64', [UINT, UINT], UINT, moduloUints],
  ]),
  ...globals('-_', [
    ['negate_double', [DOUBLE], DOUBLE, (a: number) => -a],
    ['negate_int64', [INT], INT, negateInt],
  ]),
]

function divideUints(a: Uint, b: Uint): Uint | CelError {
  return b.value === 0n ? DIVISION_BY_ZERO : toUint(a.value / b.value)
}

function moduloUints(a: Uint, b: Uint): Uint | CelError {
  return b.value === 0n ? MODULUS_BY_ZERO : toUint(a.value % b.value)
}

function concat(a: string, b: string): string | CelError {
  return a.length + b.length > MAX_LENGTH ? TOO_LONG : a + b
}

function concatBytes(a: Uint8Array, b: Uint8Array): Uint8Array | CelError {
  if (a.length + b.length > MAX_LENGTH) return TOO_LONG
  const bytes = new Uint8Array(a.length + b.length)
  bytes.set(a)
  bytes.set(b, a.length)
  return bytes
}

function concatLists(a: readonly Value[], b: readonly Value[]): readonly Value[] | CelError {
  return a.length + b.length > MAX_LENGTH ? TOO_LONG : [...a, ...b]
}
