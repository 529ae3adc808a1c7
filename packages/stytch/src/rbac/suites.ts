import type { Granted, Kept } from './import.ts'
import type { YamlValue } from './yaml-text.ts'

const ownOrganization = 'organization-test-own'
const options = { lenientScopeSearch: true }

/** What each role and scope may do with a resource, and that nobody may with another organization's. */
export function resourceSuite(resource: string, kept: Kept): YamlValue | undefined {
  const holders = [
    ...kept.roles.map((role) => ({ granted: role, roles: [role.name], scopes: undefined })),
    ...kept.scopes.map((scope) => {
      return { granted: scope, roles: ['connected_app'], scopes: [scope.name] }
    }),
  ]
  const principals = holders.map(({ granted, roles, scopes }, index) => ({
    key: `${scopes ? 'app' : 'member'}-${index + 1}`,
    granted,
    value: {
      id: `principal-${index + 1}`,
      roles,
      attr: { ...organizationOf(kept, ownOrganization), ...(scopes && { scopes }) },
    },
  }))
  const resources: Record<string, YamlValue> = {
    own: resourceOf(resource, organizationOf(kept, ownOrganization)),
    ...(kept.tenancy && {
      foreign: resourceOf(resource, organizationOf(kept, 'organization-test-foreign')),
      homeless: resourceOf(resource, {}),
    }),
  }
  return suite(`Stytch RBAC: ${resource}`, principals, resources, resource, 'own', kept)
}

/** What each custom role of an organization may do there. */
export function organizationSuite(
  { id, roles }: Kept['organizations'][number],
  kept: Kept,
): YamlValue | undefined {
  const principals = roles.map((granted, index) => ({
    key: `member-${index + 1}`,
    granted,
    value: {
      id: `principal-${index + 1}`,
      roles: [granted.name],
      scope: id,
      attr: organizationOf(kept, id),
    },
  }))
  const given = [...kept.resources.keys()]
  const tests = given.flatMap((resource) => {
    const resources = {
      own: { ...resourceOf(resource, organizationOf(kept, id)), scope: id },
      ...(kept.tenancy && {
        foreign: resourceOf(resource, organizationOf(kept, 'organization-test-foreign')),
      }),
    }
    const made = suite(resource, principals, resources, resource, 'own', kept)
    return made === undefined ? [] : [{ resource, resources, test: made.tests[0] as YamlValue }]
  })
  if (tests.length === 0) return undefined
  const keyed = (resource: string, name: string): string => `${given.indexOf(resource) + 1}-${name}`
  return {
    name: `Stytch RBAC: the custom roles of ${id}`,
    options,
    principals: Object.fromEntries(principals.map(({ key, value }) => [key, value])),
    resources: Object.fromEntries(
      tests.flatMap(({ resource, resources }) =>
        Object.entries(resources).map(([name, value]) => [keyed(resource, name), value] as const),
      ),
    ),
    tests: tests.map(({ resource, test }) => renamed(test, (name) => keyed(resource, name))),
  }
}

interface TestPrincipal {
  readonly key: string
  readonly granted: Granted
  readonly value: YamlValue
}

interface Suite {
  readonly [name: string]: YamlValue
  readonly tests: readonly YamlValue[]
}

function suite(
  name: string,
  principals: readonly TestPrincipal[],
  resources: Readonly<Record<string, YamlValue>>,
  resource: string,
  own: string,
  kept: Kept,
): Suite | undefined {
  const granted = principals.map(({ granted: { grants } }) => {
    return grants.find((grant) => grant.resource === resource)?.actions ?? []
  })
  const declared = kept.resources.get(resource)?.actions ?? []
  const actions = [...new Set([...declared, ...granted.flat()])].filter(isName)
  if (principals.length === 0 || actions.length === 0) return undefined
  const expected = principals.flatMap(({ key }, index) => {
    const allowed = granted[index] ?? []
    const effects = actions
      .filter((action) => allowed.includes('*') || allowed.includes(action))
      .map((action): [string, string] => [action, 'EFFECT_ALLOW'])
    if (effects.length === 0) return []
    return [{ principal: key, resource: own, actions: Object.fromEntries(effects) }]
  })
  const [first] = principals
  if (expected.length === 0 && first !== undefined) {
    const denied = Object.fromEntries(actions.map((action) => [action, 'EFFECT_DENY']))
    expected.push({ principal: first.key, resource: own, actions: denied })
  }
  return {
    name,
    options,
    principals: Object.fromEntries(principals.map(({ key, value }) => [key, value])),
    resources,
    tests: [
      {
        // What is not expected is expected to be denied.
        name,
        input: {
          principals: principals.map(({ key }) => key),
          resources: Object.keys(resources),
          actions,
        },
        expected,
      },
    ],
  }
}

function isName(action: string): boolean {
  return action !== '' && !/[*?[\]{}!\\]/.test(action)
}

function renamed(test: YamlValue, name: (of: string) => string): YamlValue {
  const { input, expected, ...rest } = test as {
    input: { resources: readonly string[] }
    expected: readonly { resource: string }[]
  }
  return {
    ...rest,
    input: { ...input, resources: input.resources.map(name) },
    expected: expected.map((each) => ({ ...each, resource: name(each.resource) })),
  }
}

function organizationOf({ tenancy }: Kept, id: string): Record<string, YamlValue> {
  return tenancy ? { organization_id: id } : {}
}

function resourceOf(
  kind: string,
  attr: Readonly<Record<string, YamlValue>>,
): Record<string, YamlValue> {
  return { kind, id: 'resource-1', attr }
}
