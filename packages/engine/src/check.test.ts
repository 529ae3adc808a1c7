import { Timestamp } from '@lockstitch/cel'
import type { LinkedPolicy } from '@lockstitch/policy'
import { describe, expect, test } from 'vitest'

import {
  allow,
  deny,
  derivedRoles,
  linkPolicies,
  type PolicyFiles,
  principalPolicy,
  resourcePolicy,
  rolePolicy,
  when,
} from '../test/policies.ts'
import { check, decideInput, outputOf } from './check.ts'
import type { Compat } from './compat.ts'
import type { CheckInput } from './request.ts'
import { buildRuleTable } from './rule-table.ts'
import { settingsFrom } from './settings.ts'

const now = Timestamp.fromMillis(0)

const policies: PolicyFiles = {
  'roles.yaml': derivedRoles('common', [
    { name: 'owner', parentRoles: ['user'], ...when('R.attr.owner == P.id') },
    { name: 'guest', parentRoles: ['user'], ...when('R.attr.open') },
  ]),
  'doc.yaml': resourcePolicy('doc', {
    importDerivedRoles: ['common'],
    variables: { local: { broken: 'R.attr.nothing' } },
    rules: [
      allow('view', ['user']),
      { ...allow('edit', []), derivedRoles: ['owner'] },
      allow('fragile', ['user'], when('V.broken == 1')),
    ],
  }),
  'doc.s.yaml': resourcePolicy('doc', {
    scope: 's',
    importDerivedRoles: ['common'],
    rules: [
      { ...deny('view', []), derivedRoles: ['guest'] },
      { ...deny('edit', []), derivedRoles: ['owner', 'guest'], ...when('R.attr.locked') },
    ],
  }),
  'ann.yaml': principalPolicy('ann', {
    rules: [{ resource: 'doc', actions: [{ action: 'drop', effect: 'EFFECT_ALLOW' }] }],
  }),
  'clerk.yaml': rolePolicy('clerk', {
    parentRoles: ['user'],
    variables: { local: { broken: 'R.attr.nothing' } },
    rules: [{ resource: 'doc', allowActions: ['view'], ...when('V.broken == 1 || true') }],
  }),
}

interface Asked {
  readonly id?: string
  readonly roles?: readonly string[]
  readonly kind?: string
  readonly scope?: string
  readonly attr?: Readonly<Record<string, string | boolean>>
  readonly actions?: readonly string[]
}

function inputOf({ id = 'bob', roles = ['user'], kind = 'doc', ...rest }: Asked): CheckInput {
  const { scope, attr = {}, actions = ['view'] } = rest
  return {
    principal: { id, roles },
    resource: { kind, id: 'd', attr, ...(scope !== undefined && { scope }) },
    actions,
  }
}

const tableOf = (compat: Compat) => buildRuleTable(linkPolicies(policies), compat, 7)

function asked(input: Asked, strictEvaluation = true, trail?: Set<LinkedPolicy>) {
  const settings = settingsFrom({ strictEvaluation })
  return check(tableOf('none'), inputOf(input), settings, now, trail)
}

