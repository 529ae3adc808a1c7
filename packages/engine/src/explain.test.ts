import { Timestamp } from '@lockstitch/cel'
import { describe, expect, test } from 'vitest'

import {
  allow,
  CONSENT,
  deny,
  derivedRoles,
  linkPolicies,
  type PolicyFiles,
  principalPolicy,
  resourcePolicy,
  rolePolicy,
  when,
} from '../test/policies.ts'
import { decideInput, outputOf } from './check.ts'
import { Engine, type EngineOptions } from './engine.ts'
import { explanationText } from './explain-text.ts'
import type { CheckInput } from './request.ts'
import { buildRuleTable } from './rule-table.ts'
import { settingsFrom } from './settings.ts'

const policies: PolicyFiles = {
  'roles.yaml': derivedRoles('common', [
    { name: 'owner', parentRoles: ['editor'], ...when('R.attr.owner_id == P.id') },
  ]),
  'document.yaml': resourcePolicy('document', {
    importDerivedRoles: ['common'],
    variables: { local: { is_draft: 'R.attr.status == "draft"' } },
    rules: [
      { ...allow('delete', []), derivedRoles: ['owner'], name: 'delete-own' },
      allow('*', ['admin'], { name: 'admin-all' }),
      allow('publish', ['editor'], {
        name: 'publish-small',
        ...when('V.is_draft && R.attr.size <= 10.0 && "final" in R.attr.tags'),
      }),
      deny('archive', ['*'], { name: 'hold', ...when('R.attr.hold') }),
      allow('archive', ['editor'], { name: 'archive' }),
      allow('rename', ['editor'], {
        name: 'rename',
        condition: {
          match: {
            any: {
              of: [
                { expr: 'R.attr.status == "new" && R.attr.size == 0.0' },
                { expr: 'R.attr.owner_id == P.id' },
              ],
            },
          },
        },
      }),
    ],
  }),
  'acme.yaml': resourcePolicy('document', {
    scope: 'acme',
    scopePermissions: CONSENT,
    rules: [allow('archive', ['editor'], { name: 'small-only', ...when('R.attr.size < 5.0') })],
  }),
}

const principal = { id: 'member-9a', roles: ['editor'] }
const attr = {
  owner_id: 'member-77',
  status: 'draft',
  size: 20,
  tags: ['a', 'b'],
  hold: false,
}
const resource = { kind: 'document', id: 'q3', attr }

interface Question {
  readonly principal?: object
  readonly resource?: object
  readonly files?: PolicyFiles
  readonly options?: EngineOptions
}

function explained(action: string, question: Question = {}) {
  const engine = new Engine(linkPolicies(question.files ?? policies), question.options)
  const input = {
    principal: { ...principal, ...question.principal },
    resource: { ...resource, ...question.resource },
  } as Omit<CheckInput, 'actions'>
  return engine.explain(input, action)
}

const text = (action: string, question?: Question): string =>
  explanationText(explained(action, question))

describe('the text of an explanation', () => {
  test('says for each rule why it did not allow, and which was nearest', () => {
    expect(text('delete')).toBe(
      `DENY  delete on document/q3 for member-9a (roles: editor)  generation 1

  resource.document.vdefault, no scope  (document.yaml)
  ✗ delete-own  line 1    derived role \`owner\` not held:  R.attr.owner_id == P.id
                            "member-77" == "member-9a"  →  false
  ✗ admin-all   line 1    role \`admin\` not held

  Nearest: \`delete-own\` needs only \`R.attr.owner_id\` to be this principal.
`,
    )
  })

  test('names the parts that are missing, those of variables too', () => {
    expect(text('publish', { resource: { attr: { ...attr, status: 'final' } } })).toBe(
      `DENY  publish on document/q3 for member-9a (roles: editor)  generation 1

  resource.document.vdefault, no scope  (document.yaml)
  ✗ admin-all      line 1    role \`admin\` not held
  ✗ publish-small  line 1    R.attr.status == "draft"
                               "final" == "draft"  →  false
                             R.attr.size <= 10.0
                               20 <= 10.0  →  false
                             "final" in R.attr.tags
                               "final" in ["a","b"]  →  false

  Nearest: \`publish-small\` needs \`R.attr.status == "draft"\` to be true, \`R.attr.size <= 10.0\` to be true, and \`"final" in R.attr.tags\` to be true.
`,
    )
  })

  test('shows what allowed', () => {
    const owned = { attr: { ...attr, owner_id: 'member-9a' } }
    expect(text('rename', { resource: owned }).replaceAll(/ +/g, ' ')).toContain(
      ' ✓ rename line 1 allows `editor`: R.attr.owner_id == P.id\n "member-9a" == "member-9a" → true',
    )
  })

  test('shows the DENY in the way', () => {
    const held = text('archive', { resource: { attr: { ...attr, hold: true } } })
    expect(held).toContain('✗ hold       line 1    denies everyone:  R.attr.hold  →  true')
    expect(held).toContain('Nearest: `archive` would allow it if `hold` did not deny.')
  })

  test('shows a rule that needs consent as the denial that it is', () => {
    const scoped = text('archive', { resource: { scope: 'acme' } })
    expect(scoped).toContain(
      'resource.document.vdefault/acme, scope acme, allows need the consent of the parent scope  (acme.yaml)',
    )
    expect(scoped).toContain(
      '✗ small-only  line 1    its condition is not met, which denies:  R.attr.size < 5.0',
    )
    expect(scoped).toContain('Nearest: `archive` needs only `R.attr.size < 5.0` to be true.')
  })

  test('is short for an action without rules', () => {
    const files = { 'd.yaml': resourcePolicy('document', { rules: [allow('x', ['y'])] }) }
    expect(text('fly', { files })).toContain('No rule is for the action `fly`.')
  })

  test('is short for a kind without policies', () => {
    expect(text('view', { resource: { kind: 'other' } })).toContain(
      'No policy is for the kind `other`, version `default`, no scope.',
    )
  })
})

