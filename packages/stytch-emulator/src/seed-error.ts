/** What is wrong with a seed, and where. */
export interface SeedProblem {
  /** The place, such as `seed.projects[0].organizations[1].members[0]`. */
  readonly path: string
  readonly problem: string
  /** The field of it that should not be there. */
  readonly field?: string
  /** Where it is in the file that the seed was read from. */
  readonly position?: Position
}

/** A place in a file, counted from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** A seed that cannot be used. */
export class SeedError extends Error {
  override readonly name = 'SeedError'
  /** Everything that is wrong with it. */
  readonly problems: readonly SeedProblem[]

  constructor(problems: readonly SeedProblem[]) {
    super(problems.map(({ path, problem }) => `${path}: ${problem}`).join('\n'))
    this.problems = problems
  }
}

/** Does every part and returns what they return, or throws all their problems together. */
export function gather<T>(parts: readonly (() => T)[]): readonly T[] {
  const values: T[] = []
  const problems: SeedProblem[] = []
  for (const part of parts)
    try {
      values.push(part())
    } catch (error) {
      if (!(error instanceof SeedError)) throw error
      problems.push(...error.problems)
    }
  if (problems.length > 0) throw new SeedError(problems)
  return values
}