describe('a decision', () => {
  test('names the policies whose rules were looked at, to whom they are of use', () => {
    const trailOf = (input: Asked): readonly string[] => {
      const trail = new Set<LinkedPolicy>()
      asked(input, true, trail)
      return [...trail].map(({ key }) => key)
    }
    const root = 'resource.doc.vdefault'
    expect(trailOf({})).toEqual([root])
    expect(trailOf({ actions: ['unknown'] })).toEqual([])
    expect(trailOf({ kind: 'other' })).toEqual([])
    expect(trailOf({ id: 'ann', actions: ['drop'] })).toEqual(['principal.ann.vdefault'])
    expect(trailOf({ roles: ['clerk'] })).toEqual(['role.clerk.vdefault', root])
    expect(trailOf({ scope: 's', attr: { open: true } })).toEqual([`${root}/s`])
    expect(trailOf({ scope: 's', attr: { open: false } })).toEqual([`${root}/s`, root])
  })

  test('about what a role policy does not list evaluates nothing', () => {
    const known = { roles: ['clerk'], attr: { owner: 'eve', open: false } }
    const { actions, evaluationErrors } = asked({ ...known, actions: ['edit'] })
    expect(actions.get('edit')).toEqual({
      effect: 'EFFECT_DENY',
      matchedPolicy: 'role.clerk.vdefault',
      matchedScope: '',
    })
    expect(evaluationErrors).toEqual([])
    expect(asked(known).evaluationErrors).not.toEqual([])
  })

  test('about a kind without policies rests on none, not even on a role policy about others', () => {
    const nobodys = { effect: 'EFFECT_DENY', matchedPolicy: 'NO_MATCH', matchedScope: '' }
    const { 'ann.yaml': _ofPrincipal, ...others } = policies
    const table = buildRuleTable(linkPolicies(others), 'none', 1)
    for (const roles of [['user'], ['clerk']]) {
      const input = inputOf({ roles, kind: 'other' })
      expect(check(table, input, settingsFrom({}), now).actions.get('view')).toEqual(nobodys)
    }
  })

  test('tells the derived roles of all scopes that it came to, each once', () => {
    const attr = { owner: 'bob', open: true, locked: false }
    const held = (input: Asked) => asked({ attr, ...input }).effectiveDerivedRoles
    expect(held({ actions: ['edit'] })).toEqual(['owner'])
    expect(held({ scope: 's', actions: ['view'] })).toEqual(['guest', 'owner'])
    expect(held({ scope: 's', actions: ['edit'] })).toEqual(['guest', 'owner'])
    expect(held({ kind: 'other' })).toEqual([])
    expect(held({ attr: { owner: 'eve', open: false } })).toEqual([])
  })

  test('has the generation of the policies', () => {
    expect(asked({}).generation).toBe(7)
  })
})

test.each(['cerbos', 'none'] as const)(
  'who is told decisions alone is told the same, also of derived roles that several rules name, compat %s',
  (compat) => {
    const table = tableOf(compat)
    for (const strictEvaluation of [true, false])
      for (const attr of [
        {},
        { owner: 'bob' },
        { owner: 'bob', open: true },
        { owner: 'bob', open: false, locked: true },
        { owner: 'eve', open: false, locked: true },
      ])
        for (const scope of ['', 's', 'unknown'])
          for (const roles of [['user'], ['clerk'], ['clerk', 'user']]) {
            const actions = ['view', 'edit', 'fragile', 'drop', 'unknown']
            const input = inputOf({ id: 'ann', roles, scope, attr, actions })
            const settings = settingsFrom({ strictEvaluation })
            const told = check(table, input, settings, now)
            const decided = decideInput(table, input, settings, now, undefined, true)
            expect(outputOf(decided).actions).toEqual(told.actions)
            expect(decided.answers.map(({ effect }) => effect)).toEqual(
              [...told.actions.values()].map(({ effect }) => effect),
            )
          }
  },
)

test('inputs of one principal share what is known of it, and nothing else', () => {
  const table = tableOf('none')
  const settings = settingsFrom({})
  const inputs = [
    inputOf({ id: 'ann', attr: { owner: 'ann' }, actions: ['edit', 'drop', 'fragile'] }),
    inputOf({ id: 'ann', attr: { owner: 'bob' }, actions: ['edit', 'drop'] }),
    inputOf({ id: 'ann', kind: 'other' }),
    inputOf({ id: 'ann', scope: 's', attr: { owner: 'ann', open: true } }),
  ]
  const alone = inputs.map((input) => check(table, input, settings, now))
  let before = decideInput(table, inputs[0] as CheckInput, settings, now, undefined)
  expect(outputOf(before)).toEqual(alone[0])
  for (const [index, input] of inputs.entries()) {
    const { walk } = before
    before = decideInput(table, input, settings, now, undefined, false, walk)
    expect(before.walk.evaluation.activation).toBe(walk.evaluation.activation)
    expect(outputOf(before)).toEqual(alone[index])
  }
})

