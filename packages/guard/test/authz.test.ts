import {
  type AnyRequest,
  type AuthzOptions,
  createAuthz,
  type Decide,
  type DecideRequest,
  ProblemError,
  type RequestAuthz,
} from '@lockstitch/guard'
import { guard as guardOfExpress } from '@lockstitch/guard/express'
import { guard as guardOfHono } from '@lockstitch/guard/hono'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  brokenDeciders,
  type DocumentRecord,
  decider,
  documents,
  options,
  organizationRule,
} from './fixtures.ts'

function authzFor(user: string | undefined, more: Partial<AuthzOptions> = {}): RequestAuthz {
  return createAuthz(options(more)).for(requestOf(user))
}

function requestOf(user: string | undefined): Request {
  return new Request('http://app.test/', user === undefined ? {} : { headers: { 'x-user': user } })
}

const all = Object.values(documents)

describe('questions of a request', () => {
  test('can: is what the policies say', async () => {
    const authz = authzFor('maya')
    expect(await authz.can('edit', 'document', documents.q3)).toBe(true)
    expect(await authz.can('delete', 'document', documents.q3)).toBe(false)
    expect(await authz.can('edit', 'document', documents.plan)).toBe(false)
  })

  test('actions: decides all of them in one call', async () => {
    const { decide, requests } = recording()
    const allowed = await authzFor('maya', { decide }).actions(
      ['view', 'edit', 'delete'],
      'document',
      documents.q3,
    )
    expect({ ...allowed }).toEqual({ view: true, edit: true, delete: false })
    expect(requests).toHaveLength(1)
  })

  test('filter: decides all records in one call and keeps their order', async () => {
    const { decide, requests } = recording()
    const records = [...all, { ...documents.q3, id: 'q4' }, ...all].map((each) => ({ ...each }))
    const visible = await authzFor('maya', { decide }).filter(records, 'document', 'view')
    expect(visible.map(({ id }) => id)).toEqual(['q3', 'q4', 'q3'])
    expect(visible[0]).toBe(records[0])
    expect(requests).toHaveLength(1)
  })

  test('filter: asks a decider for at most 50 resources at a time', async () => {
    const { decide, requests } = recording()
    const records = Array.from({ length: 120 }, (_, index) => ({
      id: index,
      organization_id: index % 2 === 0 ? 'organization-acme' : 'organization-globex',
    }))
    const visible = await authzFor('maya', { decide }).filter(records, 'document', 'view')
    expect(visible).toEqual(records.filter((_, index) => index % 2 === 0))
    expect(requests.map(({ resources }) => resources.length)).toEqual([50, 50, 20])
  })

  test('filter: is about the list as it was when asked, whatever happens to it meanwhile', async () => {
    const live = [{ ...documents.q3 }]
    const decide: Decide = {
      checkResources(request) {
        live.unshift({ ...documents.plan, id: 'q3' } as (typeof live)[number])
        return organizationRule.checkResources(request)
      },
    }
    const visible = await authzFor('maya', { decide }).filter(live, 'document', 'view')
    expect(visible.map((record) => record.organization_id)).toEqual(['organization-acme'])
  })

  test('actionsOnEach: is about the list as it was when asked', async () => {
    const live: object[] = [{ ...documents.plan }]
    const asked = authzFor('maya').actionsOnEach(['view'], 'document', live)
    live[0] = { ...documents.q3 }
    live.push({ ...documents.q3 })
    expect((await asked).map(({ view }) => view)).toEqual([false])
  })

  test('filter: leaves out a record without organization and asks about the others', async () => {
    const records = [{ id: 'x' }, documents.q3, { id: 'y', organization_id: '' }]
    expect(
      await authzFor('maya').filter(
        records.filter((r) => r !== undefined),
        'document',
        'view',
      ),
    ).toEqual([documents.q3])
  })

  test('asks for each action once, which is all that Cerbos takes', async () => {
    const { decide, requests } = recording()
    const authz = authzFor('maya', { decide })
    expect({ ...(await authz.actions(['view', 'view'], 'document', documents.q3)) }).toEqual({
      view: true,
    })
    expect(requests[0]?.resources[0]?.actions).toEqual(['view'])
  })

  test('tells a decider that is too late to stop', async () => {
    let told: AbortSignal | undefined
    const decide: Decide = {
      checkResources(_, given) {
        told = given?.signal
        return new Promise(() => {})
      },
    }
    const late = authzFor('maya', { decide, deadline: 20 }).can('view', 'document', documents.q3)
    await expect(late).rejects.toMatchObject({ status: 503 })
    expect(told?.aborted).toBe(true)
  })

  test('asks the decider nothing where there is nothing to ask', async () => {
    const { decide, requests } = recording()
    const authz = authzFor('maya', { decide })
    expect(await authz.filter([], 'document', 'view')).toEqual([])
    expect(await authz.actions([], 'document', documents.q3)).toEqual(Object.create(null))
    expect(await authz.can('view', 'document', undefined)).toBe(false)
    expect(requests).toEqual([])
  })

  test('filter: is not an empty list for someone who is not signed in', async () => {
    await expect(authzFor(undefined).filter([], 'document', 'view')).rejects.toMatchObject({
      status: 401,
      problem: { code: 'no-session' },
    })
  })

  test.each(Object.entries(brokenDeciders))(
    'rejects with a 503 when the decider %s',
    async (_, { decide, code }) => {
      const authz = authzFor('maya', { decide, deadline: 30 })
      const questions = [
        authz.can('edit', 'document', documents.q3),
        authz.actions(['edit'], 'document', documents.q3),
        authz.filter([{ ...documents.q3 }], 'document', 'edit'),
        authz.require('edit', 'document', documents.q3),
      ]
      for (const question of questions)
        await expect(question).rejects.toMatchObject({ status: 503, problem: { code } })
    },
  )

  test('require: rejects with the problem of the denial', async () => {
    await authzFor('maya').require('edit', 'document', documents.q3)
    const denial = authzFor('maya').require('edit', 'document', documents.plan)
    await expect(denial).rejects.toBeInstanceOf(ProblemError)
    await expect(denial).rejects.toMatchObject({
      status: 403,
      problem: { type: 'urn:lockstitch:problem:denied', resource: 'document/plan' },
    })
  })

  test('action names that objects have methods for are just names', async () => {
    const allowed = await authzFor('maya').actions(
      ['constructor', '__proto__', 'toString'],
      'document',
      documents.plan,
    )
    expect(Object.keys(allowed)).toEqual(['constructor', '__proto__', 'toString'])
    expect(Object.values(allowed)).toEqual([false, false, false])
  })

  test('an error that only resembles an IdentifyFailure says nothing of the session', async () => {
    const error = Object.assign(new Error('wrong API key'), { status: 401, code: 'unauthorized' })
    const authz = authzFor('maya', { identify: { identify: () => Promise.reject(error) } })
    await expect(authz.principal()).rejects.toMatchObject({
      problem: { status: 503, code: 'identify-failed' },
    })
  })

  test('headers are those that were sent, not what objects inherit', async () => {
    const headers = Object.create({ 'x-user': 'maya' })
    const authz = createAuthz(options()).for({ method: 'GET', url: '/', headers })
    await expect(authz.principal()).rejects.toMatchObject({ problem: { code: 'no-session' } })
  })

  test('finds out once who is asking', async () => {
    let times = 0
    const base = options()
    const identify = {
      identify: (request: Parameters<typeof base.identify.identify>[0]) => {
        times += 1
        return base.identify.identify(request)
      },
    }
    const authz = authzFor('maya', { identify })
    await authz.can('view', 'document', documents.q3)
    await authz.filter(all, 'document', 'view')
    expect(await authz.principal()).toMatchObject({ id: 'maya' })
    expect(times).toBe(1)
  })

  test('are the same for the same request object, and others for another', () => {
    const authz = createAuthz(options())
    const request = requestOf('maya')
    expect(authz.for(request)).toBe(authz.for(request))
    expect(authz.for(requestOf('maya'))).not.toBe(authz.for(request))
  })

  test.each<[string, AnyRequest]>([
    ['Fetch', requestOf('maya')],
    ['Node', { method: 'GET', url: '/', headers: { 'x-user': 'maya' } }],
    [
      'Node with distinct headers',
      { url: '/', headers: {}, headersDistinct: { 'x-user': ['maya'] } },
    ],
    ['Hono', { req: { raw: requestOf('maya') } }],
  ])('takes the requests of %s', async (_, request) => {
    const authz = createAuthz(options()).for(request)
    expect(await authz.principal()).toMatchObject({ id: 'maya' })
  })
})

