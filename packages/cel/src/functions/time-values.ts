import { CelError } from '../errors.ts'
import { Duration, Timestamp } from '../values.ts'
import { clampInt, INT_OVERFLOW, toInt } from './integers.ts'
import { plainDecimal } from './numbers.ts'

const FIRST_SECOND = -62_135_596_800 // 0001-01-01T00:00:00Z
const LAST_SECOND = 253_402_300_799 // 9999-12-31T23:59:59Z
const NANOS = 1_000_000_000n

const TIMESTAMP_OVERFLOW: CelError = new CelError('overflow', 'timestamp overflow')

/** A timestamp, or an error outside of the years 1 to 9999. */
export function toTimestamp(seconds: number, nanos: number, offset = 0): Timestamp | CelError {
  return seconds >= FIRST_SECOND && seconds <= LAST_SECOND
    ? new Timestamp(seconds, nanos, offset)
    : TIMESTAMP_OVERFLOW
}

const CALENDAR_END = 8_600_000_000_000

/**
 * A timestamp whose parts may have any sign. Unlike the functions, cel-go does not check the years of
 * a message; those that a `Date` knows will do.
 */
export function timestampOf(seconds: bigint, nanos: bigint): Timestamp | CelError {
  const carry = floorDiv(nanos, NANOS)
  const whole = Number(seconds + carry)
  return Math.abs(whole) < CALENDAR_END
    ? new Timestamp(whole, Number(nanos - carry * NANOS))
    : TIMESTAMP_OVERFLOW
}

/** The duration of a message. Go stops at the longest that there is. */
export function durationOf(seconds: bigint, nanos: bigint): Duration {
  const whole = clampInt(seconds * NANOS)
  return new Duration(whole === seconds * NANOS ? clampInt(whole + nanos) : whole)
}

/** A duration, or an error beyond 64 bits of nanoseconds. */
export function toDuration(nanoseconds: bigint): Duration | CelError {
  const checked = toInt(nanoseconds)
  return checked instanceof CelError ? INT_OVERFLOW : new Duration(checked)
}

export function addDuration(timestamp: Timestamp, duration: Duration): Timestamp | CelError {
  const nanos = BigInt(timestamp.nanos) + duration.nanoseconds
  const carry = floorDiv(nanos, NANOS)
  const seconds = timestamp.seconds + Number(carry)
  return toTimestamp(seconds, Number(nanos - carry * NANOS), timestamp.offset)
}

/** The shortest of all durations has no opposite, which is an error. */
export function subtractDuration(timestamp: Timestamp, duration: Duration): Timestamp | CelError {
  const opposite = toDuration(-duration.nanoseconds)
  return opposite instanceof CelError ? opposite : addDuration(timestamp, opposite)
}

export function subtractTimestamps(a: Timestamp, b: Timestamp): Duration | CelError {
  return toDuration(nanosBetween(a, b))
}

/** The time since a timestamp. Go's `Sub` stops at the longest duration that there is. */
export function timeSince(then: Timestamp, now: Timestamp): Duration {
  return new Duration(clampInt(nanosBetween(now, then)))
}

function nanosBetween(a: Timestamp, b: Timestamp): bigint {
  return BigInt(a.seconds - b.seconds) * NANOS + BigInt(a.nanos - b.nanos)
}

function floorDiv(a: bigint, b: bigint): bigint {
  const quotient = a / b
  return a % b < 0n ? quotient - 1n : quotient
}

/**
 * Reads an RFC 3339 timestamp with a fraction of any length, of which nine digits count. Positions
 * are fixed, so it goes by character code: several times as fast as a regular expression.
 */
export function parseTimestamp(text: string): Timestamp | CelError {
  return readTimestamp(text) ?? invalidTimestamp(text)
}

function invalidTimestamp(text: string): CelError {
  const shown = text.length > 64 ? `${text.slice(0, 64)}…` : text
  return new CelError('invalid-conversion', `invalid RFC 3339 timestamp ${JSON.stringify(shown)}`)
}

const DASH = 0x2d
const PLUS = 0x2b
const DOT = 0x2e
const COLON = 0x3a
const LETTER_T = 0x54
const LETTER_Z = 0x5a

const SHORTEST = '0000-00-00T00:00:00Z'.length

