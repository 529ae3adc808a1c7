import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashSync } from 'bcryptjs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { type CerbosServer, startCerbos } from '../../../tools/cerbos-server.ts'
import {
  diskStore,
  loadPolicies,
  type RunningServer,
  type Store,
  sqliteStore,
  startServer,
} from '../src/index.ts'
import { findCerbos, send, skippedWithoutCerbos } from './beside-cerbos.ts'

const found = findCerbos()

const CREDENTIALS = {
  username: 'cerbos',
  passwordHash: Buffer.from(hashSync('cerbosAdmin', 4)).toString('base64'),
}

const resource = (name: string, more: object = {}) => ({
  apiVersion: 'api.cerbos.dev/v1',
  resourcePolicy: {
    resource: name,
    version: 'default',
    rules: [{ actions: ['view'], roles: ['user'], effect: 'EFFECT_ALLOW' }],
    ...more,
  },
})
const COMMON = {
  apiVersion: 'api.cerbos.dev/v1',
  derivedRoles: {
    name: 'common',
    definitions: [
      { name: 'owner', parentRoles: ['user'], condition: { match: { expr: 'R.attr.o == P.id' } } },
    ],
  },
}
const DOC = resource('doc')
const ALL = [
  COMMON,
  DOC,
  {
    $schema: 'https://api.cerbos.dev/latest/cerbos/policy/v1/Policy.schema.json',
    ...resource('doc', { scope: 'acme' }),
  },
  resource('doc', { scope: 'acme.a-very-long-scope-that-needs-more-than-one-stripe' }),
  resource('album:object', {
    importDerivedRoles: ['common'],
    rules: [
      {
        actions: ['edit', 'view'],
        derivedRoles: ['owner'],
        effect: 'EFFECT_DENY',
        name: 'r',
        condition: {
          match: { all: { of: [{ expr: 'true' }, { none: { of: [{ expr: 'false' }] } }] } },
        },
        output: { when: { ruleActivated: 'P.id' } },
      },
    ],
    variables: { local: { a: '1 + 1' } },
    constants: { local: { c: { x: [1, 'two', null, true] } } },
  }),
  {
    apiVersion: 'api.cerbos.dev/v1',
    description: 'what ann may do',
    principalPolicy: {
      principal: 'ann',
      version: 'default',
      rules: [{ resource: 'doc', actions: [{ action: 'fly', effect: 'EFFECT_ALLOW' }] }],
    },
  },
  {
    apiVersion: 'api.cerbos.dev/v1',
    rolePolicy: {
      role: 'clerk',
      scope: 'acme',
      parentRoles: ['user'],
      rules: [{ resource: 'doc', allowActions: ['view'] }],
    },
  },
  {
    apiVersion: 'api.cerbos.dev/v1',
    exportVariables: { name: 'vars', definitions: { b: 'P.id' } },
  },
  { apiVersion: 'api.cerbos.dev/v1', exportConstants: { name: 'consts', definitions: { d: 4 } } },
]
const base64 = (text: string): string => Buffer.from(text).toString('base64')

type Step = readonly [method: string, path: string, body?: object]