describe('property: only a well-formed ALLOW lets anything through', () => {
  const honest = {
    results: [
      {
        resource: { kind: 'document', id: 'q3' },
        actions: { edit: 'EFFECT_ALLOW' },
        metadata: { actions: {}, effectiveDerivedRoles: [] },
      },
    ],
  }
  const isAllowed = async (answer: unknown): Promise<boolean> => {
    const authz = authzFor('maya', { decide: decider(async () => answer) })
    const outcome = await authz.check({
      action: 'edit',
      kind: 'document',
      load: () => documents.q3,
    })
    if (outcome.kind === 'refused') expect([403, 503]).toContain(outcome.problem.status)
    return outcome.kind === 'allowed'
  }

  test('whatever a decider answers', async () => {
    expect(await isAllowed(honest)).toBe(true)
    await fc.assert(
      fc.asyncProperty(fc.anything({ withNullPrototype: true }), async (answer) => {
        expect(await isAllowed(answer)).toBe(false)
        expect(await isAllowed({ results: answer })).toBe(false)
        expect(await isAllowed({ results: [answer] })).toBe(false)
      }),
    )
  })

  test('whatever stands in the place of one part of an answer', async () => {
    const effect = fc.anything().filter((value) => value !== 'EFFECT_ALLOW')
    const id = fc.anything().filter((value) => value !== 'q3')
    await fc.assert(
      fc.asyncProperty(effect, id, async (otherEffect, otherId) => {
        const [result] = honest.results
        const answers = [
          { results: [{ ...result, actions: { edit: otherEffect } }] },
          { results: [{ ...result, actions: otherEffect }] },
          { results: [{ ...result, resource: { kind: 'document', id: otherId } }] },
          { results: [{ ...result, resource: otherId }] },
          { results: [result, otherId] },
        ]
        for (const answer of answers) expect(await isAllowed(answer)).toBe(false)
      }),
    )
  })
})

