import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, describe, expect, test, vi } from 'vitest'

import { diskSource } from '../src/node.ts'
import { memorySource } from '../src/sources/memory.ts'
import type { PolicySource } from '../src/sources/source.ts'

const cleanups: (() => void)[] = []
afterAll(() => {
  for (const cleanup of cleanups.reverse()) cleanup()
})

/** A directory of its own for a test, so that tests can run at the same time. */
interface Place {
  readonly base: string
  readonly root: string
  /** Writes a file, under the root unless told otherwise. */
  write(path: string, text?: string, directory?: string): void
}

function createPlace(): Place {
  const base = mkdtempSync(join(tmpdir(), 'lockstitch-policies-'))
  const root = join(base, 'policies')
  cleanups.push(() => rmSync(base, { recursive: true, force: true }))
  return {
    base,
    root,
    write(path, text = path, directory = root) {
      const file = join(directory, path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
    },
  }
}

async function pathsOf(source: PolicySource): Promise<string[]> {
  return (await source.read()).map(({ path }) => path)
}

/** By what the watching has seen, which is what there is. */
async function seenPaths(source: PolicySource): Promise<string[]> {
  const seen = await source.read('as-seen')
  expect(seen).toEqual(await source.read())
  return seen.map(({ path }) => path)
}

describe('reading a directory', () => {
  test('finds the policy files and the schemas, sorted, and nothing else', async () => {
    const { root, write } = createPlace()
    const policies = [
      ...['a.yaml', 'b.yml', 'B.JSON', 'sub/c.yaml', 'sub/_x/d.yaml', 'testdata.yaml'],
      ...['_schemas/a.json', '_schemas/sub/b.schema', '_schemas/testdata/c_test.json'],
    ]
    const others = [
      ...['.hidden.yaml', '.git/a.yaml', 'testdata/a.yaml', 'sub/testdata/a.yaml', 'readme.md'],
      ...[
        '_schemas/.hidden.json',
        'a_test.yaml',
        'sub/b_test.json',
        'c_test.yml',
        'yaml',
        'x.yaml.bak',
      ],
    ]
    for (const path of [...policies, ...others]) write(path)
    expect(await pathsOf(diskSource(root))).toEqual([...policies].sort())
  })

  test('follows a link at the root and links to files, but no links to directories', async () => {
    const { base, root, write } = createPlace()
    write('a.yaml')
    write('b.yaml', 'linked', join(base, 'elsewhere'))
    symlinkSync(join(base, 'elsewhere', 'b.yaml'), join(root, 'b.yaml'))
    symlinkSync(join(base, 'elsewhere'), join(root, 'sub'))
    symlinkSync(join(base, 'nowhere.yaml'), join(root, 'broken.yaml'))
    symlinkSync(root, join(base, 'link'))
    const files = await diskSource(join(base, 'link')).read()
    expect(files).toEqual([
      { path: 'a.yaml', text: 'a.yaml' },
      { path: 'b.yaml', text: 'linked' },
    ])
  })

  test.each<[string, (place: Place) => void]>([
    ['policy-directory-missing', () => {}],
    ['policy-directory-not-a-directory', ({ root }) => writeFileSync(root, '')],
    ['policy-directory-empty', ({ write }) => write('readme.md')],
    ['schemas-directory-misplaced', ({ write }) => write('sub/_schemas/a.json')],
    ['policy-file-not-utf8', ({ write }) => write('a.yaml', Buffer.from([0x61, 0xff]) as never)],
    ['policy-file-too-large', ({ write }) => write('a.yaml', 'x'.repeat(16 * 1024 * 1024 + 1))],
  ])('%s is an error that names what is wrong', async (code, prepare) => {
    const place = createPlace()
    prepare(place)
    const error = await diskSource(place.root)
      .read()
      .catch((reason: unknown) => reason)
    expect(error).toMatchObject({ name: 'PolicySourceError', code })
    expect(String(error)).toMatch(/`[^`]*(policies|_schemas|a\.yaml)`/)
  })
})

describe.concurrent('watching a directory', () => {
  /** Starts to watch, and waits until the first look at the directory is over. */
  async function watching(
    root: string,
    options = { pollInterval: 60_000, debounce: 20 },
  ): Promise<{
    source: PolicySource
    stop(): void
    changed(): Promise<void>
    count(): number
  }> {
    const source = diskSource(root, options)
    await source.read()
    let count = 0
    let seen = 0
    const stop = source.watch(() => count++)
    cleanups.push(stop)
    await sleep(150)
    return {
      source,
      stop,
      count: () => count,
      async changed() {
        for (let waited = 0; count === seen; waited += 10) {
          if (waited > 20_000) throw new Error('no change was reported')
          await sleep(10)
        }
        // What belongs to one change is over once nothing has come for a while.
        do {
          seen = count
          await sleep(120)
        } while (count !== seen)
      },
    }
  }

  /** Each step changes the directory, after which it is read as told. */
  const STEPS: readonly (readonly [
    title: string,
    change: (place: Place) => void,
    paths: readonly string[],
  ])[] = [
    ['a changed file', ({ write }) => write('a.yaml', 'changed'), ['a.yaml', 'sub/b.yaml']],
    ['a new file', ({ write }) => write('c.yaml'), ['a.yaml', 'c.yaml', 'sub/b.yaml']],
    ['a deleted file', ({ root }) => unlinkSync(join(root, 'a.yaml')), ['sub/b.yaml']],
    [
      'a renamed file',
      ({ root }) => renameSync(join(root, 'a.yaml'), join(root, 'z.yaml')),
      ['sub/b.yaml', 'z.yaml'],
    ],
    [
      'a file that an editor replaces',
      ({ root, write }) => {
        write('.a.yaml.swp', 'changed')
        renameSync(join(root, '.a.yaml.swp'), join(root, 'a.yaml'))
      },
      ['a.yaml', 'sub/b.yaml'],
    ],
    [
      'a file in a directory below',
      ({ write }) => write('sub/b.yaml', 'changed'),
      ['a.yaml', 'sub/b.yaml'],
    ],
    [
      'new directories',
      ({ write }) => write('new/deep/er/c.yaml'),
      ['a.yaml', 'new/deep/er/c.yaml', 'sub/b.yaml'],
    ],
    [
      'a schema',
      ({ write }) => write('_schemas/sub/s.json'),
      ['_schemas/sub/s.json', 'a.yaml', 'sub/b.yaml'],
    ],
    [
      'a deleted directory',
      ({ root }) => rmSync(join(root, 'sub'), { recursive: true }),
      ['a.yaml'],
    ],
    [
      'a directory that is replaced by another',
      ({ base, root, write }) => {
        write('d.yaml', 'd', join(base, 'next'))
        renameSync(join(root, 'sub'), join(base, 'previous'))
        renameSync(join(base, 'next'), join(root, 'sub'))
      },
      ['a.yaml', 'sub/d.yaml'],
    ],
    [
      'a directory in the place of a file',
      ({ root, write }) => {
        unlinkSync(join(root, 'a.yaml'))
        write('a.yaml/c.yaml')
      },
      ['a.yaml/c.yaml', 'sub/b.yaml'],
    ],
    [
      'a directory that was a file for a moment',
      ({ root, write }) => {
        rmSync(join(root, 'sub'), { recursive: true })
        writeFileSync(join(root, 'sub'), '')
        unlinkSync(join(root, 'sub'))
        write('c.yaml')
      },
      ['a.yaml', 'c.yaml'],
    ],
    [
      'a link to a file, and a link to another in its place',
      ({ base, root, write }) => {
        for (const name of ['one', 'two']) write(`${name}.yaml`, name, base)
        symlinkSync(join(base, 'one.yaml'), join(root, 'c.yaml'))
        unlinkSync(join(root, 'c.yaml'))
        symlinkSync(join(base, 'two.yaml'), join(root, 'c.yaml'))
      },
      ['a.yaml', 'c.yaml', 'sub/b.yaml'],
    ],
    [
      'a root that is replaced by another',
      ({ base, root, write }) => {
        write('d.yaml', 'd', join(base, 'next'))
        renameSync(root, join(base, 'previous'))
        renameSync(join(base, 'next'), root)
      },
      ['d.yaml'],
    ],
  ]

  test.each(STEPS)('reports %s, and what happens after it', async (_, change, paths) => {
    const place = createPlace()
    const { root, write } = place
    write('a.yaml')
    write('sub/b.yaml')
    const { source, changed } = await watching(root)
    change(place)
    await changed()
    expect(await seenPaths(source)).toEqual(paths)
    for (const path of ['new.yaml', 'sub/new.yaml', 'other/new.yaml']) {
      write(path)
      await changed()
      expect(await seenPaths(source)).toContain(path)
    }
    write(paths[0] ?? '', 'changed again')
    await changed()
    const files = await source.read('as-seen')
    expect(files.find(({ path }) => path === paths[0])?.text).toBe('changed again')
  })

  test('reports a root that is a link to another directory now', async () => {
    const { base, root, write } = createPlace()
    const [blue, green] = [join(base, 'blue'), join(base, 'green')]
    write('a.yaml', 'blue', blue)
    write('a.yaml', 'green', green)
    symlinkSync(blue, root)
    const { source, changed } = await watching(root)
    symlinkSync(green, join(base, 'swap'))
    renameSync(join(base, 'swap'), root)
    await changed()
    expect(await source.read()).toEqual([{ path: 'a.yaml', text: 'green' }])
    write('a.yaml', 'greener', green)
    await changed()
    expect(await source.read()).toEqual([{ path: 'a.yaml', text: 'greener' }])
  })

  test('reports files that are links through a directory that is swapped', async () => {
    const { root, write } = createPlace()
    for (const colour of ['blue', 'green']) write(`..${colour}/a.yaml`, colour)
    symlinkSync('..blue', join(root, '..data'))
    symlinkSync('..data/a.yaml', join(root, 'a.yaml'))
    const { source, changed } = await watching(root)
    symlinkSync('..green', join(root, '..swap'))
    renameSync(join(root, '..swap'), join(root, '..data'))
    await changed()
    expect(await source.read()).toEqual([{ path: 'a.yaml', text: 'green' }])
  })

  test('reports a root that is deleted and comes back', async () => {
    const { root, write } = createPlace()
    write('a.yaml')
    const { source, changed } = await watching(root)
    rmSync(root, { recursive: true })
    await changed()
    await expect(source.read()).rejects.toMatchObject({ code: 'policy-directory-missing' })
    write('b.yaml')
    await changed()
    expect(await pathsOf(source)).toEqual(['b.yaml'])
  })

  test('reports what changed between reading and watching', async () => {
    const { root, write } = createPlace()
    write('a.yaml')
    const source = diskSource(root, { debounce: 20, pollInterval: 60_000 })
    await source.read()
    write('a.yaml', 'changed')
    await new Promise<void>((resolve) => cleanups.push(source.watch(resolve)))
    expect(await source.read()).toEqual([{ path: 'a.yaml', text: 'changed' }])
  })

  test('has seen what there is after whatever was done', async () => {
    const { root, write } = createPlace()
    write('always.yaml')
    const source = diskSource(root, { pollInterval: 60_000, debounce: 20 })
    const read = (from: PolicySource, how?: 'as-seen'): Promise<unknown> =>
      from.read(how).catch(String)
    let seen = await read(source)
    let reading = Promise.resolve()
    const readAgain = async (): Promise<void> => {
      seen = await read(source, 'as-seen')
    }
    cleanups.push(
      source.watch(() => {
        reading = reading.then(readAgain)
      }),
    )
    await sleep(150)
    const names = ['a.yaml', 'b.yaml', 'sub', 'sub/a.yaml', 'sub/deep', 'sub/deep/a.yaml', 'x.yaml']
    const paths = [...names, ...['_schemas', '_schemas/a', '_schemas/a/b.json', 'x.yaml/a.yaml']]
    const path = fc.constantFrom(...paths)
    const operation = fc.oneof(
      fc.record({ kind: fc.constant('write'), path }),
      fc.record({ kind: fc.constant('delete'), path }),
      fc.record({ kind: fc.constant('move'), path, to: path }),
      fc.record({ kind: fc.constant('link'), path, to: path }),
    )
    const batches = fc.array(fc.array(operation, { minLength: 1, maxLength: 8 }), {
      minLength: 25,
      maxLength: 25,
    })
    for (const [step, batch] of (fc.sample(batches, 1)[0] ?? []).entries()) {
      for (const [index, { kind, path: at, ...more }] of batch.entries()) {
        const to = 'to' in more ? String(more.to) : ''
        try {
          if (kind === 'write') write(at, `${step} ${index}`)
          else if (kind === 'delete') rmSync(join(root, at), { recursive: true })
          else if (kind === 'move') renameSync(join(root, at), join(root, to))
          else symlinkSync(join(root, at), join(root, to))
        } catch {
          // Some of it cannot be done: there is something else, or nothing.
        }
      }
      const there = await read(diskSource(root))
      await vi.waitFor(() => expect(seen).toEqual(there), { timeout: 20_000, interval: 20 })
    }
  })

  test('waits for what comes into a file that was emptied', async () => {
    const { root, write } = createPlace()
    write('a.yaml', 'before')
    const source = diskSource(root, { debounce: 100, pollInterval: 60_000 })
    await source.read()
    const texts: Promise<unknown>[] = []
    const readAgain = (): void => void texts.push(source.read('as-seen'))
    cleanups.push(source.watch(readAgain))
    await sleep(500)
    write('a.yaml', '')
    await sleep(500)
    // Others that change meanwhile do not make it look finished.
    write('b.yaml', 'beside')
    await sleep(500)
    write('a.yaml', 'after')
    await vi.waitFor(() => expect(texts).not.toEqual([]), { timeout: 20_000, interval: 20 })
    expect(await texts[0]).toEqual([
      { path: 'a.yaml', text: 'after' },
      { path: 'b.yaml', text: 'beside' },
    ])
  })

  test('tells of a file that is and stays empty', async () => {
    const { root, write } = createPlace()
    write('a.yaml', 'before')
    const { source, changed } = await watching(root)
    write('a.yaml', '')
    await changed()
    expect(await source.read('as-seen')).toEqual([{ path: 'a.yaml', text: '' }])
  })

  test('collects what comes together into few reports', async () => {
    const { root, write } = createPlace()
    write('a.yaml')
    const { changed, count } = await watching(root, { debounce: 50, pollInterval: 60_000 })
    for (let index = 0; index < 200; index++) write(`${index}.yaml`)
    await changed()
    expect(count()).toBeLessThan(10)
  })

  test('is silent about files that are no policies', async () => {
    const { root, write } = createPlace()
    write('a.yaml')
    const { count } = await watching(root)
    for (const path of ['a_test.yaml', 'readme.md', '.a.yaml.swp', 'testdata/a.yaml']) write(path)
    await sleep(300)
    expect(count()).toBe(0)
  })

  test('polls where there are no events', async () => {
    const { base, root, write } = createPlace()
    write('a.yaml')
    // A file behind a link is in a directory that is not watched.
    write('b.yaml', 'before', join(base, 'elsewhere'))
    symlinkSync(join(base, 'elsewhere', 'b.yaml'), join(root, 'b.yaml'))
    const { changed } = await watching(root, { pollInterval: 100, debounce: 20 })
    write('b.yaml', 'after', join(base, 'elsewhere'))
    await changed()
  })

  test('ends when it is told to', async () => {
    const { root, write } = createPlace()
    write('a.yaml')
    const { count, stop } = await watching(root)
    stop()
    write('a.yaml', 'changed')
    await sleep(300)
    expect(count()).toBe(0)
  })
})

test('a source in memory has the files that it is given, and tells when they change', async () => {
  const source = memorySource([{ path: 'a.yaml', text: 'a' }])
  let count = 0
  const stop = source.watch(() => count++)
  source.replace([{ path: 'b.yaml', text: 'b' }])
  expect(await pathsOf(source)).toEqual(['b.yaml'])
  stop()
  source.replace([])
  expect(count).toBe(1)
})
