import type { Overload } from './functions/overload.ts'

/** Overloads by name. */
export interface FunctionTable {
  /** The signatures of a function (`member: false`) or method of a name. */
  find(name: string, member: boolean): readonly Overload[]
}

/** Makes a table that is looked up by name. */
export function functionTable(overloads: readonly Overload[]): FunctionTable {
  const globals = new Map<string, Overload[]>()
  const members = new Map<string, Overload[]>()
  for (const overload of overloads) {
    const table = overload.member ? members : globals
    const known = table.get(overload.name)
    if (known === undefined) table.set(overload.name, [overload])
    else known.push(overload)
  }
  return { find: (name, member) => (member ? members : globals).get(name) ?? [] }
}
