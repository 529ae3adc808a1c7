import { CelError } from '../errors.ts'
import { DURATION, INT, STRING, TIMESTAMP } from '../types.ts'
import type { Duration, Int, Timestamp } from '../values.ts'
import { methods, type Overload } from './overload.ts'
import { zoneOffset } from './time-zones.ts'

type Getter = readonly [
  name: string,
  id: string,
  read: (local: Date, t: Timestamp) => number,
  doc: string,
]

// biome-ignore format: a table
const TIMESTAMP_GETTERS: readonly Getter[] = [
  ['getFullYear', 'timestamp_to_year', (d) => d.getUTCFullYear(), 'the year'],
  ['getMonth', 'timestamp_to_month', (d) => d.getUTCMonth(), 'the month from 0'],
  ['getDayOfYear', 'timestamp_to_day_of_year', dayOfYear, 'the day of the year from 0'],
  ['getDayOfMonth', 'timestamp_to_day_of_month', (d) => d.getUTCDate() - 1, 'the day of the month from 0'],
  ['getDate', 'timestamp_to_day_of_month_1_based', (d) => d.getUTCDate(), 'the day of the month from 1'],
  ['getDayOfWeek', 'timestamp_to_day_of_week', (d) => d.getUTCDay(), 'the day of the week, Sunday is 0'],
  ['getHours', 'timestamp_to_hours', (d) => d.getUTCHours(), 'the hour'],
  ['getMinutes', 'timestamp_to_minutes', (d) => d.getUTCMinutes(), 'the minute'],
  ['getSeconds', 'timestamp_to_seconds', (d) => d.getUTCSeconds(), 'the second'],
  ['getMilliseconds', 'timestamp_to_milliseconds', (_, t) => Math.floor(t.nanos / 1e6), 'the millisecond'],
]

// biome-ignore format: a table
const DURATION_GETTERS: readonly (readonly [name: string, id: string, nanos: bigint, doc: string])[] = [
  ['getHours', 'duration_to_hours', 3_600_000_000_000n, 'the whole hours'],
  ['getMinutes', 'duration_to_minutes', 60_000_000_000n, 'the whole minutes'],
  ['getSeconds', 'duration_to_seconds', 1_000_000_000n, 'the whole seconds'],
  ['getMilliseconds', 'duration_to_milliseconds', 1_000_000n, 'the whole milliseconds'],
]

/** Parts of timestamps, in UTC or a time zone, and of durations. */
export const TIME: readonly Overload[] = [
  ...TIMESTAMP_GETTERS.flatMap(([name, id, read, doc]) =>
    methods(name, [
      [id, [TIMESTAMP], INT, (t: Timestamp): Int => readAt(t, 0, read), `${doc}, in UTC`],
      [inZoneId(id), [TIMESTAMP, STRING], INT, inZone(read), `${doc}, in a time zone`],
    ]),
  ),
  ...DURATION_GETTERS.flatMap(([name, id, nanos, doc]) => {
    const whole = (duration: Duration): Int => duration.nanoseconds / nanos
    return methods(name, [[id, [DURATION], INT, whole, doc]])
  }),
]

/** cel-go's name; that of the seconds is an exception there. */
function inZoneId(id: string): string {
  return id === 'timestamp_to_seconds' ? `${id}_tz` : `${id}_with_tz`
}

function inZone(read: Getter[2]): (timestamp: Timestamp, zone: string) => Int | CelError {
  return (timestamp, zone) => {
    const offset = zoneOffset(timestamp, zone)
    return offset instanceof CelError ? offset : readAt(timestamp, offset, read)
  }
}

/** Reads from a `Date` whose UTC fields are the local ones; the machine's own zone plays no part. */
function readAt(timestamp: Timestamp, offsetSeconds: number, read: Getter[2]): number {
  return read(new Date((timestamp.seconds + offsetSeconds) * 1000), timestamp)
}

function dayOfYear(local: Date): number {
  const newYear = new Date(0)
  newYear.setUTCFullYear(local.getUTCFullYear(), 0, 1)
  return Math.floor((local.getTime() - newYear.getTime()) / 86_400_000)
}
