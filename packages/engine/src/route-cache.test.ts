import { Timestamp } from '@lockstitch/cel'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { checkInput, policyFiles } from '../test/arbitrary.ts'
import { allow, linkPolicies, principalPolicy, resourcePolicy } from '../test/policies.ts'
import { check } from './check.ts'
import type { CheckInput, CheckOutput } from './request.ts'
import { createRouteCache, findRoute } from './route-cache.ts'
import { buildRuleTable, type RuleTable } from './rule-table.ts'
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
          // It never holds more than it may: what would come to the limit is forgotten.
          expect(forgetful.routeCache.left).toBeGreaterThan(0)
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

const strict = settingsFrom({ lenientScopeSearch: false })

interface Asked {
  readonly roles?: readonly string[]
  readonly action?: string
  readonly kind?: string
  readonly principal?: Partial<CheckInput['principal']>
  readonly resource?: Partial<CheckInput['resource']>
}

function ask(table: RuleTable, asked: Asked): CheckOutput {
  const { roles = ['user'], action = 'view', kind = 'doc', principal, resource } = asked
  const input = {
    principal: { id: 'ann', roles, ...principal },
    resource: { kind, id: 'd', ...resource },
    actions: [action],
  }
  return check(table, input, strict, now)
}

/** How much room an answer takes that was not asked for before. */
function roomFor(table: RuleTable, asked: Asked): number {
  const { left } = table.routeCache
  ask(table, asked)
  return left - table.routeCache.left
}

const open = (rest?: object): string =>
  resourcePolicy('doc', { rules: [allow('*', ['*'])], ...rest })

const effectOf = (table: RuleTable, asked: Asked): string | undefined =>
  ask(table, asked).actions.get('view')?.effect

const named = (length: number): string => 'n'.repeat(length)
const many = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `role-${index}`)

test.each<[string, boolean, Asked]>([
  ['a list of as many roles as anybody has', true, { roles: many(50) }],
  ['a longer one', false, { roles: many(51) }],
  ['a role with a long name', true, { roles: [named(200)] }],
  ['one with a longer name', false, { roles: [named(201)] }],
  ['one with a longer name among others', false, { roles: ['user', named(201)] }],
])('what is found for %s is kept: %s', (_what, kept, asked) => {
  const table = buildRuleTable(linkPolicies({ 'doc.yaml': open() }), 'none', 1)
  expect(effectOf(table, asked)).toBe('EFFECT_ALLOW')
  const route = findRoute(table, 'doc', 'default', '', false)
  expect([...route.forRoles.keys()].map(({ roles }) => roles)).toEqual(kept ? [asked.roles] : [])
})

test('however long lists and names are that nobody has, they are answered', () => {
  const files = { 'doc.yaml': resourcePolicy('doc', { rules: [allow('*', ['last'])] }) }
  const table = buildRuleTable(linkPolicies(files), 'none', 1)
  expect(effectOf(table, { roles: [...many(20_000), 'last'] })).toBe('EFFECT_ALLOW')
  expect(effectOf(table, { roles: [named(100_000), 'last'] })).toBe('EFFECT_ALLOW')
  const action = named(100_000)
  const answer = ask(table, { roles: ['last'], action })
  expect(answer.actions.get(action)?.effect).toBe('EFFECT_ALLOW')
})

test.each([
  [200, true],
  [201, false],
])('what is found for an action of %s letters is kept: %s', (length, kept) => {
  const table = buildRuleTable(linkPolicies({ 'doc.yaml': open() }), 'none', 1)
  ask(table, {})
  expect(roomFor(table, { action: named(length) }) > 0).toBe(kept)
  expect(roomFor(table, { action: named(length) })).toBe(0)
})

test('nothing is kept of versions and scopes that nobody has', () => {
  const table = buildRuleTable(linkPolicies({ 'doc.yaml': open() }), 'none', 1)
  for (const resource of [{ policyVersion: 'v9' }, { scope: 's' }, { kind: 'other' }]) {
    const answer = ask(table, { resource })
    expect(answer.actions.get('view')?.matchedPolicy).toBe('NO_MATCH')
  }
  const { exact, inherited } = table.routeCache
  expect([exact.size, inherited.size]).toEqual([0, 0])
})

const rulesOf = (count: number): object => ({
  rules: Array.from({ length: count }, (_, index) => allow('*', ['*'], { name: `rule${index}` })),
})

