/** Repeatable chance: the same seed and index give the same numbers, on every machine. */
export interface Random {
  /** An integer from 0 up to, not including, `end`. */
  below(end: number): number
  /** True with a probability between 0 and 1. */
  chance(probability: number): boolean
  /** One of the choices, which must not be empty. */
  pick<T>(choices: readonly T[]): T
}

/** The chance of one case of a run. */
export function randomFor(seed: number, index: number): Random {
  // Mixing twice keeps the streams of neighbouring cases from resembling each other.
  let state = mix(mix(seed) ^ Math.imul(index, 0x9e3779b1))
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    return mix(state) >>> 0
  }
  const below = (end: number): number => Math.floor((next() / 2 ** 32) * end)
  return {
    below,
    chance: (probability) => next() / 2 ** 32 < probability,
    pick<T>(choices: readonly T[]): T {
      if (choices.length === 0) throw new TypeError('there is nothing to pick from')
      // The index is below the length.
      return choices[below(choices.length)] as T
    },
  }
}

function mix(value: number): number {
  let mixed = value | 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}
