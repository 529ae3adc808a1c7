import type { Definitions, PolicyDocument } from '../document.ts'
import type { LocatedText } from '../place.ts'
import type { LocatedList } from '../read/fields.ts'
import { type Catalogue, findExport } from './catalogue.ts'

/** The policies of a set and all that they import, directly or through derived roles. */
export function usedDocuments(catalogue: Catalogue): ReadonlySet<PolicyDocument> {
  const used = new Set<PolicyDocument>()
  const add = (documents: ReadonlyMap<string, PolicyDocument>, names: LocatedList<LocatedText>) => {
    for (const { value } of names.items) {
      const document = findExport(documents, value)
      if (document !== undefined) used.add(document)
    }
  }
  const addDefinitions = (owner: {
    readonly variables: Definitions<unknown>
    readonly constants: Definitions<unknown>
  }): void => {
    add(catalogue.exportVariables, owner.variables.imports)
    add(catalogue.exportConstants, owner.constants.imports)
  }
  for (const { document } of catalogue.policies.values()) {
    used.add(document)
    addDefinitions(document)
    if (document.kind !== 'resourcePolicy') continue
    add(catalogue.derivedRoles, document.importDerivedRoles)
  }
  for (const document of catalogue.derivedRoles.values()) {
    if (used.has(document)) addDefinitions(document)
  }
  return used
}
