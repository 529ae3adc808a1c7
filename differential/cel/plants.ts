import type { Plant } from '../area.ts'
import { type Compiler, honestCompiler } from './ours.ts'

/** Bugs that can be put into our side. */
export const PLANTS: readonly Plant[] = []

/** Our side with a bug in it. */
export function compilerWith(_name: string): Compiler {
  return honestCompiler()
}
