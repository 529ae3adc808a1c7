import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { runCommand } from './command-line.ts'

const F = new URL('fixtures', import.meta.url).pathname
const PERSON = '{"id":"maya","roles":["editor"]}'
const THING = '{"kind":"document","id":"q3"}'

let home = ''
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'lockstitch-bad-'))
  mkdirSync(join(home, 'empty'))
  writeFileSync(join(home, 'policies.zip'), '')
  mkdirSync(join(home, 'latin1'))
  writeFileSync(join(home, 'latin1/a.yaml'), Buffer.from([0x64, 0x3a, 0x20, 0xe9]))
  mkdirSync(join(home, 'closed'))
  writeFileSync(join(home, 'policies.tgz'), 'no archive')
  writeFileSync(join(home, 'closed/a.yaml'), '')
  chmodSync(join(home, 'closed/a.yaml'), 0)
})
afterAll(() => rmSync(home, { recursive: true }))

// biome-ignore format: table
const cases: readonly (readonly [rule: string, args: readonly string[], code: number, told: string])[] = [
  ['an unknown command',                ['compil', 'x'],                              2, 'Did you mean compile?'],
  ['an unknown flag',                   ['compile', '--skip-test', 'x'],              2, 'Did you mean --skip-tests?'],
  ['an unknown flag of test',           ['test', '--verbos', 'x'],                    2, 'Did you mean --verbose?'],
  ['an unknown flag of explain',        ['explain', '--pricipal', 'x'],               2, 'Did you mean --principal?'],
  ['an unknown format',                 ['compile', '--output=xml', 'x'],             2, 'Allowed choices are tree, list, json, github, sarif'],
  ['no folder',                         ['compile'],                                  2, "missing required argument 'dir'"],
  ['two folders',                       ['compile', 'a', 'b'],                        2, 'too many arguments'],
  ['a threshold that is none',          ['test', '--coverage-threshold=x', 'x'],      2, 'Expected a number from 0 to 100.'],
  ['a shell that there is none for',    ['completion', 'tcsh'],                       2, 'Allowed choices are bash, zsh, fish'],
  ['a missing folder',                  ['compile', '/nowhere'],                      1, 'the policy directory `/nowhere` does not exist'],
  ['a missing folder for test',         ['test', '/nowhere'],                         1, 'the policy directory `/nowhere` does not exist'],
  ['a file for a folder',               ['compile', `${F}/documents/roles.yaml`],     1, 'expected a directory of policies, got the file'],
  ['an archive that is none',           ['compile', 'HOME/policies.zip'],             1, 'policies.zip` cannot be unpacked'],
  ['a tar archive that is none',        ['compile', 'HOME/policies.tgz'],             1, 'policies.tgz` cannot be unpacked'],
  ['an archive to watch',               ['test', '--watch', 'HOME/policies.zip'],     2, 'an archive is not watched: unpack it'],
  ['a missing folder of tests',         ['compile', '--tests=/nowhere', `${F}/documents`], 1, 'the tests in `/nowhere` cannot be read'],
  ['an unknown dimension of a filter',  ['test', '--test-filter=foo=1', `${F}/documents`], 1, 'unknown filter dimension "foo"'],
  ['a pattern that is none',            ['test', '--run=(', `${F}/documents`],        1, 'invalid test filter'],

  ['nothing to explain',                ['explain'],                                  2, 'expected `--principal`, or a file with a request'],
  ['no resource',                       ['explain', '--principal', PERSON],           2, 'expected `--resource` beside `--principal`'],
  ['no action',                         ['explain', '--principal', PERSON, '--resource', THING], 2, 'expected `--action`'],
  ['a request twice',                   ['explain', '--principal', PERSON, `${F}/requests/record.json`], 2, 'expected a file or `--principal`, got both'],
  ['a request that is not there',       ['explain', '/nowhere.json'],                 1, '`/nowhere.json` cannot be read'],
  ['a request that is not JSON',        ['explain', `${F}/documents/roles.yaml`],     2, 'is not JSON'],
  ['JSON that is none',                 ['explain', '--principal', '{', '--resource', THING, '-a', 'x'], 2, '--principal is not JSON'],
  ['a principal without roles',         ['explain', '-d', `${F}/documents`, '--principal', '{"id":"x"}', '--resource', THING, '-a', 'x'], 2, 'this cannot be decided: '],
  ['an action that is not asked for',   ['explain', '-d', `${F}/documents`, `${F}/requests/record.json`, '-a', 'paint'], 2, 'the request does not ask for the action `paint`'],
  ['no policies to explain by',         ['explain', '-d', '/nowhere', `${F}/requests/record.json`], 1, 'the policy directory `/nowhere` does not exist'],
]

