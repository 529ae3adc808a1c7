import { policyKey } from '@lockstitch/policy'

import type { Test } from './matrix.ts'

/** Why a test is skipped that would meet a policy which is left out, if it does. */
export function excludedReason(
  { input, options }: Test,
  excluded: ReadonlySet<string>,
): string | undefined {
  const { resource, principal } = input
  const fqn = (kind: 'resource' | 'principal', subject: string, party: Party): string => {
    const version = party.policyVersion || options?.defaultPolicyVersion || 'default'
    const scope = (party.scope ?? '').replace(/^\./, '') || options?.defaultScope || ''
    return `cerbos.${policyKey({ kind, subject, version, scope })}`
  }
  if (excluded.has(fqn('resource', resource.kind, resource))) {
    return 'Resource matched a policy that was excluded from the bundle'
  }
  if (excluded.has(fqn('principal', principal.id, principal))) {
    return 'Principal matched a policy that was excluded from the bundle'
  }
  return undefined
}

interface Party {
  readonly policyVersion?: string | undefined
  readonly scope?: string | undefined
}
