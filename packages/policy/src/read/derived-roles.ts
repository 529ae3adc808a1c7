import type { DerivedRoleDefinition, DerivedRoles, DocumentBase } from '../document.ts'
import { readCondition } from './condition.ts'
import { readConstants, readVariables } from './definitions.ts'
import type { Fields } from './fields.ts'

/** @see https://docs.cerbos.dev/cerbos/latest/policies/derived_roles */
export function readDerivedRoles(base: DocumentBase, fields: Fields): DerivedRoles {
  return {
    kind: 'derivedRoles',
    name: fields.text('name'),
    definitions: fields.messages('definitions', readDefinition),
    variables: readVariables(fields),
    constants: readConstants(fields),
    ...base,
  }
}

function readDefinition(fields: Fields): DerivedRoleDefinition {
  return {
    place: fields.place,
    name: fields.text('name'),
    parentRoles: fields.texts('parentRoles'),
    condition: fields.message('condition', readCondition),
  }
}
