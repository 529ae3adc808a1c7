import { ALL_MACROS } from './extension-macros.ts'
import { MACRO_DOCS, OVERLOAD_DOCS } from './functions/docs.ts'
import { ALL_FUNCTIONS } from './functions/library.ts'
import type { Overload } from './functions/overload.ts'
import type { CelType } from './types.ts'

/** One signature of a function, method or operator, with a line about it. */
export interface DocumentedOverload {
  /** The function or operator: `_+_`, `size`, `math.abs`. */
  readonly name: string
  /** cel-go's name of the signature: `add_int64`. */
  readonly id: string
  /** Whether it is written as `target.name(…)`; the target is the first argument then. */
  readonly member: boolean
  readonly args: readonly CelType[]
  readonly result: CelType
  readonly doc: string
}

/** A macro, with a line about it. */
export interface DocumentedMacro {
  readonly name: string
  readonly member: boolean
  /** How many arguments it takes; left out where it takes any number. */
  readonly argCount?: number
  readonly doc: string
}

/** Every function that an expression may call, for editors and references. */
export const FUNCTIONS: readonly DocumentedOverload[] = ALL_FUNCTIONS.filter(
  ({ undeclared }) => undeclared !== true,
).map((overload) => {
  const { name, id, member, args, result } = overload
  return { name, id, member, args, result, doc: docOf(overload) }
})

/** Every macro that an expression may use. */
export const MACROS: readonly DocumentedMacro[] = ALL_MACROS.map(({ name, member, argCount }) => {
  const count = argCount === undefined ? {} : { argCount }
  const key = argCount === undefined ? name : `${name}/${argCount}`
  return { name, member, ...count, doc: MACRO_DOCS[key] ?? '' }
})

function docOf({ name, id }: Overload): string {
  const docs = OVERLOAD_DOCS[name]
  return (typeof docs === 'object' ? docs[id] : docs) ?? ''
}
