import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { findBrowser, launchBrowser, skippedWithoutBrowser } from '../../../tools/browser.ts'
import { startCerbos } from '../../../tools/cerbos-server.ts'
import type { RunningServer } from '../src/index.ts'
import { findCerbos, skippedWithoutCerbos, startOurs } from './beside-cerbos.ts'
import { POLICIES } from './policies.ts'

type Json = Readonly<Record<string, unknown>>
interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Json>>>>
  readonly components: { readonly schemas: Json }
}

let server: RunningServer
let url = ''
beforeAll(async () => {
  server = await startOurs(POLICIES, { playgroundEnabled: true, explainEnabled: true })
  url = `http://${server.httpAddress}`
})
afterAll(() => server.close())

async function described(from: string): Promise<Described> {
  const response = await fetch(`${from}/schema/swagger.json`)
  expect(response.headers.get('content-type')).toContain('application/json')
  return (await response.json()) as Described
}

describe('the description', () => {
  test('has all operations, each with an id of its own, and all that they name', async () => {
    const { paths, components } = await described(url)
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining([
        '/api/check/resources',
        '/access/v1/evaluations',
        '/api/playground/test',
        '/lockstitch/v1/explain',
      ]),
    )
    const ids = Object.values(paths).flatMap((path) =>
      Object.values(path).map(({ operationId }) => operationId),
    )
    expect(new Set(ids).size).toBe(ids.length)
    const refs =
      JSON.stringify({ paths, components }).match(/"#\/components\/schemas\/[^"]+"/g) ?? []
    const names = refs.map((ref) => ref.slice('"#/components/schemas/'.length, -1))
    expect(names.filter((name) => !(name in components.schemas))).toEqual([])
    expect(components.schemas['cerbos.engine.v1.Principal']).toMatchObject({
      required: ['id', 'roles'],
      properties: { roles: { type: 'array', uniqueItems: true, minItems: 1 } },
    })
  })

  test.skipIf('missing' in findCerbos())(
    `has every operation that Cerbos describes${skippedWithoutCerbos()}`,
    async () => {
      const cerbos = await startCerbos({ policies: POLICIES })
      const theirs = await described(cerbos.httpUrl)
      await cerbos.stop()
      const admin = await startOurs(POLICIES, { playgroundEnabled: true })
      const ours = await described(`http://${admin.httpAddress}`)
      await admin.close()
      const operations = ({ paths }: Described): readonly string[] =>
        Object.entries(paths)
          .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`))
          // The admin API is described where it is there.
          .filter((operation) => !operation.includes(' /admin/'))
      const known = operations(ours)
      expect(operations(theirs).filter((operation) => !known.includes(operation))).toEqual([])
      expect(operations(theirs).length).toBeGreaterThan(4)
    },
  )
})

test('there is no page where it is switched off', async () => {
  const without = await startOurs(POLICIES, { apiExplorerEnabled: false })
  for (const path of ['/', '/explorer.js', '/schema/swagger.json']) {
    expect((await fetch(`http://${without.httpAddress}${path}`)).status).toBe(404)
  }
  await without.close()
})

describe.skipIf('missing' in findBrowser())(`the page${skippedWithoutBrowser()}`, () => {
  let browser: Browser
  let page: Page
  const requested: string[] = []
  const complaints: string[] = []
  beforeAll(async () => {
    browser = await launchBrowser()
    page = await browser.newPage({ viewport: { width: 360, height: 700 } })
    page.on('request', (request) => requested.push(request.url()))
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(url)
  })
  afterAll(() => browser.close())

  test('loads nothing from another host, and nothing that the browser refuses', async () => {
    await page.waitForLoadState('networkidle')
    expect(requested.map((each) => new URL(each).host)).toEqual(
      requested.map(() => server.httpAddress),
    )
    expect(requested.length).toBeGreaterThanOrEqual(3)
    expect(complaints.filter((text) => !text.includes('favicon') && !text.includes('404'))).toEqual(
      [],
    )
  })

  test('fits a telephone', async () => {
    await page.evaluate('for (const each of document.querySelectorAll("details")) each.open = true')
    const width = await page.evaluate('document.documentElement.scrollWidth')
    expect(width).toBeLessThanOrEqual(360)
    await page.evaluate(
      'for (const each of document.querySelectorAll("details")) each.open = false',
    )
  })

  test('tries an operation by the keyboard alone, and says what came of it', async () => {
    const summary = page.locator('summary', { hasText: '/api/check/resources' }).first()
    await summary.focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    const field = page.getByRole('textbox', { name: 'Request' }).first()
    expect(await field.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(
      true,
    )
    // What is asked to begin with is a request.
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    const form = page.locator('form[data-path="/api/check/resources"]')
    await form.getByText('Answer: 200 OK').waitFor()
    expect(await form.getByRole('status').textContent()).toBe('Answer: 200 OK')
    expect(JSON.parse((await form.locator('pre').textContent()) ?? '')).toMatchObject({
      results: [{ resource: { kind: 'document' } }],
    })
    await field.fill('{"principal": 1}')
    await form.getByRole('button').press('Enter')
    await form.getByText('Answer: 400').waitFor()
  })

  test('every field has a label, and every heading and button a name', async () => {
    const nameless = await page.evaluate(`[...document.querySelectorAll('input, textarea')]
      .filter((each) => each.labels.length === 0).map((each) => each.outerHTML)`)
    expect(nameless).toEqual([])
    expect(await page.locator('h1').count()).toBe(1)
    expect(await page.locator('html').getAttribute('lang')).toBe('en')
    const regions = await page.getByRole('region').count()
    expect(regions).toBe(await page.locator('section').count())
  })
})
