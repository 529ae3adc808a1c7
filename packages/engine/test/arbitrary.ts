import fc from 'fast-check'

import type { CheckInput } from '../src/request.ts'
import {
  CONSENT,
  derivedRoles,
  type PolicyFiles,
  principalPolicy,
  resourcePolicy,
  rolePolicy,
} from './policies.ts'

/** Small worlds in which policies and requests meet often, and in which much goes wrong. */

const KINDS = ['doc', 'report']
const CHAIN = ['', 'a', 'a.b']
const VERSIONS = ['default', 'v2']
const ROLES = ['r1', 'r2', 'r3', 'r4']
const ACTIONS = ['view', 'edit', 'view:x', 'zap']

const expr = fc.constantFrom(
  'true',
  'false',
  'R.attr.n == 1.0',
  'R.attr.n > 0.0',
  'R.attr.missing == 1.0',
  'R.attr.n == 1.0 || R.attr.missing',
  'P.attr.team == R.attr.team',
  'P.id == "p1" && R.attr.n < 2.0',
  '"d1" in runtime.effectiveDerivedRoles',
  'size(runtime.effectiveDerivedRoles) > 1',
  'V.positive',
  'V.broken == null',
  'has(V.broken)',
  'C.one == R.attr.n',
  'R.attr.text',
  'has(R.scope) && R.scope == "a"',
)

const match = fc.letrec((tie) => ({
  match: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ expr }),
    listOf('all', tie('match')),
    listOf('any', tie('match')),
    listOf('none', tie('match')),
  ),
})).match

function listOf(kind: string, item: fc.Arbitrary<unknown>): fc.Arbitrary<object> {
  return fc.array(item, { minLength: 1, maxLength: 3 }).map((of) => ({ [kind]: { of } }))
}

const condition = fc.option(
  match.map((value) => ({ match: value })),
  { nil: undefined, freq: 2 },
)

const effect = fc.constantFrom('EFFECT_ALLOW', 'EFFECT_ALLOW', 'EFFECT_DENY')

const variables = {
  variables: { local: { positive: 'R.attr.n > 0.0', broken: 'R.attr.nothing' } },
  constants: { local: { one: 1 } },
}

const NEVER = fc.constant(undefined)
const BOTH = { ruleActivated: 'R.attr.n', conditionNotMet: '"not met"' }
const output = fc.constantFrom(undefined, undefined, { when: BOTH })
const outputWhenMet = fc.constantFrom(undefined, { when: { ruleActivated: BOTH.ruleActivated } })

/**
 * Beside derived roles `conditionNotMet` comes and goes in Cerbos with the actions before it, and
 * with several of them an error may come before the outputs or after.
 */
function outputFor(roles: number, derived: number): fc.Arbitrary<object | undefined> {
  if (derived === 0) return output
  return derived === 1 && roles === 0 ? outputWhenMet : NEVER
}

const resourceRule = fc
  .record({
    actions: someOf(['view', 'edit', 'view:*', 'z**', '*']),
    effect,
    roles: fc.uniqueArray(fc.constantFrom('r1', 'r2', 'r3', 'r*', '*'), { maxLength: 2 }),
    derivedRoles: fc.uniqueArray(fc.constantFrom('d1', 'd2', 'd3', 'd4'), { maxLength: 2 }),
    condition,
  })
  .filter((rule) => rule.roles.length + rule.derivedRoles.length > 0)
  .chain((rule) =>
    outputFor(rule.roles.length, rule.derivedRoles.length).map((given) => ({
      ...rule,
      output: given,
    })),
  )

const definitions = fc.tuple(
  definition('d1', ['r1']),
  definition('d2', ['*']),
  definition('d3', ['r2', 'r3']),
  definition('d4', ['r*']),
)

function definition(name: string, parentRoles: string[]): fc.Arbitrary<object> {
  return condition.map((value) => ({ name, parentRoles, condition: value }))
}

const principalRules = fc.uniqueArray(
  fc.record({
    resource: fc.constantFrom('doc', 'report', 're*', '*'),
    actions: fc.array(
      fc.record({ action: fc.constantFrom('view', 'view:*', 'edit'), effect, condition }),
      { minLength: 1, maxLength: 2 },
    ),
  }),
  { selector: (rule) => rule.resource, minLength: 1, maxLength: 2 },
)

/** One rule with a condition or an output at most: Cerbos confuses those of several. */
const roleRules = fc
  .tuple(roleRule(condition, output), fc.array(roleRule(NEVER, NEVER), { maxLength: 2 }))
  .map(([first, others]) => [first, ...others])

function roleRule(
  conditions: fc.Arbitrary<object | undefined>,
  outputs: fc.Arbitrary<object | undefined>,
): fc.Arbitrary<object> {
  return fc.record({
    resource: fc.constantFrom('doc', 'report', 'd*', '*'),
    allowActions: someOf(['view', 'edit', 'view:*', '*']),
    condition: conditions,
    name: fc.constant('listed'),
    output: outputs,
  })
}

