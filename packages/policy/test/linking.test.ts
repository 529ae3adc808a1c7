import { describe, expect, test } from 'vitest'

import { principalAttributesRead, resourceAttributesRead } from '../src/attributes-read.ts'
import { type CompileOptions, compilePolicies } from '../src/compile-policies.ts'
import type { LinkedPolicy, LinkedPolicySet } from '../src/linked.ts'
import { filesIn } from './txtar.ts'

function link(text: string, options: CompileOptions = {}): LinkedPolicySet {
  const { policySet, diagnostics } = compilePolicies(filesIn(text), options)
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  expect(errors.map(({ message }) => message)).toEqual([])
  return policySet ?? expect.unreachable('a set without errors')
}

function codes(text: string, options: CompileOptions = {}): string[] {
  return compilePolicies(filesIn(text), options).diagnostics.map(
    ({ severity, code }) => `${severity} ${code}`,
  )
}

function policyOf<Kind extends LinkedPolicy['kind']>(
  kind: Kind,
  set: LinkedPolicySet,
): LinkedPolicy & { kind: Kind } {
  const found = set.policies.find((policy) => policy.kind === kind)
  return (found ?? expect.unreachable(`a ${kind} policy`)) as LinkedPolicy & { kind: Kind }
}

const COMMON = `
-- roles.yaml --
apiVersion: api.cerbos.dev/v1
derivedRoles:
  name: common_roles
  variables:
    import: [flags]
    local: {own: R.attr.owner_id == P.id, unread: "1"}
  constants:
    import: [limits]
  definitions:
    - name: owner
      parentRoles: [user, '*', editor]
      condition:
        match:
          expr: V.own && V.small
    - name: reader
      parentRoles: [user]
-- flags.yaml --
apiVersion: api.cerbos.dev/v1
exportVariables:
  name: flags
  definitions:
    small: R.attr.size < C.max
    large: "!V.small && P.attr.plan == 'x'"
-- limits.yaml --
apiVersion: api.cerbos.dev/v1
exportConstants:
  name: limits
  definitions: {max: 10, other: 1}
`

describe('derived roles', () => {
  const set = link(`${COMMON}
-- document.yaml --
apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: album:object
  version: default
  importDerivedRoles: [common_roles]
  rules:
    - actions: [edit]
      effect: EFFECT_ALLOW
      roles: [admin, '*']
      derivedRoles: [owner]
    - actions: [view]
      effect: EFFECT_DENY
      derivedRoles: [owner]
`)
  const policy = policyOf('resource', set)

  test('are those that rules name, each once', () => {
    expect([...policy.derivedRoles.keys()]).toEqual(['owner'])
    expect(policy.rules[0]?.derivedRoles[0]).toBe(policy.derivedRoles.get('owner'))
    expect(policy.rules[1]?.derivedRoles[0]).toBe(policy.derivedRoles.get('owner'))
  })

  test('have the variables that their condition reaches, after those that they read', () => {
    const { variables } = policy.derivedRoles.get('owner') ?? expect.unreachable('owner')
    expect(variables.variables.map(({ name }) => name)).toEqual(['own', 'small'])
    expect({ ...variables.constants }).toEqual({ max: 10 })
  })

  test('and rules with a wildcard among their roles are for every role', () => {
    expect(policy.derivedRoles.get('owner')?.parentRoles).toEqual(['*'])
    expect(policy.rules[0]?.roles).toEqual(['*'])
  })

  test('unnamed rules have automatic names, and names of policies are sanitised', () => {
    expect(policy.rules.map(({ name }) => name)).toEqual(['rule-001', 'rule-002'])
    expect(policy).toMatchObject({
      resource: 'album_object',
      fqn: 'cerbos.resource.album_object.vdefault',
    })
  })

  test('places are those of the files', () => {
    expect(policy.location).toEqual({ file: 'document.yaml', line: 2, column: 1 })
    expect(policy.rules[1]?.location).toEqual({ file: 'document.yaml', line: 11, column: 7 })
    expect(policy.derivedRoles.get('owner')).toMatchObject({
      set: 'common_roles',
      location: { file: 'roles.yaml', line: 10, column: 13 },
      condition: { location: { file: 'roles.yaml', line: 14, column: 17 } },
    })
  })

  test('the attributes that are read are known, with where', () => {
    expect([...principalAttributesRead(set).keys()]).toEqual([])
    expect([...resourceAttributesRead(set)]).toEqual([
      ['owner_id', [{ file: 'roles.yaml', line: 6, column: 18 }]],
      ['size', [{ file: 'flags.yaml', line: 5, column: 12 }]],
    ])
  })
})

