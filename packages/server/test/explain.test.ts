import { Engine } from '@lockstitch/engine'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { type RunningServer, startServer } from '../src/index.ts'
import { send } from './beside-cerbos.ts'
import { POLICIES } from './policies.ts'

const PRINCIPAL = { id: 'ann', roles: ['user'] }
const ACTIONS = ['view', 'edit', 'delete', 'claim', '__proto__']
const RESOURCES = [
  { kind: 'doc', id: '1', attr: { owner: 'ann', held: true } },
  { kind: 'doc', id: '2', attr: { owner: 'ben', held: false } },
  { kind: 'doc', id: '3', scope: 'acme', attr: { owner: 'ann', secret: true } },
  { kind: 'doc', id: '4', attr: { size: 'big' } },
  { kind: 'nothing', id: '5' },
]
const SOUND = {
  requestId: 'r',
  principal: PRINCIPAL,
  resources: RESOURCES.map((resource) => ({ resource, actions: ACTIONS })),
}

interface Explained {
  readonly results: readonly {
    readonly resource: object
    readonly actions: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  }[]
}

describe.each([undefined, 'cerbos'] as const)('an explanation, compat %s', (compat) => {
  let server: RunningServer
  let records = 0
  beforeAll(async () => {
    const files = Object.entries(POLICIES).map(([path, text]) => ({ path, text }))
    const engine = Engine.fromFiles(files, {
      ...(compat && { compat }),
      schemaEnforcement: 'reject',
      onDecision: () => {
        records += 1
      },
    })
    const address = { httpListenAddr: '127.0.0.1:0', grpcListenAddr: null }
    const requestLimits = { maxActionsPerResource: 5, maxResourcesPerRequest: 5 }
    server = await startServer({ engine, ...address, requestLimits, explainEnabled: true })
  })
  afterAll(() => server.close())

  const post = (path: string, body: object | string) =>
    send(`http://${server.httpAddress}${path}`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  const explain = (body: object | string) => post('/lockstitch/v1/explain', body)

  test('has the effects of the check, and is written down nowhere', async () => {
    const checked = (await post('/api/check/resources', SOUND)).body as {
      readonly results: readonly { readonly actions: object }[]
    }
    const before = records
    const { results } = (await explain(SOUND)).body as Explained
    expect(records).toBe(before)
    const effects = results.map(({ actions }) =>
      Object.fromEntries(Object.entries(actions).map(([name, { effect }]) => [name, effect])),
    )
    expect(effects).toEqual(checked.results.map(({ actions }) => actions))
    expect(JSON.stringify(effects)).toContain('EFFECT_ALLOW')
    expect(results.map(({ resource }) => resource)).toEqual(
      RESOURCES.map(({ kind, id }) => ({ kind, id })),
    )
    expect((await post('/api/check/resources', SOUND)).body).toEqual(checked)
  })

  test('names the rule, the place and what is missing', async () => {
    const body = {
      principal: PRINCIPAL,
      resources: [{ resource: RESOURCES[1], actions: ['edit'] }],
    }
    const { results } = (await explain(body)).body as Explained
    expect(results[0]?.actions.edit).toMatchObject({
      action: 'edit',
      effect: 'EFFECT_DENY',
      generation: 1,
      policies: [
        {
          policy: 'resource.doc.vdefault',
          rules: [
            {
              outcome: 'derived-role-not-held',
              location: { file: 'doc.yaml' },
              derivedRoles: [{ role: 'owner', held: false, condition: { met: false } }],
            },
          ],
        },
      ],
      nearest: {
        lacks: [
          { kind: 'condition', part: { text: 'R.attr.owner == P.id' }, derivedRole: 'owner' },
        ],
      },
    })
  })

  test.each<[string, object | string]>([
    ['no JSON', '{'],
    ['nothing', ''],
    ['an empty object', {}],
    ['an unknown field', { ...SOUND, foo: 1 }],
    ['no resources', { ...SOUND, resources: [] }],
    ['no roles', { ...SOUND, principal: { id: 'ann', roles: [] } }],
    ['a token that is none', { ...SOUND, auxData: { jwt: { token: 'abc' } } }],
    ['too many resources', { ...SOUND, resources: [...SOUND.resources, SOUND.resources[0]] }],
    [
      'too many actions',
      { ...SOUND, resources: [{ resource: RESOURCES[0], actions: [...ACTIONS, 'more'] }] },
    ],
  ])('is refused as the check is: %s', async (_, body) => {
    const refusal = await explain(body)
    expect(refusal.status).toBe(400)
    expect(refusal).toEqual(await post('/api/check/resources', body))
  })

  test('is asked for with POST', async () => {
    const answer = await send(`http://${server.httpAddress}/lockstitch/v1/explain`)
    expect(answer.status).toBe(501)
  })
})

test('there are no explanations unless somebody has switched them on', async () => {
  const address = { httpListenAddr: '127.0.0.1:0', grpcListenAddr: null }
  const server = await startServer({ engine: Engine.fromFiles([]), ...address })
  try {
    const body = JSON.stringify(SOUND)
    const url = `http://${server.httpAddress}/lockstitch/v1/explain`
    expect((await send(url, { method: 'POST', body })).status).toBe(404)
  } finally {
    await server.close()
  }
})
