import { PolicyLoadError, type ReloadReport } from '@lockstitch/engine'
import { afterEach, describe, expect, test, vi } from 'vitest'

import { type LoadedPolicies, loadPolicies, type Store, type StoreChange } from '../../src/index.ts'
import { type Files, KINDS_OF_STORE, type Place } from './kinds-of-store.ts'

// What every store has to do, the same tests for each.

/** Policies that let users do one thing, to two kinds of resources. */
function allowing(action: string, more: Files = {}): Files {
  return { 'a.json': policy('a', action), 'b.json': policy('b', action), ...more }
}

function policy(resource: string, action: string, more: object = {}): object {
  const rule = { actions: [action], roles: ['user'], effect: 'EFFECT_ALLOW', ...more }
  const resourcePolicy = { resource, version: 'default', rules: [rule] }
  return { apiVersion: 'api.cerbos.dev/v1', resourcePolicy }
}

/** What a policy author may get wrong. */
const BROKEN = {
  'b.json': policy('b', 'view', { condition: { match: { expr: 'foo(' } } }),
}

const ACTIONS = ['view', 'edit', 'fly', 'v0', 'v1', 'v2', 'v3', 'v4']

/** What users may do, by kind of resource. */
function allowed({ engine }: LoadedPolicies): Readonly<Record<string, readonly string[]>> {
  const principal = { id: 'x', roles: ['user'] }
  const outputs = engine.checkMany(
    ['a', 'b'].map((kind) => ({ principal, resource: { kind, id: '1' }, actions: ACTIONS })),
  )
  return Object.fromEntries(
    outputs.map(({ resource, actions }) => [
      resource.kind,
      ACTIONS.filter((action) => actions.get(action)?.effect === 'EFFECT_ALLOW'),
    ]),
  )
}
const both = (...actions: readonly string[]) => ({ a: actions, b: actions })

