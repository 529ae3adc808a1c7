import { CelError, invalidArgument } from '../errors.ts'
import type { Timestamp } from '../values.ts'
import { isZoneSpelling } from './time-zone-names.ts'

const FIXED_OFFSET = /^([+-]?)(\d+):(\d+)$/
const formatters = new Map<string, Intl.DateTimeFormat>()

/** Seconds east of UTC at an instant, in a zone of the IANA database or at an offset `±hh:mm`. */
export function zoneOffset(timestamp: Timestamp, zone: string): number | CelError {
  if (zone === '' || zone === 'UTC') return 0
  const fixed = FIXED_OFFSET.exec(zone)
  if (fixed !== null) {
    const [, sign, hours, minutes] = fixed
    const seconds = (Number(hours) * 60 + Number(minutes)) * 60
    return sign === '-' ? -seconds : seconds
  }
  const formatter = formatterOf(zone)
  if (formatter instanceof CelError) return formatter
  return localSeconds(formatter, timestamp.seconds) - timestamp.seconds
}

function formatterOf(zone: string): Intl.DateTimeFormat | CelError {
  const known = formatters.get(zone)
  if (known !== undefined) return known
  if (!isZoneSpelling(zone)) return unknownZone(zone)
  try {
    const formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'gregory',
      era: 'short',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    formatters.set(zone, formatter)
    return formatter
  } catch {
    return unknownZone(zone)
  }
}

function unknownZone(zone: string): CelError {
  return invalidArgument(`unknown time zone ${zone}`)
}

/** The clock in the zone, read as if it were UTC. */
function localSeconds(formatter: Intl.DateTimeFormat, seconds: number): number {
  const parts = new Map<string, string>()
  for (const { type, value } of formatter.formatToParts(seconds * 1000)) parts.set(type, value)
  const number = (type: string): number => Number(parts.get(type))
  const year = parts.get('era') === 'BC' ? 1 - number('year') : number('year')
  const local = new Date(0)
  local.setUTCFullYear(year, number('month') - 1, number('day'))
  local.setUTCHours(number('hour'), number('minute'), number('second'))
  return local.getTime() / 1000
}
