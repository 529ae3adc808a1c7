import { CelError } from '../errors.ts'
import { DURATION, INT, STRING, TIMESTAMP } from '../types.ts'
import type { Duration, Int, Timestamp } from '../values.ts'
import { methods, type Overload } from './overload.ts'
import { zoneOffset } from './time-zones.ts'

type Getter = readonly [name: string, id: string, read: (local: Date, t: Timestamp) => number]

// biome-ignore format: a table
const TIMESTAMP_GETTERS: readonly Getter[] = [
  ['getFullYear', 'timestamp_to_year', (d) => d.getUTCFullYear()],
  ['getMonth', 'timestamp_to_month', (d) => d.getUTCMonth()],
  ['getDayOfYear', 'timestamp_to_day_of_year', dayOfYear],
  ['getDayOfMonth', 'timestamp_to_day_of_month', (d) => d.getUTCDate() - 1],
  ['getDate', 'timestamp_to_day_of_month_1_based', (d) => d.getUTCDate()],
  ['getDayOfWeek', 'timestamp_to_day_of_week', (d) => d.getUTCDay()],
  ['getHours', 'timestamp_to_hours', (d) => d.getUTCHours()],
  ['getMinutes', 'timestamp_to_minutes', (d) => d.getUTCMinutes()],
  ['getSeconds', 'timestamp_to_seconds', (d) => d.getUTCSeconds()],
  ['getMilliseconds', 'timestamp_to_milliseconds', (_, t) => Math.floor(t.nanos / 1e6)],
]

// biome-ignore format: a table
const DURATION_GETTERS: readonly (readonly [name: string, id: string, nanos: bigint])[] = [
  ['getHours', 'duration_to_hours', 3_600_000_000_000n],
  ['getMinutes', 'duration_to_minutes', 60_000_000_000n],
  ['getSeconds', 'duration_to_seconds', 1_000_000_000n],
  ['getMilliseconds', 'duration_to_milliseconds', 1_000_000n],
]

/** Parts of timestamps, in UTC or a time zone, and of durations. */
export const TIME: readonly Overload[] = [
  ...TIMESTAMP_GETTERS.flatMap(([name, id, read]) =>
    methods(name, [
      [id, [TIMESTAMP], INT, (t: Timestamp): Int => readAt(t, 0, read)],
      [inZoneId(id), [TIMESTAMP, STRING], INT, inZone(read)],
    ]),
  ),
  ...DURATION_GETTERS.flatMap(([name, id, nanos]) => {
    const whole = (duration: Duration): Int => duration.nanoseconds / nanos
    return methods(name, [[id, [DURATION], INT, whole]])
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
