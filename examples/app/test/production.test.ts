import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { startWorkspace, type Workspace } from './workspace.ts'

describe('in production', () => {
  let workspace: Workspace
  beforeAll(async () => {
    workspace = await startWorkspace({ production: true })
  })
  afterAll(() => workspace.close())

  test('a denial says no more than its decision id', async () => {
    const maya = await workspace.signIn('maya@acme.test')
    const { status, text } = await maya.get('/globex/documents')
    expect(status).toBe(403)
    expect(text).toMatch(/Decision <code>[\w-]+<\/code>/)
    expect(text).not.toMatch(/attr|policy|organization_id|org_editor|Globex/i)
    const answer = await maya.get('/globex/documents', { accept: 'application/json' })
    expect(Object.keys(JSON.parse(answer.text)).sort()).toEqual([
      'action',
      'decisionId',
      'resource',
      'status',
      'title',
      'type',
    ])
  })

  test('what may not be done is absent', async () => {
    const { text } = await (await workspace.signIn('maya@acme.test')).get('/acme/documents/q3-plan')
    expect(text).toContain('href="/acme/documents/q3-plan/edit"')
    expect(text).not.toMatch(/Archive|Why not|disabled/)
  })

  test('there is no page of decisions, and no list of people', async () => {
    const maya = await workspace.signIn('maya@acme.test')
    expect((await maya.get('/decisions')).status).toBe(404)
    expect((await workspace.visitor().get('/sign-in')).text).not.toContain('maya@acme.test')
  })
})

describe('when nothing can be decided', () => {
  let workspace: Workspace
  beforeAll(async () => {
    const decide = { checkResources: () => Promise.reject(new Error('the decider is down')) }
    workspace = await startWorkspace({ decide })
  })
  afterAll(() => workspace.close())

  test('nobody is let in, and nobody is signed out', async () => {
    const maya = await workspace.signIn('maya@acme.test')
    const before = new Map(maya.cookies)
    for (const path of ['/acme/documents', '/acme/documents/q3-plan', '/acme/members']) {
      const { status, text } = await maya.get(path)
      expect(status).toBe(503)
      expect(text).toContain('still signed in')
      expect(text).not.toContain('the decider is down')
    }
    expect(maya.cookies.get('stytch_session')).toBe(before.get('stytch_session'))
    expect((await maya.get('/organizations')).status).toBe(200)
  })
})

describe('when Stytch is down', () => {
  let workspace: Workspace
  beforeAll(async () => {
    workspace = await startWorkspace()
  })
  afterAll(() => workspace.close())

  test('a session that has to be asked about is not decided on, and stays', async () => {
    const maya = await workspace.signIn('maya@acme.test')
    maya.cookies.delete('stytch_session_jwt')
    workspace.emulator.faults.add({ path: '/v1/b2b/sessions/authenticate', status: 500, times: 50 })
    expect((await maya.get('/acme/documents')).status).toBe(503)
    workspace.emulator.faults.clear()
    expect((await maya.get('/acme/documents')).status).toBe(200)
    // Stytch was asked: the next requests need not ask again.
    expect(maya.cookies.has('stytch_session_jwt')).toBe(true)
  })

  test('a session outlives its JWT: Stytch is asked once, and signs a fresh one', async () => {
    const maya = await workspace.signIn('maya@acme.test')
    const [, payload = ''] = (maya.cookies.get('stytch_session_jwt') ?? '').split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const expired = workspace.emulator.sign({
      ...claims,
      ...{ iat: claims.iat - 600, nbf: claims.nbf - 600, exp: claims.exp - 600 },
    })
    maya.cookies.set('stytch_session_jwt', expired)
    expect((await maya.get('/acme/documents')).status).toBe(200)
    expect(maya.cookies.get('stytch_session_jwt')).not.toBe(expired)
    workspace.emulator.faults.add({ path: '/v1/b2b/sessions/authenticate', status: 500, times: 9 })
    expect((await maya.get('/acme/documents')).status).toBe(200)
    workspace.emulator.faults.clear()
  })

  test('a link that cannot be sent is said to be so', async () => {
    const visitor = workspace.visitor()
    await visitor.get('/sign-in')
    workspace.emulator.faults.add({ path: '/v1/b2b/magic_links/email/discovery/send', status: 500 })
    const answer = await visitor.post('/sign-in', { email: 'maya@acme.test' })
    expect(answer.status).toBe(503)
    expect(answer.text).toContain('value="maya@acme.test"')
    workspace.emulator.faults.clear()
  })

  test('a session that has expired leads back to the sign-in page, and is forgotten', async () => {
    const maya = await workspace.signIn('maya@acme.test')
    await workspace.stytch.sessions.revoke({
      session_token: maya.cookies.get('stytch_session') ?? '',
    })
    maya.cookies.delete('stytch_session_jwt')
    const answer = await maya.get('/acme/documents/q3-plan')
    expect(answer.location).toBe('/sign-in?ended')
    expect(maya.cookies.has('stytch_session')).toBe(false)
    expect((await maya.open('/sign-in?ended')).text).toContain('Your session has ended')
  })
})
