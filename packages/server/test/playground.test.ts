import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { findCerbos, type Pair, send, skippedWithoutCerbos, startPair } from './beside-cerbos.ts'
import { POLICIES } from './policies.ts'

const found = findCerbos()

const file = (fileName: string, text: string) => ({
  fileName,
  contents: Buffer.from(text).toString('base64'),
})
const policy = (rule: string, more = '') => `
apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: doc
  version: default
  ${more}
  rules:
    - actions: [view]
      roles: [user]
      effect: EFFECT_ALLOW
      ${rule}
`
const DOC = file('doc.yaml', policy('condition: { match: { expr: P.attr.x > 1 } }'))
const SUITE = file(
  'doc_test.yaml',
  `
name: docs
principals: { ann: { id: ann, roles: [user], attr: { x: 2 } } }
resources: { d: { id: d, kind: doc } }
tests:
  - name: one
    input: { principals: [ann], resources: [d], actions: [view, fly] }
    expected: [{ principal: ann, resource: d, actions: { view: EFFECT_ALLOW, fly: EFFECT_ALLOW } }]
`,
)
const ALL = Object.entries(POLICIES).map(([name, text]) => file(name, text))
const QUESTION = {
  playgroundId: 'p1',
  files: [DOC],
  principal: { id: 'ann', roles: ['user'], attr: { x: 2 } },
  resource: { kind: 'doc', id: '1' },
  actions: ['view'],
}
const CHECK = {
  requestId: 'r',
  includeMeta: true,
  principal: QUESTION.principal,
  resources: [{ resource: QUESTION.resource, actions: ['view', 'fly'] }],
}

const SETS: Readonly<Record<string, readonly object[]>> = {
  'a policy': [DOC],
  'all of them': ALL,
  'no files': [],
  'a file of nothing': [{}],
  'a name that is too long': [file('x'.repeat(300), 'x')],
  'too many': Array.from({ length: 31 }, (_, index) => file(`f${index}.yaml`, 'x')),
  'an expression that is none': [
    file('a.yaml', policy('condition: { match: { expr: "1 + \'a\'" } }')),
  ],
  'a field that is none': [file('a.yaml', policy('effects: x'))],
  'text that is no policy': [file('a.yaml', 'rubbish'), DOC],
  'bytes that are no text': [{ fileName: 'a.yaml', contents: '/w==' }],
  'derived roles that are missing': [file('a.yaml', policy('', 'importDerivedRoles: [nope]'))],
  'a scope that is missing': [file('a.yaml', policy('', 'scope: a.b'))],
  'a schema that is missing': [
    file('a.yaml', policy('', 'schemas: { resourceSchema: { ref: cerbos:///nope.json } }')),
  ],
  'a file twice': [DOC, DOC],
  'files that are no policies': [DOC, file('README.md', '# hi'), file('testdata/x.yaml', 'a: 1')],
  'tests without policies': [SUITE],
}

describe.skipIf('missing' in found)(`the playground${skippedWithoutCerbos(found)}`, () => {
  let pair: Pair
  beforeAll(async () => {
    pair = await startPair({
      policies: POLICIES,
      server: { playgroundEnabled: true },
      cerbosServer: { playgroundEnabled: true },
    })
  })
  afterAll(() => pair.stop())

  async function answersAlike(path: string, body: object): Promise<unknown> {
    const init = { method: 'POST', body: JSON.stringify(body) }
    const [ours, theirs] = await Promise.all([
      send(`${pair.ourUrl}/api/playground/${path}`, init),
      send(`${pair.cerbos.httpUrl}/api/playground/${path}`, init),
    ])
    expect({ ...ours, body: comparable(ours.body) }).toEqual({
      ...theirs,
      body: comparable(theirs.body),
    })
    return ours.body
  }

  async function expectSame(path: string, body: object): Promise<void> {
    await answersAlike(path, body)
  }

  test.each(Object.entries(SETS))('finds in policies what Cerbos finds: %s', (_, files) =>
    expectSame('validate', { playgroundId: 'p1', files }),
  )

  test.each([
    ['a suite', { files: [DOC, SUITE] }],
    ['policies with errors', { files: [file('a.yaml', 'rubbish'), SUITE] }],
    ['a suite with errors', { files: [DOC, file('a_test.yaml', 'rubbish')] }],
    ['nothing to run', { files: [DOC] }],
    ['nothing', {}],
  ])('runs tests as Cerbos does: %s', (_, body) => expectSame('test', body))

  test.each([
    ['allowed', QUESTION],
    ['denied', { ...QUESTION, principal: { ...QUESTION.principal, attr: { x: 'y' } } }],
    ['policies with errors', { ...QUESTION, files: [file('a.yaml', 'rubbish')] }],
    ['another kind', { ...QUESTION, resource: { kind: 'nothing', id: '1' } }],
    [
      'outputs, derived roles, what a schema finds',
      {
        ...QUESTION,
        files: ALL,
        actions: ['view', 'edit', 'delete'],
        resource: { kind: 'doc', id: '1', attr: { owner: 'ann', size: 'big', held: false } },
      },
    ],
    ['a token that is none', { ...QUESTION, auxData: { jwt: { token: 'abc' } } }],
    ['an action twice', { ...QUESTION, actions: ['view', 'view'] }],
    ['nothing', {}],
  ])('evaluates as Cerbos does: %s', (_, body) => expectSame('evaluate', body))

  test.each([
    ['a check', { checkResources: CHECK }],
    ['a check that is none', { checkResources: {} }],
    [
      'an old check',
      { checkResourceBatch: { principal: CHECK.principal, resources: CHECK.resources } },
    ],
    [
      'a check of one kind',
      {
        checkResourceSet: {
          principal: CHECK.principal,
          actions: ['view'],
          resource: { kind: 'doc', instances: { a: {} } },
        },
      },
    ],
    [
      'a plan',
      { planResources: { principal: CHECK.principal, resource: { kind: 'doc' }, action: 'view' } },
    ],
    ['too much', { checkResources: { ...CHECK, resources: Array(6).fill(CHECK.resources[0]) } }],
    ['two requests', { checkResources: CHECK, planResources: {} }],
    ['no request', {}],
  ])('proxies as Cerbos does: %s', (_, body) =>
    expectSame('proxy', { playgroundId: 'p1', files: [DOC], ...body }),
  )

  test('does not decide by the policies of the server', async () => {
    const body = { ...QUESTION, files: [file('a.yaml', policy('name: a').replace('doc', 'other'))] }
    expect(await answersAlike('evaluate', { ...body, actions: ['view'] })).toMatchObject({
      success: { results: [{ effect: 'EFFECT_DENY', policy: 'NO_MATCH' }] },
    })
  })
})

/** Traces are not ours, excerpts are for people, errors and results come in an order of chance. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(comparable)
    return items.some(isOfSet) ? items.toSorted(byText) : items
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'engineTraceBatch' && key !== 'context')
      .map(([key, each]) => [key, comparable(each)]),
  )
}

function isOfSet(item: unknown): boolean {
  return typeof item === 'object' && item !== null && ('error' in item || 'action' in item)
}

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1
}
