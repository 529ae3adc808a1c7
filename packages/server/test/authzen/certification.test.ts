import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { memoryCandidates, type RunningServer } from '../../src/index.ts'
import { startOurs } from '../beside-cerbos.ts'
import { CERTIFICATION_POLICIES, RESOURCES, SUBJECTS } from './fixture.ts'

// Written from https://openid.github.io/authzen/authorization-api-1_0-certification-scenario.html;
// the titles have the sections.

const [ALICE, BOB] = ['alice', 'bob'].map((id) => ({ type: 'user', id }))
const ADMIN = { ...BOB, properties: { role: 'admin' } }
const [FIRST, SECOND] = ['record-1', 'record-2'].map((id) => ({ type: 'record', id }))
const ACTIVE = { ...FIRST, properties: { status: 'active' } }
const ARCHIVED = { ...SECOND, properties: { status: 'archived' } }
const [READ, WRITE] = ['read', 'write'].map((name) => ({ name }))
const remove = (soft: boolean) => ({ name: 'delete', properties: { soft } })
const QUESTION = { subject: ALICE, action: READ, resource: FIRST }

let server: RunningServer
beforeAll(async () => {
  server = await startOurs(CERTIFICATION_POLICIES, {
    candidates: { subjects: memoryCandidates(SUBJECTS), resources: memoryCandidates(RESOURCES) },
  })
})
afterAll(() => server.close())

