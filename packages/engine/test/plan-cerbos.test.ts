import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { type CerbosServer, findCerbos, startCerbos } from '../../../tools/cerbos-server.ts'
import { stabilised } from '../../../tools/plan-filter.ts'
import { cerbosPlanner } from '../src/cerbos-planner.ts'
import { Engine } from '../src/engine.ts'
import { EngineError } from '../src/errors.ts'
import { type WireFilter, wireFilter } from '../src/plan/wire.ts'
import { PLAN_CONDITIONS } from './plan-conditions.ts'
import { PLAN_POLICIES, PLAN_QUESTIONS } from './plan-policies.ts'
import { allow, derivedRoles, resourcePolicy, when } from './policies.ts'

// What Cerbos plans is asked of Cerbos: conditions one by one, and the ways in which rules combine.

const roles = derivedRoles('common', [
  { name: 'owner', parentRoles: ['user'], ...when('R.attr.owner == P.id') },
  {
    name: 'b2',
    parentRoles: ['user'],
    condition: {
      match: {
        any: {
          of: [
            { expr: 'R.attr.z == 1' },
            { expr: 'P.id == "u2"' },
            { none: { of: [{ expr: 'R.attr.y' }, { expr: 'R.attr.w == 2' }] } },
          ],
        },
      },
    },
  },
  { name: 'always', parentRoles: ['*'] },
])
const conditions = resourcePolicy('conditions', {
  importDerivedRoles: ['common'],
  constants: { local: { k: 'kk' } },
  variables: {
    local: {
      v: 'P.id',
      isOwner: 'R.attr.owner == V.v',
      nested: 'V.isOwner && V.v == "u1"',
      bad: 'P.attr.missing == 1',
    },
  },
  rules: PLAN_CONDITIONS.map((expr, index) => allow(`c${index}`, ['user'], when(expr))),
})
const policies = { 'conditions.yaml': conditions, 'roles.yaml': roles, ...PLAN_POLICIES }
const globals = { env: 'test' }
const principal = {
  id: 'u1',
  roles: ['user'],
  attr: {
    name: 'N"n',
    n: 3,
    map: { x: 1, y: 2 },
    teams: { t1: { role: 'OWNER' }, t2: { role: 'VIEWER' }, t3: {} },
    lists: { p: ['x'], q: ['y'] },
    list: ['l1', 'l2', 'l3'],
    long: Array.from({ length: 11 }, (_, index) => `l${index}`),
    h: 'a.b',
    obj: { x: [1, 'two', null, { z: true }] },
  },
}
const resource = { kind: 'conditions', attr: { given: 'g', obj: { y: 'Y', n: 1 } } }

const found = findCerbos()
const reason = 'missing' in found ? ` (skipped: ${found.missing})` : ''

describe.skipIf('missing' in found)(`plans with the quirks of Cerbos${reason}`, () => {
  let server: CerbosServer
  let strictServer: CerbosServer
  beforeAll(async () => {
    const config = { server: { requestLimits: { maxActionsPerResource: 500 } } }
    server = await startCerbos({ policies, engine: { globals }, config })
    const engine = { globals, strictEvaluation: true, lenientScopeSearch: true }
    strictServer = await startCerbos({ policies, engine, config })
  })
  afterAll(() => Promise.all([server.stop(), strictServer.stop()]))

  const engineWith = (isStrict: boolean): Engine => {
    const files = Object.entries(policies).map(([path, text]) => ({ path, text }))
    const settings = { strictEvaluation: isStrict, lenientScopeSearch: isStrict, globals }
    return Engine.fromFiles(files, { ...settings, compat: 'cerbos', planner: cerbosPlanner })
  }
  const engines = [engineWith(false), engineWith(true)] as const

  test.each(PLAN_CONDITIONS.map((expr, index) => [expr, `c${index}`]))('%s', async (_, action) => {
    const asked = { principal, resource, actions: [action as string] }
    expect(ours(engines[0], asked)).toEqual(await theirs(server, asked))
    expect(ours(engines[1], asked)).toEqual(await theirs(strictServer, asked))
  })

  test.each(Object.entries(PLAN_QUESTIONS))('%s', async (_, asked) => {
    expect(ours(engines[0], asked)).toEqual(await theirs(server, asked))
    expect(ours(engines[1], asked)).toEqual(await theirs(strictServer, asked))
  })
})

type Asked = Parameters<Engine['plan']>[0]

function ours(engine: Engine, asked: Asked): unknown {
  try {
    const { filter, filterDebug, matchedScopes } = engine.plan(asked)
    const isMatched = filterDebug !== 'NO_MATCH'
    return {
      filter: withoutClock(stabilised(wireFilter(filter))),
      isMatched,
      scopes: Object.fromEntries(matchedScopes),
    }
  } catch (error) {
    if (error instanceof EngineError) return 'refused'
    throw error
  }
}

async function theirs(server: CerbosServer, asked: Asked): Promise<unknown> {
  const reply = await server.post('/api/plan/resources', { ...asked, includeMeta: true })
  if (!reply.ok) return reply.status === 500 ? 'refused' : reply
  // The answer of Cerbos's API.
  const { filter, meta } = reply.body as {
    readonly filter: WireFilter
    readonly meta: {
      readonly filterDebug: string
      readonly matchedScopes?: Readonly<Record<string, string>>
    }
  }
  const isMatched = meta.filterDebug !== 'NO_MATCH'
  return { filter: withoutClock(stabilised(filter)), isMatched, scopes: meta.matchedScopes ?? {} }
}

/** The two read different clocks. */
function withoutClock(filter: unknown): unknown {
  return JSON.parse(JSON.stringify(filter).replaceAll(/"20(?:2[5-9]|[3-9]\d)-[^"]*Z"/g, '"NOW"'))
}
