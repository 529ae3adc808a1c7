import { Timestamp } from '@lockstitch/cel'
import { describe, expect, test } from 'vitest'

import {
  allow,
  derivedRoles,
  linkPolicies,
  type PolicyFiles,
  principalPolicy,
  resourcePolicy,
  rolePolicy,
  when,
} from '../test/policies.ts'
import { decideInput } from './check.ts'
import type { Compat } from './compat.ts'
import {
  findActionPaths,
  findPaths,
  findPrincipalSide,
  findRoleRoute,
  findRoute,
} from './route-cache.ts'
import type { Path } from './routes.ts'
import { buildRuleTable } from './rule-table.ts'
import { scopeChain } from './scopes.ts'
import { settingsFrom } from './settings.ts'

const tableOf = (files: PolicyFiles, compat: Compat = 'none') =>
  buildRuleTable(linkPolicies(files), compat, 1)

const now = Timestamp.fromMillis(0)

const drop = { rules: [{ resource: 'doc', actions: [{ action: 'drop', effect: 'EFFECT_ALLOW' }] }] }
const listing = (resource: string, rest?: object): object => ({
  rules: [{ resource, allowActions: ['view'] }],
  ...rest,
})

describe('the route of a resource', () => {
  const files = {
    'doc.yaml': resourcePolicy('doc', { rules: [allow('view', ['user'])] }),
    'doc.s.yaml': resourcePolicy('doc', { scope: 's', rules: [] }),
    'clerk.yaml': rolePolicy('clerk', listing('report')),
    'guest.yaml': rolePolicy('guest', listing('memo', { scope: 's' })),
  }
  test.each<[string, string, string, string | undefined]>([
    ['a policy', 'doc', '', 'resource.doc.vdefault'],
    ['a policy of the scope', 'doc', 's', 'resource.doc.vdefault/s'],
    ['none that names the kind', 'other', 's', undefined],
    ['a role policy that names the kind', 'report', '', 'resource.report.vdefault'],
    ['one of a scope above', 'report', 's', 'resource.report.vdefault/s'],
    ['one of the scope', 'memo', 's', 'resource.memo.vdefault/s'],
    ['one of a scope below', 'memo', '', undefined],
    ['a policy, in a scope that nobody has', 'doc', 't', undefined],
  ])('has the name of what is in charge: %s', (_what, kind, scope, key) => {
    const { exists, key: told } = findRoute(tableOf(files), kind, 'default', scope, false)
    expect({ exists, told }).toEqual({ exists: key !== undefined, told: key ?? 'NO_MATCH' })
  })
})

test('a scope that nobody has is routed as the nearest one above it, and yet is not it', () => {
  const files = {
    'doc.yaml': resourcePolicy('doc', { rules: [allow('view', ['admin'])] }),
    'doc.s.yaml': resourcePolicy('doc', { scope: 's', rules: [] }),
    'clerk.yaml': rolePolicy('clerk', listing('doc', { scope: 's', parentRoles: ['admin'] })),
  }
  const scopes = ['s', 's.t', 's.u']
  for (const order of [scopes, [...scopes].reverse()]) {
    const table = tableOf(files)
    const routeTo = (scope: string) => findRoute(table, 'doc', 'default', scope, true)
    const rolesIn = Object.fromEntries(
      order.map((scope) => [scope, findRoleRoute(table, routeTo(scope), ['clerk']).allRoles]),
    )
    // The parents of a role count in the very scope that names them.
    expect(rolesIn).toEqual({ s: ['clerk', 'admin'], 's.t': ['clerk'], 's.u': ['clerk'] })
    expect(routeTo('s.t')).toBe(routeTo('s.u'))
    expect(order.map((scope) => routeTo(scope).names.scope)).toEqual(
      order.map((scope) => (scope === 's' ? 's' : undefined)),
    )
    const { left } = table.routeCache
    expect(scopes.map((scope) => routeTo(scope).nearest)).toEqual(['s', 's', 's'])
    expect(table.routeCache.left).toBe(left)
  }
})

