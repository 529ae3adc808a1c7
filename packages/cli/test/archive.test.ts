import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zipSync } from 'fflate'
import { create } from 'tar'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { runCommand } from './command-line.ts'

const POLICIES = new URL('fixtures/failing', import.meta.url).pathname

let home = ''
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'lockstitch-archive-'))
  const names = readdirSync(POLICIES)
  const files = Object.fromEntries(names.map((name) => [name, readFileSync(join(POLICIES, name))]))
  writeFileSync(join(home, 'policies.zip'), zipSync(files))
  for (const name of ['policies.tar', 'policies.tgz', 'policies.tar.gz']) {
    create(
      { file: join(home, name), cwd: POLICIES, gzip: !name.endsWith('tar'), sync: true },
      names,
    )
  }
  // As `tar` of a whole folder has them.
  create({ file: join(home, 'dotted.tar'), cwd: POLICIES, sync: true }, ['.'])
  writeFileSync(join(home, 'escape.zip'), zipSync({ '../escaped.yaml': new Uint8Array() }))
})
afterAll(() => rmSync(home, { recursive: true }))

describe('an archive is what is in it', () => {
  test.each(['policies.zip', 'policies.tar', 'policies.tgz', 'policies.tar.gz', 'dotted.tar'])(
    '%s',
    async (name) => {
      const ofDirectory = await runCommand(['compile', '--json', POLICIES])
      expect(await runCommand(['compile', '--json', join(home, name)])).toEqual(ofDirectory)
      expect(ofDirectory.code).toBe(4)
    },
  )

  test('of tests', async () => {
    const args = ['compile', '--json', '--tests', join(home, 'policies.tgz'), POLICIES]
    expect(await runCommand(args)).toEqual(await runCommand(['compile', '--json', POLICIES]))
  })
})

test('a file that would lie elsewhere is refused, and nothing stays behind', async () => {
  const before = readdirSync(tmpdir())
  const { code, stderr } = await runCommand(['compile', join(home, 'escape.zip')])
  expect(code).toBe(1)
  expect(stderr).toContain('`../escaped.yaml` lies outside of it')
  const left = readdirSync(tmpdir()).filter((name) => !before.includes(name))
  expect(left.filter((name) => /^(escaped.yaml|lockstitch-\w{6})$/.test(name))).toEqual([])
})
