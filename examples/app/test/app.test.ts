import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { startWorkspace, type Workspace } from './workspace.ts'

let workspace: Workspace
beforeAll(async () => {
  workspace = await startWorkspace()
})
afterAll(() => workspace.close())

const everyone = {
  maya: ['maya@acme.test'],
  noah: ['noah@acme.test'],
  vera: ['vera@acme.test'],
  gus: ['gus@globex.test'],
  pia: ['pia@platform.test'],
  sam: ['sam@partners.test', 'Acme'],
} as const
type Who = keyof typeof everyone

function signIn(who: Who) {
  const [email, organization] = everyone[who]
  return workspace.signIn(email, organization)
}

describe('the list of documents', () => {
  test.each([
    [
      'maya',
      ['Notes on pricing', 'Q3 plan', 'Support rota, July', 'How we write', 'Office move'],
      'Pay review 2026',
    ],
    ['vera', ['Q3 plan', 'My first weeks', 'How we write', 'Office move'], 'Support rota, July'],
    ['noah', ['Notes on pricing', 'Q3 plan', 'My first weeks', 'Pay review 2026'], 'Launch list'],
  ] as const)('%s sees what they may read, newest first', async (who, shown, hidden) => {
    const { text } = await (await signIn(who)).get('/acme/documents')
    const titles = [...text.matchAll(/class="row-title"[^>]*>([^<]+)</g)].map(([, title]) => title)
    expect(titles.filter((title) => shown.some((each) => each === title))).toEqual(shown)
    expect(text).not.toContain(hidden)
  })

  test('a platform administrator finds the other organizations there, a member finds none', async () => {
    const pia = await signIn('pia')
    expect((await pia.get('/platform/documents')).text).toContain('href="/globex/documents"')
    const maya = await signIn('maya')
    expect((await maya.get('/acme/documents')).text).not.toContain('globex')
  })
})

describe('changing documents', () => {
  test('an editor writes, publishes, archives; then it is read-only for everyone', async () => {
    const sam = await signIn('sam')
    await sam.get('/acme/documents/new')
    const created = await sam.post('/acme/documents', {
      title: 'A <b>new</b> page',
      body: 'One.\r\n\r\nTwo.',
      classification: 'internal',
    })
    expect(created.status).toBe(303)
    const path = created.location ?? ''
    expect((await sam.get(path)).text).toContain('A &lt;b&gt;new&lt;/b&gt; page')

    await sam.get(`${path}/edit`)
    expect(
      (
        await sam.post(`${path}/edit`, {
          title: 'A new page',
          body: 'Three.',
          classification: 'internal',
        })
      ).location,
    ).toBe(path)
    await sam.get(path)
    expect((await sam.post(`${path}/publish`)).status).toBe(303)
    expect((await sam.post(`${path}/archive`)).status).toBe(303)
    expect(
      (await sam.post(`${path}/edit`, { title: 'x', body: '', classification: 'internal' })).status,
    ).toBe(403)
    expect((await sam.get(path)).text).toContain('Three.')
  })

  test('what may not be done by a page may not be done by a post either', async () => {
    const vera = await signIn('vera')
    await vera.get('/acme/documents')
    for (const action of ['edit', 'publish', 'archive', 'restore', 'delete'])
      expect((await vera.post(`/acme/documents/q3-plan/${action}`, { title: 'x' })).status).toBe(
        403,
      )
    expect((await vera.post('/acme/documents', { title: 'x' })).status).toBe(403)
    expect((await vera.get('/acme/documents/q3-plan')).text).toContain('Three things this quarter')
  })

  test('who may edit a document of others may not make it confidential', async () => {
    const maya = await signIn('maya')
    await maya.get('/acme/documents/q3-plan/edit')
    const fields = { title: 'Q3 plan', body: 'Mine.', classification: 'confidential' }
    expect((await maya.post('/acme/documents/q3-plan/edit', fields)).status).toBe(403)
    expect((await maya.get('/acme/documents/q3-plan')).text).not.toContain('Mine.')
  })

  test('a document without a title is refused with the text kept', async () => {
    const maya = await signIn('maya')
    await maya.get('/acme/documents/new')
    const answer = await maya.post('/acme/documents', { title: '  ', body: 'Half an hour of work' })
    expect(answer.status).toBe(400)
    expect(answer.text).toContain('Half an hour of work')
    expect(answer.text).toContain('Give the document a title.')
  })

  test('a platform administrator archives in any organization', async () => {
    const pia = await signIn('pia')
    await pia.get('/globex/documents/field-report')
    expect((await pia.post('/globex/documents/field-report/archive')).status).toBe(303)
    expect((await pia.get('/globex/documents/field-report')).text).toContain('archived')
  })
})

describe('what pages show', () => {
  test('what may be done is there; what may not is disabled, with the reason', async () => {
    const { text } = await (await signIn('maya')).get('/acme/documents/q3-plan')
    expect(text).toContain('href="/acme/documents/q3-plan/edit"')
    expect(text).not.toContain('action="/acme/documents/q3-plan/archive"')
    expect(text).toMatch(/<button disabled>Archive<\/button>[\s\S]*Why not[\s\S]*owner_id == P\.id/)
  })

  test('a denial says why, and the decision has a page of its own', async () => {
    const maya = await signIn('maya')
    const denied = await maya.get('/globex/documents')
    expect(denied.text).toContain('R.attr.organization_id == P.attr.organization_id')
    const [, id = ''] = /Decision <code>([\w-]+)<\/code>/.exec(denied.text) ?? []
    const decision = await maya.get(`/decisions/${id}`)
    expect(decision.status).toBe(200)
    expect(decision.text).toContain('organization_id')
    expect((await maya.get('/decisions')).text).toContain(id)
  })

  test('programs get the problem document', async () => {
    const maya = await signIn('maya')
    const answer = await maya.get('/globex/documents', { accept: 'application/json' })
    expect(answer.status).toBe(403)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
    expect(JSON.parse(answer.text)).toMatchObject({ status: 403, action: 'list_documents' })
  })
})
