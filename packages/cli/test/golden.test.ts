import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'

import { runCommand, runInTerminal, transcript } from './command-line.ts'

// What people see is kept in files that were read before they were kept. Paths are those from
// where the tests run, so they are the same on each machine.
const F = relative(process.cwd(), new URL('fixtures', import.meta.url).pathname)
const golden = (name: string): string => new URL(`golden/${name}`, import.meta.url).pathname

// biome-ignore format: table
const commands: readonly (readonly [name: string, args: readonly string[], code: number])[] = [
  ['help',                   ['--help'], 0],
  ['help-compile',           ['compile', '--help'], 0],
  ['help-test',              ['test', '--help'], 0],
  ['help-explain',           ['explain', '--help'], 0],
  ['help-stytch',            ['stytch', '--help'], 0],
  ['help-server',            ['server', '--help'], 0],
  ['help-run',               ['run', '--help'], 0],
  ['help-healthcheck',       ['healthcheck', '--help'], 0],
  ['help-completion',        ['completion', '--help'], 0],
  ['compile',                ['compile', `${F}/documents`], 0],
  ['compile-verbose',        ['compile', '--verbose', `${F}/documents`], 0],
  ['compile-coverage',       ['compile', '--coverage', `${F}/documents`], 0],
  ['compile-below-threshold', ['compile', '--coverage-threshold=90', `${F}/documents`], 4],
  ['compile-broken',         ['compile', `${F}/broken`], 3],
  ['compile-broken-json',    ['compile', '--output=json', `${F}/broken`], 3],
  ['compile-broken-github',  ['compile', '--output=github', `${F}/broken`], 3],
  ['compile-broken-sarif',   ['compile', '--output=sarif', `${F}/broken`], 3],
  ['compile-failing-sarif',  ['compile', '--output=sarif', `${F}/failing`], 4],
  ['compile-junit',          ['compile', '--test-output=junit', `${F}/failing`], 4],
  ['compile-cyclic',         ['compile', `${F}/cyclic`], 3],
  ['compile-broken-yaml',    ['compile', `${F}/broken-yaml`], 3],
  ['test-failing',           ['test', `${F}/failing`], 4],
  ['test-failing-verbose',   ['test', '--verbose', `${F}/failing`], 4],
  ['test-failing-list',      ['test', '--output=list', `${F}/failing`], 4],
  ['test-failing-json',      ['test', '--json', `${F}/failing`], 4],
  ['test-failing-tap',       ['test', '--output=tap', `${F}/failing`], 4],
  ['test-failing-github',    ['test', '--output=github', `${F}/failing`], 4],
  ['test-unknown-principal', ['test', `${F}/unknown-principal`], 4],
  ['test-unknown-principal-github', ['test', '--output=github', `${F}/unknown-principal`], 4],
  ['test-broken',            ['test', `${F}/broken`], 3],
  ['test-filtered',          ['test', '--test-filter=action=view', '--verbose', `${F}/failing`], 0],
  ['explain',                ['explain', '--policies', `${F}/documents`, '--principal', `${F}/requests/maya.json`, '--resource', `${F}/requests/q3.json`, '--action', 'delete'], 0],
  ['explain-record',         ['explain', '--policies', `${F}/documents`, `${F}/requests/record.json`], 0],
  ['explain-json',           ['explain', '--policies', `${F}/documents`, '--json', `${F}/requests/record.json`, '--action', 'view'], 0],
  ['explain-broken',         ['explain', '--policies', `${F}/broken`, `${F}/requests/record.json`], 3],
]

test.each(commands)('%s', async (name, args, code) => {
  const ended = await runCommand(args)
  expect(ended.code).toBe(code)
  const shown = transcript(args, ended).replaceAll(process.cwd(), '.')
  await expect(shown).toMatchFileSnapshot(golden(`${name}.txt`))
})

describe('in a terminal', { timeout: 120_000 }, () => {
  const hasScript = spawnSync('script', ['--version']).status === 0

  // biome-ignore format: table
  test.skipIf(!hasScript).each([
    ['test-failing',  ['test', `${F}/failing`], 4],
    ['compile-broken', ['compile', `${F}/broken`], 3],
    ['help',          ['--help'], 0],
  ] as const)('%s has colours where there is something to tell apart', async (name, args, code) => {
    const ended = await runInTerminal(args)
    expect(ended.code).toBe(code)
    await expect(ended.output.replaceAll('\u001b', '␛')).toMatchFileSnapshot(golden(`terminal-${name}.txt`))
  })

  test.skipIf(!hasScript)('NO_COLOR is heeded', async () => {
    const { output } = await runInTerminal(['test', `${F}/failing`], { NO_COLOR: '1' })
    expect(output).toContain('[FAILED]')
    expect(output).not.toContain('\u001b[3')
  })
})

describe('colours', () => {
  const coloured = async (args: readonly string[], surroundings = {}): Promise<boolean> => {
    const { stdout } = await runCommand(['test', `${F}/failing`, ...args], surroundings)
    return stdout.includes('\u001b[')
  }

  // biome-ignore format: table
  test.each([
    ['a pipe has none',                       [],                 {}, false],
    ['a terminal has them',                   [],                 { terminal: true }, true],
    ['--color=always on a pipe',              ['--color=always'], {}, true],
    ['--color=never on a terminal',           ['--color=never'],  { terminal: true }, false],
    ['--no-color on a terminal',              ['--no-color'],     { terminal: true }, false],
    ['NO_COLOR outdoes --color',              ['--color=always'], { env: { NO_COLOR: '1' } }, false],
    ['FORCE_COLOR on a pipe',                 [],                 { env: { FORCE_COLOR: '1' } }, true],
    ['a terminal that can do nothing',        [],                 { terminal: true, env: { TERM: 'dumb' } }, false],
  ] as const)('%s', async (_rule, args, surroundings, wanted) => {
    expect(await coloured(args, surroundings)).toBe(wanted)
  })
})

test('the coverage is written as a page', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lockstitch-coverage-'))
  try {
    const file = join(folder, 'coverage.html')
    const { code } = await runCommand(['test', '--coverage-html', file, `${F}/documents`])
    expect(code).toBe(0)
    expect(readFileSync(file, 'utf8')).toContain('<h1>Policy coverage</h1>')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
