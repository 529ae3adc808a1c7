import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CheckInput, Engine } from '@lockstitch/engine'
import { compilePolicies, type LinkedPolicySet } from '@lockstitch/policy'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const folder = new URL('../starter-policies/', import.meta.url).pathname
const acme = 'organization-test-ac3e0000-0000-4000-8000-000000000001'
const globex = 'organization-test-910be000-0000-4000-8000-000000000001'
const platform = 'organization-test-00000000-0000-4000-8000-000000000000'
const now = Date.parse('2026-01-01T12:00:00Z')

/** `STARTER_CASES=100000 npm test -- packages/stytch/test/starter-policies.test.ts` tries them all. */
const numRuns = Number(process.env.STARTER_CASES ?? 5000)

function starterPolicies(): LinkedPolicySet {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yaml') && !path.endsWith('_test.yaml'))
    .map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }))
  const { policySet, diagnostics } = compilePolicies(files)
  expect(diagnostics).toEqual([])
  if (policySet === undefined) throw new Error('the starter policies do not compile')
  return policySet
}

const policySet = starterPolicies()
const options = { lenientScopeSearch: true, clock: () => now }
/** With our defaults, and as Cerbos decides with its own. */
const engines = {
  strict: new Engine(policySet, options),
  "as Cerbos's": new Engine(policySet, { ...options, compat: 'cerbos', strictEvaluation: false }),
}

const organizations = fc.constantFrom(acme, globex, platform, '', 'acme')
const actions = ['view', 'list', 'create', 'edit', 'share', 'delete', 'admin:purge', '*']
const writes = ['create', 'edit', 'share', 'delete', 'admin:purge', '*']
const tenantRoles = ['org:reviewer', 'org:admin', 'org:stytch_admin', 'org:platform_admin']
const projectRoles = ['stytch_member', 'stytch_admin', 'platform_admin']
/** An attribute that is there, or is not, or is something else. */
const loose = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<{ readonly value?: T | null | number }> =>
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ value }) },
    { weight: 1, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.constantFrom({ value: null }, { value: 7 }) },
  )

const inputs = fc
  .record({
    id: fc.constantFrom('member-test-1', 'member-test-2'),
    roles: fc.uniqueArray(fc.constantFrom(...projectRoles, ...tenantRoles, 'no-role'), {
      minLength: 1,
      maxLength: 3,
    }),
    organization: loose(organizations),
    reason: loose(fc.constantFrom('', 'ticket 4711')),
    impersonation: loose(fc.record({ active: fc.boolean() })),
    auth: loose(
      fc.record({
        mfa: fc.boolean(),
        last_authenticated_at: fc.constantFrom('2026-01-01T11:59:00Z', '2025-12-31T00:00:00Z', 'x'),
      }),
    ),
    resourceOrganization: loose(organizations),
    resourceScope: fc.constantFrom('', acme, globex, `${acme}.child`),
    owner: loose(fc.constantFrom('member-test-1', 'member-test-2')),
  })
  .map((made): CheckInput => {
    const named = (name: string, { value }: { readonly value?: unknown }): object =>
      value === undefined ? {} : { [name]: value }
    return {
      principal: {
        id: made.id,
        roles: made.roles,
        attr: {
          ...named('organization_id', made.organization),
          ...named('support_reason', made.reason),
          ...named('impersonation', made.impersonation),
          ...named('auth', made.auth),
        },
      },
      resource: {
        kind: 'document',
        id: 'document-1',
        scope: made.resourceScope,
        attr: {
          ...named('organization_id', made.resourceOrganization),
          ...named('owner_id', made.owner),
        },
      },
      actions,
    }
  })

function allowed(engine: Engine, input: CheckInput): string[] {
  const { actions: decided } = engine.check(input)
  return actions.filter((action) => decided.get(action)?.effect === 'EFFECT_ALLOW')
}

const withRoles = (input: CheckInput, roles: readonly string[]): CheckInput => ({
  ...input,
  principal: { ...input.principal, roles: [...roles] },
})

test.each(Object.entries(engines))(
  '%s: no member crosses organizations without the platform role, and no tenant role exceeds its parent',
  (_, engine) => {
    let crossed = 0
    let permitted = 0
    fc.assert(
      fc.property(inputs, (input) => {
        const { principal, resource } = input
        const may = allowed(engine, input)
        if (may.length > 0) permitted += 1
        const [of, at] = [principal.attr?.organization_id, resource.attr?.organization_id]
        const isOwn = typeof of === 'string' && of !== '' && of === at
        if (!isOwn && may.length > 0) {
          crossed += 1
          expect(principal.roles).toContain('platform_admin')
          expect(of).toBe(platform)
          expect(principal.attr?.support_reason).toBeTruthy()
          expect(may.every((action) => action === 'view' || action === 'list')).toBe(true)
        }
        const impersonation = principal.attr?.impersonation
        const isOneself =
          typeof impersonation === 'object' &&
          impersonation !== null &&
          'active' in impersonation &&
          impersonation.active === false
        if (!isOneself) expect(may.filter((action) => writes.includes(action))).toEqual([])

        const ofTenant = principal.roles.filter((role) => tenantRoles.includes(role))
        const others = principal.roles.filter((role) => !tenantRoles.includes(role))
        const parent = allowed(engine, withRoles(input, [...new Set([...others, 'stytch_member'])]))
        if (ofTenant.length > 0) expect(parent).toEqual(expect.arrayContaining(may))
      }),
      { numRuns },
    )
    // A property about those who are let in says nothing where nobody is.
    expect(permitted).toBeGreaterThan(numRuns / 20)
    expect(crossed).toBeGreaterThan(0)
  },
  600_000,
)
