import type { ValidationRule } from './rule.ts'

/** A rule of a resource policy names the roles or derived roles that it is for. */
export const rulesWithRoles: ValidationRule = (document, report) => {
  if (document.kind !== 'resourcePolicy') return
  for (const [index, rule] of document.rules.items.entries()) {
    if (rule.roles.items.length + rule.derivedRoles.items.length > 0) continue
    report('rule-without-roles', rule.place, {
      number: index + 1,
      name: rule.name?.value ?? '',
    })
  }
}
