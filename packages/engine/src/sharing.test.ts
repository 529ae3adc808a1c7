import { expect, test } from 'vitest'

import {
  allow,
  deny,
  derivedRoles,
  linkPolicies,
  type PolicyFiles,
  resourcePolicy,
  rolePolicy,
  when,
} from '../test/policies.ts'
import { Engine } from './engine.ts'
import { findPaths, findRoleRoute, findRoute } from './route-cache.ts'
import { buildRuleTable, type RuleTable } from './rule-table.ts'
import { share } from './sharing.ts'

const TWO = [{ expr: 'R.attr.yes' }, { expr: 'R.attr.no' }]
const listed = (kind: string, of: readonly object[] = TWO): object => ({
  condition: { match: { [kind]: { of } } },
})
const valued = (definitions: object): object => ({
  variables: { local: definitions },
  rules: [allow('act', ['user'], when('V.x || V.y'))],
})
const spoken = (when_: object): object => ({
  rules: [allow('act', ['user'], { ...when('R.attr.yes'), output: { when: when_ } })],
})

/** Two policies that have all but one thing in common, with the derived roles that they import. */
interface Pair {
  readonly differ: string
  readonly rests: readonly [object, object]
  readonly roles?: readonly [readonly object[], readonly object[]]
  /** What the policy of a role of its own says, where it has one. */
  readonly narrowed?: readonly [object | undefined, object | undefined]
  readonly variables?: readonly [object, object]
}

const byRole = {
  importDerivedRoles: ['SET'],
  rules: [{ actions: ['act'], effect: 'EFFECT_ALLOW', derivedRoles: ['d'] }],
}
const byRoles = (...names: string[]): object => ({
  ...byRole,
  rules: names.map((name, index) => ({
    actions: [name === 'd' ? 'act' : `other${index}`],
    effect: 'EFFECT_ALLOW',
    derivedRoles: [name],
  })),
})
const held = (expr: string, name = 'd'): object => ({ name, parentRoles: ['user'], ...when(expr) })

const OPEN = { rules: [allow('act', ['user'])] }
/** Of the policy of a role: `KIND` is the kind of the policy that it goes with. */
const listing = (allowActions: readonly string[], rest?: object): object => ({
  rules: [{ resource: 'KIND', allowActions, ...rest }],
})

