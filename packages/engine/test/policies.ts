import { compilePolicies, type LinkedPolicySet, renderDiagnostics } from '@lockstitch/policy'

/** Policy files by name. */
export type PolicyFiles = Readonly<Record<string, string>>

/** Compiles policy files; a mistake in them is a mistake in the test, unless it is one in a schema. */
export function linkPolicies(files: PolicyFiles): LinkedPolicySet {
  const sources = Object.entries(files).map(([path, text]) => ({ path, text }))
  const { policySet, diagnostics } = compilePolicies(sources, { invalidSchemas: 'ignore' })
  if (!policySet) throw new Error(renderDiagnostics(diagnostics, sources))
  return policySet
}

/** What tests write of a policy: the rest is the same in all of them. */
export function resourcePolicy(resource: string, rest: object): string {
  return policyFile('resourcePolicy', { resource, version: 'default', ...rest })
}

export function principalPolicy(principal: string, rest: object): string {
  return policyFile('principalPolicy', { principal, version: 'default', ...rest })
}

export function rolePolicy(role: string, rest: object): string {
  return policyFile('rolePolicy', { role, version: 'default', ...rest })
}

export function derivedRoles(name: string, definitions: readonly object[], rest?: object): string {
  return policyFile('derivedRoles', { name, definitions, ...rest })
}

export const CONSENT = 'SCOPE_PERMISSIONS_REQUIRE_PARENTAL_CONSENT_FOR_ALLOWS'

export function allow(actions: string | readonly string[], roles: string[], rest?: object): object {
  return { actions: [actions].flat(), effect: 'EFFECT_ALLOW', roles, ...rest }
}

export function deny(actions: string | readonly string[], roles: string[], rest?: object): object {
  return { actions: [actions].flat(), effect: 'EFFECT_DENY', roles, ...rest }
}

/** The condition of one expression. */
export function when(expr: string): object {
  return { condition: { match: { expr } } }
}

function policyFile(kind: string, policy: object): string {
  return JSON.stringify({ apiVersion: 'api.cerbos.dev/v1', [kind]: policy })
}
