import type { Activation, CelError, Expr, Value } from '@lockstitch/cel'

import type { Plant } from '../../area.ts'
import { FUNCTIONS, type Overload } from '../our-tables.ts'

/** A bug, and how our side comes to have it. */
export interface CelPlant extends Plant {
  /** Signatures that take the place of those with the same id, or are new. */
  readonly functions?: readonly Overload[]
  /** What a node becomes whose parts have been rewritten already. */
  rewrite?(expr: Expr): Expr
  /** What expressions see instead of the request. */
  activation?(activation: Activation): Activation
  /** Whether what does not pass the type checker is evaluated all the same. */
  readonly unchecked?: true
}

/** A function as the table has it. */
export type Implementation = (...args: readonly Value[]) => Value | CelError

/** The signatures with these ids, each doing something else with the help of what it did. */
export function altered(
  ids: readonly string[],
  alter: (original: Implementation) => Implementation,
): readonly Overload[] {
  const rows = FUNCTIONS.filter(({ id }) => ids.includes(id))
  const missing = ids.filter((id) => !rows.some((row) => row.id === id))
  if (missing.length > 0) throw new TypeError(`no function has the id ${missing.join(', ')}`)
  return rows.map((row) => ({
    ...row,
    // Rows are typed by their own arguments; here they are all alike.
    implementation: alter(row.implementation as Implementation) as Overload['implementation'],
  }))
}

/** An int argument, which may come as a number. */
export function int(value: Value | undefined): bigint {
  return BigInt(value as number | bigint)
}

/** A string argument. */
export function text(value: Value | undefined): string {
  return value as string
}
