import { fileURLToPath } from 'node:url'
import { GRPC } from '@cerbos/grpc'
import type { DecisionRecord } from '@lockstitch/guard'
import { type Authorizer, createAuthorizer } from '@lockstitch/stytch'
import { defaultSeed } from '@lockstitch/stytch-emulator'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

import {
  type CerbosServer,
  findCerbos,
  skippedWithoutCerbos,
  startCerbos,
} from '../../../tools/cerbos-server.ts'
import {
  acme,
  claimsOf,
  globex,
  maya,
  mayaAtGlobex,
  requestWith,
  type Stytch,
  sessionClaim,
  startStytch,
} from './fixtures.ts'

/**
 * The same requests, decided by our engine and by the real Cerbos 0.55 through its official client:
 * the mapping has to mean the same to both.
 */
const policies = fileURLToPath(new URL('policies', import.meta.url))
const email = '{{ member.email_address }}'
const department = '{{ member.trusted_metadata.department }}'
const actions = ['view', 'edit', 'delete', 'approve', 'share', 'join'] as const

describe.skipIf('missing' in findCerbos())(`equal decisions${skippedWithoutCerbos()}`, () => {
  let stytch: Stytch
  let cerbos: CerbosServer
  let client: GRPC
  let authorizers: Readonly<Record<'engine' | 'cerbos', Authorizer>>
  let records: DecisionRecord[] = []
  beforeAll(async () => {
    stytch = await startStytch({
      projects: [{ ...defaultSeed.projects[0], jwt: { template: { email, department } } }],
    })
    // The settings that our own defaults are.
    cerbos = await startCerbos({
      policies,
      engine: { lenientScopeSearch: true, strictEvaluation: true },
    })
    client = new GRPC(cerbos.grpcAddress, { tls: false })
    const options = {
      stytch: stytch.client,
      clock: stytch.now,
      roles: ['editor', 'viewer', 'platform_admin'],
      // From the JWT: Stytch, asked, would answer with its own session instead of the one made up here.
      attributes: [
        { name: 'email', claim: 'email' },
        { name: 'trusted_metadata.department', claim: 'department', optional: true },
      ],
      onDecision: (record: DecisionRecord) => records.push(record),
    } as const
    authorizers = {
      engine: await createAuthorizer({ ...options, policies, watch: false }),
      cerbos: await createAuthorizer({ ...options, decide: client }),
    }
  })
  afterEach(() => {
    records = []
    stytch.emulator.reset()
  })
  afterAll(async () => {
    await authorizers?.engine.close()
    client?.close()
    await cerbos?.stop()
    await stytch?.emulator.close()
  })

  interface Asker {
    readonly member?: string
    readonly roles?: readonly string[]
    readonly ageSeconds?: number
    readonly impersonated?: boolean
  }

  /** A session JWT of the asker, signed by the emulator. */
  function sessionJwt({ member = maya, roles, ageSeconds = 0, impersonated }: Asker): string {
    const { session_jwt } = stytch.emulator.startSession(member)
    const claims = claimsOf(session_jwt)
    const session = claims[sessionClaim] as { authentication_factors: object[] }
    const iat = Number(claims.iat) - ageSeconds
    const factors = [
      {
        type: 'impersonated',
        delivery_method: 'impersonation',
        last_authenticated_at: '2026-01-01T12:00:00Z',
      },
    ]
    return stytch.emulator.sign({
      ...claims,
      iat,
      nbf: iat,
      exp: iat + 300,
      [sessionClaim]: {
        ...session,
        ...(roles && { roles }),
        ...(impersonated && {
          authentication_factors: [...session.authentication_factors, ...factors],
        }),
      },
    })
  }

  interface Document {
    readonly id: string
    readonly organization_id?: string
    readonly owner_id?: string
    readonly locked?: boolean
  }

  async function allowed(by: Authorizer, jwt: string, document: Document): Promise<string[]> {
    const answers = await by.for(requestWith({ jwt })).actions(actions, 'document', document)
    return actions.filter((action) => answers[action])
  }

  const mine: Document = { id: 'q3', organization_id: acme, owner_id: maya, locked: false }
  const colleagues: Document = { ...mine, id: 'plan', owner_id: 'member-test-other' }
  const atGlobex: Document = {
    id: 'g',
    organization_id: globex,
    owner_id: mayaAtGlobex,
    locked: false,
  }
  const withoutOwner: Document = { id: 'n', organization_id: acme, locked: false }

  // biome-ignore format: table
  const cases: readonly { readonly name: string; readonly asker: Asker; readonly document: Document; readonly may: readonly string[] }[] = [
  { name: 'an owner', asker: {}, document: mine, may: ['view', 'edit', 'delete', 'approve', 'share'] },
  { name: 'an owner with an older token', asker: { ageSeconds: 90 }, document: mine, may: ['view', 'edit', 'approve', 'share'] },
  { name: 'a colleague', asker: {}, document: colleagues, may: ['view', 'approve', 'share'] },
  { name: 'an impersonated owner', asker: { impersonated: true }, document: mine, may: ['view', 'share'] },
  { name: 'a member of another organization', asker: {}, document: atGlobex, may: [] },
  { name: 'the same human in the other organization', asker: { member: mayaAtGlobex, roles: ['editor'] }, document: atGlobex, may: ['view', 'edit', 'delete'] },
  { name: 'somebody with no role', asker: { roles: [] }, document: mine, may: ['join'] },
  { name: 'somebody whose organization made a role `platform_admin2`', asker: { roles: ['platform_admin2'] }, document: atGlobex, may: [] },
  { name: 'the platform administrator', asker: { roles: ['platform_admin'] }, document: atGlobex, may: ['view'] },
  { name: 'a platform administrator of a tenant', asker: { member: mayaAtGlobex, roles: ['platform_admin'] }, document: mine, may: [] },
  { name: 'a colleague of a locked document', asker: {}, document: { ...colleagues, locked: true }, may: ['view', 'approve'] },
  { name: 'a colleague of a document that does not say whether it is locked', asker: {}, document: { id: 'x', organization_id: acme, owner_id: 'o' }, may: ['view', 'approve'] },
  { name: 'anyone on a document without owner', asker: {}, document: withoutOwner, may: ['view', 'approve', 'share'] },
  { name: 'anyone on a document without organization', asker: { roles: ['platform_admin', 'editor'] }, document: { id: 'orphan', owner_id: maya }, may: [] },
]

  describe('both deciders allow what is expected to', () => {
    test.each(cases)('$name', async ({ asker, document, may }) => {
      const jwt = sessionJwt(asker)
      const byCerbos = await allowed(authorizers.cerbos, jwt, document)
      const byEngine = await allowed(authorizers.engine, jwt, document)
      expect({ byCerbos, byEngine }).toEqual({ byCerbos: may, byEngine: may })
      const half = records.length / 2
      const told = records.map(({ id, generation, ...record }) => record)
      expect(told.slice(half)).toEqual(told.slice(0, half))
    })
  })

  test('property: both deciders agree on any member, session and document', async () => {
    const roleName = fc.constantFrom(
      'editor',
      'viewer',
      'platform_admin',
      'stytch_member',
      'made-up',
    )
    const asker = fc.record({
      member: fc.constantFrom(maya, mayaAtGlobex),
      roles: fc.uniqueArray(roleName),
      ageSeconds: fc.constantFrom(0, 59, 60, 200),
      impersonated: fc.boolean(),
    })
    const document = fc.record(
      {
        id: fc.constant('d'),
        organization_id: fc.constantFrom(acme, globex, 'organization-test-none'),
        owner_id: fc.constantFrom(maya, mayaAtGlobex),
        locked: fc.boolean(),
      },
      { requiredKeys: ['id'] },
    )
    let allows = 0
    await fc.assert(
      fc.asyncProperty(asker, document, async (who, what) => {
        const jwt = sessionJwt(who)
        const byEngine = await allowed(authorizers.engine, jwt, what)
        expect(await allowed(authorizers.cerbos, jwt, what)).toEqual(byEngine)
        allows += byEngine.length
        const isOther = what.organization_id !== (who.member === maya ? acme : globex)
        if (isOther && !who.roles.includes('platform_admin'))
          expect(byEngine.filter((action) => action !== 'join')).toEqual([])
      }),
      { numRuns: 150 },
    )
    expect(allows).toBeGreaterThan(20)
  })

  test('lists are the same and keep their order, more than Cerbos takes in one call', async () => {
    const jwt = sessionJwt({})
    const documents = Array.from({ length: 130 }, (_, index) => ({
      ...mine,
      id: `d${index}`,
      owner_id: index % 3 === 0 ? maya : 'other',
    }))
    const [byEngine, byCerbos] = await Promise.all(
      [authorizers.engine, authorizers.cerbos].map((authorizer) =>
        authorizer.for(requestWith({ jwt })).filter(documents, 'document', 'edit'),
      ),
    )
    expect(byEngine).toEqual(documents.filter((_, index) => index % 3 === 0))
    expect(byCerbos).toEqual(byEngine)
  })

  describe('odd names are just names, to both', () => {
    const odd = JSON.parse(
      `{"id":"__proto__","organization_id":"${acme}","owner_id":"${maya}","locked":false,"__proto__":{"locked":true},"constructor":"c","toString":[{"__proto__":1}]}`,
    ) as Document

    test.each(['engine', 'cerbos'] as const)('%s', async (name) => {
      expect(await allowed(authorizers[name], sessionJwt({}), odd)).toEqual([
        'view',
        'edit',
        'delete',
        'approve',
        'share',
      ])
    })
  })
})