async function post(path: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`http://${server.httpAddress}/access/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  expect(response.headers.get('content-type')).toBe('application/json')
  const { status } = response
  return { status, headers: response.headers, body: (await response.json()) as unknown }
}

async function answer(path: string, body: unknown): Promise<unknown> {
  const response = await post(path, body)
  expect(response.status).toBe(200)
  return response.body
}

describe('basic', () => {
  test.each([
    ['2.2.1 a permit', QUESTION, true],
    ['2.2.2 a denial', { subject: BOB, action: WRITE, resource: FIRST }, false],
    ['1.4 rule 2', { ...QUESTION, action: WRITE }, true],
    ['1.4 rule 3', { ...QUESTION, subject: BOB }, true],
    ['2.2.3 with a context', { ...QUESTION, context: { time: '2025-06-27T18:03-07:00' } }, true],
    ['2.2.4 by the resource', { subject: ALICE, action: WRITE, resource: ARCHIVED }, false],
    ['2.2.5 by the subject', { subject: ADMIN, action: WRITE, resource: ARCHIVED }, true],
    ['2.2.6 by the action', { ...QUESTION, action: remove(true) }, true],
    ['2.2.7 by the action, denied', { ...QUESTION, action: remove(false) }, false],
    [
      '2.2.8 with more properties',
      {
        subject: { ...ALICE, properties: { department: 'Sales', role: 'manager' } },
        action: { ...READ, properties: { method: 'GET' } },
        resource: { ...ACTIVE, properties: { status: 'active', owner: 'bob' } },
      },
      true,
    ],
    ['2.2.9 with unknown fields', { ...QUESTION, foo: 'bar', futureField: { nested: true } }, true],
    ['unknown fields inside', { ...QUESTION, subject: { ...ALICE, extra: [{}] } }, true],
  ])('%s', async (_, body, decision) => {
    // 2.6: the same each time.
    for (let time = 0; time < 3; time += 1)
      expect(await answer('evaluation', body)).toEqual({ decision })
  })

  test.each([
    ['2.4.1 no subject', { action: READ, resource: FIRST }],
    ['2.4.1 no action', { subject: ALICE, resource: FIRST }],
    ['2.4.1 no resource', { subject: ALICE, action: READ }],
    ['2.4.2 subject without type', { ...QUESTION, subject: { id: 'alice' } }],
    ['2.4.2 subject without id', { ...QUESTION, subject: { type: 'user' } }],
    ['2.4.2 action without name', { ...QUESTION, action: {} }],
    ['2.4.2 resource without type', { ...QUESTION, resource: { id: 'record-1' } }],
    ['2.4.2 resource without id', { ...QUESTION, resource: { type: 'record' } }],
    ['2.4.4 malformed', '{"subject": '],
    ['2.4.5 empty', ''],
    ['2.4.6 a text for an object', { ...QUESTION, subject: 'alice' }],
    ['2.4.6 a number for a text', { ...QUESTION, action: { name: 123 } }],
  ])('%s is refused', async (_, body) => {
    expect((await post('evaluation', body)).status).toBe(400)
  })

  test.each(['text/plain', 'application/xml', 'application/jsonp', ''])(
    '2.4.3 content type `%s` is refused',
    async (type) => {
      const { status } = await post('evaluation', QUESTION, { 'content-type': type })
      expect(status).toBe(400)
    },
  )

  test('a content type with a character set is accepted', async () => {
    const type = 'application/json; charset=utf-8'
    expect((await post('evaluation', QUESTION, { 'content-type': type })).status).toBe(200)
  })

  test.each(['evaluation', 'evaluations', 'search/action'])(
    '2.5 X-Request-ID comes back from %s, also with a refusal',
    async (path) => {
      for (const body of [QUESTION, {}]) {
        const { headers } = await post(path, body, { 'x-request-id': 'bfe9eb29' })
        expect(headers.get('x-request-id')).toBe('bfe9eb29')
      }
    },
  )
})

describe('batch', () => {
  test.each([
    [
      '3.2.1 defaults',
      { subject: ALICE, action: READ, evaluations: [{ resource: FIRST }, { resource: SECOND }] },
      [true, true],
    ],
    [
      '3.2.2 decisions in order',
      { subject: BOB, resource: FIRST, evaluations: [{ action: READ }, { action: WRITE }] },
      [true, false],
    ],
    [
      '3.2.3 properties of resources',
      {
        subject: ALICE,
        action: WRITE,
        evaluations: [{ resource: ACTIVE }, { resource: ARCHIVED }],
      },
      [true, false],
    ],
    [
      '3.2.4 properties of subjects',
      { action: WRITE, resource: ARCHIVED, evaluations: [{ subject: ALICE }, { subject: ADMIN }] },
      [false, true],
    ],
    [
      '3.2.5 no defaults',
      { evaluations: [QUESTION, { subject: BOB, action: WRITE, resource: FIRST }] },
      [true, false],
    ],
    [
      '3.2.6 contexts',
      {
        subject: ALICE,
        action: READ,
        context: { time: '2025-06-27T18:03-07:00' },
        evaluations: [{ resource: FIRST }, { resource: SECOND, context: { source: 'x' } }],
      },
      [true, true],
    ],
    [
      '3.2.7 what a part must have comes from the default',
      {
        subject: ALICE,
        action: WRITE,
        resource: { type: 'record' },
        evaluations: [
          { resource: { id: 'record-1', properties: { status: 'active' } } },
          { resource: ARCHIVED },
        ],
      },
      [true, false],
    ],
    [
      'properties are not merged with those of the default',
      {
        subject: ALICE,
        action: WRITE,
        resource: ARCHIVED,
        evaluations: [{}, { resource: { id: 'record-2' } }],
      },
      [false, true],
    ],
  ])('%s', async (_, body, decisions) => {
    expect(await answer('evaluations', body)).toEqual({
      evaluations: decisions.map((decision) => ({ decision })),
    })
  })

  test('3.4.1 a question that is none is a denial', async () => {
    const evaluations = [{ resource: FIRST }, {}, { resource: { id: 'x' } }]
    expect(await answer('evaluations', { subject: ALICE, action: READ, evaluations })).toEqual({
      evaluations: [
        { decision: true },
        {
          decision: false,
          context: {
            error: { status: 400, message: 'validation error: resource: value is required' },
          },
        },
        {
          decision: false,
          context: {
            error: { status: 400, message: 'validation error: resource.type: value is required' },
          },
        },
      ],
    })
  })

  test.each([
    ['3.4.2 no evaluations', QUESTION],
    ['3.4.3 empty evaluations', { ...QUESTION, evaluations: [] }],
  ])('%s: a single one', async (_, body) => {
    expect(await answer('evaluations', body)).toEqual({ decision: true })
    expect((await post('evaluations', { ...body, subject: undefined })).status).toBe(400)
  })

  test.each([
    ['execute_all', [false, true, false]],
    ['deny_on_first_deny', [false]],
    ['permit_on_first_permit', [false, true]],
  ])('%s', async (semantic, decisions) => {
    const actions = ['fly', 'read', 'fly'].map((name) => ({ action: { name } }))
    const options = { evaluations_semantic: semantic, other: 'value' }
    expect(
      await answer('evaluations', {
        subject: ALICE,
        resource: FIRST,
        options,
        evaluations: actions,
      }),
    ).toEqual({ evaluations: decisions.map((decision) => ({ decision })) })
  })
})

describe('search', () => {
  test.each([
    [
      '4.2.1 subjects',
      'subject',
      { subject: { type: 'user' }, action: READ, resource: FIRST },
      ['alice', 'bob'],
    ],
    [
      '4.2.2 subjects, with a context',
      'subject',
      { subject: { type: 'user' }, action: READ, resource: FIRST, context: { a: 1 } },
      ['alice', 'bob'],
    ],
    [
      'an id of what is searched is ignored',
      'subject',
      { ...QUESTION, subject: BOB },
      ['alice', 'bob'],
    ],
    [
      '4.2.4 subjects, by properties',
      'subject',
      { subject: { type: 'user' }, action: WRITE, resource: ARCHIVED },
      ['bob'],
    ],
    [
      '4.3.1 resources',
      'resource',
      { subject: ALICE, action: READ, resource: { type: 'record' } },
      ['record-1', 'record-2'],
    ],
    [
      'resources, by properties of theirs',
      'resource',
      { subject: ALICE, action: WRITE, resource: { type: 'record' } },
      ['record-1'],
    ],
    [
      '4.3.3 resources, by properties of the subject',
      'resource',
      { subject: ADMIN, action: WRITE, resource: { type: 'record' } },
      ['record-1', 'record-2'],
    ],
    ['4.6.2 an unknown type', 'subject', { ...QUESTION, subject: { type: 'spaceship' } }, []],
    [
      'an unknown type of resources',
      'resource',
      { ...QUESTION, resource: { type: 'spaceship' } },
      [],
    ],
  ])('%s', async (_, path, body, ids) => {
    const type = path === 'subject' ? 'user' : 'record'
    const results = ids.map((id) => ({ type, id }))
    expect(await answer(`search/${path}`, body)).toEqual({ results })
  })

  test.each([
    ['4.4.1 actions', { subject: ALICE, resource: FIRST }, ['read', 'write']],
    [
      '4.4.2 actions, with a context',
      { subject: ALICE, resource: FIRST, context: {} },
      ['read', 'write'],
    ],
    ['4.4.3 actions, by properties', { subject: ADMIN, resource: ARCHIVED }, ['read', 'write']],
    [
      '4.6.1 an unknown subject',
      { subject: { type: 'user', id: 'nonexistent-user' }, resource: FIRST },
      [],
    ],
    ['an unknown type', { subject: ALICE, resource: { type: 'spaceship', id: '1' } }, []],
  ])('%s', async (_, body, names) => {
    expect(await answer('search/action', body)).toEqual({
      results: names.map((name) => ({ name })),
    })
  })

  test.each([
    ['subject', { subject: { type: 'user' }, action: READ, resource: FIRST }, 2],
    ['resource', { subject: ALICE, action: READ, resource: { type: 'record' } }, 2],
    ['action', { subject: ALICE, resource: FIRST }, 2],
  ])('4.5 %s page by page', async (path, body, count) => {
    const seen: unknown[] = []
    let token = ''
    do {
      const page = token === '' ? { limit: 1 } : { limit: 1, token }
      const reply = (await answer(`search/${path}`, { ...body, page })) as {
        results: unknown[]
        page: { next_token: string; count: number }
      }
      expect(reply.page.count).toBe(1)
      seen.push(...reply.results)
      token = reply.page.next_token
    } while (token !== '')
    expect(seen).toHaveLength(count)
    expect(await answer(`search/${path}`, body)).toEqual({ results: seen })
  })

  test('a token that is not ours is refused', async () => {
    const page = { token: '!' }
    expect((await post('search/action', { subject: ALICE, resource: FIRST, page })).status).toBe(
      400,
    )
  })

  test.each([
    ['4.7.1 no action', 'subject', { subject: { type: 'user' }, resource: FIRST }],
    ['4.7.1 no subject', 'resource', { action: READ, resource: { type: 'record' } }],
    ['4.7.1 no resource', 'action', { subject: ALICE }],
    ['4.7.2 resource without id', 'subject', { ...QUESTION, resource: { type: 'record' } }],
    ['4.7.2 subject without id', 'resource', { ...QUESTION, subject: { type: 'user' } }],
    ['what is searched without type', 'resource', { ...QUESTION, resource: {} }],
  ])('%s is refused', async (_, path, body) => {
    expect((await post(`search/${path}`, body)).status).toBe(400)
  })
})

describe('discovery', () => {
  const discover = async (
    headers: Record<string, string> = {},
    from = server,
  ): Promise<unknown> => {
    const url = `http://${from.httpAddress}/.well-known/authzen-configuration`
    const response = await fetch(url, { headers })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json')
    return response.json()
  }
  const endpoints = (base: string) => ({
    policy_decision_point: base,
    access_evaluation_endpoint: `${base}/access/v1/evaluation`,
    access_evaluations_endpoint: `${base}/access/v1/evaluations`,
    search_action_endpoint: `${base}/access/v1/search/action`,
  })

  test('6.2 names all endpoints', async () => {
    const base = 'https://pdp.example.com'
    expect(
      await discover({ 'x-forwarded-proto': 'https', 'x-forwarded-host': 'pdp.example.com' }),
    ).toEqual({
      ...endpoints(base),
      search_subject_endpoint: `${base}/access/v1/search/subject`,
      search_resource_endpoint: `${base}/access/v1/search/resource`,
    })
  })

  test('does not announce searches without candidates, which are not there', async () => {
    const without = await startOurs(CERTIFICATION_POLICIES)
    try {
      expect(await discover({}, without)).toEqual(endpoints(`http://${without.httpAddress}`))
      for (const path of ['subject', 'resource']) {
        const response = await fetch(`http://${without.httpAddress}/access/v1/search/${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(QUESTION),
        })
        expect(response.status).toBe(501)
      }
    } finally {
      await without.close()
    }
  })
})