describe.each(KINDS_OF_STORE)('a store on $name', ({ create, isMutable }) => {
  const opened: (() => void | Promise<void>)[] = []
  afterEach(async () => {
    for (const close of opened.splice(0).toReversed()) await close()
  })

  async function placeWith(files: Files): Promise<Place> {
    const place = await create()
    opened.push(() => place.remove())
    await place.put(files)
    return place
  }

  function open(place: Place): Store {
    const store = place.open()
    opened.push(() => store.close())
    return store
  }

  /** Without the watching, so that a test says when something is read. */
  async function load(place: Place, reports: ReloadReport[] = []): Promise<LoadedPolicies> {
    const { watch: _, ...store } = open(place)
    const loaded = await loadPolicies(store, { onReload: (report) => reports.push(report) })
    opened.push(() => loaded.close())
    return loaded
  }

  test('gives policies, those that are switched off too, and schemas', async () => {
    const place = await placeWith(
      allowing('view', {
        'off.json': { ...policy('c', 'view'), disabled: true },
        '_schemas/x.json': { type: 'object' },
      }),
    )
    const { policies, schemas, files, driver } = await open(place).read()
    expect(policies.map(({ disabled }) => disabled).toSorted()).toEqual([false, false, true])
    expect(new Set(policies.map(({ id }) => id)).size).toBe(3)
    expect(schemas).toEqual([{ id: 'x.json', text: '{"type":"object"}' }])
    expect(files.map(({ path }) => path)).toContain('_schemas/x.json')
    for (const { attributes } of policies) expect(attributes.driver).toBe(driver)
  })

  test('is in force from the start', async () => {
    const loaded = await load(await placeWith(allowing('view')))
    expect(allowed(loaded)).toEqual(both('view'))
    expect(loaded.engine.status).toMatchObject({ generation: 1, lastReload: { ok: true } })
  })

  test('a reload puts in force what has changed, and counts', async () => {
    const place = await placeWith(allowing('view'))
    const reports: ReloadReport[] = []
    const loaded = await load(place, reports)
    const before = loaded.contents.revision
    await place.put(allowing('edit'))
    expect(allowed(loaded)).toEqual(both('view'))
    expect(await loaded.reload()).toEqual({ ok: true, generation: 2 })
    expect(allowed(loaded)).toEqual(both('edit'))
    expect(loaded.contents.revision).not.toBe(before)
    expect(reports).toEqual([{ ok: true, generation: 2 }])
  })

  test('a reload without a change changes nothing and tells nobody', async () => {
    const reports: ReloadReport[] = []
    const loaded = await load(await placeWith(allowing('view')), reports)
    expect(await loaded.reload()).toEqual({ ok: true, generation: 1 })
    expect(loaded.counts).toEqual({ reloads: 1, failures: 0 })
    expect(reports).toEqual([])
  })

  test('a change is seen by whoever watches', async () => {
    const place = await placeWith(allowing('view'))
    const loaded = await loadPolicies(open(place))
    opened.push(() => loaded.close())
    for (const action of ['edit', 'fly']) {
      await place.put(allowing(action))
      await vi.waitFor(() => expect(allowed(loaded)).toEqual(both(action)), { timeout: 20_000 })
    }
  })

  test('policies that cannot be used change nothing, until they can', async () => {
    const place = await placeWith(allowing('view'))
    const loaded = await load(place)
    await place.put({ ...allowing('edit'), ...BROKEN })
    const report = await loaded.reload()
    expect(report).toMatchObject({ ok: false, generation: 1 })
    expect(allowed(loaded)).toEqual(both('view'))
    expect(loaded.engine.status.lastReload).toMatchObject({ ok: false })
    expect(JSON.stringify(report)).toContain('The running policies (generation 1) stay in force')
    expect(loaded.counts).toEqual({ reloads: 1, failures: 1 })
    await place.put(allowing('edit'))
    expect(await loaded.reload()).toEqual({ ok: true, generation: 2 })
    expect(allowed(loaded)).toEqual(both('edit'))
  })

  test('an edit that is taken back leaves the policies as they were, without a fault', async () => {
    const place = await placeWith(allowing('view'))
    const loaded = await load(place)
    await place.put({ ...allowing('view'), ...BROKEN })
    await loaded.reload()
    await place.put(allowing('view'))
    expect((await loaded.reload()).ok).toBe(true)
    expect(loaded.engine.status.lastReload.ok).toBe(true)
    expect(allowed(loaded)).toEqual(both('view'))
  })

  test('what cannot be read changes nothing, until it can', async () => {
    const place = await placeWith(allowing('view'))
    const loaded = await load(place)
    await place.hide()
    expect(await loaded.reload()).toMatchObject({ ok: false, generation: 1, diagnostics: [] })
    expect(await loaded.reload()).toMatchObject({ ok: false, generation: 1, diagnostics: [] })
    expect(allowed(loaded)).toEqual(both('view'))
    await place.show()
    expect(await loaded.reload()).toEqual({ ok: true, generation: 1 })
    expect(loaded.engine.status.lastReload.ok).toBe(true)
    await place.put(allowing('edit'))
    expect((await loaded.reload()).ok).toBe(true)
    expect(allowed(loaded)).toEqual(both('edit'))
  })

  test('nothing starts with policies that cannot be used', async () => {
    const place = await placeWith({ ...allowing('view'), ...BROKEN })
    await expect(loadPolicies(open(place))).rejects.toThrow(PolicyLoadError)
  })

  test('reloads at once end in what is there last, without one for each', async () => {
    const place = await placeWith(allowing('view'))
    const loaded = await load(place)
    await place.put(allowing('edit'))
    const reports = await Promise.all(Array.from({ length: 20 }, () => loaded.reload()))
    expect(reports.every(({ ok }) => ok)).toBe(true)
    expect(allowed(loaded)).toEqual(both('edit'))
    expect(loaded.counts.reloads).toBeLessThanOrEqual(2)
  })

  test('what is read while it changes is one state or the other', async () => {
    const place = await placeWith(allowing('view'))
    const loaded = await load(place)
    let isChanging = true
    const changing = (async () => {
      for (const version of [0, 1, 2, 3, 4]) await place.put(allowing(`v${version}`))
      isChanging = false
    })()
    while (isChanging) {
      await loaded.reload()
      const { a, b } = allowed(loaded)
      expect(a).toEqual(b)
      expect(a).toHaveLength(1)
    }
    await changing
    expect((await loaded.reload()).ok).toBe(true)
    expect(allowed(loaded)).toEqual(both('v4'))
  })

  test('closing ends a reload, which changes nothing more', async () => {
    const place = await placeWith(allowing('view'))
    const store = open(place)
    const reports: ReloadReport[] = []
    const loaded = await loadPolicies(store, { onReload: (report) => reports.push(report) })
    await place.put(allowing('edit'))
    const told = reports.length
    const reloading = loaded.reload()
    loaded.close()
    store.close()
    await reloading
    expect(reports).toHaveLength(told)
    expect(loaded.engine.isClosed).toBe(true)
    expect(() => allowed(loaded)).toThrow('closed')
  })

  test('takes changes as a whole or not at all, where it takes any', async () => {
    const store = open(await placeWith(allowing('view')))
    expect(store.changes !== undefined).toBe(isMutable)
    const { changes } = store
    if (changes === undefined) return
    const { driver: _, ...before } = comparable(await store.read())
    const make = <Result>(change: (change: StoreChange) => Promise<Result>) =>
      changes.transaction(change, () => {})
    const put = (change: StoreChange) => change.putPolicies([{ ...policy('c', 'view') }])
    await expect(
      changes.transaction(put, (files) => {
        expect(files).toHaveLength(3)
        throw new Error('not accepted')
      }),
    ).rejects.toThrow('not accepted')
    expect(comparable(await store.read())).toMatchObject(before)
    // Whoever reads meanwhile sees nothing of it.
    const [count, read] = await Promise.all([make(put), store.read()])
    expect([count, read.policies.length]).toEqual([1, 3])
    expect(await make((change) => change.setDisabled(['resource.c.vdefault'], true))).toBe(1)
    expect((await store.read()).files).toHaveLength(2)
    const gone = ['resource.c.vdefault', 'resource.nope.vdefault']
    expect(await make((change) => change.deletePolicies(gone))).toBe(1)
    expect(comparable(await store.read())).toMatchObject(before)
  })
})

function comparable({ files, revision, driver }: Awaited<ReturnType<Store['read']>>) {
  return { files, revision, driver }
}
