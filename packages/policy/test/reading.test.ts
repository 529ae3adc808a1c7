import { describe, expect, test } from 'vitest'

import { compilePolicies } from '../src/compile-policies.ts'
import type { LinkedPolicy } from '../src/linked.ts'

/** What a set links to, without the places and the programs, which differ by file. */
function link(...texts: readonly string[]): unknown {
  const files = texts.map((text, index) => ({ path: `${index}.yaml`, text }))
  const { policySet, diagnostics } = compilePolicies(files)
  expect(diagnostics.map(({ message }) => message)).toEqual([])
  return JSON.parse(JSON.stringify(policySet?.policies, plain))
}

function plain(key: string, value: unknown): unknown {
  if (key === 'location') return undefined
  if (value instanceof Map) return Object.fromEntries(value)
  const isProgram = typeof value === 'object' && value !== null && 'evaluate' in value
  return isProgram && 'source' in value ? value.source : value
}

const YAML = `
apiVersion: api.cerbos.dev/v1
description: who may see documents
metadata:
  annotations: {team: documents}
  sourceAttributes: {attributes: {ticket: 12, tags: [a]}}
resourcePolicy:
  resource: document
  version: 20260101
  scopePermissions: SCOPE_PERMISSIONS_OVERRIDE_PARENT
  importDerivedRoles: []
  variables:
    local: {mine: R.attr.owner_id == P.id}
  constants:
    local: {limits: {small: 1.5, names: [a, null, true]}}
  rules:
    - name: owners
      actions: [view, 'edit:*']
      effect: EFFECT_ALLOW
      roles: [user, 7]
      condition:
        match:
          all:
            of:
              - expr: V.mine
              - none: {of: [{expr: R.attr.size > C.limits.small}]}
      output:
        when:
          ruleActivated: '"yes"'
          conditionNotMet: '"no"'
`

const OTHER_FORMS: readonly (readonly [form: string, text: string])[] = [
  [
    'JSON',
    JSON.stringify({
      apiVersion: 'api.cerbos.dev/v1',
      description: 'who may see documents',
      metadata: {
        annotations: { team: 'documents' },
        sourceAttributes: { attributes: { ticket: 12, tags: ['a'] } },
      },
      resourcePolicy: {
        resource: 'document',
        version: '20260101',
        scopePermissions: 1,
        importDerivedRoles: [],
        variables: { local: { mine: 'R.attr.owner_id == P.id' } },
        constants: { local: { limits: { small: 1.5, names: ['a', null, true] } } },
        rules: [
          {
            name: 'owners',
            actions: ['view', 'edit:*'],
            effect: 'EFFECT_ALLOW',
            roles: ['user', '7'],
            condition: {
              match: {
                all: {
                  of: [
                    { expr: 'V.mine' },
                    { none: { of: [{ expr: 'R.attr.size > C.limits.small' }] } },
                  ],
                },
              },
            },
            output: { when: { ruleActivated: '"yes"', conditionNotMet: '"no"' } },
          },
        ],
      },
    }),
  ],
  ['a block at the very end', YAML.replace(`'"no"'\n`, '|\n            "no"')],
  [
    'snake_case names',
    YAML.replace(/[a-z]+[A-Z]\w*(?=:)/g, (name) =>
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    ),
  ],
  ['enums by number', YAML.replace('EFFECT_ALLOW', '1').replace(/SCOPE_PERMISSIONS\w+/, '1')],
  ['CRLF', YAML.replaceAll('\n', '\r\n')],
  ['document markers and comments', `# why\n---\n${YAML}\n...\n# end`],
  ['a JSON schema for editors', `# yaml-language-server: $schema=x\n$schema: x\n${YAML}`],
  ['unset fields', YAML.replace('resource: document', 'resource: document\n  scope: null')],
]

