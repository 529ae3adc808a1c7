import { Engine } from '@lockstitch/engine'
import { afterEach, expect, test } from 'vitest'

import { findCerbos, skippedWithoutCerbos, startCerbos } from '../../../../tools/cerbos-server.ts'
import {
  type LoadedPolicies,
  loadPolicies,
  type OverlayStoreOptions,
  overlayStore,
  type Store,
} from '../../src/index.ts'
import { contentsOfFiles } from '../../src/store/stored-files.ts'
import { policiesOf } from './versioned-policies.ts'

/** A store that others may take away. */
interface Switchable {
  readonly store: Store
  set(version: number | 'down' | 'broken'): void
  readonly isClosed: () => boolean
}

function switchable(driver: string, first: number | 'down'): Switchable {
  let state: number | 'down' | 'broken' = first
  let isClosed = false
  return {
    set(next) {
      state = next
    },
    isClosed: () => isClosed,
    store: {
      driver,
      async read() {
        if (state === 'down') throw new Error(`${driver} is down`)
        const policies = state === 'broken' ? { 'a.json': { nope: 1 } } : policiesOf(state)
        const files = Object.entries(policies).map(([path, file]) => ({
          path,
          text: JSON.stringify(file),
        }))
        return contentsOfFiles({ driver, files, directory: '', policySource: { [driver]: {} } })
      },
      close() {
        isClosed = true
      },
    },
  }
}

const opened: LoadedPolicies[] = []
afterEach(() => {
  for (const loaded of opened.splice(0)) loaded.close()
})

async function load(
  [base, fallback]: readonly [Switchable, Switchable],
  options: Partial<OverlayStoreOptions> = {},
): Promise<LoadedPolicies> {
  const store = overlayStore({ base: () => base.store, fallback: () => fallback.store, ...options })
  const loaded = await loadPolicies(store)
  opened.push(loaded)
  return loaded
}

function version({ engine }: LoadedPolicies): number {
  const [found] = [0, 1, 2, 3].filter((each) =>
    engine.isAllowed({
      principal: { id: 'x', roles: ['user'] },
      resource: { kind: 'a', id: '1' },
      action: `v${each}`,
    }),
  )
  return found ?? -1
}

test('it starts without its fallback, which nobody asks for', async () => {
  const loaded = await load([switchable('git', 1), switchable('disk', 'down')])
  expect([version(loaded), loaded.contents.driver]).toEqual([1, 'git'])
})

test('it starts by its fallback when the base is down, and goes to the base when that is there', async () => {
  const [base, fallback] = [switchable('git', 'down'), switchable('disk', 2)]
  const switches: unknown[] = []
  const loaded = await load([base, fallback], { onSwitch: (to) => switches.push(to) })
  expect([version(loaded), loaded.contents.driver]).toEqual([2, 'disk'])
  base.set(1)
  expect((await loaded.reload()).ok).toBe(true)
  expect([version(loaded), loaded.contents.driver]).toEqual([1, 'git'])
  expect(switches).toEqual([{ driver: 'disk', reason: 'git is down' }, { driver: 'git' }])
})

test('a store that cannot be opened is one that cannot be read', async () => {
  const store = overlayStore({
    base: () => {
      throw new Error('no such database')
    },
    fallback: () => switchable('disk', 2).store,
  })
  expect((await store.read()).driver).toBe('disk')
})

test('without both it does not start, and says why', async () => {
  const starting = load([switchable('git', 'down'), switchable('disk', 'down')])
  await expect(starting).rejects.toThrow('git is down; and the fallback: disk is down')
})

test('the policies of the base stay until it has failed often enough', async () => {
  const [base, fallback] = [switchable('git', 1), switchable('disk', 2)]
  const loaded = await load([base, fallback], { fallbackErrorThreshold: 3 })
  base.set('down')
  for (const _ of [1, 2]) {
    expect(await loaded.reload()).toMatchObject({ ok: false, text: expect.stringMatching(/^git/) })
    expect(version(loaded)).toBe(1)
  }
  expect((await loaded.reload()).ok).toBe(true)
  expect([version(loaded), loaded.contents.driver]).toEqual([2, 'disk'])
  fallback.set(3)
  await loaded.reload()
  expect(version(loaded)).toBe(3)
})

test('failures long ago do not count, nor those before the base was there again', async () => {
  let now = 0
  const [base, fallback] = [switchable('git', 1), switchable('disk', 2)]
  const options = { fallbackErrorThreshold: 2, fallbackErrorWindow: 1_000, clock: () => now }
  const loaded = await load([base, fallback], options)
  base.set('down')
  await loaded.reload()
  now = 1_000
  await loaded.reload()
  expect(version(loaded)).toBe(1)
  base.set(1)
  await loaded.reload()
  base.set('down')
  await loaded.reload()
  expect(version(loaded)).toBe(1)
  now = 1_999
  await loaded.reload()
  expect(version(loaded)).toBe(2)
})

test('policies of the base that do not compile are no reason for the fallback', async () => {
  const [base, fallback] = [switchable('git', 1), switchable('disk', 2)]
  const loaded = await load([base, fallback], { fallbackErrorThreshold: 1 })
  base.set('broken')
  for (const _ of [1, 2, 3]) expect((await loaded.reload()).ok).toBe(false)
  expect([version(loaded), loaded.contents.driver]).toEqual([1, 'git'])
})

test('closing closes both', async () => {
  const [base, fallback] = [switchable('git', 'down'), switchable('disk', 2)]
  const loaded = await load([base, fallback])
  loaded.store.close()
  expect([base.isClosed(), fallback.isClosed()]).toEqual([true, true])
  expect(loaded.engine).toBeInstanceOf(Engine)
})

const found = findCerbos()
test.skipIf('missing' in found)(
  `Cerbos does not start without its fallback${skippedWithoutCerbos(found)}`,
  async () => {
    const starting = startCerbos({
      policies: {},
      config: {
        storage: {
          driver: 'overlay',
          overlay: { baseDriver: 'sqlite3', fallbackDriver: 'disk' },
          sqlite3: { dsn: ':memory:' },
          disk: { directory: '/does/not/exist' },
        },
      },
    })
    await expect(starting).rejects.toThrow('failed to create fallback policy loader')
  },
)
