import { relatedPlace } from '../diagnostics.ts'
import { sanitiseName } from '../names.ts'
import { nearName } from '../near-name.ts'
import type { LocatedText } from '../place.ts'
import type { LocatedList } from '../read/fields.ts'
import { findExport, namePlace } from './catalogue.ts'
import type { Linker } from './linker.ts'

/** An imported document and the entry of the list that imports it. */
export interface Import<Document> {
  readonly name: LocatedText
  readonly document: Document
}

const KINDS = {
  'derived roles': { shelf: 'derivedRoles', prefix: 'derived_roles' },
  variables: { shelf: 'exportVariables', prefix: 'export_variables' },
  constants: { shelf: 'exportConstants', prefix: 'export_constants' },
} as const

type Kinds = typeof KINDS
type Imported<What extends keyof Kinds> =
  Linker['catalogue'][Kinds[What]['shelf']] extends ReadonlyMap<string, infer Document>
    ? Document
    : never

/** Finds what a list imports; a name that no file defines is reported. */
export function resolveImports<What extends keyof Kinds>(
  what: What,
  list: LocatedList<LocatedText>,
  { catalogue, report }: Linker,
): Import<Imported<What>>[] {
  const { shelf, prefix } = KINDS[what]
  // The kinds table pairs each name with the map of its documents.
  const documents = catalogue[shelf] as ReadonlyMap<string, Imported<What>>
  const found: Import<Imported<What>>[] = []
  const names = new Map(list.items.map((name) => [name.value, name]))
  for (const name of names.values()) {
    const document = findExport(documents, name.value)
    if (document !== undefined) {
      found.push({ name, document })
      continue
    }
    const disabled = catalogue.disabled.get(`${prefix}.${sanitiseName(name.value)}`)
    report(
      'import-not-found',
      name.place,
      { what, name: name.value, importer: catalogue.keys.get(name.place.source.path) ?? '' },
      {
        suggestion: nearName(name.value, namesOf(catalogue[shelf].values())),
        related: disabled ? [relatedPlace('disabled here', namePlace(disabled))] : [],
      },
    )
  }
  return found
}

function namesOf(documents: Iterable<{ readonly name: LocatedText | undefined }>): string[] {
  return [...documents].flatMap(({ name }) => name?.value ?? [])
}
