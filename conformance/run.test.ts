import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { difference } from './compare.ts'
import { runConformance } from './run.ts'
import { NO_SKIPS, skipList } from './skips/skip-list.ts'
import { failed, PASSED, type Suite } from './suite.ts'
import { SUITES } from './suites/index.ts'

let corpus = ''
beforeAll(() => {
  corpus = mkdtempSync(join(tmpdir(), 'lockstitch-corpus-'))
  for (const suite of ['sums', 'server/checks', 'fixtures'])
    mkdirSync(join(corpus, suite), { recursive: true })
  writeFileSync(join(corpus, 'sums/good.json'), '{"of": [1, 2], "want": 3}')
  writeFileSync(join(corpus, 'sums/bad.json'), '{"of": [1, 2], "want": 4}')
  writeFileSync(join(corpus, 'server/checks/one.json'), '{}')
  writeFileSync(join(corpus, 'fixtures/no-case.json'), '{}')
})
afterAll(() => rmSync(corpus, { recursive: true, force: true }))

/** Adds numbers, so that a case passes or fails by its data. */
function sums(skips = NO_SKIPS): Suite {
  return {
    name: 'sums',
    needsCorpus: true,
    skips,
    cases: (opened) =>
      opened.cases('sums').map(({ name, content }) => ({
        name,
        run: () => {
          const sum = (content.of as number[]).reduce((total, each) => total + each, 0)
          const differing = difference(content.want as number, sum)
          return differing === undefined ? PASSED : failed(differing)
        },
      })),
  }
}

async function run(args: readonly string[], suites: readonly Suite[] = [sums()]) {
  const lines: string[] = []
  const print = (line: string): void => {
    lines.push(line)
  }
  const code = await runConformance({ args, suites, defaultCorpus: corpus, print })
  return { code, text: lines.join('\n'), last: lines.at(-1) }
}

describe('the runner', () => {
  test('names a failing case with what differs, and ends with the sum', async () => {
    const { code, text, last } = await run([])
    expect(code).toBe(1)
    expect(text).toContain('FAIL sums bad\n     expected 4, got 3')
    expect(text).toContain('sums: 1 passed, 1 failed, 0 skipped')
    expect(last).toBe('1 passed, 1 failed, 0 skipped')
  })

  test('says of a suite without a runner that it was not run', async () => {
    expect((await run([])).text).toContain('server/checks: not run, there is no runner for it yet')
    expect((await run(['server'])).text).toContain('server/checks: not run')
  })

  test('a case that is skipped does not fail the run', async () => {
    const skips = skipList([{ reason: 'not ours', names: 'bad' }])
    const { code, last } = await run([], [sums(skips)])
    expect([code, last]).toEqual([0, '1 passed, 0 failed, 1 skipped'])
  })

  test('a skipped case that passes fails the run', async () => {
    const skips = skipList([{ reason: 'not ours', names: 'bad, good' }])
    const { code, text } = await run([], [sums(skips)])
    expect(code).toBe(1)
    expect(text).toContain('passes, but is skipped: not ours')
  })

  test('a skipped name without a case fails the run', async () => {
    const skips = skipList([{ reason: 'not ours', names: 'bad, gone' }])
    const { code, text } = await run([], [sums(skips)])
    expect(code).toBe(1)
    expect(text).toContain('FAIL sums gone')
  })

  test.each([
    {
      why: 'there is no corpus',
      args: ['--corpus', '/nowhere'],
      says: 'There are no cases in /nowhere',
    },
    { why: 'a suite is unknown', args: ['products'], says: 'no suite is named products' },
    { why: 'an option is unknown', args: ['--corpse'], says: 'unknown option `--corpse`' },
  ])('exit code 2 where $why', async ({ args, says }) => {
    const { code, text } = await run(args)
    expect(code).toBe(2)
    expect(text).toContain(says)
  })

  test('what needs no corpus runs without one', async () => {
    const free: Suite = { name: 'free', needsCorpus: false, skips: NO_SKIPS, cases: () => [] }
    const { code } = await run(['--corpus', '/nowhere', 'free'], [free])
    expect(code).toBe(0)
  })
})

// biome-ignore format: a table
test.each([
  { expected: { a: 1 }, actual: { a: 1 }, says: undefined },
  { expected: { a: [1, { b: 2 }] }, actual: { a: [1, { b: 3 }] }, says: 'a[1].b: expected 2, got 3' },
  { expected: [1], actual: [1, 2], says: 'expected 1 elements [1], got 2 [1,2]' },
  { expected: { a: null }, actual: {}, says: 'a: expected null, got nothing' },
  { expected: 0, actual: -0, says: 'expected 0, got -0' },
  { expected: '1', actual: 1, says: 'expected "1", got 1' },
])('comparing $expected with $actual', ({ expected, actual, says }) => {
  expect(difference(expected, actual)).toBe(says)
})

test('the names of the suites are told apart', () => {
  const names = SUITES.map(({ name }) => name)
  expect(names).toEqual([...new Set(names)])
})