test.each<[string, number, Asked]>([
  ['rule', 29, { kind: 'long' }],
  ['scope', 3, { kind: 'deep', resource: { scope: 's.t.u' } }],
  ['role', 19, { roles: many(20) }],
])('each %s that is held for an answer takes room', (_what, more, asked) => {
  const files = {
    'doc.yaml': open(),
    'long.yaml': resourcePolicy('long', rulesOf(30)),
    'deep.yaml': resourcePolicy('deep', rulesOf(1)),
    ...Object.fromEntries(
      ['s', 's.t', 's.t.u'].map((scope) => [
        `${scope}.yaml`,
        resourcePolicy('deep', { rules: [], scope }),
      ]),
    ),
  }
  const [less, room] = [{}, asked].map((each) =>
    roomFor(buildRuleTable(linkPolicies(files), 'none', 1), each),
  )
  expect(less).toBeGreaterThan(0)
  expect(room).toBeGreaterThanOrEqual((less ?? 0) + more)
})

test('lists of what is near stay short, however much is asked for', () => {
  const scopes = many(20)
  const files = scopes.map((scope) => [`${scope}.yaml`, open({ scope })])
  const table = buildRuleTable(
    linkPolicies({ 'doc.yaml': open(), ...Object.fromEntries(files) }),
    'none',
    1,
  )
  for (const scope of ['', ...scopes]) ask(table, { resource: { scope } })
  for (const action of many(20)) ask(table, { action })
  const routes = table.routeCache.exact.get('doc')
  expect(lengthOf(routes?.near)).toBe(8)
  expect(routes?.others.get('default')?.size).toBe(13)
  const forRoles = findRoute(table, 'doc', 'default', '', false).last
  expect(lengthOf(forRoles?.near)).toBe(8)
  expect(forRoles?.otherPaths.size).toBe(13)
})

function lengthOf<Item extends { readonly next: Item | undefined }>(
  first: Item | undefined,
): number {
  let length = 0
  for (let each = first; each; each = each.next) length += 1
  return length
}

test('the policies of a principal are found for the version and the scope that it has at the time', () => {
  const everything = {
    rules: [{ resource: '*', actions: [{ action: '*', effect: 'EFFECT_DENY' }] }],
  }
  const files = {
    'doc.yaml': open(),
    'ann.yaml': principalPolicy('ann', everything),
    'ann.s.yaml': principalPolicy('ann', { ...everything, scope: 's' }),
    'bob.v2.yaml': principalPolicy('bob', { ...everything, version: 'v2' }),
  }
  const table = buildRuleTable(linkPolicies(files), 'none', 1)
  const askAs = (principal: object): string | undefined =>
    ask(table, { principal }).actions.get('view')?.matchedPolicy
  const asked = [
    {},
    { policyVersion: 'v2' },
    { scope: 's' },
    { policyVersion: 'v2', scope: 's' },
    { policyVersion: 'v3' },
    {},
  ]
  const wanted = [
    'principal.ann.vdefault',
    'principal.ann.vv2',
    'principal.ann.vdefault/s',
    // The name is that of the scope, although only the one above has such a policy.
    'principal.ann.vv2/s',
    'NO_MATCH',
    'principal.ann.vdefault',
  ]
  expect(asked.map(askAs)).toEqual(wanted)
  expect(roomFor(table, {})).toBe(0)
  // Where there are none, nothing is kept.
  const elsewhere = { principal: { scope: 'unknown' } }
  expect(ask(table, elsewhere).actions.get('view')?.effect).toBe('EFFECT_ALLOW')
  expect(roomFor(table, elsewhere)).toBe(0)
})

test('all is forgotten together when it is too much', () => {
  const table = {
    ...buildRuleTable(
      linkPolicies({ 'doc.yaml': open(), 'doc.s.yaml': open({ scope: 's' }) }),
      'none',
      1,
    ),
    routeCache: createRouteCache(100),
  }
  const { routeCache } = table
  ask(table, {})
  const before = { ...routeCache }
  expect(before.left).toBeLessThan(100)
  // One action after the other, until there is more room than before.
  for (let index = 0, left = 100; routeCache.left < left; index += 1) {
    left = routeCache.left
    ask(table, { action: `action${index}` })
  }
  for (const key of ['exact', 'inherited', 'sharing', 'noRoles'] as const)
    expect(routeCache[key]).not.toBe(before[key])
  expect([routeCache.exact.size, routeCache.inherited.size]).toEqual([0, 0])
})
