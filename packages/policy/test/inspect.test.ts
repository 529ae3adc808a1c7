import { afterAll, describe, expect, test } from 'vitest'

import { comparable, plainResult } from '../../../conformance/policy/plain-inspection.ts'
import {
  type CerbosServer,
  findCerbos,
  skippedWithoutCerbos,
  startCerbos,
} from '../../../tools/cerbos-server.ts'
import { type InspectedPolicy, inspectPolicies } from '../src/inspect.ts'
import { filesIn } from './txtar.ts'

/** Every kind of policy, and every way in which a name is read. */
const POLICIES = `
-- document.yaml --
apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: album:object
  version: default
  importDerivedRoles: [common, other]
  variables:
    import: [flags, unused_flags]
    local: {first: V.flag && R.attr.of_first, second: V.first, unread: V.lonely}
  constants:
    import: [limits]
    local: {small: 1, unread: {a: [1, null]}}
  rules:
    - actions: [view, edit]
      effect: EFFECT_ALLOW
      roles: [user]
      derivedRoles: [owner, stranger]
      condition:
        match:
          all:
            of:
              - expr: V.second && request.resource.attr.long && request.principal.attr.plan == C.limit
              - none:
                  of:
                    - expr: has(R.attr.present) && R.attr.deep.er == C.small
                    - any: {of: [{expr: 'R.attr.tags.exists(V, V == P.attr.tag)'}]}
              - expr: V.?perhaps.orValue(true) && R.attr == P.attr && R.kind == "x" && R.attr.both == P.attr.both
      output:
        when: {ruleActivated: R.attr.in_output, conditionNotMet: V.in_output}
    - actions: ['*']
      effect: EFFECT_DENY
      roles: ['*']
-- acme.yaml --
apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: album:object
  version: default
  scope: acme
  importDerivedRoles: [common]
  rules:
    - {actions: [publish], effect: EFFECT_ALLOW, derivedRoles: [reader]}
-- common.yaml --
apiVersion: api.cerbos.dev/v1
derivedRoles:
  name: common
  variables:
    import: [flags]
    local: {own: R.attr.owner == P.id, unread: R.attr.of_unread}
  definitions:
    - {name: reader, parentRoles: [user]}
    - {name: owner, parentRoles: [user], condition: {match: {expr: V.own && V.flag}}}
-- other.yaml --
apiVersion: api.cerbos.dev/v1
derivedRoles:
  name: other
  definitions:
    - {name: stranger, parentRoles: [user]}
-- flags.yaml --
apiVersion: api.cerbos.dev/v1
exportVariables:
  name: flags
  definitions:
    flag: R.attr.of_flag && V.lonely
    lonely: P.attr.of_lonely
    in_output: "1"
    perhaps: "true"
-- unused_flags.yaml --
apiVersion: api.cerbos.dev/v1
exportVariables:
  name: unused_flags
  definitions: {never: R.attr.of_never}
-- limits.yaml --
apiVersion: api.cerbos.dev/v1
exportConstants:
  name: limits
  definitions: {limit: 10, other: text}
-- member.yaml --
apiVersion: api.cerbos.dev/v1
principalPolicy:
  principal: ann@acme.test
  version: v1
  rules:
    - resource: album:object
      actions:
        - {action: 'b:c', effect: EFFECT_ALLOW, condition: {match: {expr: P.attr.in_condition}}}
        - {action: a, effect: EFFECT_DENY, output: {when: {ruleActivated: P.attr.in_output}}}
-- clerk.yaml --
apiVersion: api.cerbos.dev/v1
rolePolicy:
  role: clerk
  version: default
  parentRoles: [user]
  variables: {local: {mine: R.attr.of_mine}}
  constants: {local: {one: 1}}
  rules:
    - resource: album:object
      allowActions: [view, edit]
      condition: {match: {expr: V.mine && R.attr.count == C.one}}
    - {resource: other, allowActions: ['*']}
-- disabled.yaml --
apiVersion: api.cerbos.dev/v1
disabled: true
resourcePolicy: {resource: gone, version: default}
`

/** What Cerbos overlooks. */
const OVERLOOKED = `
-- clerk.yaml --
apiVersion: api.cerbos.dev/v1
rolePolicy:
  role: clerk
  version: default
  variables: {import: [flags]}
  constants: {import: [limits]}
  rules:
    - resource: other
      allowActions: [view]
      condition: {match: {expr: 'V.flag && R.attr["key"] == C.limit && R.attr.?maybe.orValue(1) == 1'}}
-- flags.yaml --
apiVersion: api.cerbos.dev/v1
exportVariables: {name: flags, definitions: {flag: R.attr.of_flag}}
-- limits.yaml --
apiVersion: api.cerbos.dev/v1
exportConstants: {name: limits, definitions: {limit: 10}}
`

