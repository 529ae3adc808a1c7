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
import { globals, type Overload } from './overload.ts'
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
  ...globals('int', [
    ['int64_to_int64', [INT], INT, same],
    ['double_to_int64', [DOUBLE], INT, doubleToInt],
    ['duration_to_int64', [DURATION], INT, (a: Duration) => a.nanoseconds],
    ['string_to_int64', [STRING], INT, stringToInt],
    ['timestamp_to_int64', [TIMESTAMP], INT, (a: Timestamp) => a.seconds],
    ['uint64_to_int64', [UINT], INT, (a: Uint) => toInt(a.value)],
  ]),
  ...globals('uint', [
    ['uint64_to_uint64', [UINT], UINT, same],
    ['double_to_uint64', [DOUBLE], UINT, doubleToUint],
    ['int64_to_uint64', [INT], UINT, (a: Int) => toUint(BigInt(a))],
    ['string_to_uint64', [STRING], UINT, stringToUint],
  ]),
  ...globals('double', [
    ['double_to_double', [DOUBLE], DOUBLE, same],
    ['int64_to_double', [INT], DOUBLE, (a: Int) => Number(a)],
    ['string_to_double', [STRING], DOUBLE, stringToDouble],
    ['uint64_to_double', [UINT], DOUBLE, (a: Uint) => Number(a.value)],
  ]),
  ...globals('bool', [
    ['bool_to_bool', [BOOL], BOOL, same],
    ['string_to_bool', [STRING], BOOL, stringToBool],
  ]),
  ...globals('string', [
    ['string_to_string', [STRING], STRING, same],
    ['bool_to_string', [BOOL], STRING, (a: boolean) => String(a)],
    ['bytes_to_string', [BYTES], STRING, bytesToString],
    ['double_to_string', [DOUBLE], STRING, formatDouble],
    ['duration_to_string', [DURATION], STRING, formatDuration],
    ['int64_to_string', [INT], STRING, (a: Int) => String(a)],
    ['timestamp_to_string', [TIMESTAMP], STRING, formatTimestamp],
    ['uint64_to_string', [UINT], STRING, (a: Uint) => String(a.value)],
  ]),
  ...globals('bytes', [
    ['bytes_to_bytes', [BYTES], BYTES, same],
    ['string_to_bytes', [STRING], BYTES, (a: string) => new TextEncoder().encode(a)],
  ]),
  ...globals('timestamp', [
    ['timestamp_to_timestamp', [TIMESTAMP], TIMESTAMP, same],
    ['string_to_timestamp', [STRING], TIMESTAMP, parseTimestamp],
    ['int64_to_timestamp', [INT], TIMESTAMP, (a: Int) => toTimestamp(Number(a), 0)],
  ]),
  ...globals('duration', [
    ['duration_to_duration', [DURATION], DURATION, same],
    ['string_to_duration', [STRING], DURATION, parseDuration],
  ]),
]

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
