import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { findCerbos, type Pair, send, skippedWithoutCerbos, startPair } from './beside-cerbos.ts'
import { POLICIES } from './policies.ts'

const found = findCerbos()

const PRINCIPAL = { id: 'ann', roles: ['user'] }
const DOC = { kind: 'doc', id: 'd1', attr: { owner: 'ann', held: false, size: 3 } }
const ENTRY = { actions: ['view'], resource: { kind: 'doc', id: '1' } }
const SOUND = { principal: PRINCIPAL, resources: [ENTRY] }
const many = <T>(count: number, value: T): readonly T[] =>
  Array.from({ length: count }, () => value)
const names = (count: number): readonly string[] => many(count, 0).map((_, index) => `a${index}`)

/** Bodies of `POST /api/check/resources`, objects as their JSON. */
const CHECKS: Readonly<Record<string, string | Uint8Array | object>> = {
  'one resource': SOUND,
  'everything a request can have': {
    requestId: 'r1',
    includeMeta: true,
    principal: { ...PRINCIPAL, policyVersion: 'default', scope: '', attr: { a: [1, { b: null }] } },
    resources: [
      { resource: DOC, actions: ['view', 'edit', 'delete', 'fly'] },
      { resource: { ...DOC, id: 'd2', scope: 'acme', attr: { secret: true } }, actions: ['view'] },
      { resource: { kind: 'other', id: 'o', policyVersion: 'v2' }, actions: ['view'] },
      { resource: { kind: 'doc', id: 'd3', attr: { size: 'big' } }, actions: ['view', 'edit'] },
    ],
    requestContext: { annotations: { page: 'list', n: 2 } },
  },
  'an output that fails': {
    principal: PRINCIPAL,
    resources: [{ resource: { kind: 'doc', id: 'd', attr: { size: 0 } }, actions: ['fail'] }],
  },
  'names of the protocol': {
    request_id: 'r',
    include_meta: true,
    principal: { ...PRINCIPAL, policy_version: 'default' },
    resources: [ENTRY],
  },
  'names that every object inherits': {
    principal: { ...PRINCIPAL, attr: { constructor: 1, toString: 'x' } },
    resources: [
      { actions: ['toString', '__proto__'], resource: { kind: 'constructor', id: '__proto__' } },
    ],
  },
  'an attribute named __proto__':
    '{"principal":{"id":"ann","roles":["user"],"attr":{"__proto__":{"x":1}}},"resources":[{"actions":["edit"],"resource":{"kind":"doc","id":"1","attr":{"__proto__":{"owner":"ann"}}}}]}',
  'a field named __proto__': '{"__proto__":{"principal":{}}}',
  'nulls for absent fields': {
    ...SOUND,
    requestId: null,
    includeMeta: null,
    auxData: null,
    requestContext: null,
  },
  'defaults for absent fields': { ...SOUND, requestId: '', includeMeta: false },
  'escapes and colons in texts': {
    principal: { id: 'a:b', roles: ['user'], attr: { 'x:y': 'é:"\n', u: '\u2028' } },
    resources: [{ actions: ['view:all'], resource: { kind: 'doc', id: '::' } }],
  },
  'escaped names':
    '{"principal":{"id":"a","roles":["us\\u0065r"],"attr":{"a\\u003ab":1}},"resources":[{"actions":["view"],"resource":{"kind":"doc","\\u0069d":"1"}}]}',
  'no content': '',
  'an empty object': {},
  'null instead of an object': 'null',
  'an array instead of an object': '[]',
  'text instead of an object': '"x"',
  'the beginning of an object': '{',
  'an unknown field': { a: 1 },
  'an unknown field on another line': '{\n  "principal": {\n "ïd": 1}}',
  'an unknown field inside': { principal: { unknown: { a: [1, 2] } } },
  'a number for an object': { principal: 1 },
  'a text for an object': { principal: 'x' },
  'a number for a text': { principal: { id: 1 } },
  'an object for a text': { principal: { id: {} } },
  'a text for a list': { principal: { roles: 'x' } },
  'a number in a list of texts': { principal: { roles: [1] } },
  'null in a list of texts': { principal: { roles: [null] } },
  'null in a list of objects': { resources: [null] },
  'an object for a list': { resources: {} },
  'a list for a map': { principal: { attr: [] } },
  'a text for a truth value': { includeMeta: 'true' },
  'a number for a truth value': { includeMeta: 1 },
  'a truth value for a text': { requestId: true },
  'a field twice': '{"principal":{"id":"a","id":"b"}}',
  'a field under both names': { request_id: 'x', requestId: 'y' },
  'an attribute twice': '{"principal":{"attr":{"a":1,"a":2}}}',
  'an attribute twice, inside': '{"principal":{"attr":{"a":{"b":[1,{"c":1,"c":2}]}}}}',
  'an attribute twice, hidden behind an escaped colon':
    '{"principal":{"id":"a","roles":["user"],"attr":{"a":1,"a":2,"b":"\\u003a"}},"resources":[{"actions":["view"],"resource":{"kind":"doc","id":"1"}}]}',
  'an attribute twice, beside escaped quotes':
    '{"principal":{"id":"a","roles":["user"],"attr":{"a\\"":"\\\\","b":"\\"\\"","b":"x"}},"resources":[{"actions":["view"],"resource":{"kind":"doc","id":"1"}}]}',
  'a field under both names, one of them empty': {
    ...SOUND,
    principal: { ...PRINCIPAL, policyVersion: '', policy_version: 'default' },
  },
  'a number beyond all bounds': '{"principal":{"attr":{"a":1e999}}}',
  'a type of protobuf': { '@type': 'x' },
  'a word that is none': '{"principal":{"attr":{"a":tru}}}',
  'a zero in front': '{"principal":{"attr":{"a":01}}}',
  'a tab in a text': '{"principal":{"attr":{"a":"x\ty"}}}',
  'a sign without a number': '{"principal":{"attr":{"a":-}}}',
  'a comma at the end of an object': '{"principal":{"attr":{"a":1,}}}',
  'a comma at the end of a list': '{"principal":{"roles":["a",]}}',
  'a name without quotes': '{"principal":{"attr":{a:1}}}',
  'a colon forgotten': '{"principal" {}}',
  'an escape that is none': '{"principal":{"attr":{"a":"\\x"}}}',
  'nothing required': { principal: {} },
  'empty names': { principal: { roles: [''] }, resources: [{}] },
  'names twice, patterns': {
    principal: { id: 'a', roles: ['a', 'a'] },
    resources: [{ actions: [''], resource: { policyVersion: 'a-b', scope: 'é' } }],
  },
  'an empty attribute name': { principal: { attr: { '': 1 }, roles: null, scope: 'a..b' } },
  'an empty role twice': { ...SOUND, principal: { id: 'a', roles: ['', ''] } },
  'a token without text': { auxData: { jwt: {} } },
  'both sorts of tokens': {
    auxData: { jwt: { token: 'x' }, jwts: { a: { token: '' } } },
  },
  'a token that is none': { ...SOUND, auxData: { jwt: { token: 'abc' } } },
  'tokens that are none': { ...SOUND, auxData: { jwts: { a: { token: 'abc' } } } },
  'no tokens': { ...SOUND, auxData: {} },
  'too many actions': { ...SOUND, resources: [{ ...ENTRY, actions: names(6) }] },
  'too many resources': { ...SOUND, resources: many(6, ENTRY) },
  'too many of both': { ...SOUND, resources: many(6, { ...ENTRY, actions: names(6) }) },
}