describe('variables', () => {
  const policy = (local: string, expr: string): string => `
-- a.yaml --
apiVersion: api.cerbos.dev/v1
variables: {top: "true"}
resourcePolicy:
  resource: document
  version: default
  variables: {local: ${local}}
  constants: {local: {one: 1, two: 2}}
  rules:
    - actions: [view]
      effect: EFFECT_ALLOW
      roles: [user]
      condition: {match: {expr: "${expr}"}}
`
  const reached = (local: string, expr: string): unknown => {
    const { variables, constants } = policyOf('resource', link(policy(local, expr))).variables
    return [variables.map(({ name }) => name), Object.keys(constants)]
  }

  test.each([
    ['none is read', '{a: "1"}', 'true', [[], []]],
    ['the deprecated ones count', '{a: "V.top"}', 'V.a', [['top', 'a'], []]],
    [
      'order is by dependency, then by name',
      '{z: "1", b: "V.c", c: "V.z", a: "1"}',
      'V.b > V.a',
      [['a', 'z', 'c', 'b'], []],
    ],
    [
      'long names and other selects count',
      '{a: "constants.two"}',
      'has(variables.a) && C.one > 0',
      [['a'], ['one', 'two']],
    ],
    ['names that a macro binds do not', '{V: "1"}', '[{}].exists(V, has(V.V))', [[], []]],
    ['a macro over one does', '{a: "[1]"}', 'V.a.exists(x, x == C.one)', [['a'], ['one']]],
  ])('%s', (_, local, expr, expected) => {
    expect(reached(local, expr)).toEqual(expected)
  })

  const INDIRECT = [
    ['an optional one', 'V.?a == V.?a'],
    ['all of them', '[V].exists(v, v.a > 0)'],
  ] as const
  test.each(INDIRECT)('%s is read, which Cerbos does not see', (_, expr) => {
    const text = policy('{a: "1"}', expr)
    const names = (options: CompileOptions): string[] =>
      policyOf('resource', link(text, options)).variables.variables.map(({ name }) => name)
    expect(names({})).toContain('a')
    expect(names({ compat: 'cerbos' })).toEqual([])
  })

  test('outputs reach variables too', () => {
    const text = policy('{a: "1"}', 'true').replace(
      'condition:',
      'output: {when: {conditionNotMet: V.a}}\n      condition:',
    )
    expect(policyOf('resource', link(text)).variables.variables).toHaveLength(1)
  })
})

