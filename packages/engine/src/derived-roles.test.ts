import { Timestamp } from '@lockstitch/cel'
import { expect, test } from 'vitest'

import { allow, derivedRoles, linkPolicies, resourcePolicy, when } from '../test/policies.ts'
import { check } from './check.ts'
import { buildRuleTable } from './rule-table.ts'
import { settingsFrom } from './settings.ts'

const now = Timestamp.fromMillis(0)

/** Who holds which of so many derived roles: those whose numbers the attribute has. */
function heldOf(count: number): (numbers: readonly number[]) => readonly string[] {
  const names = Array.from({ length: count }, (_, index) => `d${index}`)
  const definitions = names.map((name, index) => ({
    name,
    parentRoles: ['user'],
    ...when(`${index} in R.attr.held`),
  }))
  const table = buildRuleTable(
    linkPolicies({
      'roles.yaml': derivedRoles('common', definitions),
      'doc.yaml': resourcePolicy('doc', {
        importDerivedRoles: ['common'],
        rules: [{ ...allow('view', []), derivedRoles: names }],
      }),
    }),
    'none',
    1,
  )
  return (held) => {
    const principal = { id: 'ann', roles: ['user'] }
    const resource = { kind: 'doc', id: 'd', attr: { held } }
    const input = { principal, resource, actions: ['view'] }
    return check(table, input, settingsFrom({}), now).effectiveDerivedRoles
  }
}

test.each([1, 8, 9, 30, 31, 32, 33, 70])('of %s derived roles each is held by itself', (count) => {
  const held = heldOf(count)
  for (let index = 0; index < count; index += 1) expect(held([index])).toEqual([`d${index}`])
  expect(held([])).toEqual([])
  expect(held([0, count - 1])).toEqual([...new Set(['d0', `d${count - 1}`])])
})

// A decision makes no list that was made before. With many there would be too many to keep.
test.each([
  [1, true],
  [8, true],
  [9, false],
  [30, false],
])('what is held of %s derived roles is kept: %s', (count, kept) => {
  const held = heldOf(count)
  for (const numbers of [[0], [0, count - 1]]) {
    const [first, second] = [held(numbers), held(numbers)]
    expect(second).toEqual(first)
    expect(second === first).toBe(kept)
  }
})

const unsorted = {
  'roles.yaml': derivedRoles('common', [
    { name: 'late', parentRoles: ['user'], ...when('R.attr.x') },
    { name: 'early', parentRoles: ['user'], ...when('R.attr.x') },
  ]),
  'doc.yaml': resourcePolicy('doc', {
    importDerivedRoles: ['common'],
    rules: [
      { ...allow('view', []), derivedRoles: ['late', 'early'] },
      allow('list', ['user'], when('size(runtime.effectiveDerivedRoles) == 0')),
    ],
  }),
}

test('derived roles are told in the order of their names', () => {
  const table = buildRuleTable(linkPolicies(unsorted), 'none', 1)
  const ask = (attr: Readonly<Record<string, boolean>>, strictEvaluation = false) => {
    const principal = { id: 'ann', roles: ['user'] }
    const input = { principal, resource: { kind: 'doc', id: 'd', attr }, actions: ['list'] }
    return check(table, input, settingsFrom({ strictEvaluation }), now)
  }
  expect(ask({ x: true }).effectiveDerivedRoles).toEqual(['early', 'late'])
  // So are those that could not be found out, in strict evaluation, where something reads the list.
  expect(ask({}, true).evaluationErrors.map(({ message }) => message)).toContain(
    'failed to compute effective derived roles [early, late]',
  )
})
