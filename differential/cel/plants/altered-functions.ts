import { isCelError, Timestamp, type Value } from '@lockstitch/cel'

import { altered, type CelPlant, type Implementation, int, text } from './plant.ts'

const GETTERS = [
  'year',
  'month',
  'day_of_year',
  'day_of_month',
  'day_of_month_1_based',
  'day_of_week',
  'hours',
  'minutes',
]

/** Bugs in single functions. */
// biome-ignore format: a table
export const ALTERED_FUNCTIONS: readonly CelPlant[] = [
  { name: 'addition-wraps', doc: 'an int sum that is too large wraps around', functions: altered(['add_int64'], () => (a, b) => BigInt.asIntN(64, int(a) + int(b))) },
  { name: 'uint-subtraction-wraps', doc: 'a uint difference below zero wraps around', functions: altered(['subtract_uint64'], (original) => (a, b) => { const result = original(a as Value, b as Value); return isCelError(result) ? (a as Value) : result }) },
  { name: 'division-rounds-down', doc: 'int division rounds towards negative infinity', functions: altered(['divide_int64'], (original) => (a, b) => (int(b) !== 0n && int(a) % int(b) !== 0n && int(a) < 0n !== int(b) < 0n ? int(a) / int(b) - 1n : original(a as Value, b as Value))) },
  { name: 'modulo-has-sign-of-divisor', doc: 'the remainder has the sign of the divisor', functions: altered(['modulo_int64'], (original) => (a, b) => (int(b) === 0n ? original(a as Value, b as Value) : ((int(a) % int(b)) + int(b)) % int(b))) },
  { name: 'size-in-utf16-units', doc: 'the size of a string counts UTF-16 units', functions: altered(['size_string', 'string_size'], () => (value) => BigInt(text(value).length)) },
  { name: 'char-at-in-utf16-units', doc: '`charAt` counts UTF-16 units', functions: altered(['string_char_at_int'], (original) => (value, at) => text(value).charAt(Number(at)) || original(value as Value, at as Value)) },
  { name: 'months-from-1', doc: '`getMonth` counts from 1', functions: plusOne(['timestamp_to_month', 'timestamp_to_month_with_tz']) },
  { name: 'days-of-month-from-0', doc: '`getDate` counts from 0, as `getDayOfMonth` does', functions: altered(['timestamp_to_day_of_month_1_based', 'timestamp_to_day_of_month_1_based_with_tz'], (original) => (...args) => { const day = original(...args); return isCelError(day) ? day : int(day) - 1n }) },
  { name: 'sunday-is-7', doc: '`getDayOfWeek` has 7 for Sunday', functions: altered(['timestamp_to_day_of_week', 'timestamp_to_day_of_week_with_tz'], (original) => (...args) => { const day = original(...args); return day === 0 || day === 0n ? 7n : day }) },
  { name: 'time-zone-ignored', doc: 'the getters of timestamps ignore the time zone', functions: altered(GETTERS.map((name) => `timestamp_to_${name}_with_tz`), (original) => (time) => original(time as Value, 'UTC')) },
  { name: 'milliseconds-only', doc: 'timestamps are kept to the millisecond', functions: altered(['string_to_timestamp'], (original) => (value) => { const time = original(value as Value); return time instanceof Timestamp ? new Timestamp(time.seconds, time.nanos - (time.nanos % 1e6), time.offset) : time }) },
  { name: 'int-rounds', doc: '`int` of a double rounds', functions: altered(['double_to_int64'], (original) => (value) => original(Math.round(value as number))) },
  { name: 'bool-takes-two-words', doc: '`bool` of a string takes `true` and `false` only', functions: altered(['string_to_bool'], (original) => (value) => (value === 'true' || value === 'false' ? value === 'true' : original('no'))) },
  { name: 'double-text-of-javascript', doc: '`string` of a double is what JavaScript writes', functions: altered(['double_to_string'], () => (value) => String(value)) },
  { name: 'starts-with-ignores-case', doc: '`startsWith` ignores case', functions: altered(['starts_with_string'], () => (value, start) => text(value).toLowerCase().startsWith(text(start).toLowerCase())) },
  { name: 'lower-ascii-lowers-all', doc: '`lowerAscii` lowers every letter', functions: altered(['string_lower_ascii'], () => (value) => text(value).toLowerCase()) },
  { name: 'split-drops-the-rest', doc: '`split` with a limit drops what is beyond it', functions: altered(['string_split_string_int'], (original) => (value, by, limit) => (Number(limit) > 0 ? text(value).split(text(by), Number(limit)) : original(value as Value, by as Value, limit as Value))) },
  { name: 'non-zero-takes-all', doc: '`optional.ofNonZeroValue` is `optional.of`', functions: altered(['optional_ofNonZeroValue'], (original) => (value) => original(isZero(value) ? ([value] as readonly Value[]) : (value as Value))) },
  { name: 'ancestor-of-itself', doc: 'a hierarchy is its own ancestor', functions: altered(['ancestor_of'], (original) => (a, b) => original(a as Value, b as Value) === true || JSON.stringify(a) === JSON.stringify(b)) },
  { name: 'intersect-from-the-left', doc: '`intersect` goes through the left list, not the shorter one', functions: altered(['intersect', 'list_intersect'], (original) => (a, b) => reordered(original, a as readonly Value[], b as readonly Value[])) },
]

function plusOne(ids: readonly string[]): CelPlant['functions'] & {} {
  return altered(ids, (original) => (...args) => {
    const result = original(...args)
    return isCelError(result) ? result : int(result) + 1n
  })
}

function isZero(value: Value | undefined): boolean {
  return value === 0 || value === 0n || value === '' || value === false
}

/** What the left list has of the right one: a right list that is longer makes it the shorter one. */
function reordered(
  original: Implementation,
  a: readonly Value[],
  b: readonly Value[],
): ReturnType<Implementation> {
  const filler = Array.from({ length: a.length }, () => b[0] ?? null)
  return b.length === 0 ? [] : original(a, [...b, ...filler])
}