test.each(cases)('%s', async (_rule, args, code, told) => {
  const ended = await runCommand(args.map((arg) => arg.replace('HOME', home)))
  expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code, stdout: '' })
  expect(ended.stderr).toContain(told)
})

const isRoot = process.getuid?.() === 0

describe('a file that cannot be read is a mistake in the policies', () => {
  test('as text', async () => {
    const { code, stdout } = await runCommand(['compile', join(home, 'latin1')])
    expect(code).toBe(3)
    expect(stdout).toBe('`a.yaml` is not UTF-8 text; save it as UTF-8\n')
  })

  test('as JSON', async () => {
    const { code, stdout } = await runCommand(['compile', '--json', join(home, 'latin1')])
    expect(code).toBe(3)
    expect(JSON.parse(stdout)).toMatchObject({
      lintErrors: { load_failures: [{ file: 'a.yaml' }] },
    })
  })

  // Nothing is closed to the administrator.
  test.skipIf(isRoot)(
    `for want of permission${isRoot ? ' (skipped: root reads every file)' : ''}`,
    async () => {
      const { code, stdout } = await runCommand(['compile', join(home, 'closed')])
      expect(code).toBe(3)
      expect(stdout).toContain('the policy file `a.yaml` cannot be read')
    },
  )
})

test('a folder without policies is all right, and told', async () => {
  const { code, stdout, stderr } = await runCommand(['compile', join(home, 'empty')])
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'Test results\n\n0 tests executed\n' })
  expect(stderr).toContain('there are no policies in')
})

test('a run of no test at all is all right, as in Cerbos, and told', async () => {
  const none = await runCommand(['test', join(home, 'empty')])
  expect(none.code).toBe(0)
  expect(none.stderr).toContain('no test ran: there are none in')
  const skipped = await runCommand(['test', '--run=nobody', `${F}/failing`])
  expect(skipped.code).toBe(0)
  expect(skipped.stderr).toMatch(/no test ran: all \d+ were skipped/)
})

test('flags may be given as Cerbos takes them', async () => {
  const folder = `${F}/failing`
  expect((await runCommand(['compile', '--skip-tests=true', folder])).code).toBe(0)
  expect((await runCommand(['compile', '--skip-tests=false', folder])).code).toBe(4)
  expect((await runCommand(['compile', '--skip-tests=perhaps', folder])).code).toBe(2)
})

test('a request comes from standard input too', async () => {
  const stdin = JSON.stringify({
    principal: JSON.parse(PERSON),
    resources: [{ resource: JSON.parse(THING), actions: ['view', 'delete'] }],
  })
  const ended = await runCommand(['explain', '-', '--json', '-d', `${F}/documents`], { stdin })
  const lines = ended.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines.map(({ action, effect }) => [action, effect])).toEqual([
    ['view', 'EFFECT_ALLOW'],
    ['delete', 'EFFECT_DENY'],
  ])
})

test('a page of coverage that cannot be written', async () => {
  const ended = await runCommand(['test', '--coverage-html=/nowhere/c.html', `${F}/documents`])
  expect(ended.code).toBe(1)
  expect(ended.stderr).toContain('the coverage cannot be written to `/nowhere/c.html`')
})
