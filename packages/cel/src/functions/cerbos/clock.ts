import { DURATION, DYN, TIMESTAMP } from '../../types.ts'
import type { Timestamp, Value } from '../../values.ts'
import { globals, methods, type Overload, withClock } from '../overload.ts'
import { subtractTimestamps } from '../time-values.ts'

const since = (timestamp: Timestamp, now: Timestamp): ReturnType<typeof subtractTimestamps> =>
  subtractTimestamps(now, timestamp)

/** The instant of the decision, and `id`. @see https://docs.cerbos.dev/cerbos/latest/policies/conditions.html */
// biome-ignore format: a table
export const CLOCK: readonly Overload[] = [
  ...withClock([
    ...globals('now', [['now', [], TIMESTAMP, (now: Timestamp) => now, 'the instant of the decision']]),
    ...globals('timeSince', [['time_since', [TIMESTAMP], DURATION, since, 'the time between then and now']]),
    ...methods('timeSince', [['timestamp_time_since', [TIMESTAMP], DURATION, since, 'the time between then and now']]),
  ]),
  ...globals('id', [['id', [DYN], DYN, (value: Value) => value, 'the value itself']]),
]