describe('principal and role policies', () => {
  const set = link(`
-- a.yaml --
apiVersion: api.cerbos.dev/v1
principalPolicy:
  principal: maya@acme.test
  version: default
  rules:
    - resource: album:object
      actions:
        - {action: view, effect: EFFECT_ALLOW}
        - {action: 'edit:*', effect: EFFECT_DENY, name: no-edits, condition: {match: {expr: P.attr.email == R.attr.a}}}
    - resource: 'album:*'
      actions:
        - {action: '*', effect: EFFECT_DENY}
-- b.yaml --
apiVersion: api.cerbos.dev/v1
rolePolicy:
  role: manager
  scope: acme
  parentRoles: [admin]
  rules:
    - {resource: 'album:object', allowActions: [view, 'edit:*']}
    - {name: named, resource: '*', allowActions: ['*'], output: {expr: P.id}}
`)

  test('a principal policy has a rule for each action', () => {
    const policy = policyOf('principal', set)
    expect(policy).toMatchObject({
      principal: 'maya@acme.test',
      key: 'principal.maya_acme.test.vdefault',
    })
    expect(
      policy.rules.map(({ name, resource, action, effect }) => [name, resource, action, effect]),
    ).toEqual([
      ['album:object_rule-001', 'album_object', 'view', 'EFFECT_ALLOW'],
      ['no-edits', 'album_object', 'edit:*', 'EFFECT_DENY'],
      ['album:*_rule-001', 'album:*', '*', 'EFFECT_DENY'],
    ])
    expect([...principalAttributesRead(set).keys()]).toEqual(['email'])
  })

  test('a role policy has its parents, and its resources as they are', () => {
    expect(policyOf('role', set)).toMatchObject({
      key: 'role.manager.vdefault/acme',
      role: 'manager',
      scope: 'acme',
      parentRoles: ['admin'],
      rules: [
        { name: '', resource: 'album:object', allowActions: ['view', 'edit:*'] },
        { name: 'named', resource: '*', output: { ruleActivated: { source: 'P.id' } } },
      ],
    })
  })
})

describe('scopes', () => {
  const SCOPED = `
-- a.yaml --
apiVersion: api.cerbos.dev/v1
resourcePolicy: {resource: album:object, version: default, scope: acme.hr}
`
  const role = (resource: string, version = 'default', scope = ''): string => `
-- role${scope}.yaml --
apiVersion: api.cerbos.dev/v1
rolePolicy:
  role: manager
  version: ${version}
  scope: '${scope}'
  rules: [{resource: '${resource}', allowActions: [view]}]
`
  const missing = 'error missing-scope'

  test.each([
    ['every ancestor must be there', SCOPED, [missing, missing]],
    [
      'a role policy for the resource stands in',
      SCOPED + role('album:*') + role('*', 'default', 'acme'),
      [],
    ],
    [
      'one for the resource as it is compared does not',
      SCOPED + role('album_*') + role('*', 'default', 'acme'),
      [missing],
    ],
    [
      'one for another resource does not',
      SCOPED + role('folder') + role('*', 'default', 'acme'),
      [missing],
    ],
    [
      'one of another version does not',
      SCOPED + role('*', 'v2') + role('*', 'default', 'acme'),
      [missing],
    ],
  ])('%s', (_, text, expected) => {
    expect(codes(text)).toEqual(expected)
  })

  test('a scope may have any number of names; of its missing ancestors some are told', () => {
    const deep = SCOPED.replace('acme.hr', `acme${'.hr'.repeat(50_000)}`)
    expect(codes(deep)).toEqual(Array(100).fill(missing))
  })

  test('lenient scope search has no need of ancestors', () => {
    expect(codes(SCOPED, { lenientScopeSearch: true })).toEqual([])
  })
})

describe('what Cerbos takes and depends on load order', () => {
  const CONFLICT = `
-- a.yaml --
apiVersion: api.cerbos.dev/v1
resourcePolicy: {resource: a, version: default, scopePermissions: 1}
-- b.yaml --
apiVersion: api.cerbos.dev/v1
principalPolicy: {principal: b, version: default, scopePermissions: 2}
`
  const COLLISION = `
-- a.yaml --
apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: a
  version: default
  rules:
    - {name: rule-002, actions: [a], effect: EFFECT_ALLOW, roles: [a]}
    - {actions: [b], effect: EFFECT_ALLOW, roles: [a]}
`
  test.each([
    ['scope-permissions-conflict', CONFLICT],
    ['rule-name-collision', COLLISION],
  ])('%s is an error, and a warning for compatibility', (code, text) => {
    expect(codes(text)).toEqual([`error ${code}`])
    expect(codes(text, { compat: 'cerbos' })).toEqual([`warning ${code}`])
  })

  test('unspecified scope permissions are those that override the parent', () => {
    expect(codes(CONFLICT.replace('scopePermissions: 2', 'scopePermissions: 1'))).toEqual([])
    expect(codes(CONFLICT.replace(', scopePermissions: 2', ''))).toEqual([])
  })
})

