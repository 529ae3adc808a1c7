import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { hashSync } from 'bcryptjs'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { healthOf, type PdpProcess, startProcess } from './pdp-process.ts'
import { askingFor, policiesOf, versionOf } from './versioned-policies.ts'

// Servers that are killed while policies change: the next one has one state, and what was told as kept.

const ROUNDS = 4
const VERSIONS = 50
const PASSWORD_HASH = Buffer.from(hashSync('secret', 4)).toString('base64')

let home = ''
let server: PdpProcess | undefined
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'lockstitch-killed-'))
})
afterEach(async () => {
  await server?.kill()
  await rm(home, { recursive: true, force: true })
})

async function version(): Promise<number> {
  const body = JSON.stringify(askingFor(VERSIONS))
  const response = await fetch(`${server?.url}/api/check/resources`, { method: 'POST', body })
  return versionOf(await response.json())
}

test('in reloads of a directory: it decides by a whole one', async () => {
  const link = join(home, 'policies')
  const put = async (number: number): Promise<void> => {
    const folder = join(home, String(number))
    await mkdir(folder)
    for (const [name, file] of Object.entries(policiesOf(number)))
      await writeFile(join(folder, name), JSON.stringify(file))
    await symlink(folder, `${link}.next`)
    await rename(`${link}.next`, link)
  }
  const storage = { driver: 'disk', disk: { directory: link, watchForChanges: true } }
  let last = 0
  await put(last)
  for (let round = 0; round < ROUNDS; round += 1) {
    server = await startProcess({ storage })
    expect(await version()).toBe(last)
    for (let change = 0; change < 3; change += 1) {
      last += 1
      await put(last)
      await pause(40 * round)
    }
    await server.kill()
  }
  server = await startProcess({ storage })
  expect(await version()).toBe(last)
}, 240_000)

test('in changes of a database: what was told as kept is kept, as a whole', async () => {
  const config = {
    storage: { driver: 'sqlite3', sqlite3: { dsn: join(home, 'policies.db') } },
    server: {
      adminAPI: {
        enabled: true,
        adminCredentials: { username: 'root', passwordHash: PASSWORD_HASH },
      },
    },
  }
  const put = async (number: number): Promise<boolean> => {
    const body = JSON.stringify({ policies: Object.values(policiesOf(number)) })
    const headers = { authorization: `Basic ${btoa('root:secret')}` }
    const url = `${server?.url}/admin/policy`
    const response = await fetch(url, { method: 'POST', body, headers }).catch(() => undefined)
    return response?.ok === true
  }
  let kept = -1
  let tried = -1
  for (let round = 0; round < ROUNDS; round += 1) {
    server = await startProcess(config)
    if (kept >= 0) expect(await version()).toBeGreaterThanOrEqual(kept)
    expect((await healthOf(server.url)).lockstitch.driver).toBe('sqlite3')
    tried += 1
    expect(await put(tried)).toBe(true)
    kept = tried
    const killing = pause(15 + 35 * round).then(() => server?.kill())
    while (server.isRunning() && tried < VERSIONS - 1) {
      tried += 1
      if (await put(tried)) kept = tried
    }
    await killing
  }
  server = await startProcess(config)
  expect(await version()).toBeGreaterThanOrEqual(kept)
  expect(await version()).toBeLessThanOrEqual(tried)
  expect(await put(VERSIONS - 1)).toBe(true)
  expect(await version()).toBe(VERSIONS - 1)
}, 240_000)
