import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { type Ended, runCommand } from './command-line.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstitch-watch-'))
  cpSync(new URL('fixtures/documents', import.meta.url).pathname, folder, { recursive: true })
})
afterEach(() => rmSync(folder, { recursive: true }))

interface Watching {
  /** Resolves when the command waits for the next change, with what it printed since the last time. */
  waits(): Promise<string>
  stop(): Promise<Ended>
}

function watching(...args: readonly string[]): Watching {
  let interrupt = (): void => undefined
  let stdout = ''
  let seen = 0
  let wake = (): void => undefined
  const interrupted = new Promise<void>((resolve) => {
    interrupt = resolve
  })
  const ended = runCommand([...args, '--watch', folder], {
    interrupted,
    onPrint: (text) => {
      stdout = text
      wake()
    },
  })
  return {
    async waits() {
      while (!stdout.slice(seen).includes('Ctrl-C stops.')) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      const printed = stdout.slice(seen)
      seen = stdout.length
      return printed.replaceAll(folder, 'policies')
    },
    async stop() {
      interrupt()
      return await ended
    },
  }
}

test('a change of a policy, of a test and of the test back again', async () => {
  const command = watching('test')
  expect(await command.waits()).toBe(`Test results
└──documents (document_test.yaml) [4 OK]

4 tests executed [4 OK]

Watching policies. Ctrl-C stops.
`)
  const policy = join(folder, 'document.yaml')
  const before = readFileSync(policy, 'utf8')
  writeFileSync(policy, before.replace('[delete]', '[remove]'))
  const broken = await command.waits()
  expect(broken).toContain('changed: policies/document.yaml\n')
  expect(broken).toContain('4 tests executed [3 OK] [1 FAILED]')
  writeFileSync(policy, before)
  expect(await command.waits()).toContain('4 tests executed [4 OK]')
  appendFileSync(join(folder, 'document_test.yaml'), 'nonsense: 1\n')
  expect(await command.waits()).toContain('[ERROR]')
  expect((await command.stop()).code).toBe(4)
})

test('policies that do not compile are told, and the next change is waited for', async () => {
  const command = watching('compile')
  await command.waits()
  const policy = join(folder, 'document.yaml')
  const before = readFileSync(policy, 'utf8')
  writeFileSync(policy, before.replace('[owner]', '[ownr]'))
  expect(await command.waits()).toContain('did you mean `owner`?')
  writeFileSync(policy, before)
  expect(await command.waits()).toContain('4 tests executed [4 OK]')
  expect((await command.stop()).code).toBe(0)
})

test('a suite that a change has no part in keeps its results', async () => {
  const other = readFileSync(join(folder, 'document_test.yaml'), 'utf8')
  writeFileSync(join(folder, 'other_test.yaml'), other.replace('name: documents', 'name: others'))
  const command = watching('test')
  await command.waits()
  writeFileSync(join(folder, 'other_test.yaml'), other.replace('name: documents', 'name: renamed'))
  const printed = await command.waits()
  expect(printed).toContain('documents (document_test.yaml) [4 OK]')
  expect(printed).toContain('renamed (other_test.yaml) [4 OK]')
  await command.stop()
})
