import { compact } from '../compact.ts'
import { effectFrom, type ResourcePolicy, scopePermissionsFrom } from '../document.ts'
import type { LinkedDerivedRole, LinkedResourcePolicy, LinkedResourceRule } from '../linked.ts'
import { fqnOf, sanitiseName } from '../names.ts'
import { locationOf } from '../place.ts'
import type { ScopedPolicy } from './catalogue.ts'
import { createRuleExpressions } from './conditions.ts'
import { createDefinitionScope } from './definition-scope.ts'
import { createRoleResolver, type ImportedRoles } from './derived-roles.ts'
import type { Linker } from './linker.ts'
import { automaticRuleName } from './rule-names.ts'
import { linkSchemas } from './schemas.ts'
import { linkSourceAttributes } from './source-attributes.ts'
import { collapseWildcard } from './wildcard.ts'

/** Links one resource policy with the sets of derived roles that it imports. */
export function linkResourcePolicy(
  document: ResourcePolicy,
  policy: ScopedPolicy,
  imports: readonly ImportedRoles[],
  linker: Linker,
): LinkedResourcePolicy {
  const { key, subject, version, scope } = policy
  const definitions = createDefinitionScope(document, linker)
  const expressions = createRuleExpressions(definitions)
  const resolver = createRoleResolver(document, imports, linker)
  const derivedRoles = new Map<string, LinkedDerivedRole>()

  const rules = document.rules.items.map((rule, index): LinkedResourceRule => {
    const roles = compact(rule.derivedRoles.items.map((name) => resolver.resolve(name)))
    for (const role of roles) derivedRoles.set(role.name, role)
    return {
      name: rule.name?.value || automaticRuleName(index),
      actions: rule.actions.items.map(({ value }) => value),
      // A rule without an effect has been reported; until then it is no ALLOW.
      effect: effectFrom(rule.effect?.value) ?? 'EFFECT_DENY',
      roles: collapseWildcard(rule.roles.items),
      derivedRoles: roles,
      location: locationOf(rule.place),
      ...expressions.condition(rule.condition),
      ...expressions.output(rule.output),
    }
  })

  resolver.finish()
  definitions.reportUnusedImports(expressions.compiled)
  reportUnusedRoleImports(imports, derivedRoles, linker)
  const scopePermissions = scopePermissionsFrom(document.scopePermissions?.value)
  return {
    kind: 'resource',
    fqn: fqnOf(key),
    key,
    resource: sanitiseName(subject),
    version,
    scope,
    variables: definitions.variableSet(expressions.compiled),
    derivedRoles,
    rules,
    location: locationOf(document.place),
    ...(scopePermissions && { scopePermissions }),
    ...linkSchemas(document.schemas, linker),
    ...linkSourceAttributes(document),
  }
}

function reportUnusedRoleImports(
  imports: readonly ImportedRoles[],
  used: ReadonlyMap<string, LinkedDerivedRole>,
  { report }: Linker,
): void {
  for (const { name, document } of imports) {
    const isUsed = [...used.values()].some((role) => role.set === document.name?.value)
    if (!isUsed) report('unused-import', name.place, { name: name.value })
  }
}
