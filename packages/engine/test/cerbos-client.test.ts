import type { Client, IsAllowedRequest } from '@cerbos/core'
import {
  Effect,
  NotOK,
  PlanExpression,
  PlanExpressionValue,
  PlanExpressionVariable,
  PlanKind,
  Service,
  ServiceStatus,
  Status,
  ValidationFailed,
} from '@cerbos/core'
import { GRPC } from '@cerbos/grpc'
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { EngineClient } from '../src/cerbos-client.ts'
import { cerbosPlanner } from '../src/cerbos-planner.ts'
import type { DecisionRecord } from '../src/decision-record.ts'
import { Engine } from '../src/engine.ts'
import { type CerbosServer, findCerbos, startCerbos } from './cerbos-server.ts'
import { allow, deny, derivedRoles, principalPolicy, resourcePolicy, when } from './policies.ts'

const policies = {
  'roles.yaml': derivedRoles('common', [
    { name: 'owner', parentRoles: ['user'], ...when('R.attr.owner == P.id') },
  ]),
  '_schemas/doc.json': '{"type": "object", "properties": {"size": {"type": "number"}}}',
  'doc.yaml': resourcePolicy('doc', {
    importDerivedRoles: ['common'],
    schemas: { resourceSchema: { ref: 'cerbos:///doc.json' } },
    rules: [
      allow('view', ['user'], {
        name: 'seen',
        output: { when: { ruleActivated: '{"who": P.id, "size": R.attr.?size.orValue(0.0)}' } },
      }),
      { ...allow(['edit', 'delete'], []), derivedRoles: ['owner'] },
      deny('delete', ['user'], when('R.attr.held')),
      allow('whole', ['user'], { output: { when: { ruleActivated: '[P, R]' } } }),
      allow('tier', ['user'], when('P.attr.tier == "gold" && P.attr.age > 17.0')),
    ],
  }),
  'acme.yaml': resourcePolicy('doc', {
    scope: 'acme',
    rules: [deny('view', ['user'], when('R.attr.secret == true'))],
  }),
  'bob.yaml': principalPolicy('bob', {
    rules: [{ resource: 'doc', actions: [{ action: 'view', effect: 'EFFECT_DENY' }] }],
  }),
}
const settings = {
  strictEvaluation: true,
  lenientScopeSearch: true,
  schemaEnforcement: 'warn',
} as const

function clientOnEngine(options: ConstructorParameters<typeof EngineClient>[1] = {}): EngineClient {
  return new EngineClient(engineWith(), options)
}

function engineWith(onDecision?: (record: DecisionRecord) => void): Engine {
  const files = Object.entries(policies).map(([path, text]) => ({ path, text }))
  return Engine.fromFiles(files, { ...settings, ...(onDecision && { onDecision }) })
}

const ann = { id: 'ann', roles: ['user'], attr: { tier: 'gold', age: 18 } }
const own = { kind: 'doc', id: 'd1', attr: { owner: 'ann', held: false, size: 3 } }