/** A life of a store, step by step. */
const STEPS: readonly Step[] = [
  ['GET', '/admin/policies'],
  ['GET', '/admin/schemas'],
  ['POST', '/admin/policy', {}],
  ['POST', '/admin/policy', { policies: [{}] }],
  ['POST', '/admin/policy', { policies: [{ ...DOC, foo: 1 }] }],
  ['POST', '/admin/policy', { policies: Array(101).fill(DOC) }],
  ['POST', '/admin/policy', { policies: [DOC] }],
  ['PUT', '/admin/policy', { policies: [DOC] }],
  ['POST', '/admin/policy', { policies: ALL }],
  ['GET', '/admin/policies'],
  ['GET', '/admin/policies?nameRegexp=^do'],
  ['GET', '/admin/policies?scopeRegexp=acme&versionRegexp=.*'],
  ['GET', '/admin/policies?policyId=resource.doc.vdefault&policyId=derived_roles.common'],
  ['GET', '/admin/policies?nameRegexp=('],
  ['GET', '/admin/policies?foo=1'],
  ['GET', '/admin/policy'],
  ['GET', '/admin/policy?id=resource.doc.vdefault'],
  ['GET', '/admin/policy?id=resource.album_object.vdefault'],
  ['GET', '/admin/policy?id=principal.ann.vdefault'],
  ['GET', '/admin/policy?id=role.clerk.vdefault/acme'],
  ['GET', '/admin/policy?id=export_variables.vars'],
  ['GET', '/admin/policy?id=export_constants.consts'],
  ['GET', '/admin/policy?id=derived_roles.common'],
  ['GET', '/admin/policy?id=resource.nope.vdefault'],
  ['GET', '/admin/policies/inspect'],
  ['POST', '/admin/policy/delete?id=derived_roles.common'],
  ['POST', '/admin/policy/disable?id=derived_roles.common'],
  ['POST', '/admin/policy/delete?id=resource.doc.vdefault/acme'],
  ['POST', '/admin/policy/delete?id=resource.nope.vdefault'],
  ['POST', '/admin/policy/delete'],
  ['PUT', '/admin/policy/disable', { id: ['principal.ann.vdefault'] }],
  ['PUT', '/admin/policy/disable?id=principal.ann.vdefault', {}],
  ['GET', '/admin/policies?includeDisabled=true&nameRegexp=ann'],
  ['GET', '/admin/policies?nameRegexp=ann'],
  ['GET', '/admin/policy?id=principal.ann.vdefault'],
  ['POST', '/admin/policy/enable?id=principal.ann.vdefault'],
  ['POST', '/admin/policy/enable?id=principal.ann.vdefault'],
  ['DELETE', '/admin/policy?id=principal.ann.vdefault'],
  ['POST', '/admin/policy/delete?id=principal.ann.vdefault&id=export_variables.vars'],
  ['GET', '/admin/policies?includeDisabled=true'],
  ['POST', '/admin/schema', {}],
  [
    'POST',
    '/admin/schema',
    { schemas: [{ id: 's.json', definition: base64('{"type":"object"}') }] },
  ],
  ['POST', '/admin/schema', { schemas: [{ id: 't.json', definition: base64('short') }] }],
  ['GET', '/admin/schemas'],
  ['GET', '/admin/schema?id=s.json'],
  ['GET', '/admin/schema?id=nope.json'],
  ['GET', '/admin/schema'],
  ['DELETE', '/admin/schema?id=s.json'],
  ['DELETE', '/admin/schema?id=s.json'],
  ['GET', '/admin/store/reload'],
  ['GET', '/admin/store/reload?wait=true'],
  ['DELETE', '/admin/store/revisions?keepLast=1'],
  ['DELETE', '/admin/store/revisions?keepLast=1'],
  ['DELETE', '/admin/store/revisions'],
  ['POST', '/admin/policies', {}],
]

const titled = (steps: readonly Step[]) =>
  steps.map((step) => ({ title: `${step[0]} ${step[1]}`, step }))

const DISK_STEPS: readonly Step[] = STEPS.filter(([, path]) => !/id=(?!nope)/i.test(path)).concat([
  ['GET', '/admin/policy?id=doc.yaml'],
  ['GET', '/admin/policy?id=sub/roles.json'],
])
const DISK_FILES = {
  'doc.yaml': JSON.stringify(DOC),
  'sub/roles.json': JSON.stringify(COMMON),
  '_schemas/x.json': '{"type": "object"}',
}

async function startOn(store: Store, compat: 'cerbos' | undefined): Promise<RunningServer> {
  const settings = { ...(compat && { compat }), strictEvaluation: false, lenientScopeSearch: false }
  const policies = await loadPolicies(store, settings)
  const { engine } = policies
  const admin = { credentials: CREDENTIALS, storesUntried: compat !== undefined }
  const address = { httpListenAddr: '127.0.0.1:0', grpcListenAddr: '127.0.0.1:0' }
  return startServer({ engine, policies, admin, ...address })
}

function ask(url: string, [method, path, body]: Step, credentials = 'cerbos:cerbosAdmin') {
  return send(`${url}${path}`, {
    method,
    headers: credentials === '' ? {} : { authorization: `Basic ${base64(credentials)}` },
    ...(body && { body: JSON.stringify(body) }),
  })
}

