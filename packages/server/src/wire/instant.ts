/** A time or a length of time, as protobuf writes both. */
export interface Instant {
  readonly seconds: number
  readonly nanos: number
}

/** The parts of an RFC 3339 text. */
export function instantOf(text: string): Instant {
  const [, fraction = ''] = /\.(\d+)/.exec(text) ?? []
  const millis = Date.parse(text)
  return { seconds: Math.floor(millis / 1000), nanos: Number(fraction.padEnd(9, '0').slice(0, 9)) }
}

/** The RFC 3339 text of a time; nothing where there is no such time. */
export function instantText({ seconds, nanos }: Instant): string | undefined {
  const date = new Date(seconds * 1000)
  if (Number.isNaN(date.getTime())) return undefined
  const fraction = nanos === 0 ? '' : `.${String(nanos).padStart(9, '0').replace(/0+$/, '')}`
  return date.toISOString().replace('.000Z', `${fraction}Z`)
}

/** The parts of a length such as `1.5s`. */
export function lengthOf(text: string): Instant {
  const value = Number(text.slice(0, -1))
  const seconds = Math.trunc(value)
  return { seconds, nanos: Math.round((value - seconds) * 1e9) }
}

/** A length in seconds: `1.5s`. */
export function lengthText({ seconds, nanos }: Instant): string {
  return `${seconds + nanos / 1e9}s`
}
