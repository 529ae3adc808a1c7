import { compact } from '../compact.ts'
import type { PolicyDocument } from '../document.ts'
import { compileGlob, compilePattern, isUnusableGlob } from '../globs.ts'
import type { LocatedText } from '../place.ts'
import type { ValidationRule } from './rule.ts'

/**
 * A wildcard that is not valid never matches, and Cerbos says nothing about it. Some that are valid
 * make Cerbos fail at whatever is asked.
 */
export const wildcards: ValidationRule = (document, report) => {
  const invalid = [
    ...compact(patternsOf(document)).filter(({ value }) => compilePattern(value) === undefined),
    ...globsOf(document).filter(({ value }) => compileGlob(value) === undefined),
  ]
  for (const { value, place } of invalid) {
    const code = isUnusableGlob(value) ? 'unusable-wildcard' : 'invalid-wildcard'
    report(code, place, { name: value })
  }
}

function patternsOf(document: PolicyDocument): readonly (LocatedText | undefined)[] {
  switch (document.kind) {
    case 'resourcePolicy':
      return document.rules.items.flatMap(({ actions, roles }) => [
        ...actions.items,
        ...roles.items,
      ])
    case 'principalPolicy':
      return document.rules.items.flatMap(({ resource, actions }) => [
        resource,
        ...actions.items.map(({ action }) => action),
      ])
    case 'rolePolicy':
      return document.rules.items.map(({ resource }) => resource)
    case 'derivedRoles':
      return document.definitions.items.flatMap(({ parentRoles }) => parentRoles.items)
    default:
      return []
  }
}

/** What is a wildcard even without a `*`. */
function globsOf(document: PolicyDocument): readonly LocatedText[] {
  switch (document.kind) {
    case 'resourcePolicy': {
      const { principalSchema, resourceSchema } = document.schemas ?? {}
      return [principalSchema, resourceSchema].flatMap(
        (reference) => reference?.ignoreWhen?.actions.items ?? [],
      )
    }
    case 'rolePolicy':
      return document.rules.items.flatMap(({ allowActions }) => allowActions.items)
    default:
      return []
  }
}
