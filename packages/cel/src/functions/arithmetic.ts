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
    ['add_bytes', [BYTES, BYTES], BYTES, concatBytes, 'one byte sequence after the other'],
    ['add_double', [DOUBLE, DOUBLE], DOUBLE, (a: number, b: number) => a + b, 'the sum'],
    ['add_duration_duration', [DURATION, DURATION], DURATION, (a: Duration, b: Duration) => toDuration(a.nanoseconds + b.nanoseconds), 'the sum'],
    ['add_duration_timestamp', [DURATION, TIMESTAMP], TIMESTAMP, (d: Duration, t: Timestamp) => addDuration(t, d), 'a later or earlier time'],
    ['add_timestamp_duration', [TIMESTAMP, DURATION], TIMESTAMP, addDuration, 'a later or earlier time'],
    ['add_int64', [INT, INT], INT, addInts, 'the sum, an error when it overflows'],
    ['add_list', [LIST, LIST], LIST, concatLists, 'one list after the other'],
    ['add_string', [STRING, STRING], STRING, concat, 'one string after the other'],
    ['add_uint64', [UINT, UINT], UINT, (a: Uint, b: Uint) => toUint(a.value + b.value), 'the sum, an error when it overflows'],
  ]),
  ...globals('_-_', [
    ['subtract_double', [DOUBLE, DOUBLE], DOUBLE, (a: number, b: number) => a - b, 'the difference'],
    ['subtract_duration_duration', [DURATION, DURATION], DURATION, (a: Duration, b: Duration) => toDuration(a.nanoseconds - b.nanoseconds), 'the difference'],
    ['subtract_int64', [INT, INT], INT, subtractInts, 'the difference, an error when it overflows'],
    ['subtract_timestamp_duration', [TIMESTAMP, DURATION], TIMESTAMP, subtractDuration, 'an earlier or later time'],
    ['subtract_timestamp_timestamp', [TIMESTAMP, TIMESTAMP], DURATION, subtractTimestamps, 'the time between'],
    ['subtract_uint64', [UINT, UINT], UINT, (a: Uint, b: Uint) => toUint(a.value - b.value), 'the difference, an error below zero'],
  ]),
  ...globals('_*_', [
    ['multiply_double', [DOUBLE, DOUBLE], DOUBLE, (a: number, b: number) => a * b, 'the product'],
    ['multiply_int64', [INT, INT], INT, multiplyInts, 'the product, an error when it overflows'],
    ['multiply_uint64', [UINT, UINT], UINT, (a: Uint, b: Uint) => toUint(a.value * b.value), 'the product, an error when it overflows'],
  ]),
  ...globals('_/_', [
    ['divide_double', [DOUBLE, DOUBLE], DOUBLE, (a: number, b: number) => a / b, 'the quotient'],
    ['divide_int64', [INT, INT], INT, divideInts, 'the quotient, rounded towards zero'],
    ['divide_uint64', [UINT, UINT], UINT, divideUints, 'the quotient, rounded towards zero'],
  ]),
  ...globals('_%_', [
    ['modulo_int64', [INT, INT], INT, moduloInts, 'the remainder, with the sign of the dividend'],
    ['modulo_uint64', [UINT, UINT], UINT, moduloUints, 'the remainder'],
  ]),
  ...globals('-_', [
    ['negate_double', [DOUBLE], DOUBLE, (a: number) => -a, 'the same with the other sign'],
    ['negate_int64', [INT], INT, negateInt, 'the same with the other sign'],
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
