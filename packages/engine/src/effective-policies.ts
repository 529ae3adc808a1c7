import { type LinkedPolicy, parentScopes } from '@lockstitch/policy'

import type { RuleTable } from './rule-table.ts'

/**
 * The policies that had a part in decisions, as Cerbos's decision log counts them: those whose rules
 * were looked at, and what they inherit from, whether or not the walk came there.
 */
export function effectivePolicies(
  table: RuleTable,
  lookedAt: Iterable<LinkedPolicy>,
): ReadonlySet<LinkedPolicy> {
  const effective = new Set<LinkedPolicy>()
  for (const policy of lookedAt) {
    effective.add(policy)
    for (const scope of parentScopes(policy.scope)) {
      const parent = sameInScope(table, policy, scope)
      if (parent) effective.add(parent)
    }
  }
  return effective
}

function sameInScope(
  { resourcePolicies, principalPolicies }: RuleTable,
  policy: LinkedPolicy,
  scope: string,
): LinkedPolicy | undefined {
  const { version } = policy
  switch (policy.kind) {
    case 'resource':
      return resourcePolicies.get(policy.resource)?.get(version)?.get(scope)?.().policy
    case 'principal':
      return principalPolicies.get(policy.principal)?.get(version)?.get(scope)?.().policy
    case 'role':
      return undefined
  }
}
