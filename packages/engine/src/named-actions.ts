import {
  compilePattern,
  isGlob,
  type LinkedPolicy,
  type LinkedPolicySet,
  sanitiseName,
} from '@lockstitch/policy'

/**
 * The actions that policies name for resources of a kind, in any version and scope, by name. A
 * pattern names none: what it stands for is known when an action is asked for, not before.
 */
export function namedActions({ policies }: LinkedPolicySet, kind: string): readonly string[] {
  const names = new Set<string>()
  const isOfKind = (pattern: string): boolean =>
    [kind, sanitiseName(kind)].some((name) => compilePattern(pattern)?.(name) === true)
  for (const policy of policies) {
    for (const action of actionsIn(policy, kind, isOfKind)) {
      if (!isGlob(action)) names.add(action)
    }
  }
  return [...names].sort()
}

function actionsIn(
  policy: LinkedPolicy,
  kind: string,
  isOfKind: (pattern: string) => boolean,
): readonly string[] {
  switch (policy.kind) {
    case 'resource':
      return policy.resource === sanitiseName(kind)
        ? policy.rules.flatMap(({ actions }) => actions)
        : []
    case 'principal':
      return policy.rules.filter(({ resource }) => isOfKind(resource)).map(({ action }) => action)
    case 'role':
      return policy.rules
        .filter(({ resource }) => isOfKind(resource))
        .flatMap(({ allowActions }) => allowActions)
  }
}
