import { Timestamp } from '@lockstitch/cel'

/** The instant that an RFC 3339 text names, to the nanosecond; digits beyond are cut off. */
export function instantFrom(text: string): Timestamp {
  const fraction = /[.,](\d+)/.exec(text)
  const whole = fraction ? text.replace(fraction[0], '') : text
  const nanos = (fraction?.[1] ?? '').slice(0, 9).padEnd(9, '0')
  return new Timestamp(Date.parse(whole) / 1000, Number(nanos))
}