describe('an explanation', () => {
  test('is plain JSON', () => {
    const explanation = explained('publish')
    expect(JSON.parse(JSON.stringify(explanation))).toEqual(explanation)
  })

  test('has the value of each part of a condition', () => {
    const rules = explained('publish').policies.flatMap((policy) => policy.rules)
    const condition = rules.find(({ name }) => name === 'publish-small')?.condition
    expect(condition).toMatchObject({
      kind: 'expr',
      met: false,
      missing: [
        { text: 'R.attr.size <= 10.0', withValues: '20 <= 10.0', value: false },
        { text: '"final" in R.attr.tags', value: false },
      ],
    })
  })

  test('of alternatives, names the one that lacks least', () => {
    const rule = explained('rename').nearest
    expect(rule).toMatchObject({
      name: 'rename',
      lacks: [{ kind: 'condition', part: { text: 'R.attr.owner_id == P.id' } }],
    })
  })

  test('has each rule once, however many of its actions and roles fit', () => {
    const files = {
      'document.yaml': resourcePolicy('document', {
        rules: [
          allow(['open', 'o*', '*'], ['editor', 'edit*'], { name: 'many' }),
          allow('open', ['editor'], { name: 'other' }),
        ],
      }),
    }
    const rules = explained('open', { files }).policies.flatMap((policy) => policy.rules)
    expect(rules.map(({ name }) => name)).toEqual(['many', 'other'])
  })

  test('rests on the first of several rules that allow', () => {
    const files = {
      'document.yaml': resourcePolicy('document', {
        rules: ['one', 'two', 'three'].map((name) => allow('open', ['editor'], { name })),
      }),
    }
    const { policies: asked } = explained('open', { files })
    const decided = asked.flatMap(({ rules }) => rules.filter((rule) => rule.decided))
    expect(decided.map(({ name }) => name)).toEqual(['one'])
  })

  test('shows an error as what decided in strict evaluation', () => {
    const question = { resource: { attr: {} } }
    const outcomeOf = (options: EngineOptions): unknown =>
      explained('archive', { ...question, options })
        .policies.flatMap(({ rules }) => rules)
        .filter(({ decided }) => decided)
        .map(({ name, outcome }) => [name, outcome])
    expect(outcomeOf({})).toEqual([['hold', 'condition-failed']])
    expect(outcomeOf({ strictEvaluation: false })).toEqual([['archive', 'applies']])
  })

  test('does not call a rule the nearest by itself where another ALLOW would still fail', () => {
    const files = {
      'document.yaml': resourcePolicy('document', {
        rules: [
          allow('open', ['editor'], { name: 'first', ...when('R.attr.a.b') }),
          allow('open', ['editor'], { name: 'second', ...when('R.attr.c') }),
        ],
      }),
    }
    const lacksOf = (
      attributes: CheckInput['resource']['attr'],
      options: EngineOptions,
    ): unknown => {
      const question = { files, options, resource: { attr: attributes } }
      const { nearest } = explained('open', question)
      return nearest?.lacks.map((lack) => (lack.kind === 'condition' ? lack.part.text : lack))
    }
    const policy = 'resource.document.vdefault'
    const secondFails = { kind: 'denied-by', how: 'fails', name: 'second', policy }
    expect(lacksOf({}, {})).toEqual(['R.attr.a.b', secondFails])
    expect(lacksOf({ a: { b: true } }, {})).toEqual(['R.attr.c'])
    expect(lacksOf({}, { strictEvaluation: false })).toEqual(['R.attr.a.b'])
  })

  test('shows principal and role policies', () => {
    const files = {
      ...policies,
      'member.yaml': principalPolicy('member-9a', {
        rules: [{ resource: 'document', actions: [{ action: 'archive', effect: 'EFFECT_DENY' }] }],
      }),
      'role.yaml': rolePolicy('clerk', {
        parentRoles: ['editor'],
        rules: [
          { resource: 'document', allowActions: ['publish'] },
          { resource: 'document', allowActions: ['view'], condition: { match: { expr: 'false' } } },
        ],
      }),
    }
    const decidedBy = (roles: string[], id: string, action = 'archive'): unknown =>
      explained(action, { files, principal: { id, roles } })
        .policies.flatMap(({ rules }) => rules)
        .filter(({ decided }) => decided)
        .map(({ policy, name }) => `${policy}#${name}`)
    expect(decidedBy(['editor'], 'member-9a')).toEqual([
      'principal.member_9a.vdefault#document_rule-001',
    ])
    expect(decidedBy(['clerk'], 'other')).toEqual(['role.clerk.vdefault#not listed for clerk'])
    expect(decidedBy(['clerk'], 'other', 'view')).toEqual(['role.clerk.vdefault#listed for clerk'])
  })

  test('keeps what it finds out to itself', () => {
    const owned = { resource: { attr: { ...attr, owner_id: 'member-9a' } } }
    expect(explained('delete', owned).effect).toBe('EFFECT_ALLOW')
    const table = buildRuleTable(linkPolicies(policies), 'none', 1)
    const input = { principal, resource, actions: ['delete'] }
    const now = Timestamp.fromMillis(0)
    const decided = decideInput(table, input, settingsFrom({}), now, undefined, true)
    expect(decided.answers.map(({ effect }) => effect)).toEqual(['EFFECT_DENY'])
    expect(outputOf(decided).effectiveDerivedRoles).toEqual([])
  })
})
