import type { Client } from '@cerbos/core'
import { GRPC } from '@cerbos/grpc'
import { HTTP } from '@cerbos/http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { findCerbos, type Pair, skippedWithoutCerbos, startPair } from './beside-cerbos.ts'
import { POLICIES } from './policies.ts'

const ann = { id: 'ann', roles: ['user'], attr: { tier: 'gold', tags: ['a', { b: null }] } }
const own = { kind: 'doc', id: 'd1', attr: { owner: 'ann', held: false, size: 3 } }

/** Programs written for the SDK. */
const PROGRAMS: Readonly<Record<string, (cerbos: Client) => Promise<unknown>>> = {
  isAllowed: async (cerbos) => [
    await cerbos.isAllowed({ principal: ann, resource: own, action: 'edit' }),
    await cerbos.isAllowed({ principal: ann, resource: own, action: 'fly' }),
  ],
  checkResource: async (cerbos) => {
    const actions = ['view', 'edit', 'delete', 'fly', 'fail']
    const result = await cerbos.checkResource({
      principal: ann,
      resource: { ...own, attr: { ...own.attr, size: 0 } },
      actions,
      includeMetadata: true,
    })
    return [result, result.allowedActions().sort(), result.output('resource.doc.vdefault#seen')]
  },
  checkResources: async (cerbos) => {
    const { cerbosCallId, ...response } = await cerbos.checkResources({
      principal: { ...ann, policyVersion: 'default' },
      requestId: 'r1',
      includeMetadata: true,
      requestContext: { annotations: { page: 'list' } },
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
    return [cerbosCallId.length, response]
  },
  'attributes of every sort': (cerbos) =>
    cerbos.checkResource({
      principal: {
        ...ann,
        attr: { n: -1.5, t: true, f: false, z: null, l: [], o: {}, u: 'é\u2028🙂' },
      },
      resource: { ...own, attr: { ...own.attr, ['__proto__']: { x: 1 }, constructor: 'c' } },
      actions: ['edit'],
    }),
  'a token that is none': (cerbos) =>
    refusal(
      cerbos.isAllowed({
        principal: ann,
        resource: own,
        action: 'claim',
        auxData: { jwt: { token: 'abc' } },
      }),
    ),
  'a request that is not sound': (cerbos) =>
    refusal(cerbos.isAllowed({ principal: { id: '', roles: [] }, resource: own, action: 'view' })),
  'too many actions': (cerbos) =>
    refusal(
      cerbos.checkResource({
        principal: ann,
        resource: own,
        actions: ['1', '2', '3', '4', '5', '6'],
      }),
    ),
  'a service that is switched off': (cerbos) => refusal(cerbos.listPolicies()),
  health: async (cerbos) => [
    await cerbos.checkHealth(),
    await cerbos.checkHealth({ service: 'cerbos.svc.v1.CerbosService' as never }),
  ],
}

function refusal(asked: Promise<unknown>): Promise<unknown> {
  return asked.catch((error: { code?: unknown; details?: unknown }) => [error.code, error.details])
}

const found = findCerbos()

describe.skipIf('missing' in found)(`Cerbos's own clients${skippedWithoutCerbos(found)}`, () => {
  let pair: Pair
  const clients = new Map<string, readonly [Client, Client]>()
  beforeAll(async () => {
    pair = await startPair({ policies: POLICIES })
    const { ours, ourUrl, cerbos } = pair
    const grpc = (address = ''): Client => new GRPC(address, { tls: false }) as unknown as Client
    const http = (url: string): Client => new HTTP(url) as unknown as Client
    clients.set('gRPC', [grpc(ours.grpcAddress), grpc(cerbos.grpcAddress)])
    clients.set('gRPC on the HTTP port', [
      grpc(ours.httpAddress),
      grpc(new URL(cerbos.httpUrl).host),
    ])
    clients.set('HTTP', [http(ourUrl), http(cerbos.httpUrl)])
  })
  afterAll(() => pair.stop())

  const cases = ['gRPC', 'gRPC on the HTTP port', 'HTTP'].flatMap((transport) =>
    Object.entries(PROGRAMS).map(([title, program]) => [transport, title, program] as const),
  )
  test.each(cases)('over %s come to the same here and there: %s', async (transport, _, program) => {
    const [ours, theirs] = clients.get(transport) ?? []
    if (!ours || !theirs) throw new Error(`no client for ${transport}`)
    expect(plain(await program(ours))).toEqual(plain(await program(theirs)))
  })
})

/** Without the classes of the SDK. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}
