import { mkdir, mkdtemp, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import {
  diskStore,
  type LoadedPolicies,
  loadPolicies,
  type RunningServer,
  startServer,
} from '../../src/index.ts'
import { askingFor, policiesOf, versionOf } from './versioned-policies.ts'

// What a server does when the folder of its policies changes while it serves.

/** More than can be written between two looks at the folder. */
const VERSIONS = 40
const QUESTION = askingFor(VERSIONS)

let base: string
let folder: string
let policies: LoadedPolicies
let server: RunningServer
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'lockstitch-watched-'))
  folder = join(base, 'policies')
  await write(0)
  policies = await loadPolicies(diskStore(folder, { watchForChanges: true }))
  server = await startServer({
    engine: policies.engine,
    policies,
    httpListenAddr: '127.0.0.1:0',
    grpcListenAddr: '127.0.0.1:0',
  })
})
afterEach(async () => {
  await server.close()
  policies.close()
  await rm(base, { recursive: true, force: true })
})

/** All policies of a version, one after the other. */
async function write(version: number, directory = folder): Promise<void> {
  await mkdir(directory, { recursive: true })
  for (const [path, policy] of Object.entries(policiesOf(version))) {
    await writeFile(join(directory, path), JSON.stringify(policy))
  }
}

async function ask(): Promise<number> {
  const url = `http://${server.httpAddress}/api/check/resources`
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(QUESTION) })
  return versionOf(await response.json())
}

interface Health {
  readonly status: string
  readonly lockstitch: { readonly generation: number; readonly reloadError?: string }
}

async function health(): Promise<Health> {
  const response = await fetch(`http://${server.httpAddress}/_cerbos/health`)
  return (await response.json()) as Health
}

const untilItIs = (version: number) =>
  vi.waitFor(async () => expect(await ask()).toBe(version), { timeout: 20_000, interval: 20 })

test('a folder that goes leaves the last policies in force, which health tells, and comes back', async () => {
  await rename(folder, join(base, 'elsewhere'))
  await vi.waitFor(
    async () => {
      expect(await health()).toMatchObject({
        status: 'SERVING',
        lockstitch: { generation: 1, reloadError: expect.stringContaining('does not exist') },
      })
    },
    { timeout: 20_000, interval: 20 },
  )
  expect(await ask()).toBe(0)
  await write(1)
  await untilItIs(1)
  expect((await health()).lockstitch.reloadError).toBeUndefined()
})

test('an emptied folder is no folder without rules', async () => {
  await rm(folder, { recursive: true })
  await mkdir(folder)
  await vi.waitFor(
    async () => expect((await health()).lockstitch.reloadError).toMatch(/no polic|does not exist/),
    { timeout: 20_000, interval: 20 },
  )
  expect(await ask()).toBe(0)
})

test('a new folder, and one that goes and comes back', async () => {
  for (const path of Object.keys(policiesOf(1))) await unlink(join(folder, path))
  await write(1, join(folder, 'sub'))
  await untilItIs(1)
  await rename(join(folder, 'sub'), join(base, 'sub'))
  await write(2, join(folder, 'another'))
  await untilItIs(2)
  await rm(join(folder, 'another'), { recursive: true })
  await rename(join(base, 'sub'), join(folder, 'sub'))
  await untilItIs(1)
})

test('files that are renamed, and links to others', async () => {
  const [path = ''] = Object.keys(policiesOf(0))
  await rename(join(folder, path), join(folder, 'renamed.json'))
  await write(1, join(base, 'linked'))
  for (const name of Object.keys(policiesOf(1))) {
    await rm(join(folder, name), { force: true })
    await symlink(join(base, 'linked', name), join(folder, name))
  }
  await unlink(join(folder, 'renamed.json'))
  await untilItIs(1)
})

test('many edits at once are never in force in part', async () => {
  const seen = new Set<number>()
  let isChanging = true
  const asking = (async () => {
    while (isChanging) seen.add(await ask())
  })()
  for (let version = 1; version < VERSIONS; version += 1) {
    // Nobody can see a folder in part that is put in the place of another.
    await write(version, join(base, 'next'))
    await rename(folder, join(base, `before-${version}`))
    await rename(join(base, 'next'), folder)
  }
  await untilItIs(VERSIONS - 1)
  isChanging = false
  await asking
  // A version of which there was but a part would have been no version at all.
  expect([...seen].every((version) => Number.isInteger(version))).toBe(true)
})

test('what is written in one go is put in force once', async () => {
  await write(1)
  await untilItIs(1)
  expect((await health()).lockstitch.generation).toBe(2)
})
