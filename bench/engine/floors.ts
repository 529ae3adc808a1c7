/** What a figure must reach. */
type Floor = { readonly atMost: number } | { readonly atLeast: number } | undefined

/** A figure that was measured, and what was expected of it, if anything was. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly floor: Floor
}

/** What falls short, a line each. */
export function shortfalls(figures: readonly Figure[]): readonly string[] {
  return figures.flatMap(({ name, value, floor }) => {
    if (floor === undefined) return []
    if ('atMost' in floor) {
      return value <= floor.atMost
        ? []
        : [`${name} is ${figure(value)}, at most ${floor.atMost} expected`]
    }
    return value >= floor.atLeast
      ? []
      : [`${name} is ${figure(value)}, at least ${floor.atLeast} expected`]
  })
}

/** Two places behind the point, none in a large number. */
export function figure(value: number): string {
  return value.toFixed(value < 20 ? 2 : 0)
}
