import { sanitiseName } from '@lockstitch/policy'
import { describe, expect, test } from 'vitest'

import {
  allow,
  CONSENT,
  derivedRoles,
  linkPolicies,
  type PolicyFiles,
  principalPolicy,
  resourcePolicy,
  rolePolicy,
  when,
} from '../test/policies.ts'
import type { Compat } from './compat.ts'
import { buildRuleTable } from './rule-table.ts'

const tableOf = (of: PolicyFiles, compat: Compat = 'none') =>
  buildRuleTable(linkPolicies(of), compat, 3)

/** What the compiler takes for a mistake: policies of a scope that are at odds. */
function tableOfBoth(of: readonly PolicyFiles[], compat: Compat) {
  const sets = of.map(linkPolicies)
  const policies = sets.flatMap((set) => set.policies)
  return buildRuleTable({ ...linkPolicies({}), policies }, compat, 3)
}

const drop = { rules: [{ resource: 'doc', actions: [{ action: '*', effect: 'EFFECT_ALLOW' }] }] }
const listed = { rules: [{ resource: 'doc', allowActions: ['view'] }] }
const files: PolicyFiles = {
  'doc.yaml': resourcePolicy('doc', { rules: [] }),
  'doc.v2.yaml': resourcePolicy('doc', { version: 'v2', rules: [] }),
  'doc.r.yaml': resourcePolicy('doc', { scope: 'r', rules: [] }),
  'ann.yaml': principalPolicy('ann', drop),
  'ann.p.yaml': principalPolicy('ann', { ...drop, scope: 'p' }),
  'bob.yaml': principalPolicy('bob', { ...drop, version: 'v3' }),
  'clerk.yaml': rolePolicy('clerk', { ...listed, scope: 'o' }),
}