// Cerbos, which does so where the scope has any rule for the kind, is among the cases.
test('a role policy that is about other kinds narrows its role all the same', () => {
  const table = tableOf({
    'doc.yaml': resourcePolicy('doc', { rules: [allow('view', ['admin'])] }),
    'clerk.yaml': rolePolicy('clerk', listing('report', { parentRoles: ['admin'] })),
  })
  const input = {
    principal: { id: 'ann', roles: ['clerk'] },
    resource: { kind: 'doc', id: 'd' },
    actions: ['view'],
  }
  const { answers } = decideInput(table, input, settingsFrom({}), now, undefined)
  expect(answers[0]?.decision).toMatchObject({
    effect: 'EFFECT_DENY',
    matchedPolicy: 'role.clerk.vdefault',
  })
})

describe('a path leads through the scopes', () => {
  const rules = [allow('view', ['user'])]
  const files = {
    'roles.yaml': derivedRoles('common', [{ name: 'owner', parentRoles: ['user'] }]),
    'doc.yaml': resourcePolicy('doc', { rules }),
    'doc.a.yaml': resourcePolicy('doc', { scope: 'a', rules: [allow('edit', ['user'])] }),
    'doc.a.b.yaml': resourcePolicy('doc', {
      scope: 'a.b',
      importDerivedRoles: ['common'],
      rules: [{ ...allow('edit', []), derivedRoles: ['owner'] }],
    }),
    'doc.a.b.c.yaml': resourcePolicy('doc', { scope: 'a.b.c', rules }),
  }
  const scopesOf = (path: Path): readonly string[] =>
    path ? [path.step.scope, ...scopesOf(path.next)] : []
  const pathsFor = (roles: readonly string[], compat: Compat) => {
    const table = tableOf(files, compat)
    const route = findRoute(table, 'doc', 'default', 'a.b.c', false)
    return findPaths(table, findRoleRoute(table, route, roles), 'view').map(scopesOf)
  }

  test('that have rules for the action, or derived roles that the principal may hold', () => {
    expect(pathsFor(['user'], 'none')).toEqual([['a.b.c', 'a.b', '']])
    expect(pathsFor(['guest', 'user'], 'none')).toEqual([['a.b'], ['a.b.c', 'a.b', '']])
    expect(pathsFor(['guest'], 'none')).toEqual([[]])
  })

  test('and those that decide are those with rules', () => {
    for (const compat of ['none', 'cerbos'] as const) {
      const table = tableOf(files, compat)
      const route = findRoute(table, 'doc', 'default', 'a.b.c', false)
      const side = findRoleRoute(table, route, ['guest', 'user'])
      const deciding = (path: Path): readonly string[] =>
        path ? [path.step.scope, ...deciding(path.nextRules)] : []
      expect(findActionPaths(table, side, 'view').deciding.map(deciding)).toEqual([['a.b.c', '']])
      expect(findActionPaths(table, side, 'edit').deciding.map(deciding)).toEqual([['a.b', 'a']])
      expect(findActionPaths(table, side, 'drop').deciding).toEqual([])
    }
  })

  test('or all of them, where it is as in Cerbos', () => {
    expect(pathsFor(['guest'], 'cerbos')).toEqual([['a.b.c', 'a.b', 'a', '']])
  })
})

