import type { AddressInfo } from 'node:net'
import { Engine } from '@lockstitch/engine'
import type { ListPlan as FiltersListPlan } from '@lockstitch/filters'
import {
  type Authz,
  type AuthzOptions,
  createAuthz,
  type Decide,
  type ListPlan,
  type ListQuestion,
} from '@lockstitch/guard'
import { guardList as guardListExpress } from '@lockstitch/guard/express'
import { guardList as guardListHono } from '@lockstitch/guard/hono'
import express from 'express'
import { Hono } from 'hono'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { decider, identify, options, organizationRule } from './fixtures.ts'

/** Editors see what is theirs, those of Acme what is open; nobody archives, everybody lists folders. */
const engine = Engine.fromFiles([
  {
    path: 'document.yaml',
    text: `apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: document
  version: default
  rules:
    - actions: [view]
      effect: EFFECT_ALLOW
      roles: [editor]
      condition: { match: { expr: R.attr.organization_id == P.attr.organization_id && R.attr.owner_id == P.id } }
    - actions: [list]
      effect: EFFECT_ALLOW
      roles: [editor]
      condition: { match: { expr: R.attr.organization_id == P.attr.organization_id } }
`,
  },
])
const acme = { organization_id: 'organization-acme' }
const ownedBy = (owner: string): unknown => ({
  kind: 'conditional',
  condition: {
    kind: 'expression',
    operator: 'eq',
    operands: [
      { kind: 'variable', name: 'request.resource.attr.owner_id' },
      { kind: 'value', value: owner },
    ],
  },
})

interface ListRoute {
  readonly authz: Authz
  readonly action: string
  readonly known: ListQuestion['known']
  readonly page: boolean
  readonly handle: (list: ListPlan) => void
}

const adapters: Readonly<Record<string, (route: ListRoute, user?: string) => Promise<Response>>> = {
  async Express({ authz, action, known, page, handle }, user) {
    const app = express()
    const guarded = guardListExpress(authz, {
      ...{ kind: 'document', action, known },
      ...(page && { onDenied: ({ title }, _, response) => response.send(title) }),
    })
    app.get('/documents', guarded, (_, response) => {
      handle(response.locals.list)
      response.end()
    })
    const server = app.listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    const answer = await fetch(`http://127.0.0.1:${port}/documents`, { headers: asUser(user) })
    await new Promise((resolve) => server.close(resolve))
    return answer
  },
  async Hono({ authz, action, known, page, handle }, user) {
    const guarded = guardListHono(authz, {
      ...{ kind: 'document', action, known },
      ...(page && { onDenied: ({ title }, context) => context.text(title) }),
    })
    const app = new Hono().get('/documents', guarded, (context) => {
      handle(context.get('list'))
      return context.body(null)
    })
    return app.request('/documents', { headers: asUser(user) })
  },
}

function asUser(user: string | undefined): Record<string, string> {
  return user === undefined ? {} : { 'x-user': user }
}

