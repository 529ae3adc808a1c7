/** Time as the emulator sees it: every expiry, `iat` and `sent_at` is read from here. */
export interface Clock {
  /** The current time. */
  now(): Date
  /** Moves the clock forward, or back when `milliseconds` is negative. */
  advance(milliseconds: number): void
  /** How far it was advanced, in milliseconds. */
  advanced(): number
  /** Undoes every `advance`. */
  reset(): void
}

/** The machine's time, shifted by what it was advanced. */
export function systemClock(): Clock {
  return shiftedClock(() => Date.now())
}

/** A clock that stands at `start` until it is advanced. */
export function fixedClock(start: Date | string): Clock {
  const at = new Date(start).getTime()
  if (Number.isNaN(at)) throw new TypeError(`expected a date, got \`${String(start)}\``)
  return shiftedClock(() => at)
}

/** The time `minutes` from now on this clock. */
export function minutesFromNow(clock: Clock, minutes: number): Date {
  return new Date(clock.now().getTime() + minutes * 60_000)
}

/** Stytch writes times in UTC to the second. */
export function timestamp(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`
}

function shiftedClock(base: () => number): Clock {
  let shift = 0
  return {
    now: () => new Date(base() + shift),
    advance(milliseconds) {
      const next = shift + milliseconds
      if (Number.isNaN(new Date(base() + next).getTime()))
        throw new RangeError(`expected a number of milliseconds, got \`${milliseconds}\``)
      shift = next
    },
    advanced: () => shift,
    reset() {
      shift = 0
    },
  }
}