function someOf(items: readonly string[]): fc.Arbitrary<string[]> {
  return fc.uniqueArray(fc.constantFrom(...items), { minLength: 1, maxLength: 2 })
}

/** A set of policies that compiles: scope chains are whole, permissions agree. */
export const policyFiles: fc.Arbitrary<PolicyFiles> = fc
  .record({
    definitions,
    // Cerbos counts derived roles as members of the root that say nothing.
    permissions: fc.record({
      a: fc.constantFrom(undefined, CONSENT),
      'a.b': fc.constantFrom(undefined, CONSENT),
    }),
    resources: fc.array(
      fc.record({
        kind: fc.constantFrom(...KINDS),
        version: fc.constantFrom('default', 'default', 'v2'),
        depth: fc.integer({ min: 1, max: 3 }),
        rules: fc.array(fc.array(resourceRule, { maxLength: 4 }), { minLength: 3, maxLength: 3 }),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    principals: fc.array(
      fc.record({
        id: fc.constantFrom('p1', 'p-2'),
        version: fc.constantFrom(...VERSIONS),
        depth: fc.integer({ min: 1, max: 3 }),
        rules: fc.array(principalRules, { minLength: 3, maxLength: 3 }),
      }),
      { maxLength: 2 },
    ),
    // By role and not by version: Cerbos mixes the versions up, in no order that can be told.
    parentRoles: fc.record({
      r3: fc.uniqueArray(fc.constantFrom('r1', 'r2'), { maxLength: 2 }),
      r4: fc.uniqueArray(fc.constantFrom('r1', 'r2', 'r3'), { maxLength: 2 }),
    }),
    roles: fc.array(
      fc.record({
        role: fc.constantFrom('r3' as const, 'r4' as const),
        version: fc.constantFrom('default', 'default', 'v2'),
        scope: fc.constantFrom(...CHAIN),
        rules: roleRules,
      }),
      { maxLength: 3 },
    ),
  })
  .map((world) => {
    const files: Record<string, string> = {
      'roles.yaml': derivedRoles('common', [...world.definitions], variables),
    }
    const permissionsOf = (scope: string): unknown => Reflect.get(world.permissions, scope)
    // The root is always there, so that no chain has a gap.
    for (const kind of KINDS) {
      for (const version of VERSIONS) {
        const given = world.resources.find((each) => each.kind === kind && each.version === version)
        const scopes = CHAIN.slice(0, given?.depth ?? (version === 'default' ? 3 : 0))
        for (const [index, scope] of scopes.entries()) {
          files[`resource-${kind}-${version}-${scope || 'root'}.yaml`] = resourcePolicy(kind, {
            version,
            scope,
            scopePermissions: permissionsOf(scope),
            importDerivedRoles: ['common'],
            ...variables,
            rules: given?.rules[index] ?? [],
          })
        }
      }
    }
    for (const { id, version, depth, rules } of world.principals) {
      for (const [index, scope] of CHAIN.slice(0, depth).entries()) {
        files[`principal-${id}-${version}-${scope || 'root'}.yaml`] = principalPolicy(id, {
          version,
          scope,
          scopePermissions: permissionsOf(scope),
          ...variables,
          rules: rules[index] ?? [],
        })
      }
    }
    for (const { role, version, scope, rules } of world.roles) {
      // Cerbos takes a role policy for one that says nothing, at odds with the others.
      if (permissionsOf(scope) === CONSENT) continue
      files[`role-${role}-${version}-${scope || 'root'}.yaml`] = rolePolicy(role, {
        version,
        scope,
        parentRoles: world.parentRoles[role],
        ...variables,
        rules,
      })
    }
    return files
  })

const requestScope = fc.constantFrom(undefined, '', 'a', 'a.b', 'a.z', 'q', '.')
const requestVersion = fc.constantFrom(undefined, undefined, 'default', 'v2', 'v9')

const attr = fc.record(
  {
    n: fc.constantFrom(0, 1, 2, 'text'),
    team: fc.constantFrom('blue', 'red'),
    text: fc.constantFrom('x', true),
  },
  { requiredKeys: [] },
)

/** A request that meets those policies. */
export const checkInput: fc.Arbitrary<CheckInput> = fc.record({
  principal: fc
    .record({
      id: fc.constantFrom('p1', 'p-2', 'p3'),
      roles: fc.uniqueArray(fc.constantFrom(...ROLES), { minLength: 1, maxLength: 3 }),
      attr,
      policyVersion: requestVersion,
      scope: requestScope,
    })
    .map(withoutUndefined),
  resource: fc
    .record({
      kind: fc.constantFrom('doc', 'doc', 'report', 'other'),
      id: fc.constant('x'),
      attr,
      policyVersion: requestVersion,
      scope: requestScope,
    })
    .map(withoutUndefined),
  actions: fc.uniqueArray(fc.constantFrom(...ACTIONS), { minLength: 1, maxLength: 3 }),
})

type WithoutUndefined<T> = { [K in keyof T]: Exclude<T[K], undefined> }

function withoutUndefined<T extends object>(value: T): WithoutUndefined<T> {
  return JSON.parse(JSON.stringify(value))
}
