import { type CheckInput, Engine } from '@lockstitch/engine'
import { compilePolicies } from '@lockstitch/policy'
import {
  type ImportedFile,
  type ImportOptions,
  importRbac,
  type RbacPolicy,
  rbacRoles,
} from '@lockstitch/stytch/rbac'

import type { RbacPlant } from './plants.ts'
import type { RbacAnswer, RbacCase, RbacSet } from './rbac-case.ts'

/** What the imported policies decide, with a planted bug where one is given. */
export function decideBy(plant: RbacPlant | undefined): (each: RbacCase) => RbacAnswer {
  const engines = new WeakMap<RbacSet, Engine>()
  return (each) => {
    const { set } = each
    const policy = plant?.policy?.(set.policy) ?? set.policy
    const engine = engines.get(set) ?? engineOf(policy, set, plant)
    engines.set(set, engine)
    const input = inputOf(each, policy, plant)
    const { action } = each.question
    return {
      allow:
        engine.check(plant?.input?.(input) ?? input).actions.get(action)?.effect === 'EFFECT_ALLOW',
    }
  }
}

/** The files of an import, as they would be in a folder. */
export function filesOf(policy: RbacPolicy, options: ImportOptions): readonly ImportedFile[] {
  return importRbac(policy, options).files
}

function engineOf(policy: RbacPolicy, set: RbacSet, plant: RbacPlant | undefined): Engine {
  const options = { expandWildcards: set.expandWildcards, ...plant?.options }
  const files = filesOf(policy, options)
    .filter(({ path }) => !path.endsWith('_test.yaml'))
    .map(({ path, text }) => ({ path, text: plant?.text?.(text) ?? text }))
  const { policySet, diagnostics } = compilePolicies(files, { compat: 'cerbos' })
  if (policySet === undefined)
    throw new Error(diagnostics.map(({ file, message }) => `${file}: ${message}`).join('\n'))
  return new Engine(policySet, {
    compat: 'cerbos',
    lenientScopeSearch: plant?.lenientScopeSearch ?? true,
  })
}

function inputOf(
  { organizationId, roles, scopes, question }: RbacCase,
  policy: RbacPolicy,
  plant: RbacPlant | undefined,
): CheckInput {
  const held = ['stytch_member', ...roles]
  const names = plant?.roles?.(held) ?? rbacRoles(held, policy, organizationId)
  return {
    principal: {
      id: 'principal',
      roles: scopes === undefined ? names : ['connected_app'],
      scope: organizationId,
      attr: { organization_id: organizationId, ...(scopes && { scopes: [...scopes] }) },
    },
    resource: {
      kind: question.resource_id,
      id: 'resource',
      scope: question.organization_id,
      attr: { organization_id: question.organization_id },
    },
    actions: [question.action],
  }
}
