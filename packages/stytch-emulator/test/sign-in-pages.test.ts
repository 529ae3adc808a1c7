import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { findBrowser, launchBrowser, skippedWithoutBrowser } from '../../../tools/browser.ts'
import { acmeId, useEmulator } from './support.ts'

const used = useEmulator()

/** An application that shows who comes back signed in. */
function application(): Server {
  return createServer(async (request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://app.test')
    const token = searchParams.get('token')
    // Some browsers ask for an icon.
    if (token === null) {
      response.writeHead(204).end()
      return
    }
    const isSso = searchParams.get('stytch_token_type') === 'sso'
    const answer = isSso
      ? await used.stytch.sso.authenticate({ sso_token: token })
      : await used.stytch.oauth.authenticate({ oauth_token: token })
    response.setHeader('content-type', 'text/html')
    response.end(`<title>App</title><h1>Hello ${answer.member.email_address}</h1>`)
  })
}

describe.skipIf('missing' in findBrowser())(
  `the sign-in pages in a browser${skippedWithoutBrowser()}`,
  () => {
    let app: Server
    let appUrl = ''
    let browser: Browser
    let page: Page
    const hosts = new Set<string>()
    const complaints: string[] = []

    beforeAll(async () => {
      app = application()
      await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
      appUrl = `http://127.0.0.1:${(app.address() as AddressInfo).port}/authenticate`
      browser = await launchBrowser()
      page = await browser.newPage()
      page.on('request', (request) => hosts.add(new URL(request.url()).host))
      page.on('console', (message) => complaints.push(message.text()))
      page.on('pageerror', (error) => complaints.push(String(error)))
    }, 60_000)
    afterAll(async () => {
      await browser?.close()
      app?.close()
    })

    function startUrl(path: string, parameters: Readonly<Record<string, string>>): string {
      const { url, project } = used.emulator
      const query = { public_token: project.publicToken, login_redirect_url: appUrl, ...parameters }
      return `${url}${path}?${new URLSearchParams(query)}`
    }

    async function connect(protocol: 'oidc' | 'saml'): Promise<string> {
      const { sso } = used.stytch
      const acme = { organization_id: acmeId }
      const idp = `${used.emulator.url}/__emulator/idp`
      if (protocol === 'oidc') {
        const { connection } = await sso.oidc.createConnection(acme)
        const connection_id = connection?.connection_id ?? ''
        const client = { client_id: 'acme', client_secret: 'secret-test-idp' }
        await sso.oidc.updateConnection({ ...acme, ...client, connection_id, issuer: idp })
        return connection_id
      }
      const { connection } = await sso.saml.createConnection(acme)
      const reference = { ...acme, connection_id: connection?.connection_id ?? '' }
      await sso.saml.updateByURL({ ...reference, metadata_url: `${idp}/saml/metadata` })
      const attribute_mapping = { email: 'NameID', first_name: 'firstName', last_name: 'lastName' }
      await sso.saml.updateConnection({ ...reference, attribute_mapping })
      return reference.connection_id
    }

    test('a provider’s page: a member is a click away', async () => {
      const google = '/v1/b2b/public/oauth/google/start'
      await page.goto(startUrl(google, { organization_id: acmeId }))
      await page.getByRole('link', { name: 'maya@acme.test' }).click()
      await page.getByRole('heading', { name: 'Hello maya@acme.test' }).waitFor()
    }, 60_000)

    test('a provider’s page: someone else types who they are', async () => {
      const google = '/v1/b2b/public/oauth/google/start'
      await page.goto(startUrl(google, { organization_id: acmeId }))
      await page.getByLabel('Email address').fill('new@acme.test')
      await page.getByLabel('Name').fill('New')
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('heading', { name: 'Hello new@acme.test' }).waitFor()
    }, 60_000)

    test.each(['oidc', 'saml'] as const)(
      'the identity provider’s page, with %s',
      async (protocol) => {
        const connection_id = await connect(protocol)
        await page.goto(startUrl('/v1/public/sso/start', { connection_id }))
        await page.getByLabel('Groups').waitFor()
        await page.getByRole('link', { name: 'ada@acme.test' }).click()
        await page.getByRole('heading', { name: 'Hello ada@acme.test' }).waitFor()
      },
      60_000,
    )

    test('nobody is asked where the address says who it is', async () => {
      const connection_id = await connect('saml')
      await page.goto(startUrl('/v1/public/sso/start', { connection_id, user: 'maya@acme.test' }))
      await page.getByRole('heading', { name: 'Hello maya@acme.test' }).waitFor()
    }, 60_000)

    test('without scripts, SAML takes one click more', async () => {
      const context = await browser.newContext({ javaScriptEnabled: false })
      const plain = await context.newPage()
      const connection_id = await connect('saml')
      await plain.goto(startUrl('/v1/public/sso/start', { connection_id, user: 'maya@acme.test' }))
      await plain.getByRole('button', { name: 'Continue to the application' }).click()
      await plain.getByRole('heading', { name: 'Hello maya@acme.test' }).waitFor()
      await context.close()
    }, 60_000)

    test('the page fits a small phone, works without a mouse, and cancelling says so', async () => {
      await page.setViewportSize({ width: 360, height: 740 })
      const slack = '/v1/b2b/public/oauth/slack/start'
      await page.goto(startUrl(slack, { organization_id: acmeId }))
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      expect(new URL(page.url()).hash).toBe('#content')
      await page.getByRole('link', { name: 'Cancel' }).focus()
      await page.keyboard.press('Enter')
      await page.getByText('oauth_app_not_authorized').waitFor()
    }, 60_000)

    test('asks no other host for anything, and the content policy is not in the way', () => {
      expect([...hosts].sort()).toEqual(
        [new URL(appUrl).host, new URL(used.emulator.url).host].sort(),
      )
      const unexpected = complaints.filter((text) => !text.includes('status of 400'))
      expect(unexpected).toEqual([])
    })
  },
)