describe('one policy in many forms', () => {
  test.each(OTHER_FORMS)('%s', (_, text) => {
    expect(link(text)).toEqual(link(YAML))
  })

  test('links to the same plain value', () => {
    expect(link(YAML)).toMatchObject([
      {
        kind: 'resource',
        fqn: 'cerbos.resource.document.v20260101',
        key: 'resource.document.v20260101',
        version: '20260101',
        scope: '',
        scopePermissions: 'override-parent',
        variables: {
          constants: { limits: { small: 1.5, names: ['a', null, true] } },
          variables: [{ name: 'mine', program: 'R.attr.owner_id == P.id' }],
        },
        rules: [
          {
            name: 'owners',
            actions: ['view', 'edit:*'],
            roles: ['user', '7'],
            condition: {
              kind: 'all',
              of: [
                { kind: 'expr', program: 'V.mine' },
                { kind: 'none', of: [{ program: 'R.attr.size > C.limits.small' }] },
              ],
            },
            output: { ruleActivated: '"yes"', conditionNotMet: '"no"' },
          },
        ],
      },
    ])
  })
})

describe('anchors, aliases and merge keys', () => {
  const policy = (rules: string): string =>
    `apiVersion: api.cerbos.dev/v1\nresourcePolicy:\n  resource: doc\n  version: default\n  rules:\n${rules}`
  const written = policy(`
    - {actions: [view], effect: EFFECT_ALLOW, roles: [user]}
    - {actions: [edit], effect: EFFECT_ALLOW, roles: [user]}
`)

  test.each([
    [
      'an alias of a list',
      `
    - {actions: [view], effect: EFFECT_ALLOW, roles: &everyone [user]}
    - {actions: [edit], effect: EFFECT_ALLOW, roles: *everyone}`,
    ],
    [
      'a merged mapping, of which own keys win',
      `
    - &rule {actions: [view], effect: EFFECT_ALLOW, roles: [user]}
    - {<<: *rule, actions: [edit]}`,
    ],
    [
      'an own key above the merge',
      `
    - &rule {actions: [view], effect: EFFECT_ALLOW, roles: [user]}
    - actions: [edit]
      <<: *rule`,
    ],
    [
      'a merged mapping that is written out',
      `
    - &rule {actions: [view], effect: EFFECT_ALLOW, roles: [user]}
    - <<: {actions: [edit], effect: EFFECT_ALLOW, roles: [user]}`,
    ],
    [
      'an anchor that is defined anew',
      `
    - {actions: &a [x], effect: EFFECT_ALLOW, roles: &a [user], name: ""}
    - {actions: [edit], effect: EFFECT_ALLOW, roles: *a}`.replace('&a [x]', '[view]'),
    ],
  ])('%s', (_, rules) => {
    expect(link(policy(rules))).toEqual(link(written))
  })
})

describe('names are just names', () => {
  const text = `
apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: constructor
  version: default
  variables:
    local: {__proto__: R.attr.__proto__ == C.__proto__, toString: "V.__proto__"}
  constants:
    local: {__proto__: {constructor: 1}, hasOwnProperty: 2}
  rules:
    - name: constructor
      actions: [__proto__, toString]
      effect: EFFECT_ALLOW
      roles: [__proto__]
      condition: {match: {expr: V.toString}}
`
  test('__proto__ and constructor name variables, constants, roles, actions and policies', () => {
    const { policySet, diagnostics } = compilePolicies([{ path: 'a.yaml', text }])
    expect(diagnostics).toEqual([])
    const policy = policySet?.policies[0] as LinkedPolicy & { kind: 'resource' }
    expect(policy.key).toBe('resource.constructor.vdefault')
    expect(policy.variables.variables.map(({ name }) => name)).toEqual(['__proto__', 'toString'])
    const { constants } = policy.variables
    expect(Object.getPrototypeOf(constants)).toBeNull()
    expect(Object.keys(constants)).toEqual(['__proto__'])
    expect(Object.keys(Object(Reflect.get(constants, '__proto__')))).toEqual(['constructor'])
    expect(policy.rules[0]).toMatchObject({ actions: ['__proto__', 'toString'] })
  })

  test('a field named __proto__ is an unknown field', () => {
    const { diagnostics } = compilePolicies([
      {
        path: 'a.yaml',
        text: text.replace('  version: default', '  version: default\n  __proto__: {}'),
      },
    ])
    expect(diagnostics.map(({ code, line }) => [code, line])).toEqual([['unknown-field', 6]])
  })
})

test.each([
  ['an empty file', ''],
  ['white space', '\n\n  \n'],
  ['comments', '# nothing\n# here\n'],
  ['document markers', '---\n...\n'],
  ['a disabled policy', `disabled: true\n${YAML}`],
])('%s is no policy and no error', (_, text) => {
  expect(link(text)).toEqual([])
})
