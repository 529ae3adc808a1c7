import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { allow, resourcePolicy } from '../test/policies.ts'
import { Engine } from './directory.ts'
import { PolicyLoadError } from './policy-load-error.ts'
import type { ReloadReport } from './status.ts'

const VIEW = resourcePolicy('doc', { rules: [allow('view', ['user'])] })
const EDIT = resourcePolicy('doc', { rules: [allow('edit', ['user'])] })
const BROKEN = resourcePolicy('doc', { rules: [allow('edit', ['user'])] }).replace(
  'effect',
  'efect',
)

let directory: string
let engine: Engine | undefined

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lockstitch-engine-'))
})

afterEach(async () => {
  engine?.close()
  engine = undefined
  await rm(directory, { recursive: true, force: true })
})

function save(name: string, text: string): Promise<void> {
  return writeFile(join(directory, name), text)
}

function allowed(action: string): boolean {
  const input = {
    principal: { id: 'ann', roles: ['user'] },
    resource: { kind: 'doc', id: 'd' },
    actions: [action],
  }
  return engine?.check(input).actions.get(action)?.effect === 'EFFECT_ALLOW'
}

/** Starts a watching engine; the returned function waits for the next report. */
async function watch(): Promise<() => Promise<ReloadReport>> {
  const reports: ReloadReport[] = []
  let wake = (): void => {}
  engine = await Engine.fromDirectory(directory, {
    watch: true,
    onReload: (report) => {
      reports.push(report)
      wake()
      throw new Error('a hook that fails')
    },
  })
  return async () => {
    if (reports.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    return reports.shift() as ReloadReport
  }
}

describe('Engine.fromDirectory', () => {
  test('reads the policies of a directory', async () => {
    await save('doc.yaml', VIEW)
    engine = await Engine.fromDirectory(directory)
    expect([allowed('view'), allowed('edit')]).toEqual([true, false])
  })

  test('rejects policies with a mistake, and shows it', async () => {
    await save('doc.yaml', BROKEN)
    const failure = await Engine.fromDirectory(directory).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(PolicyLoadError)
    const { text, diagnostics, message } = failure as PolicyLoadError
    expect(diagnostics.map(({ code, line }) => [code, line])).toContainEqual(['unknown-field', 1])
    expect(text).toContain('doc.yaml:1:')
    expect(message).toBe(text)
  })

  test.each([
    ['is empty', async () => directory],
    ['is missing', async () => join(directory, 'none')],
    [
      'has nothing but hidden files',
      async () => {
        await mkdir(join(directory, '.hidden'))
        await writeFile(join(directory, '.hidden', 'doc.yaml'), VIEW)
        return directory
      },
    ],
  ])('rejects a directory that %s', async (_what, prepare) => {
    const path = await prepare()
    await expect(Engine.fromDirectory(path)).rejects.toThrow(PolicyLoadError)
  })
})

describe('a watching engine', () => {
  test('puts an edit in force', async () => {
    await save('doc.yaml', VIEW)
    const nextReport = await watch()
    await save('doc.yaml', EDIT)
    expect(await nextReport()).toEqual({ ok: true, generation: 2 })
    expect([allowed('view'), allowed('edit'), engine?.generation]).toEqual([false, true, 2])
  })

  test('keeps the last good policies when an edit is broken, and recovers', async () => {
    await save('doc.yaml', VIEW)
    const nextReport = await watch()
    await save('doc.yaml', BROKEN)
    const report = await nextReport()
    expect(report).toMatchObject({ ok: false, generation: 1 })
    expect(report.ok ? '' : report.text).toContain(
      'The running policies (generation 1) stay in force.',
    )
    expect(engine?.status.lastReload.ok).toBe(false)
    expect([allowed('view'), engine?.generation]).toEqual([true, 1])

    await save('doc.yaml', EDIT)
    expect(await nextReport()).toEqual({ ok: true, generation: 2 })
    expect(engine?.status.lastReload.ok).toBe(true)
  })

  test('never applies half of an edit', async () => {
    await save('doc.yaml', VIEW)
    const nextReport = await watch()
    await save('broken.yaml', BROKEN.replace('"doc"', '"other"'))
    await save('doc.yaml', EDIT)
    expect((await nextReport()).ok).toBe(false)
    expect([allowed('view'), allowed('edit')]).toEqual([true, false])
  })
})
