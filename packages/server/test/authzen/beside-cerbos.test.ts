import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { findCerbos, type Pair, send, skippedWithoutCerbos, startPair } from '../beside-cerbos.ts'
import { POLICIES } from '../policies.ts'

const found = findCerbos()

const subject = { type: 'user', id: 'ann' }
const resource = { type: 'doc', id: 'd1', properties: { owner: 'ann', size: 3 } }
const action = { name: 'view' }
const meta = { 'cerbos.includeMeta': true, 'cerbos.requestId': 'r' }
const named = (name: string) => ({ action: { name } })
const withSubject = (properties: object) => ({
  subject: { ...subject, properties },
  resource,
  action,
})

const SINGLE: Readonly<Record<string, object>> = {
  'a question': { subject, resource, action },
  'with all of Cerbos': { subject, resource, ...named('edit'), context: meta },
  'an output': { subject, resource, action, context: meta },
  'what a schema finds': {
    subject,
    resource: { ...resource, properties: { size: 'x' } },
    action,
    context: meta,
  },
  'an unknown kind': { subject, resource: { type: 'nothing', id: '1' }, action, context: meta },
  'a scope of the resource': {
    subject,
    resource: { ...resource, properties: { 'cerbos.scope': 'acme', secret: true } },
    action,
    context: meta,
  },
  'a scope of the subject': withSubject({ 'cerbos.scope': 'acme' }),
  'a policy version': withSubject({ 'cerbos.policyVersion': 'v2' }),
  roles: withSubject({ 'cerbos.roles': ['user', 'admin'] }),
  'a role twice': withSubject({ 'cerbos.roles': ['user', 'user'] }),
  'other roles': withSubject({ 'cerbos.roles': ['admin'] }),
  'no roles': withSubject({ 'cerbos.roles': [] }),
  'names that every object inherits': withSubject({ constructor: 1, __proto__: 'x' }),
  'a token that is none': {
    ...withSubject({}),
    context: { 'cerbos.auxData': { jwt: { token: 'abc' } } },
  },
  'a token without text': { ...withSubject({}), context: { 'cerbos.auxData': { jwt: {} } } },
  'auxData of another sort': { ...withSubject({}), context: { 'cerbos.auxData': 'x' } },
  'auxData of none': { ...withSubject({}), context: { 'cerbos.auxData': { x: 1 } } },
  'options of another type': {
    ...withSubject({}),
    context: { 'cerbos.requestId': 1, 'cerbos.includeMeta': 'x' },
  },
  'nothing in it': {},
  'empty parts': { subject: {}, resource: {}, action: {} },
  'empty names': { subject: { type: '', id: '' }, resource, action },
  'an empty property': withSubject({ '': 1 }),
  'a number for a text': { subject: { type: 1 }, resource, action },
}

const BATCH: Readonly<Record<string, object>> = {
  'several actions': { subject, resource, evaluations: ['view', 'edit', 'fly'].map(named) },
  'with meta': {
    subject,
    resource,
    context: meta,
    evaluations: ['view', 'edit', 'fly'].map(named),
  },
  'several resources, with meta': {
    subject,
    action,
    context: meta,
    evaluations: [{ resource }, { resource: { type: 'doc', id: 'd2' } }, { resource }],
  },
  'several subjects': {
    resource,
    action: { name: 'edit' },
    evaluations: [{ subject }, { subject: { type: 'user', id: 'bob' } }],
  },
  'no defaults': { evaluations: [{ subject, resource, action }] },
  ...Object.fromEntries(
    ['', 'execute_all', 'deny_on_first_deny', 'permit_on_first_permit', 'nope'].map((semantic) => [
      `semantic \`${semantic}\``,
      {
        subject,
        resource,
        options: { evaluations_semantic: semantic },
        evaluations: ['fly', 'view', 'edit', 'fly'].map(named),
      },
    ]),
  ),
}

