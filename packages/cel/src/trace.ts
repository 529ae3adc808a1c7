import type { Span } from './ast.ts'
import type { Activation, Program } from './env.ts'
import type { CelError } from './errors.ts'
import type { Value } from './values.ts'

/** One evaluated part of an expression: its text, its outcome, and the parts it came from. */
export interface Step {
  /** The part as it is written in the source. */
  readonly text: string
  readonly span: Span
  readonly result: Value | CelError
  readonly children: readonly Step[]
}

/** Evaluates slowly and tells how the result came about. */
export function trace(program: Program, activation: Activation): Step {
  throw new Error(`not built yet (${program.source}, ${Object.keys(activation).length})`)
}