describe('resources', () => {
  const resourceOf = async (
    record: object,
    more: Partial<AuthzOptions> = {},
  ): Promise<DecideRequest['resources'][number]['resource'] | undefined> => {
    const { decide, requests } = recording()
    await authzFor('maya', { decide, ...more }).can('view', 'document', record)
    return requests[0]?.resources[0]?.resource
  }

  test('have the record as JSON and its organization as scope', async () => {
    expect(await resourceOf({ ...documents.q3, note: undefined, tags: ['a'], size: 1 })).toEqual({
      kind: 'document',
      id: 'q3',
      scope: 'organization-acme',
      attr: Object.assign(Object.create(null), {
        id: 'q3',
        organization_id: 'organization-acme',
        owner_id: 'maya',
        created: '1970-01-01T00:00:00.000Z',
        tags: ['a'],
        size: 1,
      }),
    })
  })

  test.each<[string, Partial<AuthzOptions>, object, object]>([
    ['no scope', { resourceScope: false }, { organization_id: 'o' }, { id: '1', kind: 'document' }],
    [
      'other fields',
      { resources: { document: { id: 'key', organization: 'tenant' } } },
      { key: 'k', tenant: 't' },
      { id: 'k', scope: 't' },
    ],
    [
      'no organization',
      { resources: { document: { organization: false } } },
      { organization_id: 'a.b' },
      { id: '1' },
    ],
    [
      'a policy version',
      { resources: { document: { policyVersion: 'v2' } } },
      { organization_id: 'o' },
      { policyVersion: 'v2' },
    ],
    [
      'options of another kind',
      { resources: { folder: { id: 'key' } } },
      { organization_id: 'o' },
      { id: '1' },
    ],
  ])('may have %s', async (_, more, record, expected) => {
    const resource = await resourceOf({ id: 1, ...record }, more)
    expect(resource).toMatchObject(expected)
    if (
      !('scope' in expected) &&
      !('policyVersion' in expected) &&
      more.resources?.folder === undefined
    )
      expect(resource).not.toHaveProperty('scope')
  })

  test('have the options of the question before those of their kind', async () => {
    const resources = { document: { organization: false } } as const
    const { decide, requests } = recording()
    const authz = authzFor('maya', { decide, resources })
    const { organization_id, ...orphan } = documents.q3 as DocumentRecord
    const asked = { organization: 'organization_id' }
    expect(await authz.can('view', 'document', orphan, asked)).toBe(false)
    expect(requests).toEqual([])
  })

  test.each<[string, object, string]>([
    ['a function', { f: () => 1 }, '`document.f` is of type function'],
    ['a bigint', { size: 1n }, '`document.size` is of type bigint'],
    ['a symbol', { s: Symbol('s') }, '`document.s` is of type symbol'],
    ['NaN', { n: Number.NaN }, '`document.n` is a number that JSON does not have'],
    ['an invalid date', { d: new Date(Number.NaN) }, '`document.d` is an invalid date'],
    ['a map', { a: [{ m: new Map() }] }, '`document.a[0].m` is a Map'],
    ['bytes', { b: new Uint8Array(1) }, '`document.b` is a Uint8Array'],
    ['undefined in a list', { a: [undefined] }, '`document.a[0]` is of type undefined'],
    ['a cycle', cyclic(), '`document.self.self` is a cycle'],
    [
      'a dot in the organization',
      { organization_id: 'acme.team' },
      '`document.organization_id` is not usable as a scope',
    ],
    ['no id', { id: '' }, '`document.id` is missing or empty'],
  ])(
    'cannot have %s: that is a 503 which names the path to the log only',
    async (_, record, message) => {
      const settings = options()
      const authz = createAuthz(settings).for(requestOf('maya'))
      const outcome = await authz.check({
        action: 'view',
        kind: 'document',
        load: () => Object.assign({ id: 'x', organization_id: 'organization-acme' }, record),
      })
      expect(outcome).toMatchObject({
        kind: 'refused',
        problem: { status: 503, code: 'resource-invalid' },
      })
      expect(JSON.stringify(outcome)).not.toContain('document.')
      expect(String((settings.errors[0] as Error).cause)).toContain(message)
    },
  )

  test('keep `__proto__` and `constructor` as attributes like any other', async () => {
    const record = JSON.parse(
      '{"id":"1","organization_id":"o","__proto__":{"admin":true},"constructor":"c"}',
    )
    const resource = await resourceOf(record)
    expect(Object.keys(resource?.attr ?? {})).toEqual([
      'id',
      'organization_id',
      '__proto__',
      'constructor',
    ])
    expect(resource?.attr?.admin).toBeUndefined()
  })
})

