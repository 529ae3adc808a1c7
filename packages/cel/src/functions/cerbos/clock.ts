import { DURATION, DYN, TIMESTAMP } from '../../types.ts'
import type { Timestamp, Value } from '../../values.ts'
import { globals, methods, type Overload, undeclared, withClock } from '../overload.ts'
import { timeSince } from '../time-values.ts'

const same = (value: Value): Value => value

/** The instant of the decision, and `id`. @see https://docs.cerbos.dev/cerbos/latest/policies/conditions.html */
// biome-ignore format: a table
export const CLOCK: readonly Overload[] = [
  ...withClock([
    ...globals('now', [['now', [], TIMESTAMP, (now: Timestamp) => now, 'the instant of the decision']]),
    ...globals('timeSince', [['time_since', [TIMESTAMP], DURATION, timeSince, 'the time between then and now']]),
    ...methods('timeSince', [['timestamp_time_since', [TIMESTAMP], DURATION, timeSince, 'the time between then and now']]),
  ]),
  ...globals('id', [['id', [DYN], DYN, same, 'the value itself']]),
  // The method is one of trust domains, but Cerbos evaluates it on anything.
  ...undeclared(methods('id', [['id', [DYN], DYN, same, 'the value itself']])),
]
