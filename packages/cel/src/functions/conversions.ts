import { CelError } from '../errors.ts'
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  INT,
  STRING,
  TIMESTAMP,
  typeParam,
  UINT,
} from '../types.ts'
import { type Duration, type Int, type Timestamp, TypeValue, Uint, type Value } from '../values.ts'
import { INT_OVERFLOW, toInt, toUint, UINT_OVERFLOW } from './integers.ts'
import { formatDouble } from './numbers.ts'
import { globals, nameInId, type Overload } from './overload.ts'
import { parseDouble } from './parse-double.ts'
import {
  formatDuration,
  formatTimestamp,
  parseDuration,
  parseTimestamp,
  toTimestamp,
} from './time-values.ts'
import { typeNameOf } from './type-names.ts'

const T = typeParam('T')
const INT_LIMIT = 2 ** 63
const UINT_LIMIT = 2 ** 64
const INVALID_UTF8 = new CelError(
  'invalid-conversion',
  'invalid UTF-8 in bytes, cannot convert to string',
)
const same = (value: Value): Value => value

/** Conversions: each is named for the type that it makes. */
// biome-ignore format: a table
export const CONVERSIONS: readonly Overload[] = [
  ...globals('type', [['type', [T], { kind: 'type', of: T }, (a: Value) => new TypeValue(typeNameOf(a))]]),
  ...conversionsTo(INT, [
    [INT, same],
    [DOUBLE, doubleToInt],
    [DURATION, (a: Duration) => a.nanoseconds],
    [STRING, stringToInt],
    [TIMESTAMP, (a: Timestamp) => a.seconds],
    [UINT, (a: Uint) => toInt(a.value)],
  ]),
  ...conversionsTo(UINT, [
    [UINT, same],
    [DOUBLE, doubleToUint],
    [INT, (a: Int) => toUint(BigInt(a))],
    [STRING, stringToUint],
  ]),
  ...conversionsTo(DOUBLE, [
    [DOUBLE, same],
    [INT, (a: Int) => Number(a)],
    [STRING, stringToDouble],
    [UINT, (a: Uint) => Number(a.value)],
  ]),
  ...conversionsTo(BOOL, [
    [BOOL, same],
    [STRING, stringToBool],
  ]),
  ...conversionsTo(STRING, [
    [STRING, same],
    [BOOL, (a: boolean) => String(a)],
    [BYTES, bytesToString],
    [DOUBLE, formatDouble],
    [DURATION, formatDuration],
    [INT, (a: Int) => String(a)],
    [TIMESTAMP, formatTimestamp],
    [UINT, (a: Uint) => String(a.value)],
  ]),
  ...conversionsTo(BYTES, [
    [BYTES, same],
    [STRING, (a: string) => new TextEncoder().encode(a)],
  ]),
  ...conversionsTo(TIMESTAMP, [
    [TIMESTAMP, same],
    [STRING, parseTimestamp],
    [INT, (a: Int) => toTimestamp(Number(a), 0)],
  ]),
  ...conversionsTo(DURATION, [
    [DURATION, same],
    [STRING, parseDuration],
  ]),
]

type Conversion = readonly [from: CelType, implementation: Overload['implementation']]

function conversionsTo(to: CelType, rows: readonly Conversion[]): readonly Overload[] {
  return globals(
    to.kind,
    rows.map(([from, implementation]) => [
      `${nameInId(from)}_to_${nameInId(to)}`,
      [from],
      to,
      implementation,
    ]),
  )
}

function conversionError(to: CelType['kind']): CelError {
  return new CelError('invalid-conversion', `type conversion error from 'string' to '${to}'`)
}

const NO_INT = conversionError('int')
const NO_UINT = conversionError('uint')
const NO_DOUBLE = conversionError('double')
const NO_BOOL = conversionError('bool')

function doubleToInt(value: number): Int | CelError {
  if (Number.isNaN(value) || value <= -INT_LIMIT || value >= INT_LIMIT) return INT_OVERFLOW
  const whole = Math.trunc(value) + 0
  return Number.isSafeInteger(whole) ? whole : BigInt(whole)
}

function doubleToUint(value: number): Uint | CelError {
  if (Number.isNaN(value) || value < 0 || value >= UINT_LIMIT) return UINT_OVERFLOW
  return new Uint(BigInt(Math.trunc(value)))
}

function stringToInt(text: string): Int | CelError {
  if (!/^[+-]?[0-9]+$/.test(text)) return NO_INT
  const value = toInt(BigInt(text.startsWith('+') ? text.slice(1) : text))
  return value instanceof CelError ? NO_INT : value
}

function stringToUint(text: string): Uint | CelError {
  if (!/^[0-9]+$/.test(text)) return NO_UINT
  const value = toUint(BigInt(text))
  return value instanceof CelError ? NO_UINT : value
}

function stringToDouble(text: string): number | CelError {
  return parseDouble(text) ?? NO_DOUBLE
}

function stringToBool(text: string): boolean | CelError {
  if (/^(?:1|t|T|true|TRUE|True)$/.test(text)) return true
  return /^(?:0|f|F|false|FALSE|False)$/.test(text) ? false : NO_BOOL
}

function bytesToString(bytes: Uint8Array): string | CelError {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return INVALID_UTF8
  }
}
