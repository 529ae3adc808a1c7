import type { Clock } from './clock.ts'

/** Something that is to go wrong. */
export interface Fault {
  /** Requests whose path starts with this are affected; a segment such as `:organization_id` stands for any. */
  readonly path: string
  /** Only requests with this method; all of them when left out. */
  readonly method?: string | undefined
  /** Answers with this HTTP status instead. */
  readonly status?: number | undefined
  /** Answers with this `error_type` of Stytch's instead, and with its own status unless there is one here. */
  readonly error_type?: string | undefined
  /** Waits this long before anything else happens. */
  readonly latency_ms?: number | undefined
  /** Closes the connection without an answer. */
  readonly drop?: boolean | undefined
  /** The JWKS lacks the newest key, as what was kept before a rotation does. */
  readonly stale_jwks?: boolean | undefined
  /** Refuses what is above this, with 429 `too_many_requests`. */
  readonly limit?: RateLimit | undefined
  /** How many requests are affected; all of them, until the faults are cleared, when left out. */
  readonly times?: number | undefined
}

/** So many requests in so many seconds of the emulator's clock. */
export interface RateLimit {
  readonly requests: number
  readonly per_seconds: number
}

/** Faults that tests and the dashboard put in the way. */
export interface Faults {
  add(fault: Fault): void
  clear(): void
  all(): readonly Fault[]
  /** The fault for this request, if there is one; it counts as used. */
  take(method: string, path: string): Fault | undefined
}

/** A fault, and when the requests came that its limit counts. */
interface Placed {
  readonly fault: Fault
  readonly counted: readonly number[]
}

/** No faults. */
export function createFaults(clock: Clock): Faults {
  let placed: readonly Placed[] = []
  const replace = (old: Placed, next: readonly Placed[]): void => {
    placed = placed.flatMap((one) => (one === old ? next : [one]))
  }
  /** Whether it is over the limit; what is not counts. */
  const exceeds = (one: Placed, { requests, per_seconds }: RateLimit): boolean => {
    const now = clock.now().getTime()
    const counted = one.counted.filter((at) => at > now - per_seconds * 1000 && at <= now)
    if (counted.length >= requests) return true
    replace(one, [{ ...one, counted: [...counted, now] }])
    return false
  }
  return {
    add(fault) {
      placed = [...placed, { fault, counted: [] }]
    },
    clear() {
      placed = []
    },
    all: () => placed.map(({ fault }) => fault),
    take(method, path) {
      for (const one of placed) {
        const { fault } = one
        if (!concerns(fault, method, path)) continue
        if (fault.limit !== undefined && !exceeds(one, fault.limit)) continue
        const { times } = fault
        if (times === 1) replace(one, [])
        else if (times !== undefined)
          replace(one, [{ ...one, fault: { ...fault, times: times - 1 } }])
        return fault
      }
      return undefined
    },
  }
}

function concerns(fault: Fault, method: string, path: string): boolean {
  if (fault.method !== undefined && fault.method !== method) return false
  if (!fault.path.includes('/:')) return path.startsWith(fault.path)
  const segments = path.split('/')
  return fault.path
    .split('/')
    .every((segment, index) => segment.startsWith(':') || segment === segments[index])
}
