/** Draws numbers that depend on a seed alone. */
export interface Random {
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number
  /** One of some values. */
  one<T>(values: readonly [T, ...T[]]): T
}

/** A generator of 32 bits of state (mulberry32): enough to make texts differ. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    between: (low, high) => low + Math.floor(next() * (high - low + 1)),
    // The index is within the list, which is not empty.
    one: (values) => values[Math.floor(next() * values.length)] as (typeof values)[number],
  }
}
