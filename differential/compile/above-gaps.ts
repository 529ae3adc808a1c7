import { parse } from 'yaml'

import { compilePattern } from '../../packages/policy/src/globs.ts'
import { parentScopes } from '../../packages/policy/src/names.ts'
import type { CaseFile } from './compile-case.ts'
import { isRead } from './ours.ts'

interface Policy {
  readonly path: string
  readonly kind: 'resourcePolicy' | 'rolePolicy'
  /** The resource of a resource policy, and the patterns of a role policy. */
  readonly resources: readonly string[]
  readonly version: string
  readonly scope: string
}

/**
 * The files without the resource policies that have role policies, but none of their own kind, in a scope above theirs:
 * Cerbos does not compile them.
 */
export function withoutPoliciesAboveGaps(files: readonly CaseFile[]): readonly CaseFile[] {
  const policies = files.filter(isRead).flatMap(policyIn)
  const isAt = (policy: Policy, other: Policy, scope: string): boolean =>
    other.version === policy.version && other.scope === scope
  const hasGap = (policy: Policy): boolean => {
    const [resource = ''] = policy.resources
    return parentScopes(policy.scope).some((scope) => {
      const above = policies.filter((other) => isAt(policy, other, scope))
      return (
        !above.some(
          ({ kind, resources }) => kind === 'resourcePolicy' && resources[0] === resource,
        ) &&
        above.some(
          ({ kind, resources }) =>
            kind === 'rolePolicy' && resources.some((each) => compilePattern(each)?.(resource)),
        )
      )
    })
  }
  const withGaps = new Set(
    policies
      .filter((each) => each.kind === 'resourcePolicy' && hasGap(each))
      .map(({ path }) => path),
  )
  return files.filter(({ path }) => !withGaps.has(path))
}

function policyIn({ path, text }: CaseFile): readonly Policy[] {
  const { disabled, resourcePolicy, resource_policy, rolePolicy, role_policy } = documentIn(text)
  if (disabled === true) return []
  const resourceBody = resourcePolicy ?? resource_policy
  const { resource, rules, version, scope } = mapping(resourceBody ?? rolePolicy ?? role_policy)
  const ofRules = (Array.isArray(rules) ? rules : []).map((rule) => mapping(rule).resource)
  return [
    {
      path,
      kind: resourceBody === undefined ? 'rolePolicy' : 'resourcePolicy',
      resources: (resourceBody === undefined ? ofRules : [resource]).map(String),
      version: String(version ?? 'default'),
      scope: String(scope ?? ''),
    },
  ]
}

interface Fields {
  readonly disabled?: unknown
  readonly resourcePolicy?: unknown
  readonly resource_policy?: unknown
  readonly rolePolicy?: unknown
  readonly role_policy?: unknown
  readonly resource?: unknown
  readonly rules?: unknown
  readonly version?: unknown
  readonly scope?: unknown
}

/** Of what does not parse no fields: both sides tell of it. */
function documentIn(text: string): Fields {
  try {
    return mapping(parse(text, { logLevel: 'error' }))
  } catch {
    return {}
  }
}

function mapping(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? value : {}
}