describe('decision records', () => {
  test('say who, what, by which policy and why', async () => {
    const settings = options()
    const authz = createAuthz(settings).for(requestOf('maya'))
    await authz.check({ action: 'delete', kind: 'document', load: () => documents.q3 })
    expect(settings.records).toEqual([
      {
        id: 'decision-1',
        time: '2026-01-01T00:00:00.000Z',
        outcome: 'denied',
        principal: await authz.principal(),
        action: 'delete',
        resource: expect.objectContaining({ kind: 'document', id: 'q3' }),
        effect: 'EFFECT_DENY',
        matchedPolicy: 'resource.document.vdefault',
        matchedScope: '',
        generation: null,
        reason: 'policy',
      },
    ])
  })

  test.each<[string, string | undefined, Partial<AuthzOptions>, object | undefined, object]>([
    ['an ALLOW', 'maya', {}, documents.q3, { outcome: 'allowed', effect: 'EFFECT_ALLOW' }],
    [
      'no resource',
      'maya',
      {},
      undefined,
      { outcome: 'denied', effect: null, reason: 'no-resource' },
    ],
    [
      'no organization',
      'maya',
      {},
      { id: 'x' },
      { outcome: 'denied', effect: null, reason: 'no-organization' },
    ],
    [
      'no session',
      undefined,
      {},
      documents.q3,
      { outcome: 'unauthenticated', principal: null, reason: 'no-session' },
    ],
    [
      'no identity',
      'broken',
      {},
      documents.q3,
      { outcome: 'undecided', principal: null, reason: 'identify-failed' },
    ],
    [
      'no decision',
      'maya',
      { decide: decider(() => ({})) },
      documents.q3,
      { outcome: 'undecided', effect: null, reason: 'decision-malformed' },
    ],
    [
      'a generation',
      'maya',
      { decide: { ...organizationRule, generation: 42 } },
      documents.q3,
      { generation: 42 },
    ],
  ])('are kept for %s', async (_, user, more, record, expected) => {
    const settings = options(more)
    await createAuthz(settings)
      .for(requestOf(user))
      .check({ action: 'view', kind: 'document', load: () => record })
    expect(settings.records).toEqual([expect.objectContaining(expected)])
  })

  test('a hook that throws changes nothing', async () => {
    const onDecision = (): void => {
      throw new Error('disk full')
    }
    const onError = (): void => {
      throw new Error('disk full, too')
    }
    const authz = authzFor('maya', { onDecision, onError })
    expect(await authz.can('edit', 'document', documents.q3)).toBe(true)
    expect(await authz.can('delete', 'document', documents.q3)).toBe(false)
    await expect(
      authzFor('broken', { onDecision, onError }).can('edit', 'document', documents.q3),
    ).rejects.toMatchObject({ status: 503 })
  })

  test('an explanation that fails is left out', async () => {
    const decide = {
      ...organizationRule,
      explain: () => {
        throw new Error('no')
      },
    }
    const outcome = await authzFor('maya', { decide, explain: 'development' }).check({
      action: 'delete',
      kind: 'document',
      load: () => documents.q3,
    })
    expect(outcome).toMatchObject({ kind: 'refused', problem: { status: 403 } })
    expect(outcome).not.toHaveProperty('problem.explanation')
  })
})

