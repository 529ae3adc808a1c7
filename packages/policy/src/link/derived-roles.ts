import { relatedPlace } from '../diagnostics.ts'
import type { DerivedRoles, ResourcePolicy } from '../document.ts'
import type { LinkedDerivedRole } from '../linked.ts'
import { nearName } from '../near-name.ts'
import { citeAnchor, type LocatedText, locationOf, unanchored } from '../place.ts'
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
  const scope = createDefinitionScope(document, linker)
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
        // Not last: checks read it, and took a tenth longer where V8 kept it behind the others.
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

/** Finds the derived roles that the rules of a policy name. */
export interface RoleResolver {
  resolve(name: LocatedText): LinkedDerivedRole | undefined
  /** Reports the names that were not found. */
  finish(): void
}

/** Looks for derived roles in the sets that a policy imports. */
export function createRoleResolver(
  policy: ResourcePolicy,
  imports: readonly ImportedRoles[],
  { report }: Linker,
): RoleResolver {
  const ambiguous = new Set<string>()
  const unknown: LocatedText[] = []
  return {
    resolve(name) {
      const owners = imports.filter(({ roles }) => roles.has(name.value))
      if (owners.length === 0) unknown.push(name)
      if (owners.length > 1 && !ambiguous.has(name.value)) {
        ambiguous.add(name.value)
        reportAmbiguous(name, owners, report)
      }
      return owners[0]?.roles.get(name.value)
    },
    finish() {
      // With an import missing there is no telling what it would have defined.
      const isFound = ({ value }: LocatedText): boolean =>
        imports.some((entry) => entry.name.value === value)
      if (!policy.importDerivedRoles.items.every(isFound)) return
      const known = imports.flatMap(({ roles }) => [...roles.keys()])
      for (const name of unknown) {
        const last = unknown.findLast(({ value }) => value === name.value) === name
        const sets = imports.map((entry) => entry.name.value)
        const suggestion = nearName(name.value, known)
        const details = { name: name.value, imports: sets, last }
        report('unknown-derived-role', name.place, details, { suggestion })
      }
    },
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