// biome-ignore format: a table
const PAIRS: readonly Pair[] = [
  { differ: 'their effect', rests: [{ rules: [allow('act', ['user'])] }, { rules: [deny('act', ['user'])] }] },
  { differ: 'the order of their rules', rests: [{ rules: [allow('act', ['user'], when('R.attr.yes')), deny('act', ['user'], when('R.attr.no'))] }, { rules: [allow('act', ['user'], when('R.attr.no')), deny('act', ['user'], when('R.attr.yes'))] }] },
  { differ: 'an expression', rests: [{ rules: [allow('act', ['user'], when('R.attr.yes'))] }, { rules: [allow('act', ['user'], when('R.attr.no'))] }] },
  { differ: '`all` and `any`', rests: [{ rules: [allow('act', ['user'], listed('all'))] }, { rules: [allow('act', ['user'], listed('any'))] }] },
  { differ: '`any` and `none`', rests: [{ rules: [allow('act', ['user'], listed('any'))] }, { rules: [allow('act', ['user'], listed('none'))] }] },
  { differ: 'the number of parts', rests: [{ rules: [allow('act', ['user'], listed('all'))] }, { rules: [allow('act', ['user'], listed('all', TWO.slice(0, 1)))] }] },
  { differ: 'a condition or none', rests: [{ rules: [allow('act', ['user'])] }, { rules: [allow('act', ['user'], when('R.attr.no'))] }] },
  { differ: 'a variable', rests: [valued({ x: 'R.attr.no', y: 'false' }), valued({ x: 'R.attr.yes', y: 'false' })] },
  { differ: 'the names of variables', rests: [{ variables: { local: { x: 'R.attr.yes', y: 'R.attr.no' } }, rules: [allow('act', ['user'], when('V.x'))] }, { variables: { local: { y: 'R.attr.yes', x: 'R.attr.no' } }, rules: [allow('act', ['user'], when('V.x'))] }] },
  { differ: 'a constant', rests: [true, false].map((c) => ({ constants: { local: { c } }, rules: [allow('act', ['user'], when('C.c'))] })) as [object, object] },
  { differ: 'an output or none', rests: [spoken({ ruleActivated: '"a"' }), { rules: [allow('act', ['user'], when('R.attr.yes'))] }] },
  { differ: 'none or an output', rests: [{ rules: [allow('act', ['user'], when('R.attr.yes'))] }, spoken({ ruleActivated: '"a"' })] },
  { differ: 'the name of a variable', rests: [{ variables: { local: { x: 'R.attr.yes' } }, rules: [allow('act', ['user'], when('V.x'))] }, { variables: { local: { y: 'R.attr.yes' } }, rules: [allow('act', ['user'], when('!V.y'))] }] },
  { differ: 'an output', rests: [spoken({ ruleActivated: '"a"' }), spoken({ ruleActivated: '"b"' })] },
  { differ: 'when they have an output', rests: [spoken({ ruleActivated: '"a"' }), spoken({ conditionNotMet: '"a"' })] },
  { differ: 'the condition of a derived role', rests: [byRole, byRole], roles: [[held('R.attr.yes')], [held('R.attr.no')]] },
  { differ: 'the name of a derived role', rests: [byRole, { ...byRole, rules: [{ actions: ['act'], effect: 'EFFECT_ALLOW', derivedRoles: ['e'] }] }], roles: [[held('R.attr.yes')], [held('R.attr.yes', 'e')]] },
  { differ: 'the place of a derived role', rests: [byRoles('d', 'e'), byRoles('c', 'd')], roles: [[held('R.attr.yes'), held('R.attr.no', 'e')], [held('R.attr.no', 'c'), held('R.attr.yes')]] },
  { differ: 'the variables of a derived role', rests: [byRole, byRole], roles: [[held('V.v')], [held('V.v')]], variables: [{ v: 'R.attr.yes' }, { v: 'R.attr.no' }] },
  { differ: 'whether their outputs read variables', rests: ['"a"', 'V.x'].map((said) => ({ variables: { local: { x: '"b"' } }, ...spoken({ ruleActivated: said }) })) as [object, object] },
  { differ: 'whether a role policy lists the action', rests: [OPEN, OPEN], narrowed: [listing(['act']), listing(['other'])] },
  { differ: 'who denies', rests: [{ rules: [...OPEN.rules, deny('act', ['user'])] }, OPEN], narrowed: [undefined, listing(['other'])] },
  { differ: 'who denies on a condition', rests: [{ rules: [...OPEN.rules, deny('act', ['user'], listed('none', [{ expr: 'R.attr.yes' }]))] }, OPEN], narrowed: [undefined, listing(['act'], when('R.attr.yes'))] },
  { differ: 'the condition of a role policy', rests: [OPEN, OPEN], narrowed: [listing(['act'], when('R.attr.yes')), listing(['act'], when('R.attr.no'))] },
  { differ: 'the variables of a role policy', rests: [OPEN, OPEN], narrowed: ['R.attr.yes', 'R.attr.no'].map((x) => ({ variables: { local: { x } }, ...listing(['act'], when('V.x')) })) as [object, object] },
  { differ: 'the constants of a role policy', rests: [OPEN, OPEN], narrowed: [true, false].map((c) => ({ constants: { local: { c } }, ...listing(['act'], when('C.c')) })) as [object, object] },
  { differ: 'the output of a role policy', rests: [OPEN, OPEN], narrowed: ['"a"', '"b"'].map((said) => listing(['act'], { output: { when: { ruleActivated: said } } })) as [object, object] },
  { differ: 'whose variables a rule reads', rests: ['R.attr.yes', 'R.attr.no'].map((x) => ({ variables: { local: { x } }, rules: [allow('act', ['user'], when('V.x'))] })) as [object, object], narrowed: [1, 2].map(() => ({ variables: { local: { x: 'R.attr.yes || R.attr.no' } }, ...listing(['act'], when('V.x')) })) as [object, object] },
  { differ: 'a derived role that asks for others', rests: [byRole, byRole], roles: [[held('size(runtime.effectiveDerivedRoles) == 0')], [held('R.attr.no')]] },
]

// What policies have in common is kept once, whatever policies they are.
test.each(PAIRS)('policies that differ in $differ are told apart', async (pair) => {
  const filesOf = (index: 0 | 1): PolicyFiles => {
    const [set, kind, role] = [`set${index}`, `kind${index}`, `role${index}`]
    const rest = JSON.parse(JSON.stringify(pair.rests[index]).replaceAll('SET', set))
    const narrowed = JSON.stringify(pair.narrowed?.[index] ?? {}).replaceAll('KIND', kind)
    return {
      [`${index}.yaml`]: resourcePolicy(kind, rest),
      ...(pair.narrowed?.[index] && {
        [`${role}.yaml`]: rolePolicy(role, { parentRoles: ['user'], ...JSON.parse(narrowed) }),
      }),
      ...(pair.roles && {
        [`${set}.yaml`]: derivedRoles(set, pair.roles[index], {
          ...(pair.variables && { variables: { local: pair.variables[index] } }),
        }),
      }),
    }
  }
  const inputsOf = (index: 0 | 1) =>
    [
      { yes: true, no: false },
      { yes: false, no: true },
    ].map((attr) => ({
      principal: { id: 'ann', roles: [pair.narrowed?.[index] ? `role${index}` : 'user'] },
      resource: { kind: `kind${index}`, id: 'r', attr },
      actions: ['act'],
    }))
  // Whichever of them is met first.
  for (const order of [[0, 1] as const, [1, 0] as const]) {
    const both = new Engine(linkPolicies({ ...filesOf(0), ...filesOf(1) }))
    const answers: { readonly index: 0 | 1; readonly answer: object }[] = []
    for (const index of order) {
      const alone = new Engine(linkPolicies(filesOf(index)))
      for (const input of inputsOf(index)) {
        const answer = both.check(input)
        expect(answer).toEqual(alone.check(input))
        const { principal, resource, actions } = input
        // Who asks for no metadata is answered by less work.
        const brief = await both.checkResources({ principal, resources: [{ resource, actions }] })
        const { outputs, effectiveDerivedRoles } = answer
        const { effect, matchedPolicy } = answer.actions.get('act') ?? {}
        const said = outputs.map((output) => ('val' in output ? output.val : ''))
        expect(brief.results[0]?.actions.act).toBe(effect)
        expect(brief.results[0]?.outputs.map(({ value }) => value)).toEqual(said)
        const who = matchedPolicy?.replace(/\d/, '')
        answers.push({ index, answer: { effect, said, effectiveDerivedRoles, who } })
      }
    }
    // The pair is one that can be told apart.
    const [first, second] = ([0, 1] as const).map((which) =>
      answers.filter(({ index }) => index === which).map(({ answer }) => answer),
    )
    expect(first).not.toEqual(second)
  }
})

