import {
  type DocumentBase,
  type RolePolicy,
  type RoleRule,
  SCOPE_PERMISSIONS,
  SCOPE_PERMISSIONS_NAMES,
} from '../document.ts'
import { readConstants, readVariables } from './definitions.ts'
import type { Fields } from './fields.ts'
import { readRule } from './rule.ts'

/** @see https://docs.cerbos.dev/cerbos/latest/policies/role_policies */
export function readRolePolicy(base: DocumentBase, fields: Fields): RolePolicy {
  return {
    kind: 'rolePolicy',
    role: fields.text('role'),
    version: fields.text('version'),
    parentRoles: fields.texts('parentRoles'),
    scope: fields.text('scope'),
    scopePermissions: fields.choice(
      'scopePermissions',
      SCOPE_PERMISSIONS_NAMES,
      SCOPE_PERMISSIONS,
      'SCOPE_PERMISSIONS_OVERRIDE_PARENT',
    ),
    variables: readVariables(fields),
    constants: readConstants(fields),
    rules: fields.messages('rules', readRoleRule),
    ...base,
  }
}

function readRoleRule(fields: Fields): RoleRule {
  return {
    resource: fields.text('resource'),
    allowActions: fields.texts('allowActions'),
    ...readRule(fields),
  }
}
