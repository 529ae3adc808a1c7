/** A request that was answered, and how. */
export interface RequestRecord {
  readonly at: Date
  readonly method: string
  /** The path with its query. */
  readonly url: string
  readonly status: number
  /** What kind of failure it was; empty otherwise. */
  readonly error_type: string
  readonly milliseconds: number
  /** The headers that decide about the answer. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The latest requests to the API, newest first. */
export interface RequestLog {
  all(): readonly RequestRecord[]
  add(record: RequestRecord): void
  clear(): void
}

/** Older requests are dropped. */
const capacity = 200

/** The headers that a replay has to send again. */
const replayed = [
  'authorization',
  'content-type',
  'x-stytch-member-session',
  'x-stytch-member-sessionjwt',
]

/** A log of no requests. */
export function createRequestLog(): RequestLog {
  const records: RequestRecord[] = []
  return {
    all: () => records.toReversed(),
    add(record) {
      records.push(record)
      if (records.length > capacity) records.shift()
    },
    clear() {
      records.length = 0
    },
  }
}

/** Those of a request's headers that decide about the answer. */
export function replayedHeaders(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): Readonly<Record<string, string>> {
  const found = replayed.map((name) => [name, headers[name]] as const)
  return Object.fromEntries(
    found.filter((entry): entry is readonly [string, string] => typeof entry[1] === 'string'),
  )
}

/** The same request as a command, for any shell that knows single quotes. */
export function asCurl(base: string, { method, url, headers, body }: RequestRecord): string {
  const parts = [
    `curl -X ${method} ${quoted(`${base}${url}`)}`,
    ...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(body === '' ? [] : [`--data-raw ${quoted(body)}`]),
  ]
  return parts.join(' \\\n  ')
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