function foundFor(table: RuleTable, kind: string, roles: readonly string[] = ['user']) {
  const forRoles = findRoleRoute(table, findRoute(table, kind, 'default', '', false), roles)
  const [stop] = findPaths(table, forRoles, 'act')
  return { tests: stop?.tests, variables: stop?.variables, candidates: forRoles.candidates[0] }
}

test('policies that say the same share it', () => {
  const rest = {
    importDerivedRoles: ['common'],
    variables: { local: { x: 'R.attr.yes' } },
    rules: [
      allow('act', ['user'], listed('all')),
      { ...allow('act', [], when('V.x')), derivedRoles: ['d', 'e'] },
    ],
  }
  const table = buildRuleTable(
    linkPolicies({
      'set.yaml': derivedRoles('common', [held('R.attr.yes'), held('R.attr.yes', 'e')]),
      'a.yaml': resourcePolicy('a', rest),
      'b.yaml': resourcePolicy('b', rest),
    }),
    'none',
    1,
  )
  const [first, second] = ['a', 'b'].map((kind) => foundFor(table, kind))
  expect(second?.tests).toBe(first?.tests)
  expect(second?.variables).toBe(first?.variables)
  expect(second?.candidates).toBe(first?.candidates)
  const [d, e] = first?.candidates?.candidates.map(({ slot }) => slot.role) ?? []
  expect([d?.name, e?.name]).toEqual(['d', 'e'])
  expect(d?.condition).toBe(e?.condition)
})

test('so do those that differ in variables, as far as they do not read them', () => {
  const definedAs = (x: string): object => ({
    variables: { local: { x } },
    rules: [allow('act', ['user'], when('R.attr.yes')), allow('other', ['user'], when('V.x'))],
  })
  const table = buildRuleTable(
    linkPolicies({
      'a.yaml': resourcePolicy('a', definedAs('R.attr.yes')),
      'b.yaml': resourcePolicy('b', definedAs('R.attr.no')),
    }),
    'none',
    1,
  )
  const [first, second] = ['a', 'b'].map((kind) => foundFor(table, kind))
  expect(second?.tests).toBe(first?.tests)
  expect(second?.variables).not.toBe(first?.variables)
})

test('what is known of a rule before it is asked', () => {
  const output = { when: { ruleActivated: '"a"' } }
  const table = buildRuleTable(
    linkPolicies({
      'doc.yaml': resourcePolicy('doc', {
        variables: { local: { x: 'R.attr.yes' } },
        rules: [
          allow('act', ['user']),
          allow('act', ['user'], when('V.x')),
          allow('act', ['user'], { output }),
        ],
      }),
      'clerk.yaml': rolePolicy('clerk', { parentRoles: ['user'], ...listing(['other']) }),
    }),
    'none',
    1,
  )
  const plain = { readsVariables: false, hasOutput: false, isImplicit: false, ofRolePolicy: false }
  const { tests } = foundFor(table, 'doc', ['clerk'])
  expect(tests).toMatchObject([
    { ...plain, isImplicit: true, ofRolePolicy: true },
    plain,
    { ...plain, readsVariables: true },
    { ...plain, hasOutput: true },
  ])
})

test('what has other parts is another object, however they are written one after the other', () => {
  const shareEach = share<{ readonly each: readonly unknown[] }>()
  const parts = [
    [1, 12],
    [11, 2],
    [112],
    ['1', 12],
    ['1,12'],
    ['a', 'b'],
    ['a,b'],
    ['a"', '"b'],
    ['true'],
    [true],
    [undefined],
    ['undefined'],
    [],
  ]
  const shared = parts.map((each) => shareEach(each, { each }))
  expect(shared.map(({ each }) => each)).toEqual(parts)
  for (const [index, each] of parts.entries()) expect(shareEach(each, { each })).toBe(shared[index])
  // Another sort has objects of its own.
  expect(share<object>()([1, 12], {})).toEqual({})
})