test('a version that a request does not name is the default one', () => {
  const ofAnn = {
    rules: [{ resource: 'doc', actions: [{ action: 'drop', effect: 'EFFECT_ALLOW' }] }],
  }
  const table = buildRuleTable(
    linkPolicies({
      'doc.yaml': resourcePolicy('doc', { rules: [allow('view', ['user'])] }),
      'doc.v2.yaml': resourcePolicy('doc', { version: 'v2', rules: [allow('view', ['user'])] }),
      'ann.yaml': principalPolicy('ann', ofAnn),
      'ann.v2.yaml': principalPolicy('ann', { version: 'v2', ...ofAnn }),
    }),
    'none',
    1,
  )
  const decidedBy = (policyVersion: string | undefined, defaultPolicyVersion: string) => {
    const version = policyVersion === undefined ? {} : { policyVersion }
    const { principal, resource } = inputOf({ id: 'ann' })
    const input = {
      principal: { ...principal, ...version },
      resource: { ...resource, ...version },
      actions: ['drop', 'view'],
    }
    const { actions } = check(table, input, settingsFrom({ defaultPolicyVersion }), now)
    return [...actions.values()].map(({ matchedPolicy }) => matchedPolicy)
  }
  const first = ['principal.ann.vdefault', 'resource.doc.vdefault']
  const second = ['principal.ann.vv2', 'resource.doc.vv2']
  expect(decidedBy(undefined, 'default')).toEqual(first)
  expect(decidedBy('', 'v2')).toEqual(second)
  expect(decidedBy('v2', 'default')).toEqual(second)
  expect(decidedBy('default', 'v2')).toEqual(first)
})

test('where nothing is in charge there is nobody to ask', () => {
  const { 'ann.yaml': _ofPrincipal, ...others } = policies
  const table = buildRuleTable(linkPolicies(others), 'none', 1)
  const walkTo = (kind: string) =>
    decideInput(table, inputOf({ kind }), settingsFrom({}), now, undefined).walk
  expect(walkTo('other')).toMatchObject({ isServed: false, principal: undefined })
  expect(walkTo('doc')).toMatchObject({ isServed: true, principal: undefined })
})

test.each(['V.x', 'variables.x', 'C.c', 'constants.c', 'C.c && V.x', '!V.no'])(
  'what policies define is there for rules that read it as `%s`, whoever asks',
  (expr) => {
    const defined = {
      variables: { local: { x: 'R.attr.x', no: 'false' } },
      constants: { local: { c: true } },
    }
    const rules = [
      allow('view', ['user'], when(expr)),
      allow('tell', ['user'], { output: { when: { ruleActivated: expr } } }),
    ]
    const table = buildRuleTable(
      linkPolicies({ 'doc.yaml': resourcePolicy('doc', { ...defined, rules }) }),
      'none',
      1,
    )
    const input = inputOf({ attr: { x: true }, actions: ['tell', 'view'] })
    for (const decidesOnly of [false, true]) {
      const decided = decideInput(table, input, settingsFrom({}), now, undefined, decidesOnly)
      const { actions, outputs } = outputOf(decided)
      expect(actions.get('view')?.effect).toBe('EFFECT_ALLOW')
      expect(outputs).toMatchObject([{ action: 'tell', val: true }])
    }
  },
)

test('a derived role that several rules name is found out once for an input', () => {
  const names = ['first', 'second']
  const table = buildRuleTable(
    linkPolicies({
      'roles.yaml': derivedRoles('common', [
        {
          name: 'first',
          parentRoles: ['user'],
          ...when('now() < timestamp("2000-01-01T00:00:00Z")'),
        },
        { name: 'second', parentRoles: ['user'], ...when('R.attr.open') },
      ]),
      'doc.yaml': resourcePolicy('doc', {
        importDerivedRoles: ['common'],
        rules: ['view', 'edit', 'list'].flatMap((action) =>
          names.map((name) => ({
            ...allow(action, []),
            name: `${action}-${name}`,
            derivedRoles: [name],
          })),
        ),
      }),
    }),
    'none',
    1,
  )
  const input = inputOf({ attr: { open: false }, actions: ['view', 'edit', 'list'] })
  for (const decidesOnly of [false, true]) {
    let times = 0
    const counted = () => {
      times += 1
      return now
    }
    const decided = decideInput(table, input, settingsFrom({}), counted, undefined, decidesOnly)
    expect(decided.answers.map(({ effect }) => effect)).toEqual(Array(3).fill('EFFECT_ALLOW'))
    expect(times).toBe(1)
  }
})
