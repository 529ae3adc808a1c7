import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { findBrowser, launchBrowser, skippedWithoutBrowser } from '../../../tools/browser.ts'
import { startWorkspace, type Workspace } from './workspace.ts'

describe.skipIf('missing' in findBrowser())(`in a browser${skippedWithoutBrowser()}`, () => {
  let workspace: Workspace
  let browser: Browser
  let context: BrowserContext
  let page: Page
  const requests: string[] = []
  const complaints: string[] = []

  beforeAll(async () => {
    workspace = await startWorkspace()
    browser = await launchBrowser()
    context = await browser.newContext()
    page = await context.newPage()
    page.on('request', (request) => requests.push(request.url()))
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(String(error)))
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await workspace?.close()
  })

  test('signs in through the inbox, is allowed, is denied elsewhere, and is allowed after an edit', async () => {
    await page.goto(workspace.url)
    await page.getByLabel('Email address').fill('maya@acme.test')
    await page.getByRole('button', { name: 'Send me a sign-in link' }).click()
    await page.getByRole('link', { name: 'Open the demo inbox' }).click()
    await openLinkOfInbox(page)
    await page.getByRole('heading', { name: 'Documents' }).waitFor()

    await page.getByRole('link', { name: 'Q3 plan', exact: true }).click()
    await page.getByRole('link', { name: 'Edit', exact: true }).click()
    await page.getByLabel('Text').fill('One thing this quarter.')
    await page.getByRole('button', { name: 'Save' }).click()
    expect(await page.getByRole('article').textContent()).toBe('One thing this quarter.')

    const denied = await page.goto(`${workspace.url}/globex/documents`)
    expect(denied?.status()).toBe(403)
    expect(await page.getByRole('main').textContent()).toContain(
      'R.attr.organization_id == P.attr.organization_id',
    )

    workspace.editPolicy(
      'organization.yaml',
      'actions: [list_documents]\n      effect: EFFECT_ALLOW\n',
      'actions: [list_documents]\n      effect: EFFECT_ALLOW\n      roles: [editor]\n',
    )
    await expect.poll(async () => (await page.reload())?.status(), { timeout: 20_000 }).toBe(200)
    await page.getByText('not your own organization').waitFor()
  }, 60_000)

  test('an export asks for a code, takes it from the inbox, and is there', async () => {
    const program = await context.request.get(
      `${workspace.url}/acme/documents/pricing-notes/export`,
      {
        headers: { accept: 'application/json' },
      },
    )
    expect([program.status(), program.headers()['www-authenticate']]).toEqual([
      401,
      'Bearer error="insufficient_user_authentication", error_description="sign in again, as the challenge says", acr_values="otp", max_age="600"',
    ])

    await page.goto(`${workspace.url}/acme/documents/pricing-notes`)
    await page.getByRole('link', { name: 'Export' }).click()
    await page.getByRole('heading', { name: 'Confirm that it is you' }).waitFor()
    await page.getByRole('button', { name: 'Send me a code' }).click()
    await page.getByLabel('Code').fill('000000')
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('alert').waitFor()
    const [message] = workspace.emulator.messages({ to: 'maya@acme.test' })
    await page.getByLabel('Code').fill(message?.code ?? '')
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Continue' }).click()
    expect((await download).suggestedFilename()).toBe('document.txt')

    // The code counts for ten minutes.
    const again = await context.request.get(`${workspace.url}/acme/documents/pricing-notes/export`)
    expect(again.status()).toBe(200)
    expect(await again.text()).toContain('Notes on pricing')
  }, 60_000)

  test('works without a mouse', async () => {
    await page.goto(`${workspace.url}/acme/documents`)
    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('Skip to the content')
    await page.keyboard.press('Enter')
    expect(new URL(page.url()).hash).toBe('#content')
    await page.goto(`${workspace.url}/acme/documents`)
    for (let presses = 0; !(await focused(page)).includes('Member menu'); presses += 1) {
      expect(presses).toBeLessThan(10)
      await page.keyboard.press('Tab')
    }
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('Switch organization')
    expect(await outlineOfFocused(page)).not.toBe('none')
  }, 60_000)

  test.each([
    '/acme/documents',
    '/acme/documents/q3-plan',
    '/acme/documents/new',
    '/acme/members',
    '/organizations',
    '/decisions',
    '/initech/documents',
  ])(
    'names everything there is on %s, and fits a small phone',
    async (path) => {
      await page.goto(`${workspace.url}${path}`)
      expect(await page.evaluate(unnamedThings)).toEqual([])
      expect(await page.getByRole('main').count()).toBe(1)
      expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1)
      expect(await page.getAttribute('html', 'lang')).toBe('en')
      await page.setViewportSize({ width: 360, height: 740 })
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
      await page.setViewportSize({ width: 1100, height: 800 })
    },
    60_000,
  )

  test('asks no other host for anything, and the content policy is not in the way', () => {
    const hosts = new Set(requests.map((url) => new URL(url).host))
    expect([...hosts].sort()).toEqual(
      [new URL(workspace.url).host, new URL(workspace.emulator.url).host].sort(),
    )
    expect(complaints.filter((text) => !/status of 40[03]/.test(text))).toEqual([])
  })
})

async function openLinkOfInbox(inbox: Page): Promise<void> {
  const link = inbox.locator('a[href*="/authenticate?"]').first()
  if ((await link.count()) === 0) await inbox.getByText('Sign in to Folio').first().click()
  await link.click()
}

function focused(at: Page): Promise<string> {
  return at.evaluate(
    'document.activeElement === document.body ? "" : document.activeElement.textContent.trim()',
  ) as Promise<string>
}

function outlineOfFocused(at: Page): Promise<string> {
  return at.evaluate('getComputedStyle(document.activeElement).outlineStyle') as Promise<string>
}

/** Controls without a name and fields without a label; runs in the page. */
const unnamedThings = `
  [...document.querySelectorAll('a, button, summary, input:not([type=hidden]), textarea, select')]
    .filter((element) => {
      const label = element.labels?.[0]?.textContent ?? element.getAttribute('aria-label') ?? element.textContent
      return label.trim() === ''
    })
    .map((element) => element.outerHTML)`
