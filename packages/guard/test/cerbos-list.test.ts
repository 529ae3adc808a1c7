import { GRPC } from '@cerbos/grpc'
import { HTTP } from '@cerbos/http'
import { Engine } from '@lockstitch/engine'
import { EngineClient } from '@lockstitch/engine/cerbos-client'
import { cerbosPlanner } from '@lockstitch/engine/cerbos-planner'
import { defineMapping, FilterError } from '@lockstitch/filters'
import { authorizedWhere } from '@lockstitch/filters/sql'
import {
  type Authz,
  createAuthz,
  type Decide,
  type ListPlan,
  type PlanResourcesResponse,
  type RequestAuthz,
} from '@lockstitch/guard'
import { guardList } from '@lockstitch/guard/hono'
import { Hono } from 'hono'
import initSqlJs, { type Database } from 'sql.js'
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'

import { findCerbos, skippedWithoutCerbos, startCerbos } from '../../../tools/cerbos-server.ts'
import { startServer } from '../../server/src/index.ts'
import { decider, options } from './fixtures.ts'

/** What is allowed, by action; `!` stands before what is denied of what everybody may. */
const RULES: Readonly<Record<string, string>> = {
  own: 'R.attr.owner_id == P.id',
  team: 'R.attr.team in P.attr.teams',
  published: 'R.attr.status == "published" || R.attr.owner_id == P.id',
  text: 'R.attr.title.startsWith("Q") && !R.attr.title.contains("%")',
  large: 'R.attr.amount > P.attr.limit && R.attr.amount <= 50.0',
  small: '!(R.attr.amount >= 10.0)',
  tagged: '"x" in R.attr.tags',
  tags: 'hasIntersection(R.attr.tags, P.attr.teams)',
  each: 'R.attr.tags.all(tag, tag != "y")',
  some: 'R.attr.tags.exists(tag, tag.startsWith("x"))',
  either: 'R.attr.status == "draft" ? R.attr.owner_id == P.id : R.attr.amount < 20.0',
  nobodys: 'R.attr.team == null',
  unlocked: '!R.attr.status == "locked"',
  all: 'true',
  none: 'false',
}

const POLICY = `apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: document
  version: default
  rules:
${Object.entries(RULES)
  .map(([action, rule]) => {
    const isDenied = rule.startsWith('!R.')
    const expr = isDenied ? rule.slice(1) : rule
    const allow = isDenied
      ? `    - { actions: [${action}], effect: EFFECT_ALLOW, roles: [editor] }\n`
      : ''
    return `${allow}    - actions: [${action}]
      effect: ${isDenied ? 'EFFECT_DENY' : 'EFFECT_ALLOW'}
      roles: [editor]
      condition: { match: { expr: ${JSON.stringify(expr)} } }
`
  })
  .join('')}    - actions: [reversed]
      effect: EFFECT_ALLOW
      roles: [editor]
      condition: { match: { expr: R.attr.title.reverse() == "4q" } }
`

const POLICIES = { 'document.yaml': POLICY }
const FILES = [{ path: 'document.yaml', text: POLICY }]

const mapping = defineMapping({
  table: 'documents',
  id: 'id',
  attributes: {
    organization_id: { column: 'organization_id', type: 'string' },
    owner_id: { column: 'owner_id', type: 'string' },
    team: { column: 'team', type: 'string', null: 'null' },
    status: { column: 'status', type: 'string' },
    title: { column: 'title', type: 'string' },
    amount: { column: 'amount', type: 'number' },
    tags: { column: 'tags', type: 'array' },
  },
})

interface Row {
  readonly id: string
  readonly organization_id: string
  readonly owner_id: string
  readonly team: string | null
  readonly status: string
  readonly title: string
  readonly amount: number
  readonly tags: readonly string[]
}

/** Documents of two organizations, as different as their numbers. */
const ROWS = Array.from({ length: 240 }, (_, i): Row => {
  const pick = <T>(items: readonly T[], by: number): T =>
    items[Math.floor(i / by) % items.length] as T // The index is below the length.
  return {
    id: `d${i}`,
    organization_id: pick(['organization-acme', 'organization-globex'], 1),
    owner_id: pick(['maya', 'otto', 'noah'], 2),
    team: pick(['blue', 'red', null], 3),
    status: pick(['draft', 'published', 'locked'], 5),
    title: pick(['Q3 plan', 'q4', 'Q%', 'notes'], 7),
    amount: pick([0, 9.5, 10, 19, 49, 50, 51], 2),
    tags: pick([[], ['x'], ['y'], ['xy', 'blue'], ['blue', 'y']], 4),
  }
})