/** Times are of each store. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      key === 'update_ts' ? isSecond(each) : comparable(each),
    ]),
  )
}

function isSecond(value: unknown): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(String(value))
}

describe.skipIf('missing' in found)(`the admin API${skippedWithoutCerbos(found)}`, () => {
  let directory: string
  let cerbos: CerbosServer
  let ours: RunningServer
  let store: ReturnType<typeof sqliteStore>
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lockstitch-admin-'))
    store = sqliteStore(join(directory, 'ours.db'))
    ours = await startOn(store, 'cerbos')
    cerbos = await startCerbos(sqliteCerbos(join(directory, 'cerbos.db')))
  })
  afterAll(async () => {
    await Promise.all([ours.close(), cerbos.stop()])
    store.close()
    await rm(directory, { recursive: true, force: true })
  })

  async function expectSame(step: Step, credentials?: string): Promise<void> {
    const ourAnswer = await ask(`http://${ours.httpAddress}`, step, credentials)
    const theirs = await ask(cerbos.httpUrl, step, credentials)
    expect(comparable(ourAnswer)).toEqual(comparable(theirs))
  }

  test.each(['', 'cerbos:wrong', 'root:cerbosAdmin', 'cerbos', ':'])(
    'refuses who has not the password, as Cerbos does: `%s`',
    (credentials) => expectSame(['GET', '/admin/policies'], credentials),
  )

  test.each(titled(STEPS))('answers as Cerbos does on SQLite: $title', ({ step }) =>
    expectSame(step),
  )

  test('each reads the database that the other has written', async () => {
    const checks = { principal: { id: 'x', roles: ['user'] }, resources: [] as object[] }
    checks.resources = ['', 'acme'].map((scope) => ({
      actions: ['view', 'fly'],
      resource: { kind: 'doc', id: '1', scope },
    }))
    const theirsOnOurs = await startCerbos(sqliteCerbos(join(directory, 'ours.db')))
    const ourView = sqliteStore(join(directory, 'cerbos.db'))
    const oursOnTheirs = await startOn(ourView, 'cerbos')
    try {
      const step: Step = ['POST', '/api/check/resources', checks]
      const [a, b] = [
        await ask(theirsOnOurs.httpUrl, step),
        await ask(`http://${oursOnTheirs.httpAddress}`, step),
      ]
      const results = (answer: { readonly body: unknown }) =>
        (answer.body as { results: unknown }).results
      expect(results(a)).toEqual(results(b))
      const list: Step = ['GET', '/admin/policies?includeDisabled=true']
      const listed = await ask(theirsOnOurs.httpUrl, list)
      expect(listed.body).toEqual((await ask(`http://${oursOnTheirs.httpAddress}`, list)).body)
      expect(listed.body).toEqual((await ask(`http://${ours.httpAddress}`, list)).body)
    } finally {
      await Promise.all([theirsOnOurs.stop(), oursOnTheirs.close()])
      ourView.close()
    }
  })
})

function sqliteCerbos(file: string): Parameters<typeof startCerbos>[0] {
  return {
    policies: {},
    config: {
      server: { adminAPI: { enabled: true } },
      storage: { driver: 'sqlite3', sqlite3: { dsn: `file:${file}?_pragma=foreign_keys(1)` } },
    },
  }
}

describe.skipIf('missing' in found)(
  `the admin API of a directory${skippedWithoutCerbos(found)}`,
  () => {
    let directory: string
    let cerbos: CerbosServer
    let ours: RunningServer
    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), 'lockstitch-admin-'))
      for (const [name, text] of Object.entries(DISK_FILES)) {
        await mkdir(join(directory, name, '..'), { recursive: true })
        await writeFile(join(directory, name), text)
      }
      ours = await startOn(diskStore(directory), 'cerbos')
      cerbos = await startCerbos({
        policies: directory,
        config: { server: { adminAPI: { enabled: true } } },
      })
    })
    afterAll(async () => {
      await Promise.all([ours.close(), cerbos.stop()])
      await rm(directory, { recursive: true, force: true })
    })

    test.each(titled(DISK_STEPS))('answers as Cerbos does: $title', async ({ step }) => {
      const ourAnswer = await ask(`http://${ours.httpAddress}`, step)
      expect(comparable(ourAnswer)).toEqual(comparable(await ask(cerbos.httpUrl, step)))
    })
  },
)

describe('the admin API with our defaults', () => {
  let server: RunningServer
  const store = sqliteStore(':memory:')
  beforeAll(async () => {
    server = await startOn(store, undefined)
  })
  afterAll(async () => {
    await server.close()
    store.close()
  })
  const admin = (...step: Step) => ask(`http://${server.httpAddress}`, step)

  async function effect(): Promise<unknown> {
    const { body } = await admin('POST', '/api/check/resources', {
      principal: { id: 'x', roles: ['user'] },
      resources: [{ actions: ['view'], resource: { kind: 'doc', id: '1' } }],
    })
    return (body as { results: { actions: { view: string } }[] }).results[0]?.actions.view
  }

  test('puts a policy in force at once, and takes it back', async () => {
    expect(await effect()).toBe('EFFECT_DENY')
    expect((await admin('POST', '/admin/policy', { policies: [DOC] })).status).toBe(200)
    expect(await effect()).toBe('EFFECT_ALLOW')
    await admin('POST', '/admin/policy/disable?id=resource.doc.vdefault')
    expect(await effect()).toBe('EFFECT_DENY')
    await admin('POST', '/admin/policy/enable?id=resource.doc.vdefault')
    expect(await effect()).toBe('EFFECT_ALLOW')
  })

  test.each([
    [
      'an expression',
      {
        rules: [
          {
            actions: ['a'],
            roles: ['b'],
            effect: 'EFFECT_ALLOW',
            condition: { match: { expr: 'foo(' } },
          },
        ],
      },
    ],
    ['a rule without roles', { rules: [{ actions: ['a'], effect: 'EFFECT_ALLOW' }] }],
    ['an import', { importDerivedRoles: ['nope'] }],
    ['a scope', { scope: 'a.b' }],
  ])('refuses policies that do not compile, and stores none of them: %s', async (_, more) => {
    const before = await admin('GET', '/admin/policies')
    const policies = [resource('fine'), resource('broken', more)]
    const refusal = await admin('POST', '/admin/policy', { policies })
    expect(refusal.status).toBe(400)
    expect(await admin('GET', '/admin/policies')).toEqual(before)
    expect(await effect()).toBe('EFFECT_ALLOW')
    const { body } = await admin('GET', '/_cerbos/health')
    expect(JSON.stringify(body)).not.toContain('reloadError')
  })
})