/** Requests of other sorts: path, and how it is asked. */
const REQUESTS: Readonly<Record<string, readonly [string, RequestInit?]>> = {
  'the old check, one kind': post('/api/check', {
    requestId: 'r',
    principal: PRINCIPAL,
    actions: ['view', 'edit', 'fly'],
    resource: {
      kind: 'doc',
      instances: { d1: { attr: DOC.attr }, d2: {}, d3: { attr: { size: '' } } },
    },
  }),
  'the old check, with meta': post('/api/check', {
    principal: PRINCIPAL,
    actions: ['view', 'edit'],
    includeMeta: true,
    resource: {
      kind: 'doc',
      scope: 'acme',
      policyVersion: 'default',
      instances: { d1: { attr: DOC.attr }, d2: {} },
    },
  }),
  'the old check, nothing in it': post('/api/check', {}),
  'the old check, no instances': post('/api/check', {
    principal: PRINCIPAL,
    actions: ['view'],
    resource: { kind: 'doc', instances: {} },
  }),
  'the old check, too many actions': post('/api/check', {
    principal: PRINCIPAL,
    actions: names(6),
    resource: { kind: 'doc', instances: { a: {} } },
  }),
  'the old check, too many instances': post('/api/check', {
    principal: PRINCIPAL,
    actions: ['a'],
    resource: { kind: 'doc', instances: Object.fromEntries(names(6).map((name) => [name, {}])) },
  }),
  'the old batch': post('/api/check_resource_batch', {
    requestId: 'r',
    principal: PRINCIPAL,
    resources: [
      { actions: ['view', 'edit'], resource: DOC },
      { actions: ['delete'], resource: { kind: 'doc', id: 'd3', attr: { size: 'x' } } },
    ],
  }),
  'the old batch, nothing in it': post('/api/check_resource_batch', {}),
  'the old batch, too many': post('/api/check_resource_batch', {
    principal: PRINCIPAL,
    resources: many(6, ENTRY),
  }),
  'a plan, nothing in it': post('/api/plan/resources', {}),
  'a plan, too much in it': post('/api/plan/resources', {
    principal: PRINCIPAL,
    resource: { kind: 'doc' },
    actions: [...names(24), ''],
  }),
  'a plan, action and actions': post('/api/plan/resources', {
    principal: PRINCIPAL,
    resource: {},
    action: 'a',
    actions: ['b', 'b'],
  }),
  'a plan': post('/api/plan/resources', {
    requestId: 'r',
    principal: PRINCIPAL,
    resource: { kind: 'doc' },
    action: 'edit',
    includeMeta: true,
  }),
  'a plan for several actions': post('/api/plan/resources', {
    principal: PRINCIPAL,
    resource: { kind: 'doc', policyVersion: 'default', attr: { size: 'x' } },
    actions: ['view', 'edit'],
    includeMeta: true,
  }),
  'a plan of nothing': post('/api/plan/resources', {
    principal: PRINCIPAL,
    resource: { kind: 'nothing' },
    action: 'view',
    includeMeta: true,
  }),
  'a plan without more': post('/api/plan/resources', {
    principal: PRINCIPAL,
    resource: { kind: 'doc' },
    actions: ['view'],
  }),
  health: ['/_cerbos/health'],
  'health of the service': ['/_cerbos/health?service=cerbos.svc.v1.CerbosService'],
  'health of a service that is not there': ['/_cerbos/health?service=nope'],
  'health, something else asked': ['/_cerbos/health?foo=1'],
  'health, not so': ['/_cerbos/health', { method: 'POST' }],
  'health, the head of it': ['/_cerbos/health', { method: 'HEAD' }],
  'another method': ['/api/check/resources'],
  'another method, again': ['/api/check/resources', { method: 'PUT', body: '{}' }],
  'server info, not so': ['/api/server_info', { method: 'POST' }],
  'no such path of the API': ['/api/nope'],
  'no such path': ['/nope'],
  'a slash too many': ['/api/check/resources/', { method: 'POST', body: '{}' }],
  'the admin API, switched off': ['/admin/policies'],
  'the playground, switched off': post('/api/playground/validate', {}),
  'a query that says nothing': post('/api/check/resources?foo=1', SOUND),
  'written prettily': post('/api/check/resources?pretty', SOUND),
  'another content type': post('/api/check/resources', SOUND, { 'content-type': 'text/plain' }),
  'from another origin': post('/api/check/resources', SOUND, { origin: 'https://a.example' }),
  'a refusal to another origin': post('/api/check/resources', {}, { origin: 'https://a.example' }),
  'no such path, from another origin': ['/nope', { headers: { origin: 'https://a.example' } }],
}

