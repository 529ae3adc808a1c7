import type { Input } from './corpus.ts'

/** Answers a condition for one prepared input; anything but a boolean is an error. */
// biome-ignore lint/suspicious/noExplicitAny: each contender is asked with what it prepared itself
export type Evaluate = (prepared: any) => unknown

/** What a condition is evaluated with. */
export interface Contender {
  readonly name: string
  /** What it is asked with for an input, made before anything is timed. */
  prepare(input: Input): unknown
  /** The condition, ready to be asked; a text tells why it cannot be expressed. */
  compile(source: string): Evaluate | string
}

/** The one answer of all contenders: `true`, `false` or `error`. */
export function answerOf(evaluate: Evaluate, prepared: unknown): string {
  const answer = evaluate(prepared)
  return typeof answer === 'boolean' ? String(answer) : 'error'
}
