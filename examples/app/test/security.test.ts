import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { cookieNames } from '../src/cookies.ts'
import { createVisitor } from './visitor.ts'
import { startWorkspace, type Workspace } from './workspace.ts'

let workspace: Workspace
beforeAll(async () => {
  workspace = await startWorkspace()
})
afterAll(() => workspace.close())

function lastLink(email: string): string {
  return workspace.emulator.messages({ to: email })[0]?.url ?? ''
}

describe('signing in', () => {
  test('a link from the inbox leads to the documents', async () => {
    const visitor = workspace.visitor()
    expect((await visitor.open('/')).text).toContain('Sign in to Folio')
    const sent = await visitor.post('/sign-in', { email: ' maya@acme.test ' })
    expect(sent.location).toBe('/check-your-inbox')
    expect((await visitor.open('/check-your-inbox')).text).toContain('maya@acme.test')
    expect((await visitor.open(lastLink('maya@acme.test'))).text).toContain('Q3 plan')
  })

  test('the page that was asked for is the one that is opened', async () => {
    const visitor = workspace.visitor()
    await visitor.open('/acme/documents/q3-plan')
    await visitor.post('/sign-in', { email: 'maya@acme.test' })
    expect((await visitor.get(lastLink('maya@acme.test'))).location).toBe('/acme/documents/q3-plan')
  })

  test('with several organizations one is chosen, and another later', async () => {
    const sam = await workspace.signIn('sam@partners.test', 'Acme')
    expect((await sam.get('/acme/documents/new')).status).toBe(200)
    expect((await sam.get('/globex/documents')).status).toBe(403)

    const choices = (await sam.get('/organizations')).text
    const [, globex = ''] = /value="(organization-[\w-]+)">\s*<strong>Globex</.exec(choices) ?? []
    expect((await sam.post('/organizations', { organization_id: globex })).location).toBe(
      '/globex/documents',
    )
    expect((await sam.get('/globex/documents')).status).toBe(200)
    expect((await sam.get('/globex/documents/new')).status).toBe(403)
    expect((await sam.get('/acme/documents')).status).toBe(403)
  })

  test('nobody switches to an organization that they do not belong to', async () => {
    const maya = await workspace.signIn('maya@acme.test')
    const globex = 'organization-test-00000000-0000-4000-8000-000000000003'
    await maya.get('/organizations')
    expect((await maya.post('/organizations', { organization_id: globex })).status).toBe(403)
    expect((await maya.get('/globex/documents')).status).toBe(403)
  })

  test('somebody without an organization gets no further', async () => {
    const stranger = await workspace.signIn('stranger@nowhere.test')
    expect((await stranger.open('/organizations')).text).toContain(
      'does not belong to an organization',
    )
    expect((await stranger.get('/acme/documents')).location).toBe('/sign-in')
  })

  test('a link works once', async () => {
    const maya = workspace.visitor()
    await maya.get('/sign-in')
    await maya.post('/sign-in', { email: 'maya@acme.test' })
    const link = lastLink('maya@acme.test')
    const verifier = maya.cookies.get(cookieNames.pkceVerifier) ?? ''
    expect((await maya.get(link)).status).toBe(303)
    const again = workspace.visitor()
    again.cookies.set(cookieNames.pkceVerifier, verifier)
    expect((await again.get(link)).status).toBe(400)
  })

  test('a link works only in the browser that asked for it', async () => {
    const attacker = workspace.visitor()
    await attacker.get('/sign-in')
    await attacker.post('/sign-in', { email: 'gus@globex.test' })
    const victim = workspace.visitor()
    await victim.get('/sign-in')
    const answer = await victim.get(lastLink('gus@globex.test'))
    expect(answer.status).toBe(400)
    expect(victim.cookies.has(cookieNames.sessionToken)).toBe(false)
  })

  test('a program that looks at the link first does not use it up', async () => {
    const maya = workspace.visitor()
    await maya.get('/sign-in')
    await maya.post('/sign-in', { email: 'maya@acme.test' })
    const link = lastLink('maya@acme.test')
    await fetch(link, { method: 'HEAD' })
    expect((await maya.get(link)).status).toBe(303)
  })

  test.each(['', 'maya', 'a b@acme.test', `${'a'.repeat(255)}@acme.test`])(
    'asks again for an address that is none: %s',
    async (email) => {
      const visitor = workspace.visitor()
      await visitor.get('/sign-in')
      const answer = await visitor.post('/sign-in', { email })
      expect(answer.status).toBe(400)
      expect(answer.text).toContain('aria-invalid="true"')
    },
  )
})

describe('signing out', () => {
  test('ends the session at Stytch and in this process, and clears the cookies', async () => {
    const maya = await workspace.signIn('maya@acme.test')
    const token = maya.cookies.get(cookieNames.sessionToken) ?? ''
    const jwt = maya.cookies.get(cookieNames.sessionJwt) ?? ''
    await maya.get('/acme/documents')
    expect((await maya.post('/sign-out')).location).toBe('/sign-in')
    expect(maya.cookies.has(cookieNames.sessionToken)).toBe(false)
    expect(maya.cookies.has(cookieNames.sessionJwt)).toBe(false)

    const authenticate = workspace.stytch.sessions.authenticate({ session_token: token })
    await expect(authenticate).rejects.toMatchObject({ status_code: 404 })
    const copy = workspace.visitor()
    const headers = { accept: 'application/json', authorization: `Bearer ${jwt}` }
    expect((await copy.get('/acme/documents', headers)).status).toBe(401)
  })

  test('is no loss when the session is gone already', async () => {
    const maya = await workspace.signIn('maya@acme.test')
    await maya.get('/acme/documents')
    const token = maya.cookies.get(cookieNames.sessionToken) ?? ''
    await workspace.stytch.sessions.revoke({ session_token: token })
    expect((await maya.post('/sign-out')).location).toBe('/sign-in')
  })
})