let database: Database

beforeAll(async () => {
  const { Database: Sqlite } = await initSqlJs()
  database = new Sqlite()
  database.run(
    'CREATE TABLE documents (id TEXT, organization_id TEXT, owner_id TEXT, team TEXT, status TEXT, title TEXT, amount REAL, tags TEXT)',
  )
  for (const row of ROWS) {
    const values = Object.values({ ...row, tags: JSON.stringify(row.tags) })
    database.run('INSERT INTO documents VALUES (?,?,?,?,?,?,?,?)', values)
  }
})

/** The ids of all documents that a plan keeps. */
function idsOf(plan: ListPlan): readonly string[] {
  const list = authorizedWhere(plan, mapping, { dialect: 'sqlite', limit: 1000 })
  if (list.kind === 'denied' || list.kind === 'bad-cursor') return []
  const { text, values } = list.where
  const [found] = database.exec(`SELECT id FROM documents WHERE ${text}`, [...values])
  return (found?.values ?? []).map(([id]) => String(id)).sort()
}

interface Decider {
  readonly decide: Decide
  stop(): Promise<void>
}

const cerbosSettings = {
  compat: 'cerbos',
  planner: cerbosPlanner,
  strictEvaluation: false,
} as const

async function ownServer(settings: Parameters<typeof Engine.fromFiles>[1]): Promise<Decider> {
  const engine = Engine.fromFiles(FILES, { ...settings, lenientScopeSearch: true })
  const any = '127.0.0.1:0'
  const server = await startServer({ engine, httpListenAddr: any, grpcListenAddr: any })
  const client = new GRPC(server.grpcAddress ?? '', { tls: false })
  return {
    decide: client,
    async stop() {
      client.close()
      await server.close()
    },
  }
}

async function realCerbos(clientOf: (grpc: string, http: string) => Decide): Promise<Decider> {
  const cerbos = await startCerbos({ policies: POLICIES, engine: { lenientScopeSearch: true } })
  const decide = clientOf(cerbos.grpcAddress, cerbos.httpUrl)
  return { decide, stop: () => cerbos.stop() }
}

const DECIDERS: Readonly<Record<string, () => Promise<Decider>>> = {
  'our server': () => ownServer({}),
  'our server, with the quirks of Cerbos': () => ownServer(cerbosSettings),
  'the client of an engine': async () => ({
    decide: new EngineClient(Engine.fromFiles(FILES)),
    stop: async () => undefined,
  }),
  ...('path' in findCerbos() && {
    'the real Cerbos over gRPC': () => realCerbos((grpc) => new GRPC(grpc, { tls: false })),
    'the real Cerbos over HTTP': () => realCerbos((_, http) => new HTTP(http)),
  }),
}

describe.each(Object.entries(DECIDERS))(
  `lists by %s${skippedWithoutCerbos()}`,
  { timeout: 60_000 },
  (_name, start) => {
    let running: Decider
    let authz: Authz

    beforeAll(async () => {
      running = await start()
      const { decide } = running
      authz = createAuthz(options({ decide, identify: { identify: async () => ({ principal }) } }))
    }, 60_000)
    afterAll(() => running?.stop())

    const principal = {
      id: 'maya',
      roles: ['editor'],
      attr: { organization_id: 'organization-acme', teams: ['blue', 'x'], limit: 9.5 },
    }
    const known = { organization_id: 'organization-acme' }
    const asked = (): RequestAuthz => authz.for(new Request('http://app.test/'))

    test.each(Object.keys(RULES))('have what a check allows: %s', async (action) => {
      const own = ROWS.filter((row) => row.organization_id === known.organization_id)
      const allowed = await asked().filter(own, 'document', action)
      const plan = await asked().plan(action, 'document', known)
      expect(idsOf(plan)).toEqual(allowed.map(({ id }) => id).sort())
      if (action !== 'all' && action !== 'none') {
        expect(plan.filter.kind).toBe('conditional')
        expect(allowed.length).toBeGreaterThan(0)
        expect(allowed.length).toBeLessThan(own.length)
      }
    })

    test('tell apart all, some and none', async () => {
      const kinds = await Promise.all(
        ['all', 'own', 'none', 'unheard of'].map(async (action) => {
          return (await asked().plan(action, 'document', known)).filter.kind
        }),
      )
      expect(kinds).toEqual(['allowed', 'conditional', 'denied', 'denied'])
    })

    test('are refused where no condition says what a plan does', async () => {
      const plan = await asked().plan('reversed', 'document', known)
      expect(() => idsOf(plan)).toThrow(FilterError)
    })

    test('come before a handler, or a denial does', async () => {
      const app = new Hono()
      for (const action of ['own', 'none']) {
        const guarded = guardList(authz, { kind: 'document', action, known: () => known })
        app.get(`/${action}`, guarded, (context) => context.json(idsOf(context.get('list'))))
      }
      const [own, none] = [await app.request('/own'), await app.request('/none')]
      expect([own.status, none.status]).toEqual([200, 403])
      const theirs = ROWS.filter((row) => row.organization_id === known.organization_id)
      const mine = theirs.filter((row) => row.owner_id === 'maya')
      expect(await own.json()).toEqual(mine.map(({ id }) => id).sort())
    })
  },
)

