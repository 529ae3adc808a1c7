import {
  type DocumentBase,
  EFFECT_NAMES,
  EFFECTS,
  type ResourcePolicy,
  type ResourceRule,
  SCOPE_PERMISSIONS,
  SCOPE_PERMISSIONS_NAMES,
} from '../document.ts'
import { readConstants, readVariables } from './definitions.ts'
import type { Fields } from './fields.ts'
import { readRule } from './rule.ts'
import { readSchemas } from './schemas.ts'

/** @see https://docs.cerbos.dev/cerbos/latest/policies/resource_policies */
export function readResourcePolicy(base: DocumentBase, fields: Fields): ResourcePolicy {
  return {
    kind: 'resourcePolicy',
    resource: fields.text('resource'),
    version: fields.text('version'),
    scope: fields.text('scope'),
    scopePermissions: fields.choice('scopePermissions', SCOPE_PERMISSIONS_NAMES, SCOPE_PERMISSIONS),
    importDerivedRoles: fields.texts('importDerivedRoles'),
    variables: readVariables(fields),
    constants: readConstants(fields),
    schemas: fields.message('schemas', readSchemas),
    rules: fields.messages('rules', readResourceRule),
    ...base,
  }
}

function readResourceRule(fields: Fields): ResourceRule {
  return {
    actions: fields.texts('actions'),
    effect: fields.choice('effect', EFFECT_NAMES, EFFECTS, 'EFFECT_NO_MATCH'),
    roles: fields.texts('roles'),
    derivedRoles: fields.texts('derivedRoles'),
    ...readRule(fields),
  }
}
