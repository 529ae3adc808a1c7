import { pointerStep } from './go-text.ts'

/** Where and why a value is not what a schema says. */
export interface SchemaViolation {
  /** A JSON pointer into the value, `''` for the whole of it. */
  readonly path: string
  readonly message: string
  /** The way through the schema to what failed, as a JSON pointer that passes through references. */
  readonly keyword: string
}

/**
 * A node of the tree of what failed. Only leaves are told; the paths are put together from the top,
 * so that a value that is sound costs nothing for them.
 */
export interface Failure {
  readonly message: string
  /** The step through the schema. */
  readonly keyword: string
  /** The step through the value, absent where it stays. */
  readonly step?: string | number
  readonly causes: readonly Failure[]
}

/** The leaves of a tree of failures, in the order of the schema, at most so many. */
export function violationsOf(failure: Failure): readonly SchemaViolation[] {
  const violations: SchemaViolation[] = []
  collect(failure, '', '', violations)
  return violations
}

/** No answer needs more, and somebody else writes the values. */
const MAX_VIOLATIONS = 1_000

function collect(failure: Failure, path: string, keyword: string, into: SchemaViolation[]): void {
  if (into.length >= MAX_VIOLATIONS) return
  const { step } = failure
  const here = step === undefined ? path : `${path}/${pointerStep(String(step))}`
  const keywordHere = failure.keyword === '' ? keyword : `${keyword}/${failure.keyword}`
  if (failure.causes.length === 0) {
    into.push({ path: here, message: failure.message, keyword: keywordHere })
  }
  for (const cause of failure.causes) collect(cause, here, keywordHere, into)
}
