import { relatedPlace } from '../diagnostics.ts'
import type { ConstantEntry, ExportConstants, ExportVariables, VariableEntry } from '../document.ts'
import type { JsonValue } from '../linked.ts'
import { citeFile, type Located, type LocatedText, type Place, unanchored } from '../place.ts'
import type { NamedEntry } from '../read/fields.ts'
import type { DefinitionOwner } from './definition-scope.ts'
import { type Import, resolveImports } from './imports.ts'
import type { Linker } from './linker.ts'

/** A variable or constant with the set that it was imported from, if it was. */
export interface NamedDefinition<Value> {
  readonly name: string
  readonly value: Value
  readonly importedFrom: ExportVariables | ExportConstants | undefined
  /** What else the name is defined as, which is a mistake. */
  readonly others: readonly Value[]
}

/** An import of variables or constants. */
interface DefinitionImport {
  readonly kind: 'variable' | 'constant'
  readonly name: LocatedText
  readonly document: ExportVariables | ExportConstants
}

/** Everything that a document imports and defines, by name. */
export interface GatheredDefinitions {
  readonly variables: ReadonlyMap<string, NamedDefinition<LocatedText>>
  readonly constants: ReadonlyMap<string, NamedDefinition<Located<JsonValue>>>
  readonly imports: readonly DefinitionImport[]
  /** Whether all imports were found. */
  readonly complete: { readonly variable: boolean; readonly constant: boolean }
}

/** Gathers imported and local definitions; a name with several is reported. */
export function gatherDefinitions(owner: DefinitionOwner, linker: Linker): GatheredDefinitions {
  const { variables, constants, topVariables } = owner
  const variableImports = resolveImports('variables', variables.imports, linker)
  const constantImports = resolveImports('constants', constants.imports, linker)
  return {
    variables: merge<LocatedText, VariableEntry>('variable', variableImports, linker, [
      ['policy local variables', variables.local],
      ['deprecated top-level policy variables', topVariables],
    ]),
    constants: merge<Located<JsonValue>, ConstantEntry>('constant', constantImports, linker, [
      ['policy local constants', constants.local],
    ]),
    imports: [
      ...variableImports.map((entry) => ({ kind: 'variable' as const, ...entry })),
      ...constantImports.map((entry) => ({ kind: 'constant' as const, ...entry })),
    ],
    complete: {
      variable: variables.imports.items.every(({ value }) => isFound(value, variableImports)),
      constant: constants.imports.items.every(({ value }) => isFound(value, constantImports)),
    },
  }
}

function isFound(name: string, imports: readonly Import<unknown>[]): boolean {
  return imports.some((entry) => entry.name.value === name)
}

interface Origin<Entry> {
  /** As Cerbos names it in its message. */
  readonly from: string
  readonly entry: Entry
  /** Where the policy gets it from: the import, or the definition itself. */
  readonly place: Place
  readonly importedFrom: ExportVariables | ExportConstants | undefined
}

function merge<Value extends Located<unknown>, Entry extends NamedEntry<Value>>(
  kind: 'variable' | 'constant',
  imports: readonly Import<
    { readonly definitions: readonly Entry[] } & DefinitionImport['document']
  >[],
  { report }: Linker,
  blocks: readonly (readonly [from: string, entries: readonly Entry[]])[],
): Map<string, NamedDefinition<Value>> {
  const origins = new Map<string, Origin<Entry>[]>()
  const add = (origin: Origin<Entry>): void => {
    const { name } = origin.entry
    origins.set(name, [...(origins.get(name) ?? []), origin])
  }
  for (const { name, document } of imports) {
    for (const entry of document.definitions) {
      add({ from: `import '${name.value}'`, entry, place: name.place, importedFrom: document })
    }
  }
  for (const [from, entries] of blocks) {
    for (const entry of entries) {
      add({ from, entry, place: entry.namePlace, importedFrom: undefined })
    }
  }
  const merged = new Map<string, NamedDefinition<Value>>()
  for (const [name, all] of origins) {
    const last = all.at(-1)
    if (last === undefined) continue
    const others = all.slice(0, -1).map(({ entry }) => entry.value)
    merged.set(name, { name, value: last.entry.value, importedFrom: last.importedFrom, others })
    if (all.length === 1) continue
    const code = kind === 'variable' ? 'variable-redefined' : 'constant-redefined'
    const cited = all.map(({ from, entry }) => `${from} (${citeFile(entry.value.place)})`)
    const related = all
      .slice(0, -1)
      .map(({ entry }) => relatedPlace('also defined here', entry.namePlace))
    report(code, unanchored(last.place), { name, origins: cited }, { related })
  }
  return merged
}
