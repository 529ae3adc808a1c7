const second = 1_000
const hour = 3_600 * second
/** However short the answer says, so that tokens do not become requests. */
const shortest = 60 * second
/** However long the answer says, so that a withdrawn key loses its force. */
const longest = 24 * hour

/**
 * Milliseconds for which an answer may be used: by `Cache-Control`, else by `Expires`, else an hour.
 * @see https://www.rfc-editor.org/rfc/rfc9111#section-4.2.1
 */
export function freshnessOf(headers: Headers, now: number): number {
  const said = saidByCacheControl(headers) ?? saidByExpires(headers, now) ?? hour
  return Math.min(longest, Math.max(shortest, said))
}

function saidByCacheControl(headers: Headers): number | undefined {
  const directives = (headers.get('cache-control') ?? '').toLowerCase().split(/\s*,\s*/)
  if (directives.some((each) => /^(no-store|no-cache)\b/.test(each))) return 0
  for (const directive of directives) {
    const seconds = /^max-age="?(\d{1,10})"?$/.exec(directive)?.[1]
    if (seconds !== undefined) return Number(seconds) * second - ageOf(headers)
  }
  return undefined
}

function saidByExpires(headers: Headers, now: number): number | undefined {
  const expires = headers.get('expires')
  if (expires === null) return undefined
  // What is no date means that it has expired.
  const at = Date.parse(expires)
  return Number.isNaN(at) ? 0 : at - now
}

/** How long the answer lay in a cache on its way. */
function ageOf(headers: Headers): number {
  const age = headers.get('age')?.trim() ?? ''
  return /^\d{1,10}$/.test(age) ? Number(age) * second : 0
}
