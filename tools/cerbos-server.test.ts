import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

import { findCerbos, skippedWithoutCerbos, startCerbos } from './cerbos-server.ts'

const cerbos = findCerbos()
const policies = {
  'document.yaml': `apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: document
  version: default
  rules:
    - { actions: [view], effect: EFFECT_ALLOW, roles: [reader] }
`,
}
const question = {
  principal: { id: 'p', roles: ['reader'] },
  resources: [{ actions: ['view', 'edit'], resource: { kind: 'document', id: 'd' } }],
}

describe.skipIf('missing' in cerbos)(`the real Cerbos${skippedWithoutCerbos(cerbos)}`, () => {
  test('decides by the policies it is given, and ends when it is told to', async () => {
    const server = await startCerbos({ policies })
    expect(await server.post('/api/check/resources', question)).toMatchObject({
      ok: true,
      body: { results: [{ actions: { view: 'EFFECT_ALLOW', edit: 'EFFECT_DENY' } }] },
    })
    expect(await server.post('/api/check/resources', {})).toMatchObject({ ok: false, status: 400 })
    await server.stop()
    expect(await isFree(server.httpUrl)).toBe(true)
  })

  test('says what is wrong when it cannot start', async () => {
    await expect(startCerbos({ policies: { 'document.yaml': 'nonsense: 1' } })).rejects.toThrow(
      /Cerbos did not start:\n.*nonsense/s,
    )
  })

  test('ends with whoever started it, even if that is killed', async () => {
    const module = fileURLToPath(new URL('cerbos-server.ts', import.meta.url))
    const script = `import { startCerbos } from ${JSON.stringify(module)}
      console.log((await startCerbos({ policies: ${JSON.stringify(policies)} })).httpUrl)`
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '-e', script],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        cwd: fileURLToPath(new URL('..', import.meta.url)),
      },
    )
    const url = await new Promise<string>((resolve) =>
      child.stdout.once('data', (text) => resolve(String(text).trim())),
    )
    expect(await isFree(url)).toBe(false)
    child.kill('SIGKILL')
    while (!(await isFree(url))) await new Promise((resolve) => setTimeout(resolve, 20))
  })
})

test('where there is no Cerbos, titles say why tests are skipped', () => {
  expect(skippedWithoutCerbos({ missing: 'another machine' })).toBe(' (skipped: another machine)')
  expect(skippedWithoutCerbos({ path: '/cerbos' })).toBe('')
})

function isFree(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(Number(new URL(url).port), '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