test('a principal has policies on a route in those scopes that there is one of its own in', () => {
  const table = tableOf({
    'doc.yaml': resourcePolicy('doc', { rules: [] }),
    'ann.yaml': principalPolicy('ann', drop),
    'bob.yaml': principalPolicy('bob', drop),
    'bob.s.yaml': principalPolicy('bob', { ...drop, scope: 's' }),
    'eve.v2.yaml': principalPolicy('eve', { ...drop, version: 'v2' }),
  })
  const route = findRoute(table, 'doc', 'default', '', false)
  const sideOf = (id: string, scope: string) => {
    const chain = scopeChain(scope, table.principalChains, false)
    const side = findPrincipalSide(table, route, id, 'default', chain)
    return side?.steps.map((step) => [step.index, step.scope])
  }
  expect(sideOf('ann', 's')).toEqual([[0, '']])
  expect(sideOf('bob', 's')).toEqual([
    [0, 's'],
    [1, ''],
  ])
  expect(sideOf('bob', '')).toEqual([[0, '']])
  expect(sideOf('bob', 'unknown')).toBeUndefined()
  expect(sideOf('eve', '')).toBeUndefined()
  expect(sideOf('nobody', '')).toBeUndefined()
})

// Where something reads which derived roles are held, all have to be found out before it.
describe('who asks for decisions alone is answered by less work', () => {
  const list = when('size(runtime.effectiveDerivedRoles) == 0')
  const owner = { ...allow('view', []), derivedRoles: ['owner'] }
  const ofDoc = (rules: readonly object[]): string =>
    resourcePolicy('doc', { importDerivedRoles: ['common'], rules: [owner, ...rules] })
  const listed = (condition: object): object => ({
    scope: 's',
    rules: [{ resource: 'doc', allowActions: ['view'], ...condition }],
  })
  const ofAnn = (condition: object): object => ({
    rules: [{ resource: 'doc', actions: [{ action: '*', effect: 'EFFECT_DENY', ...condition }] }],
  })
  const ofScope = (rules: readonly object[]): string => resourcePolicy('doc', { scope: 's', rules })
  test.each<[string, PolicyFiles, boolean]>([
    ['nothing reads them', {}, true],
    ['nothing does in any scope', { 'doc.s.yaml': ofScope([allow('*', ['*'])]) }, true],
    ['a rule does', { 'doc.s.yaml': ofScope([allow('*', ['*'], list)]) }, false],
    [
      'one of a scope above does',
      {
        'doc.yaml': ofDoc([allow('*', ['*'], list)]),
        'doc.s.yaml': ofScope([]),
      },
      false,
    ],
    [
      'a role policy does not',
      { 'clerk.yaml': rolePolicy('clerk', listed(when('R.attr.x'))) },
      true,
    ],
    [
      'a role policy does',
      {
        'clerk.yaml': rolePolicy('clerk', listed(list)),
        'guest.yaml': rolePolicy('guest', listed({})),
      },
      false,
    ],
    [
      'the policy of the principal does not',
      { 'ann.yaml': principalPolicy('ann', ofAnn(when('R.attr.x'))) },
      true,
    ],
    [
      'the policy of the principal does',
      {
        'ann.yaml': principalPolicy('ann', ofAnn(list)),
        'ann.s.yaml': principalPolicy('ann', { scope: 's', ...ofAnn({}) }),
      },
      false,
    ],
    ['that of another principal does', { 'bob.yaml': principalPolicy('bob', ofAnn(list)) }, true],
  ])('where %s', (_what, files, brief) => {
    const table = tableOf({
      'roles.yaml': derivedRoles('common', [{ name: 'owner', parentRoles: ['user'] }]),
      'doc.yaml': ofDoc([allow('view', ['user'], when('R.attr.x'))]),
      ...files,
    })
    const input = {
      principal: { id: 'ann', roles: ['user'], scope: 's' },
      resource: { kind: 'doc', id: 'd', scope: 's' },
      actions: ['view'],
    }
    const walkFor = (decidesOnly: boolean) =>
      decideInput(table, input, settingsFrom({}), now, undefined, decidesOnly).walk
    expect(walkFor(true).decidesOnly).toBe(brief)
    // Then it keeps nothing of what it finds out.
    const { held, outcomes } = walkFor(true)
    expect([held.length > 0, outcomes.length > 0]).toEqual([!brief, !brief])
    expect(walkFor(false).decidesOnly).toBe(false)
  })
})
