import { expect, test } from 'vitest'

import { allow, derivedRoles, linkPolicies, resourcePolicy } from '../test/policies.ts'
import { findAllRows, findRows } from './find-rows.ts'
import type { Row } from './rows.ts'
import { buildRuleTable } from './rule-table.ts'

const output = { when: { ruleActivated: '"said"' } }
const files = {
  'roles.yaml': derivedRoles('common', [
    { name: 'first', parentRoles: ['user', 'u*'] },
    { name: 'second', parentRoles: ['user', 'u*'] },
  ]),
  'doc.yaml': resourcePolicy('doc', {
    importDerivedRoles: ['common'],
    rules: [
      allow(['open', 'o*'], ['user', 'u*', 'other'], { name: 'many' }),
      allow(['open', 'o*'], ['user'], { name: 'telling', output }),
      { ...allow(['open', 'close'], ['user']), name: 'derived', derivedRoles: ['first', 'second'] },
      allow('open', ['other'], { name: 'foreign' }),
      allow('open', ['user'], { name: 'last' }),
    ],
  }),
}

function found(find: typeof findRows): readonly string[] {
  const table = buildRuleTable(linkPolicies(files), 'none', 1)
  const node = table.resourcePolicies.get('doc')?.get('default')?.get('')
  const nameOf = ({ rule, derivedRole }: Row): string =>
    [rule?.name, derivedRole?.role.name].filter(Boolean).join(' ')
  return find(node?.().rows ?? [], 'open', ['admin', 'user']).map(nameOf)
}

test('a rule is found once for itself and once for each derived role, however many of its patterns fit', () => {
  expect(found(findRows)).toEqual([
    'many',
    // As in Cerbos, an output is emitted for each of them.
    'telling',
    'telling',
    'derived',
    'derived first',
    'derived second',
    'last',
  ])
})

test('or for each of its patterns, where all are asked for', () => {
  expect(found(findAllRows)).toEqual([
    ...['many', 'many', 'many', 'many'],
    ...['telling', 'telling'],
    ...['derived', 'derived first', 'derived first', 'derived second', 'derived second'],
    'last',
  ])
})