describe('a client', () => {
  const conditional = (condition: unknown): unknown => ({ kind: 'KIND_CONDITIONAL', condition })

  async function planned(response: unknown): Promise<unknown> {
    const settings = options({
      decide: {
        ...decider(() => Promise.reject(new Error('is not asked'))),
        planResources: async () => response as PlanResourcesResponse, // What it says may be untrue.
      },
    })
    const guarded = createAuthz(settings).for(
      new Request('http://app.test/', { headers: { 'x-user': 'maya' } }),
    )
    const outcome = await guarded.checkList({
      kind: 'document',
      action: 'view',
      known: () => ({ organization_id: 'organization-acme' }),
    })
    return outcome.kind === 'refused' ? outcome.problem : outcome.plan.filter
  }

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['no kind', {}],
    ['the kind of an engine', { kind: 'allowed' }],
    ['a kind of another version', { kind: 'KIND_UNSPECIFIED' }],
    ['a kind that is a number', { kind: 1 }],
    ['a condition that is not there', conditional(undefined)],
    ['a condition that is a text', conditional('true')],
    ['a list of conditions', conditional([{ name: 'request.resource.attr.a' }])],
    ['an unknown part', conditional({ lambda: {} })],
    ['an operator without operands', conditional({ operator: 'and' })],
    ['operands without an operator', conditional({ operands: [] })],
    ['an operator that is none', conditional({ operator: 1, operands: [] })],
    ['a part that may be two', conditional({ name: 'request.resource.attr.a', value: true })],
    ['a value that is no JSON', conditional({ value: () => true })],
    ['a number that is no JSON', conditional({ value: [Number.NaN] })],
    ['an unknown part further down', conditional({ operator: 'not', operands: [{}] })],
  ])('that answers %s lists nothing', async (_what, response) => {
    expect(await planned(response)).toMatchObject({ status: 503, code: 'decision-malformed' })
  })

  test('is understood as it says it', async () => {
    const response = conditional({
      operator: 'in',
      operands: [{ value: ['a', { b: null }] }, { name: 'request.resource.attr.tags' }],
    })
    expect(await planned(response)).toEqual({
      kind: 'conditional',
      condition: {
        kind: 'expression',
        operator: 'in',
        operands: [
          { kind: 'value', value: ['a', { b: null }] },
          { kind: 'variable', name: 'request.resource.attr.tags' },
        ],
      },
    })
    expect(await planned({ kind: 'KIND_ALWAYS_ALLOWED' })).toEqual({ kind: 'allowed' })
    expect(await planned({ kind: 'KIND_ALWAYS_DENIED' })).toMatchObject({ status: 403 })
  })

  test('that did not come to evaluate a branch is told what it would have known', async () => {
    const names = [
      'id',
      'roles',
      'attr.organization_id',
      'attr.nothing',
      'scope.x',
      'attr.__proto__',
    ]
    const operands = names.map((name) => ({ name: `request.principal.${name}` }))
    const filter = await planned(conditional({ operator: 'list', operands }))
    expect(filter).toMatchObject({
      condition: {
        operands: [
          { kind: 'value', value: 'maya' },
          { kind: 'value', value: ['editor'] },
          { kind: 'value', value: 'organization-acme' },
          { kind: 'variable', name: 'request.principal.attr.nothing' },
          { kind: 'variable', name: 'request.principal.scope.x' },
          { kind: 'variable', name: 'request.principal.attr.__proto__' },
        ],
      },
    })
  })

  test('of the SDK is a decider', () => {
    expectTypeOf<GRPC>().toExtend<Decide>()
    expectTypeOf<HTTP>().toExtend<Decide>()
  })
})
