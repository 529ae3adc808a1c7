/** Something that is to go wrong. */
export interface Fault {
  /** Requests whose path starts with this are affected. */
  readonly path: string
  /** Answers with this HTTP status instead. */
  readonly status?: number | undefined
  /** Waits this long before anything else happens. */
  readonly latency_ms?: number | undefined
  /** Closes the connection without an answer. */
  readonly drop?: boolean | undefined
  /** How many requests are affected; all of them, until the faults are cleared, when left out. */
  readonly times?: number | undefined
}

/** Faults that tests and the dashboard put in the way. */
export interface Faults {
  add(fault: Fault): void
  clear(): void
  all(): readonly Fault[]
  /** The fault for this path, if there is one; it counts as used. */
  take(path: string): Fault | undefined
}

/** No faults. */
export function createFaults(): Faults {
  let faults: readonly Fault[] = []
  return {
    add(fault) {
      faults = [...faults, fault]
    },
    clear() {
      faults = []
    },
    all: () => faults,
    take(path) {
      const fault = faults.find((one) => path.startsWith(one.path))
      if (fault?.times === undefined) return fault
      const used = { ...fault, times: fault.times - 1 }
      faults = faults.flatMap((one) => (one !== fault ? [one] : used.times > 0 ? [used] : []))
      return fault
    },
  }
}
