import {
  type DocumentBase,
  EFFECT_NAMES,
  EFFECTS,
  type PrincipalAction,
  type PrincipalPolicy,
  type PrincipalRule,
  SCOPE_PERMISSIONS,
  SCOPE_PERMISSIONS_NAMES,
} from '../document.ts'
import { readConstants, readVariables } from './definitions.ts'
import type { Fields } from './fields.ts'
import { readRule } from './rule.ts'

/** @see https://docs.cerbos.dev/cerbos/latest/policies/principal_policies */
export function readPrincipalPolicy(base: DocumentBase, fields: Fields): PrincipalPolicy {
  return {
    kind: 'principalPolicy',
    principal: fields.text('principal'),
    version: fields.text('version'),
    scope: fields.text('scope'),
    scopePermissions: fields.choice('scopePermissions', SCOPE_PERMISSIONS_NAMES, SCOPE_PERMISSIONS),
    variables: readVariables(fields),
    constants: readConstants(fields),
    rules: fields.messages('rules', readPrincipalRule),
    ...base,
  }
}

function readPrincipalRule(fields: Fields): PrincipalRule {
  return {
    place: fields.place,
    resource: fields.text('resource'),
    actions: fields.messages('actions', readPrincipalAction),
  }
}

function readPrincipalAction(fields: Fields): PrincipalAction {
  return {
    action: fields.text('action'),
    effect: fields.choice('effect', EFFECT_NAMES, EFFECTS, 'EFFECT_NO_MATCH'),
    ...readRule(fields),
  }
}