function inspected(text: string, key: string): InspectedPolicy {
  return (
    inspectPolicies(filesIn(text)).policies.get(key) ?? expect.unreachable(`a policy \`${key}\``)
  )
}

const cerbos = findCerbos()

describe.skipIf('missing' in cerbos)(
  `inspected policies, as Cerbos tells of them${skippedWithoutCerbos(cerbos)}`,
  () => {
    const servers: CerbosServer[] = []
    afterAll(async () => {
      await Promise.all(servers.map((server) => server.stop()))
    })

    async function inspectedByCerbos(text: string): Promise<Readonly<Record<string, object>>> {
      const server = await startCerbos({
        policies: Object.fromEntries(filesIn(text).map((file) => [file.path, file.text])),
        config: { server: { adminAPI: { enabled: true } } },
      })
      servers.push(server)
      // The credentials that a Cerbos has unless others are set.
      const authorization = `Basic ${btoa('cerbos:cerbosAdmin')}`
      const url = `${server.httpUrl}/admin/policies/inspect`
      const response = await fetch(url, { headers: { authorization } })
      const { results } = (await response.json()) as { results: Record<string, object> }
      return results
    }

    test('every kind of policy', async () => {
      const { policies, diagnostics } = inspectPolicies(filesIn(POLICIES))
      expect(diagnostics).toEqual([])
      const ours = [...policies].map(([key, policy]) => [key, comparable(plainResult(policy))])
      const theirs = await inspectedByCerbos(POLICIES)
      expect(Object.fromEntries(ours)).toEqual(
        Object.fromEntries(
          Object.entries(theirs).map(([key, result]) => [key, comparable({ ...result })]),
        ),
      )
    })

    test('what Cerbos overlooks is still what Cerbos overlooks', async () => {
      expect((await inspectedByCerbos(OVERLOOKED))['role.clerk.vdefault']).toEqual({
        policyId: 'clerk.yaml',
        actions: ['view'],
        variables: [{ name: 'flag', value: 'null', kind: 'KIND_UNDEFINED', used: true }],
        constants: [{ name: 'limit', kind: 'KIND_UNDEFINED', used: true }],
      })
    })
  },
)

describe('inspected policies', () => {
  test('tell of attributes read with a key, and of what role policies import', () => {
    expect(inspected(OVERLOOKED, 'role.clerk.vdefault')).toEqual({
      file: 'clerk.yaml',
      actions: ['view'],
      attributes: [
        { owner: 'resource', name: 'key' },
        { owner: 'resource', name: 'maybe' },
        { owner: 'resource', name: 'of_flag' },
      ],
      derivedRoles: [],
      variables: [
        {
          name: 'flag',
          kind: 'imported',
          source: 'export_variables.flags',
          value: 'R.attr.of_flag',
          used: true,
        },
      ],
      constants: [
        {
          name: 'limit',
          kind: 'imported',
          source: 'export_constants.limits',
          value: 10,
          used: true,
        },
      ],
    })
  })

  test('need not fit together: what is missing is told as undefined', () => {
    const text = `
-- document.yaml --
resourcePolicy:
  resource: document
  version: default
  importDerivedRoles: [nowhere]
  variables: {import: [nowhere]}
  rules:
    - {actions: [view], effect: EFFECT_ALLOW, derivedRoles: [owner], condition: {match: {expr: V.a == C.b}}}
`
    expect(inspected(text, 'resource.document.vdefault')).toMatchObject({
      derivedRoles: [{ name: 'owner', kind: 'undefined' }],
      variables: [{ name: 'a', kind: 'undefined', used: true }],
      constants: [{ name: 'b', kind: 'undefined', used: true }],
    })
  })

  test('tell what cannot be read beside what can', () => {
    const { policies, diagnostics } = inspectPolicies(
      filesIn(`
-- broken.yaml --
resourcePolicy: [
-- document.yaml --
resourcePolicy:
  resource: document
  version: default
  rules:
    - {actions: [view], effect: EFFECT_ALLOW, roles: [user], condition: {match: {expr: R.attr. ==}}}
-- _schemas/document.json --
{}
`),
    )
    expect([...policies.keys()]).toEqual(['resource.document.vdefault'])
    expect(diagnostics.map(({ file, code }) => `${file} ${code}`)).toEqual([
      'broken.yaml invalid-yaml',
      'document.yaml invalid-expression',
    ])
  })
})
