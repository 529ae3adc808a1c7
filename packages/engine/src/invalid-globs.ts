import {
  compileGlob,
  compilePattern,
  type LinkedPolicy,
  type SourceLocation,
  sanitiseName,
} from '@lockstitch/policy'

import type { Compat } from './compat.ts'

/** A wildcard that is not valid, which never matches. */
export interface InvalidGlob {
  readonly pattern: string
  readonly location: SourceLocation
}

/** Finds the wildcards of policies that are not valid; one that a rule has twice counts once. */
export function findInvalidGlobs(
  policies: readonly LinkedPolicy[],
  compat: Compat,
): readonly InvalidGlob[] {
  const invalid: InvalidGlob[] = []
  const isPattern = checker((text) => compilePattern(text) !== undefined)
  const isGlob = checker((text) => compileGlob(text) !== undefined)
  const check = (texts: readonly string[], isValid: IsValid, location: SourceLocation): void => {
    for (const pattern of texts) {
      if (isValid(pattern)) continue
      const isKnown = invalid.some((each) => each.pattern === pattern && each.location === location)
      if (!isKnown) invalid.push({ pattern, location })
    }
  }
  for (const policy of policies) {
    if (policy.kind === 'resource') {
      for (const { actions, roles, derivedRoles, location } of policy.rules) {
        check(actions, isPattern, location)
        check(roles, isPattern, location)
        for (const { parentRoles } of derivedRoles) check(parentRoles, isPattern, location)
      }
      for (const schema of [policy.schemas?.principal, policy.schemas?.resource]) {
        if (schema) check(schema.ignoredActions, isGlob, schema.location)
      }
    }
    if (policy.kind === 'principal') {
      for (const { resource, action, location } of policy.rules) {
        check([sanitiseName(resource), action], isPattern, location)
      }
    }
    if (policy.kind === 'role') {
      for (const { resource, allowActions, location } of policy.rules) {
        check(allowActions, isGlob, location)
        check([compat === 'cerbos' ? resource : sanitiseName(resource)], isPattern, location)
      }
    }
  }
  return invalid
}

type IsValid = (text: string) => boolean

/** Looks at each distinct text once. */
function checker(isValid: IsValid): IsValid {
  const known = new Map<string, boolean>()
  return (text) => {
    const before = known.get(text)
    if (before !== undefined) return before
    const valid = isValid(text)
    known.set(text, valid)
    return valid
  }
}
