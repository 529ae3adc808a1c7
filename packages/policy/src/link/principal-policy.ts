import { effectFrom, type PrincipalPolicy, scopePermissionsFrom } from '../document.ts'
import type { LinkedPrincipalPolicy, LinkedPrincipalRule } from '../linked.ts'
import { fqnOf, sanitiseName } from '../names.ts'
import { locationOf } from '../place.ts'
import type { ScopedPolicy } from './catalogue.ts'
import { createRuleExpressions } from './conditions.ts'
import { createDefinitionScope } from './definition-scope.ts'
import type { Linker } from './linker.ts'
import { automaticActionName } from './rule-names.ts'
import { linkSourceAttributes } from './source-attributes.ts'

/** Links one principal policy: a rule for each action under each resource. */
export function linkPrincipalPolicy(
  document: PrincipalPolicy,
  policy: ScopedPolicy,
  linker: Linker,
): LinkedPrincipalPolicy {
  const { key, subject, version, scope } = policy
  const definitions = createDefinitionScope(document, linker)
  const expressions = createRuleExpressions(definitions)
  const rules = document.rules.items.flatMap(({ resource, actions }) =>
    actions.items.map((entry, index): LinkedPrincipalRule => {
      const pattern = resource?.value ?? ''
      return {
        name: entry.name?.value || automaticActionName(pattern, index),
        resource: sanitiseName(pattern),
        action: entry.action?.value ?? '',
        // A rule without an effect has been reported; until then it is no ALLOW.
        effect: effectFrom(entry.effect?.value) ?? 'EFFECT_DENY',
        location: locationOf(entry.place),
        ...expressions.condition(entry.condition),
        ...expressions.output(entry.output),
      }
    }),
  )
  definitions.reportUnusedImports(expressions.compiled)
  const scopePermissions = scopePermissionsFrom(document.scopePermissions?.value)
  return {
    kind: 'principal',
    fqn: fqnOf(key),
    key,
    principal: subject,
    version,
    scope,
    variables: definitions.variableSet(expressions.compiled),
    rules,
    location: locationOf(document.place),
    ...(scopePermissions && { scopePermissions }),
    ...linkSourceAttributes(document),
  }
}