describe('cookies', () => {
  test('no script can read them and no other site can post with them', async () => {
    const maya = workspace.visitor()
    await maya.get('/sign-in')
    const seen = [...maya.setCookies]
    await maya.post('/sign-in', { email: 'maya@acme.test' })
    seen.push(...maya.setCookies)
    await maya.get(lastLink('maya@acme.test'))
    seen.push(...maya.setCookies)
    const names = seen.map((line) => line.split('=')[0])
    expect(names).toEqual(
      expect.arrayContaining([
        cookieNames.sessionToken,
        cookieNames.sessionJwt,
        cookieNames.csrf,
        cookieNames.pkceVerifier,
      ]),
    )
    for (const line of seen) expect(line).toMatch(/; Path=\/.*; HttpOnly; SameSite=Lax/)
  })
})

describe('posts', () => {
  test('without a token, with one of another browser or of another session: refused', async () => {
    const maya = await workspace.signIn('maya@acme.test')
    const before =
      /name="_csrf" value="([^"]+)"/.exec((await workspace.visitor().get('/sign-in')).text)?.[1] ??
      ''
    await maya.get('/acme/documents')
    for (const fields of [{}, { _csrf: '' }, { _csrf: 'x' }, { _csrf: before }]) {
      const answer = await maya.postRaw('/acme/documents', { title: 'Forged', ...fields })
      expect(answer.status).toBe(403)
    }
    expect((await maya.get('/acme/documents')).text).not.toContain('Forged')
  })

  test('with the token of the session before, in the same browser: refused', async () => {
    const maya = await workspace.signIn('maya@acme.test')
    const page = await maya.get('/acme/documents')
    const _csrf = /name="_csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
    const noah = await workspace.signIn('noah@acme.test')
    noah.cookies.set(cookieNames.csrf, maya.cookies.get(cookieNames.csrf) ?? '')
    expect((await noah.postRaw('/sign-out', { _csrf })).status).toBe(403)
    expect((await maya.postRaw('/sign-out', { _csrf })).status).toBe(303)
  })

  test.each([
    { origin: 'https://elsewhere.test' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])('from another site are refused, even with a token: %j', async (headers) => {
    const maya = await workspace.signIn('maya@acme.test')
    const page = await maya.get('/acme/documents')
    const _csrf = /name="_csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
    expect((await maya.postRaw('/sign-out', { _csrf }, headers)).status).toBe(403)
    expect((await maya.postRaw('/sign-out', { _csrf })).status).toBe(303)
  })

  test('a bearer token does not open the door for cookies without a CSRF token', async () => {
    const maya = await workspace.signIn('maya@acme.test')
    const jwt = maya.cookies.get(cookieNames.sessionJwt) ?? ''
    const headers = { authorization: `Bearer ${jwt}` }
    expect((await maya.postRaw('/acme/documents', { title: 'x' }, headers)).status).toBe(403)
    expect(
      (await createVisitor(workspace.url).postRaw('/acme/documents', { title: 'x' }, headers))
        .status,
    ).toBe(303)
  })
})

describe('redirects', () => {
  test.each([
    'https://elsewhere.test/',
    '//elsewhere.test/acme/documents',
    '/\\elsewhere.test/documents',
    '/sign-out',
  ])('a planted return address is not followed: %s', async (target) => {
    const visitor = workspace.visitor()
    await visitor.get('/sign-in')
    await visitor.post('/sign-in', { email: 'maya@acme.test' })
    visitor.cookies.set(cookieNames.returnTo, encodeURIComponent(target))
    expect((await visitor.get(lastLink('maya@acme.test'))).location).toBe('/acme/documents')
  })

  test('the link in the mail leads to this application, whatever host was asked for', async () => {
    const { port } = new URL(workspace.url)
    const { status, text } = await rawGet(Number(port), '/sign-in', 'elsewhere.test')
    expect(status).toBe(421)
    expect(text).not.toContain('_csrf')
    const local = await rawGet(Number(port), '//elsewhere.test/', `localhost:${port}`)
    expect(local.status).toBe(307)
    expect(local.location).toBe(`${workspace.url}//elsewhere.test/`)
  })
})

describe('headers', () => {
  test.each(['/sign-in', '/acme/documents', '/style.css', '/no/such/page'])(
    'of %s',
    async (path) => {
      const { headers } = await (await workspace.signIn('maya@acme.test')).get(path)
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toContain('unsafe')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('same-origin')
      expect(headers.get('x-powered-by')).toBeNull()
      if (path !== '/style.css') expect(headers.get('cache-control')).toBe('no-store')
    },
  )

  test('pages have no script and no style of their own', async () => {
    const maya = await workspace.signIn('maya@acme.test')
    for (const path of [
      '/acme/documents',
      '/acme/documents/q3-plan',
      '/globex/documents',
      '/decisions',
    ])
      expect((await maya.get(path)).text).not.toMatch(
        /<script|<style|\sstyle=|\son\w+=|https?:\/\//,
      )
  })
})

async function rawGet(port: number, path: string, host: string) {
  const { request } = await import('node:http')
  return new Promise<{ status: number; location: string | undefined; text: string }>(
    (resolve, reject) => {
      request({ port, path, host: '127.0.0.1', headers: { host } }, (response) => {
        let text = ''
        response.on('data', (chunk) => {
          text += chunk
        })
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, location: response.headers.location, text }),
        )
      })
        .on('error', reject)
        .end()
    },
  )
}
