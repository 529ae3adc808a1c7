import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { findBrowser, launchBrowser, skippedWithoutBrowser } from '../../../tools/browser.ts'
import { acmeId, errorType, mayaId, useEmulator } from './support.ts'

const used = useEmulator()

describe('the request log', () => {
  test('has what was asked of the API, with a command that asks it again', async () => {
    const { stytch, emulator } = used
    const name = "Maya's 'quoted' \\ $HOME"
    await stytch.organizations.members.update({ organization_id: acmeId, member_id: mayaId, name })
    await errorType(stytch.organizations.get({ organization_id: 'nowhere' }))
    await fetch(`${emulator.url}/inbox`)
    const [failed, changed, ...others] = emulator.requests()
    expect(others).toEqual([])
    expect(failed).toMatchObject({
      ...{ method: 'GET', url: '/v1/b2b/organizations/nowhere', status: 404 },
      error_type: 'organization_not_found',
    })
    expect(changed).toMatchObject({ method: 'PUT', status: 200, error_type: '' })

    const answer = await fetch(`${emulator.url}/__emulator/requests`)
    const { requests } = (await answer.json()) as { requests: { curl: string }[] }
    emulator.reset()
    await promisify(execFile)('sh', ['-c', requests[1]?.curl ?? ''])
    const { member } = await stytch.organizations.members.get({
      organization_id: acmeId,
      member_id: mayaId,
    })
    expect(member.name).toBe(name)
  })

  test('keeps the latest two hundred', async () => {
    for (let count = 0; count < 210; count++) await used.stytch.rbac.policy()
    expect(used.emulator.requests()).toHaveLength(200)
  })
})

const found = findBrowser()
describe.skipIf('missing' in found)(`the dashboard${skippedWithoutBrowser(found)}`, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser.close())

  /** A page of the emulator; what it asks of other hosts is an error. */
  async function open(path: string): Promise<Page> {
    const page = await browser.newPage()
    page.on('request', (request) => {
      const url = request.url()
      if (!url.startsWith(used.emulator.url) && !url.startsWith('data:'))
        throw new Error(`the page asks for ${url}`)
    })
    await page.goto(`${used.emulator.url}${path}`)
    return page
  }

  /** Reaches something by the Tab key alone. */
  async function tabTo(page: Page, name: string): Promise<void> {
    for (let count = 0; count < 60; count++) {
      await page.keyboard.press('Tab')
      const focused = await page.evaluate(() => {
        // biome-ignore lint/suspicious/noExplicitAny: the page's own
        const element = (globalThis as any).document.activeElement
        return element?.labels?.[0]?.textContent || element?.textContent || ''
      })
      if (String(focused).trim().startsWith(name)) return
    }
    throw new Error(`Tab does not reach \`${name}\``)
  }

  test('makes requests fail and mends them, by keyboard alone', async () => {
    const call = () => errorType(used.stytch.organizations.get({ organization_id: 'acme' }))
    const page = await open('/')
    await tabTo(page, 'Controls')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/controls')
    await tabTo(page, 'What happens to them')
    await page.keyboard.type('Answer 429')
    await tabTo(page, 'Add the fault')
    await page.keyboard.press('Enter')
    await page.getByRole('status').waitFor()
    expect(await call()).toBe('too_many_requests')
    await tabTo(page, 'Clear the faults')
    await page.keyboard.press('Enter')
    await page.getByText('Nothing is made to fail.').waitFor()
    expect(await call()).toBe('no error')
    await page.close()
  })

  test('moves the clock, rotates the keys and starts over', async () => {
    const { emulator } = used
    const page = await open('/controls')
    await page.getByLabel('Move it forward by').selectOption({ label: 'a day' })
    await page.getByRole('button', { name: 'Move the clock' }).click()
    await page.getByRole('button', { name: 'Rotate the keys' }).click()
    await page.getByText('2 keys').waitFor()
    expect(emulator.clock.advanced()).toBe(86_400_000)
    await page.getByRole('button', { name: 'Reset the emulator' }).click()
    await page.waitForLoadState()
    expect(emulator.clock.advanced()).toBe(0)
    await page.close()
  })

  test('shows who is signed in and how, and ends a session', async () => {
    const { session_token } = used.emulator.startSession(mayaId)
    const page = await open('/')
    const row = page.getByRole('region', { name: 'Sessions of Papers' }).getByRole('row').nth(1)
    expect(await row.textContent()).toContain('magic_link')
    await row.getByRole('button', { name: 'End' }).click()
    await page.getByText('Nobody is signed in.').waitFor()
    const call = used.stytch.sessions.authenticate({ session_token })
    expect(await errorType(call)).toBe('session_not_found')
    await page.close()
  })

  test('shows a request’s command when it is opened', async () => {
    await used.stytch.organizations.get({ organization_id: 'acme' })
    const page = await open('/requests')
    const command = page.getByLabel('Command')
    expect(await command.isVisible()).toBe(false)
    await tabTo(page, 'GET /v1/b2b/organizations/acme')
    await page.keyboard.press('Enter')
    expect(await command.isVisible()).toBe(true)
    await page.close()
  })

  const pages = ['/', '/inbox', '/requests', '/controls']

  test.each(pages)('%s has a heading, landmarks and a name for every control', async (path) => {
    await used.stytch.organizations.get({ organization_id: 'acme' })
    const page = await open(path)
    expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1)
    for (const role of ['banner', 'navigation', 'main', 'contentinfo'] as const)
      expect(await page.getByRole(role).count()).toBe(1)
    expect(await page.locator('nav [aria-current=page]').count()).toBe(1)
    const controls = page.locator('input:not([type=hidden]), select, button, a, summary')
    for (const control of await controls.all())
      expect(await control.ariaSnapshot()).toMatch(/"[^"]+"|: \S/)
    await page.close()
  })

  test.each(pages)('%s is light and dark, and fits a narrow window', async (path) => {
    const page = await open(path)
    await page.setViewportSize({ width: 360, height: 640 })
    const looks: { backgroundColor: string; color: string; fits: boolean }[] = []
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      const look = await page.evaluate(() => {
        // biome-ignore lint/suspicious/noExplicitAny: the page's own
        const { document, getComputedStyle, innerWidth } = globalThis as any
        const { backgroundColor, color } = getComputedStyle(document.body)
        return { backgroundColor, color, fits: document.body.scrollWidth <= innerWidth }
      })
      looks.push(look)
    }
    expect(looks[0]?.backgroundColor).not.toBe(looks[1]?.backgroundColor)
    expect(looks[0]?.color).not.toBe(looks[1]?.color)
    expect(looks.map(({ fits }) => fits)).toEqual([true, true])
    await page.close()
  })
})