describe('a rule table', () => {
  const sorted = (items: Iterable<string> | undefined): readonly string[] =>
    [...(items ?? [])].sort()

  test('has the policies by what they are for, their version and their scope', () => {
    const { resourcePolicies, principalPolicies, rolePolicies, ...table } = tableOf(files)
    const keyAt = (kind: string, version: string, scope: string): string | undefined =>
      resourcePolicies.get(kind)?.get(version)?.get(scope)?.().policy.key
    expect(keyAt('doc', 'default', '')).toBe('resource.doc.vdefault')
    expect(keyAt('doc', 'v2', '')).toBe('resource.doc.vv2')
    expect(keyAt('doc', 'default', 'r')).toBe('resource.doc.vdefault/r')
    expect(keyAt('doc', 'v2', 'r')).toBeUndefined()
    expect(sorted(resourcePolicies.keys())).toEqual(['doc'])
    expect(sorted(principalPolicies.keys())).toEqual(['ann', 'bob'])
    expect(sorted(rolePolicies.get('default')?.get('o')?.keys())).toEqual(['clerk'])
    expect([table.policyCount, table.generation, table.compat]).toEqual([7, 3, 'none'])
    expect(table.invalidWildcards).toEqual([])
  })

  test('knows which sorts of policies a scope has', () => {
    const table = tableOf(files)
    expect(sorted(table.resourceScopes)).toEqual(['', 'o', 'r'])
    expect(sorted(table.ruledScopes)).toEqual(['', 'p', 'r'])
    expect(sorted(table.resourceChains.byScope.keys())).toEqual(['', 'o', 'r'])
    expect(sorted(table.principalChains.byScope.keys())).toEqual(['', 'p'])
    expect(sorted(table.principalVersions.keys())).toEqual(['default', 'v3'])
    expect(sorted(table.principalVersions.get('default'))).toEqual(['', 'p'])
    expect(sorted(table.principalVersions.get('v3'))).toEqual([''])
  })

  const ofScope = (kind: string, scopePermissions?: string): PolicyFiles => ({
    [`${kind}.yaml`]: resourcePolicy(kind, { rules: [] }),
    [`${kind}.s.yaml`]: resourcePolicy(kind, { scope: 's', scopePermissions, rules: [] }),
  })
  const plain = ofScope('a')
  const needing = ofScope('b', CONSENT)
  const clerk = { 'clerk.yaml': rolePolicy('clerk', { ...listed, scope: 's' }) }

  test.each<[string, readonly PolicyFiles[], Compat, readonly string[]]>([
    ['all policies agree', [needing], 'none', ['s']],
    ['none asks for it', [plain], 'none', []],
    ['a role policy has no say', [needing, clerk], 'cerbos', ['s']],
    ['they are at odds', [needing, plain], 'none', ['s']],
    ['they are at odds, whatever the order', [plain, needing], 'none', ['s']],
    ['the last one asks, as in Cerbos', [plain, needing], 'cerbos', ['s']],
    ['the last one does not, as in Cerbos', [needing, plain], 'cerbos', []],
  ])('knows which scopes need consent: %s', (_when, of, compat, scopes) => {
    expect([...tableOfBoth(of, compat).consentScopes]).toEqual(scopes)
  })

  // What Cerbos does is among the cases.
  test.each<[string, string, string, Compat, readonly string[]]>([
    ['a wildcard', 'album:*', 'album:object', 'none', ['principal', 'role']],
    ['a wildcard, as in Cerbos', 'album:*', 'album:object', 'cerbos', []],
    ['a wildcard as kinds are kept', 'album_*', 'album:object', 'none', ['principal', 'role']],
    ['a name', 'album:object', 'album:object', 'none', ['principal', 'role']],
    [
      'a name that is not the written one',
      'album:object',
      'album_object',
      'none',
      ['principal', 'role'],
    ],
    ['a name, as in Cerbos', 'album:object', 'album:object', 'cerbos', ['principal']],
    ['another name', 'album:other', 'album:object', 'none', []],
    ['a wildcard for others', 'film:*', 'album:object', 'none', []],
    ['a plain name', 'doc', 'doc', 'cerbos', ['principal', 'role']],
  ])('finds policies for a kind by %s', (_what, resource, kind, compat, sorts) => {
    const table = tableOf(
      {
        'ann.yaml': principalPolicy('ann', {
          rules: [{ resource, actions: [{ action: '*', effect: 'EFFECT_ALLOW' }] }],
        }),
        'clerk.yaml': rolePolicy('clerk', { rules: [{ resource, allowActions: ['*'] }] }),
      },
      compat,
    )
    const ofPrincipal = table.principalPolicies.get('ann')?.get('default')?.get('')?.()
    const ofRole = table.rolePolicies.get('default')?.get('')?.get('clerk')
    const found = { principal: ofPrincipal?.rules[0], role: ofRole?.rules[0] }
    const asked = Object.entries(found).filter(([, rule]) =>
      rule?.matchesResource(sanitiseName(kind), kind),
    )
    expect(asked.map(([sort]) => sort)).toEqual(sorts)
  })

  test('knows which policies read the derived roles that are held', () => {
    const reading = (name: string, rest: object): PolicyFiles => ({
      [`${name}.yaml`]: resourcePolicy(name, { importDerivedRoles: ['common'], ...rest }),
    })
    const list = when('size(runtime.effectiveDerivedRoles) == 0')
    const table = tableOf({
      'roles.yaml': derivedRoles('common', [
        { name: 'plain', parentRoles: ['user', '*'], ...when('R.attr.x') },
        { name: 'reading', parentRoles: ['user'], ...list },
      ]),
      ...reading('none', { rules: [{ ...allow('view', []), derivedRoles: ['plain'] }] }),
      ...reading('some', { rules: [allow('view', ['user'], list)] }),
      ...reading('held', {
        rules: [{ ...allow('view', []), derivedRoles: ['plain', 'reading'] }],
      }),
    })
    const of = (kind: string) => table.resourcePolicies.get(kind)?.get('default')?.get('')?.()
    expect(['none', 'some', 'held'].map((kind) => of(kind)?.readsRuntime)).toEqual([
      false,
      true,
      true,
    ])
    const roles = of('held')?.derivedRoles.map(({ role, index, anyRole, readsRuntime }) => [
      ...[role.name, index, anyRole, readsRuntime],
    ])
    expect(roles).toEqual([
      ['plain', 0, true, false],
      ['reading', 1, false, true],
    ])
  })

  test('has wildcards that are not valid match nothing', () => {
    const text = 'a[*'
    const table = tableOf({ 'doc.yaml': resourcePolicy('doc', { rules: [allow(text, ['user'])] }) })
    const [row] = table.resourcePolicies.get('doc')?.get('default')?.get('')?.().rows ?? []
    const matched = [text, 'a', 'a[b'].map((action) => row?.action.matches(action))
    expect(matched).toEqual([false, false, false])
    expect(table.invalidWildcards.map(({ file }) => file)).toEqual(['doc.yaml'])
    const { invalidWildcards: _none, ...policySet } = linkPolicies({})
    expect(buildRuleTable(policySet, 'none', 3).invalidWildcards).toEqual([])
  })
})
