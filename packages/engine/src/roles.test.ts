import { describe, expect, test } from 'vitest'

import { linkPolicies, rolePolicy } from '../test/policies.ts'
import type { Compat } from './compat.ts'
import { collectParentRoles, withParents } from './roles.ts'

type Declared = readonly (readonly [role: string, parents: readonly string[], rest?: object])[]

function rolesOf(declared: Declared, compat: Compat = 'none') {
  const files = Object.fromEntries(
    declared.map(([role, parentRoles, rest], index) => [
      `${index}.yaml`,
      rolePolicy(role, { parentRoles, rules: [], ...rest }),
    ]),
  )
  const policies = linkPolicies(files).policies.filter((policy) => policy.kind === 'role')
  const parents = collectParentRoles(policies, compat)
  return (role: string, scope = '', version = 'default') =>
    withParents(parents, version, scope, role)
}

describe('the roles that count as a role', () => {
  test('are itself and its parents, all the way up', () => {
    const roles = rolesOf([
      ['lead', ['editor']],
      ['editor', ['viewer', 'commenter']],
    ])
    expect(roles('lead')).toEqual(['lead', 'editor', 'viewer', 'commenter'])
    expect(roles('editor')).toEqual(['editor', 'viewer', 'commenter'])
    expect(roles('viewer')).toEqual(['viewer'])
  })

  test('are each named once, where ways meet and where they lead back', () => {
    const roles = rolesOf([
      ['a', ['b', 'c', 'a']],
      ['b', ['d', 'a']],
      ['c', ['d', 'b']],
      ['d', ['c']],
    ])
    expect([...roles('a')].sort()).toEqual(['a', 'b', 'c', 'd'])
    expect(roles('a')[0]).toBe('a')
  })

  test('are itself alone where a policy names no parents', () => {
    expect(rolesOf([['a', []]])('a')).toEqual(['a'])
  })

  test('are those of exactly one scope', () => {
    const roles = rolesOf([
      ['a', ['b']],
      ['a', ['c'], { scope: 'acme' }],
    ])
    expect([roles('a'), roles('a', 'acme'), roles('a', 'other')]).toEqual([
      ['a', 'b'],
      ['a', 'c'],
      ['a'],
    ])
  })

  const versions: Declared = [
    ['a', ['b']],
    ['a', ['c'], { version: 'v2' }],
  ]

  test('are those of one version', () => {
    const roles = rolesOf(versions)
    expect([roles('a'), roles('a', '', 'v2'), roles('a', '', 'v3')]).toEqual([
      ['a', 'b'],
      ['a', 'c'],
      ['a'],
    ])
  })

  test('are those of every version, where that is as in Cerbos', () => {
    const roles = rolesOf(versions, 'cerbos')
    expect(roles('a', '', 'v3')).toEqual(['a', 'b', 'c'])
  })
})