test.each(['deadline', 'batchSize'])('refuses a `%s` that is not a number above 0', (name) => {
  for (const value of [0, -1, Number.NaN, 1.5])
    expect(() => createAuthz(options({ [name]: value }))).toThrow(`\`${name}\`: expected`)
})

function recording(): { decide: AuthzOptions['decide']; requests: DecideRequest[] } {
  const requests: DecideRequest[] = []
  const decide = {
    checkResources: (request: DecideRequest) => {
      requests.push(request)
      return organizationRule.checkResources(request)
    },
  }
  return { decide, requests }
}

function cyclic(): object {
  const record: { self?: object } = {}
  record.self = record
  return record
}

describe('misspelt options', () => {
  const untyped = (value: unknown): never => value as never
  const sound = { identify: untyped({}), decide: untyped({}) }

  // biome-ignore format: table
  test.each<[options: object, message: string]>([
    [{ resourceScpoe: false },                            'createAuthz: unknown option `resourceScpoe`; did you mean `resourceScope`?'],
    [{ Deadline: 1 },                                     'createAuthz: unknown option `Deadline`; did you mean `deadline`?'],
    [{ cache: true },                                     'createAuthz: unknown option `cache`; expected identify, decide, resources, resourceScope, deadline, batchSize, onDecision, onError, explain, clock, newId'],
    [{ resources: { document: { policyVersoin: 'v2' } } }, '`resources.document`: unknown option `policyVersoin`; did you mean `policyVersion`?'],
  ])('%j are refused', (given, message) => {
    expect(() => createAuthz(untyped({ ...sound, ...given }))).toThrow(new TypeError(message))
  })

  test.each([
    ['Express', guardOfExpress],
    ['Hono', guardOfHono],
  ])('of a guard of %s are refused when the route is made', (_framework, guard) => {
    const authz = createAuthz(sound)
    const given = { kind: 'document', action: 'view', resource: () => null, policyversion: 'v2' }
    expect(() => guard(authz, untyped(given))).toThrow(
      new TypeError('guard: unknown option `policyversion`; did you mean `policyVersion`?'),
    )
  })
})