function post(
  path: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): readonly [string, RequestInit] {
  return [path, { method: 'POST', body: JSON.stringify(body), headers }]
}

describe.skipIf('missing' in found)(`over HTTP${skippedWithoutCerbos(found)}`, () => {
  let pair: Pair
  beforeAll(async () => {
    pair = await startPair({ policies: POLICIES })
  })
  afterAll(() => pair.stop())

  async function expectSame(path: string, init?: RequestInit): Promise<void> {
    const [ours, theirs] = await Promise.all([
      send(`${pair.ourUrl}${path}`, init),
      send(`${pair.cerbos.httpUrl}${path}`, init),
    ])
    expect(ours).toEqual(theirs)
  }

  test.each(Object.entries(CHECKS))('a check is answered as by Cerbos: %s', async (_, body) => {
    const isPlain = typeof body === 'string' || body instanceof Uint8Array
    const content = isPlain ? body : JSON.stringify(body)
    await expectSame('/api/check/resources', { method: 'POST', body: content as string })
  })

  test.each(Object.entries(REQUESTS))('a request is answered as by Cerbos: %s', (_, request) =>
    expectSame(...request),
  )

  test.each([
    ['', 'POST', ''],
    ['http://a.b', 'POST', ''],
    ['http://a.b', 'POST', 'content-type'],
    ['http://a.b', 'DELETE', 'content-type,x-requested-with'],
    ['http://a.b', 'POST', 'x-foo'],
    ['http://a.b', 'TRACE', ''],
    ['http://a.b', '', ''],
  ])(
    'a preflight is answered as by Cerbos: origin `%s`, %s, headers `%s`',
    async (origin, method, names_) => {
      const asked = {
        ...(origin && { origin }),
        ...(method && { 'access-control-request-method': method }),
        ...(names_ && { 'access-control-request-headers': names_ }),
      }
      for (const path of ['/api/check/resources', '/nope', '/_cerbos/health'])
        await expectSame(path, { method: 'OPTIONS', headers: asked })
    },
  )
})
