import { relatedPlace } from '../diagnostics.ts'
import type { DerivedRoles, ResourcePolicy } from '../document.ts'
import type { LinkedDerivedRole } from '../linked.ts'
import { nearName } from '../near-name.ts'
import { citeAnchor, type LocatedText, locationOf, unanchored } from '../place.ts'
import { documentKey } from './catalogue.ts'
import { createRuleExpressions } from './conditions.ts'
import { createDefinitionScope } from './definition-scope.ts'
import type { Import } from './imports.ts'
import type { Linker } from './linker.ts'
import { collapseWildcard } from './wildcard.ts'

/** The definitions of a set by name. A definition without a name has been reported. */
export function linkDerivedRoles(
  document: DerivedRoles,
  linker: Linker,
): ReadonlyMap<string, LinkedDerivedRole> {
  const owner = { ...document, key: documentKey(document) }
  const scope = createDefinitionScope(owner, linker)
  const roles = new Map<string, LinkedDerivedRole>()
  const expressions = document.definitions.items.flatMap((definition) => {
    const own = createRuleExpressions(scope)
    const condition = own.condition(definition.condition)
    const name = definition.name?.value ?? ''
    if (!roles.has(name)) {
      roles.set(name, {
        name,
        set: document.name?.value ?? '',
        parentRoles: collapseWildcard(definition.parentRoles.items),
        ...condition,
        variables: scope.variableSet(own.compiled),
        location: locationOf(definition.name?.place ?? definition.place),
      })
    }
    return own.compiled
  })
  scope.reportUnusedImports(expressions)
  return roles
}

/** A set of derived roles that a policy imports. */
export interface ImportedRoles extends Import<DerivedRoles> {
  readonly roles: ReadonlyMap<string, LinkedDerivedRole>
}

/** Finds the derived roles that rules name among the imported sets. */
export function createRoleResolver(
  policy: ResourcePolicy,
  imports: readonly ImportedRoles[],
  { report }: Linker,
): (name: LocatedText) => LinkedDerivedRole | undefined {
  const known = imports.flatMap(({ roles }) => [...roles.keys()])
  const complete = policy.importDerivedRoles.items.every(({ value }) =>
    imports.some((entry) => entry.name.value === value),
  )
  const ambiguous = new Set<string>()
  return (name) => {
    const owners = imports.filter(({ roles }) => roles.has(name.value))
    if (owners.length > 1 && !ambiguous.has(name.value)) {
      ambiguous.add(name.value)
      reportAmbiguous(name, owners, report)
    }
    // With an import missing there is no telling what it would have defined.
    if (owners.length === 0 && complete) {
      const details = { name: name.value, imports: imports.map((entry) => entry.name.value) }
      const suggestion = nearName(name.value, known)
      report('unknown-derived-role', name.place, details, { suggestion })
    }
    return owners[0]?.roles.get(name.value)
  }
}

function reportAmbiguous(
  name: LocatedText,
  owners: readonly ImportedRoles[],
  report: Linker['report'],
): void {
  const sets = owners.map((owner) => owner.name.value)
  const places = owners.map(({ document, name: imported }) => {
    const at = citeAnchor(imported.place)
    return `${document.source.path} (imported as "${imported.value}" at ${at})`
  })
  const related = owners.flatMap(({ document }) => {
    const definition = document.definitions.items.find((item) => item.name?.value === name.value)
    return definition?.name ? [relatedPlace('defined here', definition.name.place)] : []
  })
  const details = { name: name.value, sets, places }
  report('ambiguous-derived-role', unanchored(name.place), details, { related })
}