/** The results of a context by the ids of the resources: Cerbos has them in an order of chance. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(inOrder).toSorted((a, b) => idOf(a).localeCompare(idOf(b)))
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, inOrder(each)]))
}

/** The same for all that are no results, so that they stay in their order. */
function idOf(value: unknown): string {
  return (value as { resource?: { id?: string } } | null)?.resource?.id ?? ''
}

describe.skipIf('missing' in found)(`AuthZEN${skippedWithoutCerbos(found)}`, () => {
  let pair: Pair
  beforeAll(async () => {
    pair = await startPair({ policies: POLICIES })
  })
  afterAll(() => pair.stop())

  async function ask(path: string, body: object) {
    const headers = { 'content-type': 'application/json' }
    const init = { method: 'POST', headers, body: JSON.stringify(body) }
    const [ours, theirs] = await Promise.all([
      send(`${pair.ourUrl}/access/v1/${path}`, init),
      send(`${pair.cerbos.httpUrl}/access/v1/${path}`, init),
    ])
    return { ours, theirs }
  }

  test.each(Object.entries(SINGLE))('is answered as by Cerbos: %s', async (_, body) => {
    const { ours, theirs } = await ask('evaluation', body)
    expect(ours).toEqual(theirs)
  })

  test.each(Object.entries(BATCH))('a batch is answered as by Cerbos: %s', async (_, body) => {
    const { ours, theirs } = await ask('evaluations', body)
    expect(inOrder(ours)).toEqual(inOrder(theirs))
  })

  test('discovery has what Cerbos has, and the search', async () => {
    const headers = { 'x-forwarded-host': 'pdp.example', 'x-forwarded-proto': 'https' }
    const path = '/.well-known/authzen-configuration'
    const [ours, theirs] = await Promise.all([
      send(`${pair.ourUrl}${path}`, { headers }),
      send(`${pair.cerbos.httpUrl}${path}`, { headers }),
    ])
    const { body } = theirs
    const search_action_endpoint = 'https://pdp.example/access/v1/search/action'
    expect(ours).toEqual({ ...theirs, body: { ...(body as object), search_action_endpoint } })
  })

  // Where we differ. Each says what Cerbos does too, so that it is known when that changes.

  test('a batch decides by the properties of each evaluation; Cerbos by those of the first', async () => {
    const owned = (owner: string) => ({ resource: { ...resource, properties: { owner } } })
    const body = { subject, ...named('edit'), evaluations: [owned('ann'), owned('bob')] }
    const { ours, theirs } = await ask('evaluations', body)
    expect(ours.body).toEqual({ evaluations: [{ decision: true }, { decision: false }] })
    expect(theirs.body).toEqual({ evaluations: [{ decision: true }, { decision: true }] })
  })

  test.each([
    { 'cerbos.roles': 'admin' },
    { 'cerbos.roles': [1] },
    { 'cerbos.policyVersion': 1 },
    { 'cerbos.scope': 1 },
  ])('%j is refused; Cerbos decides as if it were not there', async (properties) => {
    const { ours, theirs } = await ask('evaluation', withSubject(properties))
    expect(ours.status).toBe(400)
    expect(theirs).toMatchObject({ status: 200, body: { decision: true } })
  })

  test.each([
    ['unknown fields are ignored', 'evaluation', { subject, resource, action, x: 1 }],
    ['a batch without evaluations is a single one', 'evaluations', { subject, resource, action }],
    ['part of an evaluation is a denial', 'evaluations', { subject, action, evaluations: [{}] }],
  ])('%s, as AuthZEN says; Cerbos refuses', async (_, path, body) => {
    const { ours, theirs } = await ask(path, body)
    expect([ours.status, theirs.status]).toEqual([200, 400])
  })

  test('another content type is refused, as AuthZEN says; Cerbos answers', async () => {
    const body = JSON.stringify({ subject, resource, action })
    const init = { method: 'POST', body, headers: { 'content-type': 'text/plain' } }
    const [ours, theirs] = await Promise.all([
      send(`${pair.ourUrl}/access/v1/evaluation`, init),
      send(`${pair.cerbos.httpUrl}/access/v1/evaluation`, init),
    ])
    expect([ours.status, theirs.status]).toEqual([400, 200])
  })
})
