import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'

import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { findBrowser, launchBrowser, skippedWithoutBrowser } from '../../../tools/browser.ts'
import { decide, type Task } from './browser/decide.ts'

const POLICY = `apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: invoice
  version: default
  schemas:
    resourceSchema: { ref: cerbos:///invoice.json }
  variables:
    local:
      same_team: P.attr.team == R.attr.team
  rules:
    - name: view
      actions: ['view', 'view:*']
      roles: [clerk]
      effect: EFFECT_ALLOW
      condition:
        match:
          all:
            of:
              - expr: V.same_team
              - expr: R.attr.number.matches("^(INV|CRN)-[0-9]{4}$")
    - name: pay
      actions: [pay]
      roles: [clerk]
      effect: EFFECT_ALLOW
      condition:
        match:
          expr: timestamp(R.attr.due).getHours("Europe/Paris") < 12 && now() < timestamp(R.attr.due)
      output:
        when:
          ruleActivated: '"%s of %.2f".format([R.attr.number, R.attr.amount])'
          conditionNotMet: R.attr.missing
    - name: void
      actions: [void]
      roles: [clerk]
      effect: EFFECT_DENY
      condition:
        match:
          expr: R.attr.lines.exists(line, line.missing > 3)
`
const SCHEMA = JSON.stringify({
  type: 'object',
  properties: { amount: { type: 'number', minimum: 1 }, due: { format: 'date-time' } },
})
const FILES = [
  { path: 'invoice.yaml', text: POLICY },
  { path: '_schemas/invoice.json', text: SCHEMA },
]

const invoice = {
  team: 'ü-team',
  number: 'INV-0042',
  amount: 12.5,
  due: '2030-01-02T10:30:00Z',
  lines: [{}],
}
const INPUTS = [invoice, { ...invoice, number: 'x', amount: 0 }, { ...invoice, due: 'soon' }].map(
  (attr, index) => ({
    principal: { id: 'maya', roles: ['clerk'], attr: { team: 'ü-team' } },
    resource: { kind: 'invoice', id: String(index), attr },
    actions: ['view', 'view:total', 'pay', 'void'],
  }),
)

const TASKS: Readonly<Record<string, Task>> = {
  decisions: { files: FILES, inputs: INPUTS, now: Date.UTC(2026, 0, 1) },
  diagnostics: {
    files: [{ path: 'invoice.yaml', text: POLICY.replace('V.same_team', 'V.same_taem') }],
    inputs: [],
    now: 0,
  },
}

// A bundle of the engine without anything of Node.js, on pages that forbid `eval`.
describe.skipIf('missing' in findBrowser())(`in a browser${skippedWithoutBrowser()}`, () => {
  let server: Server
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    server = await serve({
      '/': ['decide', 'ask', 'eval'].map((name) => `<script src="/${name}.js"></script>`).join(''),
      '/eval.js': `try { new Function('return 1')() } catch ({ name }) { document.title = name }`,
      '/decide.js': await bundle(),
      '/ask.js': `const askWorker = (task) => new Promise((resolve, reject) => {
  const worker = new Worker('/worker.js')
  worker.onmessage = ({ data }) => resolve(data)
  worker.onerror = ({ message }) => reject(new Error(message))
  worker.postMessage(task)
})`,
      '/worker.js': `importScripts('/decide.js')
onmessage = ({ data }) => postMessage(decide(data))`,
    })
    browser = await launchBrowser()
    page = await browser.newPage()
    const { port } = server.address() as AddressInfo
    await page.goto(`http://127.0.0.1:${port}/`)
  })
  afterAll(async () => {
    await browser?.close()
    server?.close()
  })

  test('the tasks have allowed and denied actions, outputs, errors and violations', () => {
    const [decisions, diagnostics] = Object.values(TASKS).map((task) => decide(task))
    expect(decisions).toContain('EFFECT_ALLOW')
    expect(decisions).toContain('EFFECT_DENY')
    expect(decisions).toContain('INV-0042 of 12.50')
    expect(decisions).toMatch(/"validationErrors":\[\{/)
    expect(decisions).toMatch(/"evaluationErrors":\[\{/)
    expect(diagnostics).toContain('invoice.yaml:19:23 undefined-variable')
  })

  test.each(Object.entries(TASKS))('a page answers as Node.js does: %s', async (_, task) => {
    expect(await page.evaluate(call('decide', task))).toBe(decide(task))
  })

  test.each(Object.entries(TASKS))('a worker answers as Node.js does: %s', async (_, task) => {
    expect(await page.evaluate(call('askWorker', task))).toBe(decide(task))
  })

  test('the page forbids `eval`', async () => {
    expect(await page.title()).toBe('EvalError')
  })
})

function call(name: string, task: Task): string {
  return `${name}(${JSON.stringify(task)})`
}

async function bundle(): Promise<string> {
  const entry = fileURLToPath(new URL('browser/decide.ts', import.meta.url))
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    conditions: ['@lockstitch/source'],
  })
  return outputFiles.map(({ text }) => text).join('\n')
}

async function serve(pages: Readonly<Record<string, string>>): Promise<Server> {
  const server = createServer(({ url = '' }, response) => {
    const type = url.endsWith('.js') ? 'text/javascript' : 'text/html'
    response.setHeader('content-type', `${type}; charset=utf-8`)
    response.setHeader('content-security-policy', "default-src 'self'")
    response.end(pages[url] ?? '')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}
