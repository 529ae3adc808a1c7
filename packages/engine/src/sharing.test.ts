import { expect, test } from 'vitest'

import {
  allow,
  deny,
  derivedRoles,
  linkPolicies,
  type PolicyFiles,
  resourcePolicy,
  when,
} from '../test/policies.ts'
import { Engine } from './engine.ts'

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
  { differ: 'a derived role that asks for others', rests: [byRole, byRole], roles: [[held('size(runtime.effectiveDerivedRoles) == 0')], [held('R.attr.no')]] },
]

// What policies have in common is kept once, whatever policies they are.
test.each(PAIRS)(
  'policies that differ in $differ are told apart',
  ({ rests, roles, variables }) => {
    const filesOf = (index: 0 | 1): PolicyFiles => {
      const set = `set${index}`
      const rest = JSON.parse(JSON.stringify(rests[index]).replaceAll('SET', set))
      return {
        [`${index}.yaml`]: resourcePolicy(`kind${index}`, rest),
        ...(roles && {
          [`${set}.yaml`]: derivedRoles(set, roles[index], {
            ...(variables && { variables: { local: variables[index] } }),
          }),
        }),
      }
    }
    const both = new Engine(linkPolicies({ ...filesOf(0), ...filesOf(1) }))
    const answers = ([0, 1] as const).map((index) => {
      const alone = new Engine(linkPolicies(filesOf(index)))
      return [
        { yes: true, no: false },
        { yes: false, no: true },
      ].map((attr) => {
        const input = {
          principal: { id: 'ann', roles: ['user'] },
          resource: { kind: `kind${index}`, id: 'r', attr },
          actions: ['act'],
        }
        const answer = both.check(input)
        expect(answer).toEqual(alone.check(input))
        const { outputs, effectiveDerivedRoles } = answer
        const effect = answer.actions.get('act')?.effect
        return {
          effect,
          said: outputs.map((output) => ('val' in output ? output.val : '')),
          effectiveDerivedRoles,
        }
      })
    })
    // The pair is one that can be told apart.
    expect(answers[0]).not.toEqual(answers[1])
  },
)