describe('what nothing uses', () => {
  test('mistakes in it are warnings, as Cerbos does not compile it', () => {
    const text = `
-- a.yaml --
apiVersion: api.cerbos.dev/v1
exportVariables: {name: a, definitions: {b: "1 +", 9c: "1"}}
-- b.yaml --
apiVersion: api.cerbos.dev/v1
derivedRoles: {name: b, definitions: [{name: c, parentRoles: [d], condition: {match: {expr: V.x}}}]}
`
    expect(codes(text)).toEqual([
      'warning invalid-expression',
      'warning invalid-variable-name',
      'warning unused-derived-role',
      'warning undefined-variable',
    ])
  })

  test('a mistake that is used somewhere is an error', () => {
    const text = `
-- a.yaml --
apiVersion: api.cerbos.dev/v1
exportVariables: {name: a, definitions: {b: "1 +"}}
-- b.yaml --
apiVersion: api.cerbos.dev/v1
derivedRoles:
  name: b
  variables: {import: [a]}
  definitions: [{name: c, parentRoles: [d]}]
-- c.yaml --
apiVersion: api.cerbos.dev/v1
resourcePolicy: {resource: a, version: default, variables: {import: [a]}}
`
    expect(codes(text)).toContain('error invalid-expression')
  })
})

test('the order of files does not matter', () => {
  const files = filesIn(`${COMMON}
-- z.yaml --
apiVersion: api.cerbos.dev/v1
resourcePolicy: {resource: a, version: default, importDerivedRoles: [common_roles, nope]}
-- y.yaml --
apiVersion: api.cerbos.dev/v1
resourcePolicy: {resource: a, version: default}
`)
  expect(compilePolicies([...files].reverse())).toEqual(compilePolicies(files))
})

test('a file that cannot be read is the only thing that is reported as missing', () => {
  const text = `
-- a.yaml --
apiVersion: api.cerbos.dev/v1
resourcePolicy: {resource: a, version: default, scope: s, importDerivedRoles: [common_roles]}
-- b.yaml --
apiVersion: [
`
  expect(codes(text)).toEqual(['error invalid-yaml'])
})

test('no files are a legal set without policies', () => {
  expect(compilePolicies([])).toEqual({
    policySet: { policies: [], invalidWildcards: [] },
    diagnostics: [],
    disabled: [],
  })
})

describe('a principal policy whose resource has no policy', () => {
  const principal = (resource: string): string => `
-- doc.yaml --
apiVersion: api.cerbos.dev/v1
resourcePolicy: {resource: "album:object", version: default, rules: []}
-- maya.yaml --
apiVersion: api.cerbos.dev/v1
principalPolicy:
  principal: maya
  version: default
  rules: [{resource: "${resource}", actions: [{action: view, effect: EFFECT_ALLOW}]}]
`

  test.each(['album:object', 'album_object', '*', 'nothing*', 'album:{a,b}'])(
    '`%s` has one or may have',
    (resource) => {
      expect(codes(principal(resource))).toEqual([])
    },
  )

  test('is a warning at the name, with the near one', () => {
    const { diagnostics } = compilePolicies(filesIn(principal('albun:object')))
    expect(diagnostics).toEqual([
      expect.objectContaining({
        severity: 'warning',
        code: 'resource-without-policy',
        message: 'no resource policy is about `albun:object`',
        suggestion: 'album:object',
      }),
    ])
  })
})
