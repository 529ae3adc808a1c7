/** An option that is a number of at least so much. Throws otherwise. */
export function atLeast(name: string, least: number, value: number): number {
  if (Number.isFinite(value) && value >= least) return value
  throw new RangeError(`\`${name}\`: expected a number of at least ${least}, got ${value}`)
}

/** An option that is at most so much. Throws otherwise. */
export function atMost(name: string, most: number, value: number): number {
  if (value <= most) return value
  throw new RangeError(`\`${name}\`: expected a number of at most ${most}, got ${value}`)
}