describe.each(Object.entries(adapters))('%s guard of a list', (_, serve) => {
  async function list(
    route: Partial<ListRoute> & { user?: string | undefined; more?: Partial<AuthzOptions> } = {},
  ): Promise<{
    response: Response
    handled: readonly ListPlan[]
    settings: ReturnType<typeof options>
  }> {
    const handled: ListPlan[] = []
    const { user = 'maya', more, ...rest } = route
    const settings = options({ decide: engine, ...more })
    const given: ListRoute = {
      authz: createAuthz(settings),
      action: 'view',
      known: () => acme,
      page: false,
      handle: (plan) => handled.push(plan),
      ...rest,
    }
    const response = await serve(given, 'user' in route ? route.user : user)
    return { response, handled, settings }
  }

  test('lets the handler run with what may be listed, and records it', async () => {
    const { response, handled, settings } = await list()
    expect(response.status).toBe(200)
    expect(handled).toEqual([
      { decisionId: 'decision-1', filter: ownedBy('maya'), known: { ...acme } },
    ])
    expect(settings.records).toMatchObject([
      {
        id: 'decision-1',
        outcome: 'allowed',
        plan: 'conditional',
        effect: null,
        action: 'view',
        resource: { kind: 'document', id: '', scope: 'organization-acme', attr: { ...acme } },
        generation: 1,
        reason: 'policy',
      },
    ])
  })

  test('tells apart that all may be listed', async () => {
    const { handled, settings } = await list({ action: 'list' })
    expect(handled.map(({ filter }) => filter)).toEqual([{ kind: 'allowed' }])
    expect(settings.records).toMatchObject([{ outcome: 'allowed', plan: 'allowed' }])
  })

  test.each<[string, Partial<ListRoute>, string]>([
    ['an action that nobody has', { action: 'archive' }, 'policy'],
    [
      'another organization',
      { known: () => ({ organization_id: 'organization-globex' }) },
      'policy',
    ],
    ['an organization that is not there', { known: () => undefined }, 'no-resource'],
    ['no organization', { known: () => ({}) }, 'no-organization'],
    ['an empty one', { known: () => ({ organization_id: '' }) }, 'no-organization'],
  ])('answers a denial and nothing more: %s', async (_rule, route, reason) => {
    const { response, handled, settings } = await list(route)
    expect(handled).toEqual([])
    expect(response.status).toBe(403)
    expect(await response.json()).toEqual({
      type: 'urn:lockstitch:problem:denied',
      title: 'Not allowed',
      status: 403,
      decisionId: 'decision-1',
      action: route.action ?? 'view',
      resource: 'document',
    })
    expect(settings.records).toMatchObject([{ outcome: 'denied', plan: 'denied', reason }])
  })

  test('answers a denial with a page', async () => {
    const { response, handled } = await list({ action: 'archive', page: true })
    expect([response.status, await response.text(), handled]).toEqual([403, 'Not allowed', []])
  })

  test('answers 401 where nobody is signed in, and asks nothing', async () => {
    let asked = 0
    const known = (): object => {
      asked += 1
      return acme
    }
    const { response, handled } = await list({ user: undefined, known })
    expect([response.status, asked, handled]).toEqual([401, 0, []])
  })

  const failing = (): never => {
    throw new Error('secret of the database')
  }
  const planning = (answer: () => unknown): Decide => ({
    ...decider(failing),
    plan: answer as NonNullable<Decide['plan']>, // A decider that lies about its type.
  })
  test.each<[string, Partial<ListRoute>, Partial<AuthzOptions>, string]>([
    ['what is known cannot be had', { known: failing }, {}, 'resource-unavailable'],
    [
      'what is known is no JSON',
      { known: () => ({ ...acme, f: failing }) },
      {},
      'resource-invalid',
    ],
    [
      'an organization is no scope',
      { known: () => ({ organization_id: 'a.b' }) },
      {},
      'resource-invalid',
    ],
    ['the decider plans nothing', {}, { decide: organizationRule }, 'plan-unsupported'],
    ['the plan fails', {}, { decide: planning(failing) }, 'decision-failed'],
    [
      'the plan is late',
      {},
      { decide: planning(() => new Promise(() => {})), deadline: 20 },
      'decision-timeout',
    ],
    ['there is no plan', {}, { decide: planning(() => undefined) }, 'decision-malformed'],
    ['there is no filter', {}, { decide: planning(() => ({})) }, 'decision-malformed'],
    [
      'the filter is another',
      {},
      { decide: planning(() => ({ filter: { kind: 'KIND_ALWAYS_ALLOWED' } })) },
      'decision-malformed',
    ],
    [
      'a condition is none',
      {},
      { decide: planning(() => ({ filter: { kind: 'conditional' } })) },
      'decision-malformed',
    ],
  ])('answers 503 and lists nothing where %s', async (_rule, route, more, code) => {
    const { response, handled, settings } = await list({ ...route, more })
    expect(handled).toEqual([])
    expect(response.status).toBe(503)
    const body = await response.text()
    expect(JSON.parse(body)).toMatchObject({ code })
    expect(body).not.toContain('secret')
    expect(settings.records).toMatchObject([{ outcome: 'undecided', reason: code }])
    expect(settings.errors).toHaveLength(1)
  })
})

describe('what is listed for somebody who acts for somebody', () => {
  const listed = async (principal: string, actor: string, action = 'view'): Promise<unknown> => {
    const acting: AuthzOptions['identify'] = {
      async identify(asking) {
        const own = await identify.identify(asking)
        return { ...own, actor: { ...own.principal, id: actor, roles: [actor] } }
      },
    }
    const authz = createAuthz(options({ decide: engine, identify: acting }))
    const request = new Request('http://app.test/', { headers: { 'x-user': principal } })
    return (await authz.for(request).plan(action, 'document', acme)).filter
  }

  test('is what both may see', async () => {
    expect(await listed('maya', 'editor')).toEqual({
      kind: 'conditional',
      condition: {
        kind: 'expression',
        operator: 'and',
        operands: [ownedBy('maya'), ownedBy('editor')].map(
          (each) => (each as { condition: unknown }).condition,
        ),
      },
    })
    expect(await listed('maya', 'editor', 'list')).toEqual({ kind: 'allowed' })
  })

  test('is nothing where one of them may see nothing', async () => {
    expect(await listed('maya', 'nobody')).toEqual({ kind: 'denied' })
  })
})

test('a plan of the guard is one for the filters, and the engine makes it', () => {
  expectTypeOf<ListPlan>().toExtend<FiltersListPlan>()
  expectTypeOf<Engine>().toExtend<Decide>()
})