/** Programs written for the SDK: whichever client they are given, they come to the same. */
const PROGRAMS: Readonly<Record<string, (cerbos: Client) => Promise<unknown>>> = {
  'isAllowed, an action that is allowed': (cerbos) =>
    cerbos.isAllowed({ principal: ann, resource: own, action: 'edit' }),
  'isAllowed, an action that is denied': (cerbos) =>
    cerbos.isAllowed({ principal: ann, resource: own, action: 'fly' }),
  'checkResource, with its methods': async (cerbos) => {
    const actions = ['view', 'edit', 'delete', 'tier', 'fly']
    const result = await cerbos.checkResource({
      principal: ann,
      resource: own,
      actions,
      includeMetadata: true,
    })
    return {
      ...result,
      allAllowed: result.allAllowed(),
      allowed: result.allowedActions().sort(),
      each: [...actions, 'not-asked'].map((action) => result.isAllowed(action)),
      output: result.output('resource.doc.vdefault#seen'),
    }
  },
  'checkResources, several resources and scopes': async (cerbos) => {
    const response = await cerbos.checkResources({
      principal: ann,
      requestId: 'r1',
      includeMetadata: true,
      resources: [
        { resource: own, actions: ['view', 'delete'] },
        {
          resource: { ...own, id: 'd2', scope: 'acme', attr: { secret: true } },
          actions: ['view'],
        },
        { resource: { kind: 'other', id: 'o', policyVersion: 'v2' }, actions: ['view'] },
        { resource: { kind: 'doc', id: 'd3', attr: { size: 'big' } }, actions: ['view'] },
      ],
    })
    const { requestId, results, validationErrors } = response
    return {
      requestId,
      results,
      validationErrors,
      found: response.findResult({ kind: 'doc', id: 'd2', scope: 'acme' }),
      // A server has actions in a map, which comes in any order.
      allowed: response.allowedActions({ kind: 'doc', id: 'd1' })?.sort(),
      missing: response.isAllowed({ resource: { kind: 'doc', id: 'no' }, action: 'view' }),
    }
  },
  'principals and resources as a whole, without what is empty': async (cerbos) => {
    const bare = { kind: 'doc', id: 'd1' }
    const of = async (
      principal: typeof ann | { id: string; roles: string[] },
      resource: typeof bare,
    ) => (await cerbos.checkResource({ principal, resource, actions: ['whole'] })).outputs
    return [
      await of(ann, own),
      await of({ id: 'ann', roles: ['user'] }, bare),
      await of(ann, { ...own, ...{ scope: 'acme', policyVersion: 'default' } }),
    ]
  },
  'attributes under either name': (cerbos) =>
    cerbos.isAllowed({
      principal: {
        id: 'ann',
        roles: ['user'],
        attributes: { tier: 'gold', age: 1 },
        attr: { age: 18 },
      },
      resource: own,
      action: 'tier',
    }),
  withPrincipal: async (cerbos) => {
    const asBob = cerbos.withPrincipal({ id: 'bob', roles: ['user'] })
    return [
      await asBob.isAllowed({ resource: own, action: 'view' }),
      (await asBob.checkResource({ resource: own, actions: ['edit'] })).allAllowed(),
    ]
  },
  checkHealth: async (cerbos) => [
    await cerbos.checkHealth(),
    await cerbos.checkHealth({ service: Service.CERBOS }),
    await cerbos.checkHealth({ service: Service.ADMIN }),
  ],
  'a request that is not sound': (cerbos) =>
    cerbos
      .isAllowed({ principal: { id: 'ann', roles: [] }, resource: own, action: 'view' })
      .catch((error: unknown) => error instanceof Error && 'code' in error && error.code),
  'a token that is empty text': (cerbos) =>
    cerbos
      .isAllowed({
        principal: ann,
        resource: own,
        action: 'view',
        auxData: { jwt: { token: '' } },
      })
      .catch((error: unknown) => error instanceof Error && { ...error, message: error.message }),
  'a request that is aborted': (cerbos) =>
    cerbos
      .isAllowed({ principal: ann, resource: own, action: 'view' }, { signal: AbortSignal.abort() })
      .catch((error: unknown) => error instanceof Error && 'code' in error && error.code),
}

const found = findCerbos()
const reason = 'missing' in found ? ` (skipped: ${found.missing})` : ''

describe.skipIf('missing' in found)(`the engine's client and the one of Cerbos${reason}`, () => {
  let server: CerbosServer
  let grpc: Client
  beforeAll(async () => {
    server = await startCerbos(policies, settings)
    // The package brings its own copy of the SDK's core, whose classes are the same.
    grpc = new GRPC(server.grpcAddress, { tls: false }) as unknown as Client
  })
  afterAll(() => server.stop())

  test.each(Object.entries(PROGRAMS))('come to the same: %s', async (_title, program) => {
    const [ours, theirs] = [
      await program(clientOnEngine({ auxData: () => ({ jwt: {} }) })),
      await program(grpc),
    ]
    expect(plain(ours)).toEqual(plain(theirs))
  })
})

