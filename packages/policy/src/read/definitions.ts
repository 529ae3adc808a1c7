import type { ConstantEntry, Definitions, VariableEntry } from '../document.ts'
import type { Fields } from './fields.ts'

/** @see https://docs.cerbos.dev/cerbos/latest/policies/variables */
export function readVariables(fields: Fields): Definitions<VariableEntry> {
  const read = (block: Fields): Definitions<VariableEntry> => {
    return { imports: block.texts('import'), local: block.textMap('local') }
  }
  return fields.message('variables', read) ?? noDefinitions(fields)
}

/** @see https://docs.cerbos.dev/cerbos/latest/policies/constants */
export function readConstants(fields: Fields): Definitions<ConstantEntry> {
  const read = (block: Fields): Definitions<ConstantEntry> => {
    return { imports: block.texts('import'), local: block.jsonMap('local') }
  }
  return fields.message('constants', read) ?? noDefinitions(fields)
}

function noDefinitions({ place }: Fields): Definitions<never> {
  return { imports: { items: [], present: false, place }, local: [] }
}