function readTimestamp(text: string): Timestamp | CelError | undefined {
  if (text.length < SHORTEST) return
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2)
  const month = twoDigits(text, 5)
  const day = twoDigits(text, 8)
  const hour = twoDigits(text, 11)
  const minute = twoDigits(text, 14)
  const second = twoDigits(text, 17)
  const separators =
    text.charCodeAt(4) === DASH &&
    text.charCodeAt(7) === DASH &&
    text.charCodeAt(10) === LETTER_T &&
    text.charCodeAt(13) === COLON &&
    text.charCodeAt(16) === COLON
  if (!separators || year < 0) return
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return
  if (!isTime(hour, minute) || !isTime(0, second)) return
  let pos = SHORTEST - 1
  let nanos = 0
  if (text.charCodeAt(pos) === DOT) {
    const start = pos + 1
    pos = start
    // Further digits count for nothing.
    for (let size = 100_000_000; isDigit(text.charCodeAt(pos)); size = Math.floor(size / 10)) {
      nanos += (text.charCodeAt(pos) - DIGIT_0) * size
      pos += 1
    }
    if (pos === start) return
  }
  const offset = readOffset(text, pos)
  if (offset === undefined) return
  const days = daysFromCivil(year, month, day)
  const seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset * 60
  return toTimestamp(seconds, nanos, offset)
}

/** `Z` or `±hh:mm` up to the end of the text, in minutes. */
function readOffset(text: string, pos: number): number | undefined {
  const first = text.charCodeAt(pos)
  if (first === LETTER_Z) return text.length === pos + 1 ? 0 : undefined
  const sign = first === PLUS ? 1 : first === DASH ? -1 : 0
  if (sign === 0 || text.length !== pos + 6 || text.charCodeAt(pos + 3) !== COLON) return undefined
  const hours = twoDigits(text, pos + 1)
  const minutes = twoDigits(text, pos + 4)
  return isTime(hours, minutes) ? sign * (hours * 60 + minutes) : undefined
}

function isTime(hours: number, sixtieths: number): boolean {
  return hours >= 0 && hours < 24 && sixtieths >= 0 && sixtieths < 60
}

/** The number that the two digits at `start` make; where they are none, one that makes any sum negative. */
function twoDigits(text: string, start: number): number {
  const tens = text.charCodeAt(start)
  const ones = text.charCodeAt(start + 1)
  return isDigit(tens) && isDigit(ones) ? (tens - DIGIT_0) * 10 + ones - DIGIT_0 : -10_000
}

const DIGIT_0 = 0x30
const DIGIT_9 = 0x39

function isDigit(code: number): boolean {
  return code >= DIGIT_0 && code <= DIGIT_9
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** Days since 1970-01-01 of a date in the proleptic Gregorian calendar. */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100)
  return era * 146_097 + dayOfEra + dayOfYear - 719_468
}

/** RFC 3339 with the offset that the timestamp was written with and no needless digits. */
export function formatTimestamp(timestamp: Timestamp): string {
  const { seconds, nanos, offset } = timestamp
  const [local] = new Date((seconds + offset * 60) * 1000).toISOString().split('.')
  const fraction = nanos === 0 ? '' : `.${String(nanos).padStart(9, '0').replace(/0+$/, '')}`
  return `${local?.replace(LONG_YEAR, '$1')}${fraction}${formatOffset(offset)}`
}

/** JavaScript writes years beyond four digits with six and a sign. */
const LONG_YEAR = /^(?:\+|(-))0*(?=\d{4})/

function formatOffset(offset: number): string {
  if (offset === 0) return 'Z'
  const minutes = Math.abs(offset)
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

const DURATION = /^[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/
const DURATION_PART = /(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/g
// biome-ignore format: a table
const UNIT_NANOS: Readonly<Record<string, bigint>> = {
  ns: 1n, us: 1_000n, µs: 1_000n, μs: 1_000n, ms: 1_000_000n, s: NANOS, m: 60n * NANOS, h: 3600n * NANOS,
}
const INVALID_DURATION = new CelError(
  'invalid-conversion',
  "type conversion error from 'string' to 'google.protobuf.Duration'",
)

/** Reads a duration as Go writes it: `1h30m`, `-1.5s`, `0`. */
export function parseDuration(text: string): Duration | CelError {
  if (/^[+-]?0$/.test(text)) return new Duration(0n)
  if (!DURATION.test(text)) return INVALID_DURATION
  let nanoseconds = 0n
  for (const [, whole, fraction = '', unit = ''] of text.matchAll(DURATION_PART)) {
    const size = UNIT_NANOS[unit] ?? 0n
    nanoseconds += BigInt(whole || '0') * size
    nanoseconds += (BigInt(fraction || '0') * size) / 10n ** BigInt(fraction.length)
  }
  const duration = toDuration(text.startsWith('-') ? -nanoseconds : nanoseconds)
  return duration instanceof CelError ? INVALID_DURATION : duration
}

/**
 * Seconds with a fraction where there is one: `90s`, `1.5s`. cel-go writes the seconds as a double,
 * so that the nanoseconds of a long duration are rounded.
 */
export function formatDuration({ nanoseconds }: Duration): string {
  const seconds = Number(nanoseconds / NANOS) + Number(nanoseconds % NANOS) / 1e9
  return `${plainDecimal(seconds)}s`
}
