import type { PolicyDocument } from '../document.ts'
import { compileGlob, compilePattern, isUnusableGlob } from '../globs.ts'
import type { LocatedText } from '../place.ts'
import type { ValidationRule } from './rule.ts'

/**
 * A wildcard that is not valid never matches, and Cerbos says nothing about it. Some that are valid
 * make Cerbos fail at whatever is asked.
 */
export const wildcards: ValidationRule = (document, report) => {
  const { patterns, globs } = patternsOf(document)
  const invalid = [
    ...patterns.filter(({ value }) => compilePattern(value) === undefined),
    ...globs.filter(({ value }) => compileGlob(value) === undefined),
  ]
  for (const { value, place } of invalid) {
    const code = isUnusableGlob(value) ? 'unusable-wildcard' : 'invalid-wildcard'
    report(code, place, { name: value })
  }
}

/** `globs` are wildcards even without a `*`. */
function patternsOf(document: PolicyDocument): {
  readonly patterns: readonly LocatedText[]
  readonly globs: readonly LocatedText[]
} {
  switch (document.kind) {
    case 'resourcePolicy': {
      const { rules, schemas } = document
      const references = [schemas?.principalSchema, schemas?.resourceSchema]
      return {
        patterns: rules.items.flatMap(({ actions, roles }) => [...actions.items, ...roles.items]),
        globs: references.flatMap((reference) => reference?.ignoreWhen?.actions.items ?? []),
      }
    }
    case 'principalPolicy':
      return {
        patterns: document.rules.items.flatMap(({ resource, actions }) => [
          ...(resource ? [resource] : []),
          ...actions.items.flatMap(({ action }) => action ?? []),
        ]),
        globs: [],
      }
    case 'rolePolicy':
      return {
        patterns: document.rules.items.flatMap(({ resource }) => resource ?? []),
        globs: document.rules.items.flatMap(({ allowActions }) => allowActions.items),
      }
    case 'derivedRoles':
      return {
        patterns: document.definitions.items.flatMap(({ parentRoles }) => parentRoles.items),
        globs: [],
      }
    case 'exportVariables':
    case 'exportConstants':
      return { patterns: [], globs: [] }
  }
}
