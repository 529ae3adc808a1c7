/** Keeps calls away from a service that does not answer. */
export interface CircuitBreaker {
  /** Whether a call may be made now. While the service is away, one a pause may. */
  mayCall(): boolean
  answered(): void
  failed(): void
}

/** Calls in a row without an answer after which the service counts as away. */
const limit = 5
/** Milliseconds between calls while it is. */
const pause = 2000

/** A breaker that begins with a service that answers. */
export function createCircuitBreaker(clock: () => number): CircuitBreaker {
  let failures = 0
  let lastCall = Number.NEGATIVE_INFINITY
  return {
    mayCall() {
      const since = clock() - lastCall
      // A clock that was put back must not keep the calls away for longer than a pause.
      if (failures >= limit && since >= 0 && since < pause) return false
      lastCall = clock()
      return true
    },
    answered() {
      failures = 0
    },
    failed() {
      failures += 1
    },
  }
}
