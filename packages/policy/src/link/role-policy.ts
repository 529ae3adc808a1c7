import type { RolePolicy } from '../document.ts'
import type { LinkedRolePolicy, LinkedRoleRule } from '../linked.ts'
import { fqnOf } from '../names.ts'
import { locationOf } from '../place.ts'
import type { ScopedPolicy } from './catalogue.ts'
import { createRuleExpressions } from './conditions.ts'
import { createDefinitionScope } from './definition-scope.ts'
import type { Linker } from './linker.ts'
import { linkSourceAttributes } from './source-attributes.ts'

/** Links one role policy. Its resources are not sanitised, as in Cerbos. */
export function linkRolePolicy(
  document: RolePolicy,
  policy: ScopedPolicy,
  linker: Linker,
): LinkedRolePolicy {
  const { key, subject, version, scope } = policy
  const definitions = createDefinitionScope(document, linker)
  const expressions = createRuleExpressions(definitions)
  const rules = document.rules.items.map((rule): LinkedRoleRule => {
    return {
      name: rule.name?.value ?? '',
      resource: rule.resource?.value ?? '',
      allowActions: rule.allowActions.items.map(({ value }) => value),
      location: locationOf(rule.place),
      ...expressions.condition(rule.condition),
      ...expressions.output(rule.output),
    }
  })
  definitions.reportUnusedImports(expressions.compiled)
  return {
    kind: 'role',
    fqn: fqnOf(key),
    key,
    role: subject,
    parentRoles: document.parentRoles.items.map(({ value }) => value),
    version,
    scope,
    variables: definitions.variableSet(expressions.compiled),
    rules,
    location: locationOf(document.place),
    ...linkSourceAttributes(document),
  }
}
