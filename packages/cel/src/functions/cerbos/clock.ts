import { DURATION, DYN, TIMESTAMP } from '../../types.ts'
import type { Timestamp, Value } from '../../values.ts'
import { globals, methods, type Overload, undeclared, withClock } from '../overload.ts'
import { timeSince } from '../time-values.ts'

const same = (value: Value): Value => value

/** The instant of the decision, and `id`. @see https://docs.cerbos.dev/cerbos/latest/policies/conditions.html */
// biome-ignore format: a table
export const CLOCK: readonly Overload[] = [
  ...withClock([
    ...globals('now', [['now', [], TIMESTAMP, (now: Timestamp) => now]]),
    ...globals('timeSince', [['time_since', [TIMESTAMP], DURATION, timeSince]]),
    ...methods('timeSince', [['timestamp_time_since', [TIMESTAMP], DURATION, timeSince]]),
  ]),
  ...globals('id', [['id', [DYN], DYN, same]]),
  // The method is one of trust domains, but Cerbos evaluates it on anything.
  ...undeclared(methods('id', [['id', [DYN], DYN, same]])),
]
