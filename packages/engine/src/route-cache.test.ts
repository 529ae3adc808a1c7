import { Timestamp } from '@lockstitch/cel'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { checkInput, policyFiles } from '../test/arbitrary.ts'
import { allow, linkPolicies, resourcePolicy } from '../test/policies.ts'
import { check } from './check.ts'
import { createRouteCache } from './route-cache.ts'
import { buildRuleTable } from './rule-table.ts'
import { settingsFrom } from './settings.ts'

const now = Timestamp.fromMillis(0)
const numRuns = Number(process.env.PROPERTY_RUNS ?? 60)

test.each(['cerbos', 'none'] as const)(
  'a table that was asked before answers as a new one, compat %s',
  (compat) => {
    const inputs = fc.array(checkInput, { minLength: 5, maxLength: 10 })
    fc.assert(
      fc.property(policyFiles, inputs, (files, requests) => {
        const policySet = linkPolicies(files)
        const asked = buildRuleTable(policySet, compat, 1)
        const forgetful = { ...asked, routeCache: createRouteCache(3) }
        for (const [index, input] of [...requests, ...requests, ...requests].entries()) {
          const settings = settingsFrom({ lenientScopeSearch: index % 2 === 0 })
          const fresh = check(buildRuleTable(policySet, compat, 1), input, settings, now)
          expect(check(asked, input, settings, now)).toEqual(fresh)
          expect(check(forgetful, input, settings, now)).toEqual(fresh)
        }
      }),
      { numRuns },
    )
  },
  60_000,
)

test('what requests make up is forgotten, so that it does not pile up', () => {
  const policySet = linkPolicies({
    'doc.yaml': `apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: doc
  version: default
  rules: [{ actions: ['*'], roles: ['*'], effect: EFFECT_ALLOW }]
`,
  })
  const table = { ...buildRuleTable(policySet, 'none', 1), routeCache: createRouteCache(100) }
  const settings = settingsFrom({})
  for (let index = 0; index < 1000; index += 1) {
    const principal = { id: 'ann', roles: [`role-${index}`] }
    const known = { principal, resource: { kind: 'doc', id: 'd' }, actions: [`action-${index}`] }
    const unknown = { ...known, resource: { kind: `kind-${index}`, id: 'd', scope: `s${index}` } }
    expect(check(table, known, settings, now).actions.get(`action-${index}`)?.effect).toBe(
      'EFFECT_ALLOW',
    )
    check(table, unknown, settings, now)
  }
  const { exact, inherited } = table.routeCache
  expect([...exact.keys(), ...inherited.keys()]).toEqual(['doc'])
  const route = exact.get('doc')?.near
  expect(route?.forRoles.size).toBeLessThan(100)
})

test('lists of roles and names that nobody has are not kept', () => {
  const policySet = linkPolicies({
    'doc.yaml': resourcePolicy('doc', { rules: [allow('*', ['last'])] }),
  })
  const table = buildRuleTable(policySet, 'none', 1)
  const roles = [...Array.from({ length: 20_000 }, (_, index) => `role-${index}`), 'last']
  const ask = (held: readonly string[], action: string): string | undefined => {
    const resource = { kind: 'doc', id: 'd' }
    const input = { principal: { id: 'ann', roles: held }, resource, actions: [action] }
    return check(table, input, settingsFrom({}), now).actions.get(action)?.effect
  }
  const long = 'x'.repeat(100_000)
  expect(ask(roles, 'view')).toBe('EFFECT_ALLOW')
  expect(ask([long, 'last'], 'view')).toBe('EFFECT_ALLOW')
  expect(ask(['last'], long)).toBe('EFFECT_ALLOW')
  const route = table.routeCache.exact.get('doc')?.near
  expect([...(route?.forRoles.keys() ?? [])].map((list) => list.roles)).toEqual([['last']])
  expect(route?.last?.near).toBeUndefined()
})

test('the scopes and the actions that are asked for after the first few are told apart too', () => {
  const numbers = Array.from({ length: 20 }, (_, index) => index)
  const scopes = ['', ...numbers.map((number) => `s${number}`)]
  const files = scopes.map((scope, index) => {
    const rules = [allow(`a${index}`, ['user'])]
    return [`doc${index}.yaml`, resourcePolicy('doc', { ...(scope && { scope }), rules })]
  })
  const table = buildRuleTable(linkPolicies(Object.fromEntries(files)), 'none', 1)
  const allowedIn = (scope: string): readonly string[] => {
    const actions = scopes.map((_, index) => `a${index}`)
    const resource = { kind: 'doc', id: 'd', scope }
    const input = { principal: { id: 'ann', roles: ['user'] }, resource, actions }
    const answers = check(table, input, settingsFrom({}), now).actions
    return actions.filter((action) => answers.get(action)?.effect === 'EFFECT_ALLOW')
  }
  const wanted = scopes.map((_, index) => [...new Set(['a0', `a${index}`])])
  expect(scopes.map(allowedIn)).toEqual(wanted)
  const { left } = table.routeCache
  expect(scopes.map(allowedIn)).toEqual(wanted)
  // Nothing was looked for again.
  expect(table.routeCache.left).toBe(left)
})
