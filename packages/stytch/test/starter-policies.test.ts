import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { GRPC } from '@cerbos/grpc'
import { type CheckInput, Engine } from '@lockstitch/engine'
import { compilePolicies, type LinkedPolicySet } from '@lockstitch/policy'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findCerbos, skippedWithoutCerbos, startCerbos } from '../../../tools/cerbos-server.ts'

const folder = new URL('../starter-policies/', import.meta.url).pathname
const acme = 'organization-test-ac3e0000-0000-4000-8000-000000000001'
const globex = 'organization-test-910be000-0000-4000-8000-000000000001'
const platform = 'organization-test-00000000-0000-4000-8000-000000000000'
const now = Date.now()

/** `STARTER_CASES=100000 npm test -- packages/stytch/test/starter-policies.test.ts` tries them all. */
const numRuns = Number(process.env.STARTER_CASES ?? 5000)
/** The real Cerbos is asked for a minute then, and a few times otherwise. */
const ofCerbos =
  process.env.STARTER_CASES === undefined
    ? { numRuns: 500 }
    : { numRuns, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: false }

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

/** Of a second factor, for as long as the tests run. */
const fresh = new Date(now - 1000).toISOString()
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
        last_authenticated_at: fc.constantFrom(fresh, '2025-12-31T00:00:00Z', 'x'),
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

/** Which of the actions are allowed. */
type Allowed = (input: CheckInput) => Promise<readonly string[]>

const byEngine =
  (engine: Engine): Allowed =>
  async (input) => {
    const { actions: decided } = engine.check(input)
    return actions.filter((action) => decided.get(action)?.effect === 'EFFECT_ALLOW')
  }

const withRoles = (input: CheckInput, roles: readonly string[]): CheckInput => ({
  ...input,
  principal: { ...input.principal, roles: [...roles] },
})

/** No member crosses organizations without the platform role, and no tenant role exceeds its parent. */
async function assertBoundaries(
  allowed: Allowed,
  parameters: fc.Parameters<[CheckInput]>,
): Promise<number> {
  let cases = 0
  let crossed = 0
  let permitted = 0
  await fc.assert(
    fc.asyncProperty(inputs, async (input) => {
      cases += 1
      const { principal, resource } = input
      const may = await allowed(input)
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
      if (ofTenant.length === 0) return
      const others = principal.roles.filter((role) => !tenantRoles.includes(role))
      const roles = [...new Set([...others, 'stytch_member'])]
      const parent = await allowed(withRoles(input, roles))
      expect(parent).toEqual(expect.arrayContaining([...may]))
    }),
    parameters,
  )
  // A property about those who are let in says nothing where nobody is.
  expect(permitted).toBeGreaterThan(cases / 20)
  expect(crossed).toBeGreaterThan(0)
  return cases
}

test.each(Object.entries(engines))(
  '%s: no member crosses organizations without the platform role, and no tenant role exceeds its parent',
  async (_, engine) => {
    expect(await assertBoundaries(byEngine(engine), { numRuns })).toBe(numRuns)
  },
  600_000,
)

/** A member of an organization that has no policies of its own, and a document there. */
const newTenant: CheckInput = {
  principal: {
    id: 'member-test-1',
    roles: ['stytch_member'],
    attr: {
      organization_id: globex,
      impersonation: { active: false },
      auth: { mfa: true, last_authenticated_at: fresh },
    },
  },
  resource: {
    kind: 'document',
    id: 'document-1',
    scope: globex,
    attr: { organization_id: globex, owner_id: 'member-test-1' },
  },
  actions,
}
const baseRights = ['view', 'list', 'create', 'edit', 'share', 'delete']

test.each(Object.entries(engines))(
  '%s: an organization without policies of its own has the base rights',
  async (_, engine) => {
    expect(await byEngine(engine)(newTenant)).toEqual(baseRights)
  },
)

test.skipIf('missing' in findCerbos())(
  `the real Cerbos, asked by its SDK, keeps to the same, with equal decisions${skippedWithoutCerbos()}`,
  async ({ annotate }) => {
    const cerbos = await startCerbos({ policies: folder, engine: { lenientScopeSearch: true } })
    const client = new GRPC(cerbos.grpcAddress, { tls: false })
    const ours = byEngine(engines["as Cerbos's"])
    try {
      const byCerbos: Allowed = async (input) => {
        const { principal, resource } = input
        // The SDK's types are mutable, it does not change what it is given.
        const result = await client.checkResource({
          principal: principal as Parameters<GRPC['checkResource']>[0]['principal'],
          resource: resource as Parameters<GRPC['checkResource']>[0]['resource'],
          actions,
        })
        const may = actions.filter((action) => result.isAllowed(action) === true)
        expect(may).toEqual(await ours(input))
        return may
      }
      const cases = await assertBoundaries(byCerbos, ofCerbos)
      await annotate(`${cases} cases`)
      expect(await byCerbos(newTenant)).toEqual(baseRights)
    } finally {
      client.close()
      await cerbos.stop()
    }
  },
  600_000,
)
