import type { CelType } from '@lockstitch/cel'

import type { Random } from '../random.ts'
import type { InputBuilder } from './input.ts'
import type { Tree } from './tree.ts'

/** A variable of a macro around the expression being made. */
export interface Local {
  readonly name: string
  readonly type: CelType
}

/** What the parts of the generator share while one expression is made. */
export interface Context {
  readonly random: Random
  readonly input: InputBuilder
  /** How likely a part is wrong on purpose. */
  readonly mistakes: number
  readonly locals: readonly Local[]
  /** An expression of a type; `depth` is how many levels it may have. */
  expression(type: CelType, depth: number): Tree
  /** The same, where further variables can be read. */
  within(locals: readonly Local[]): Context
}
