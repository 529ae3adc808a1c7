import type { DocumentBase, ExportConstants, ExportVariables } from '../document.ts'
import type { Fields } from './fields.ts'

/** @see https://docs.cerbos.dev/cerbos/latest/policies/variables#export */
export function readExportVariables(base: DocumentBase, fields: Fields): ExportVariables {
  return {
    kind: 'exportVariables',
    name: fields.text('name'),
    definitions: fields.textMap('definitions'),
    ...base,
  }
}

/** @see https://docs.cerbos.dev/cerbos/latest/policies/constants#export */
export function readExportConstants(base: DocumentBase, fields: Fields): ExportConstants {
  return {
    kind: 'exportConstants',
    name: fields.text('name'),
    definitions: fields.jsonMap('definitions'),
    ...base,
  }
}