/** Without the classes of either copy of the SDK. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}

describe("the engine's client", () => {
  test('is a client of the SDK, for the compiler too', () => {
    const client: Client = clientOnEngine()
    expectTypeOf(client.isAllowed).parameter(0).toEqualTypeOf<IsAllowedRequest>()
    expectTypeOf<EngineClient>().toExtend<Client>()
    const noRoles = { principal: { id: 'a' }, resource: own, action: 'a' }
    expectTypeOf(noRoles).not.toExtend<IsAllowedRequest>()
    expect(client.withPrincipal(ann).principal).toBe(ann)
  })

  test('answers with plans', async () => {
    const engine = Engine.fromFiles(
      Object.entries(policies).map(([path, text]) => ({ path, text })),
      { ...settings, compat: 'cerbos', planner: cerbosPlanner },
    )
    const client = new EngineClient(engine)
    const asked = { principal: ann, resource: { kind: 'doc' }, includeMetadata: true }
    const plan = await client.planResources({ ...asked, action: 'edit' })
    expect(plan).toMatchObject({
      kind: PlanKind.CONDITIONAL,
      condition: new PlanExpression('eq', [
        new PlanExpressionVariable('request.resource.attr.owner'),
        new PlanExpressionValue('ann'),
      ]),
      metadata: { conditionString: '(eq request.resource.attr.owner "ann")' },
    })
    const several = await client.planResources({ ...asked, actions: ['view', 'tier'] })
    expect(several.kind).toBe(PlanKind.ALWAYS_ALLOWED)
    const denied = await client.planResources({ ...asked, action: 'fly' })
    expect(denied.kind).toBe(PlanKind.ALWAYS_DENIED)
  })

  test('throws for validation errors, or hands them over, when told to', async () => {
    const bad = { principal: ann, resource: { ...own, attr: { size: 'big' } }, action: 'view' }
    const wrong = {
      path: '/size',
      message: 'expected number, but got string',
      source: 'SOURCE_RESOURCE',
    }
    await expect(clientOnEngine({ onValidationError: 'throw' }).isAllowed(bad)).rejects.toThrow(
      ValidationFailed,
    )
    const told: unknown[] = []
    await clientOnEngine({ onValidationError: (errors) => told.push(...errors) }).isAllowed(bad)
    expect(told).toEqual([wrong])
  })

  test('has effects by the names of the SDK', async () => {
    const { actions } = await clientOnEngine().checkResource({
      principal: ann,
      resource: own,
      actions: ['view', 'fly'],
    })
    expect(actions).toEqual({ view: Effect.ALLOW, fly: Effect.DENY })
  })

  test.each<[string, (client: EngineClient) => Promise<unknown>, RegExp]>([
    ['the admin API', (client) => client.listPolicies(), /has no .*ListPolicies/],
    [
      'changes of policies',
      (client) => client.addOrUpdatePolicies({ policies: [] }),
      /engine\.update/,
    ],
    [
      'audit logs',
      (client) => client.listDecisionLogEntries({ filter: { tail: 1 } }).next(),
      /has no .*ListAuditLogEntries/,
    ],
  ])('rejects %s clearly', async (_what, ask, message) => {
    const error = await ask(clientOnEngine()).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(NotOK)
    expect(error).toMatchObject({
      code: Status.UNIMPLEMENTED,
      message: expect.stringMatching(message),
    })
  })

  test('refuses a token that nothing verifies, and takes the claims of one that is verified', async () => {
    const files = [
      {
        path: 'doc.yaml',
        text: resourcePolicy('doc', {
          rules: [allow('view', ['user'], when('request.auxData.jwt.sub == "s" '))],
        }),
      },
    ]
    const engine = Engine.fromFiles(files)
    const asked = {
      principal: ann,
      resource: own,
      action: 'view',
      auxData: { jwt: { token: 'abc', keySetId: 'k' } },
    }
    await expect(new EngineClient(engine).isAllowed(asked)).rejects.toMatchObject({
      code: Status.FAILED_PRECONDITION,
    })
    const verifying = new EngineClient(engine, {
      auxData: async ({ jwt: { token, keySetId } }) => ({
        jwt: { sub: token === 'abc' && keySetId === 'k' ? 's' : '' },
      }),
    })
    expect(await verifying.isAllowed(asked)).toBe(true)
    const failing = new EngineClient(engine, {
      auxData: () => Promise.reject(new Error('expired')),
    })
    await expect(failing.isAllowed(asked)).rejects.toMatchObject({ code: Status.INVALID_ARGUMENT })
  })

  test('is unavailable once the engine is closed', async () => {
    const engine = engineWith()
    const client = new EngineClient(engine)
    engine.close()
    expect(await client.checkHealth()).toEqual({ status: ServiceStatus.NOT_SERVING })
    await expect(
      client.isAllowed({ principal: ann, resource: own, action: 'view' }),
    ).rejects.toMatchObject({ code: Status.UNAVAILABLE })
  })

  test('says whose decisions it gives', async () => {
    expect(await clientOnEngine().serverInfo()).toMatchObject({
      version: expect.stringMatching(/^0\.55\.0/),
    })
  })

  test('leaves what a request says of itself in the record', async () => {
    const records: DecisionRecord[] = []
    const client = new EngineClient(engineWith((record) => records.push(record)))
    const { cerbosCallId } = await client.checkResources({
      principal: ann,
      resources: [{ resource: own, actions: ['view'] }],
      requestContext: { annotations: { page: 'list', tries: 2 } },
    })
    expect(records).toMatchObject([
      { callId: cerbosCallId, requestContext: { annotations: { page: 'list', tries: 2 } } },
    ])
  })
})
