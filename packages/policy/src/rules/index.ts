import { apiVersion } from './api-version.ts'
import { conditions } from './conditions.ts'
import { conditionsNeverTrue } from './conditions-never-true.ts'
import { duplicateDerivedRoles } from './duplicate-derived-roles.ts'
import { duplicateResources } from './duplicate-resources.ts'
import { duplicateRuleNames } from './duplicate-rule-names.ts'
import { effects } from './effects.ts'
import { fieldPatterns } from './field-patterns.ts'
import { identifiers } from './identifiers.ts'
import { listItems } from './list-items.ts'
import { outputs } from './outputs.ts'
import { requiredFields } from './required-fields.ts'
import { rolePolicies } from './role-policies.ts'
import type { ValidationRule } from './rule.ts'
import { rulesWithRoles } from './rules-with-roles.ts'
import { scripts } from './scripts.ts'
import { topLevelVariables } from './top-level-variables.ts'
import { wildcards } from './wildcards.ts'

/** What the values of a document must be, in order. */
export const validationRules: readonly ValidationRule[] = [
  apiVersion,
  requiredFields,
  fieldPatterns,
  listItems,
  effects,
  conditions,
  rolePolicies,
]

/** What the names of a document must be, in order. Cerbos does not look at those of disabled ones. */
export const nameRules: readonly ValidationRule[] = [
  rulesWithRoles,
  duplicateRuleNames,
  duplicateResources,
  duplicateDerivedRoles,
  topLevelVariables,
]

/** What is checked when a document is used, in order. */
export const compileRules: readonly ValidationRule[] = [
  identifiers,
  scripts,
  outputs,
  conditionsNeverTrue,
  wildcards,
]
