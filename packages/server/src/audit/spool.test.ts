import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'

import { openSpool, readLines, spoolFiles } from './spool.ts'

const home = mkdtempSync(join(tmpdir(), 'lockstitch-spool-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

test('lines come in files, of which all but the last are whole', () => {
  const directory = join(home, 'files')
  const asked: (string | undefined)[] = []
  const spool = openSpool({ directory, lines: 2, makeRoom: (before) => asked.push(before) })
  for (const line of ['a', 'b', 'c', 'd', 'e']) spool.append(line)
  const files = spoolFiles(directory)
  expect(files.map(({ isWhole }) => isWhole)).toEqual([true, true, false])
  const paths = files.map(({ name }) => join(directory, name))
  expect(paths.map((path) => readLines(path, 0).lines)).toEqual([['a', 'b'], ['c', 'd'], ['e']])
  expect(asked).toEqual([undefined, paths[0]])
  spool.close()
})

test('without room for another file a line is not taken, until there is', () => {
  const directory = join(home, 'full')
  let isFull = true
  const makeRoom = (): void => {
    if (isFull) throw new Error('no room')
  }
  const spool = openSpool({ directory, lines: 1, makeRoom })
  spool.append('a')
  expect(() => spool.append('b')).toThrow('no room')
  expect(() => spool.append('b')).toThrow('no room')
  expect(spoolFiles(directory)).toHaveLength(1)
  isFull = false
  spool.append('c')
  expect(readdirSync(directory)).toHaveLength(2)
  spool.close()
})

test('a line is read once, and when it is whole', () => {
  const path = join(home, 'lines')
  writeFileSync(path, 'one\ntwo\nthr')
  const first = readLines(path, 0)
  expect(first).toEqual({ lines: ['one', 'two'], end: 8 })
  expect(readLines(path, first.end)).toEqual({ lines: [], end: 8 })
  appendFileSync(path, 'ee\n')
  expect(readLines(path, first.end)).toEqual({ lines: ['three'], end: 14 })
})

test('what a dead process has left is whole, and what one with the same number has left before', () => {
  const directory = join(home, 'left')
  const future = Date.now() + 1_000_000
  const left = [`spool-${process.pid}-${future}-3.ndjson`, 'spool-99999999-1-0.ndjson']
  const mine = openSpool({ directory, lines: 1, makeRoom: () => {} })
  mine.close()
  for (const name of left) writeFileSync(join(directory, name), '')
  const spool = openSpool({ directory, lines: 1, makeRoom: () => {} })
  const files = spoolFiles(directory)
  expect(files).toHaveLength(4)
  expect(files.filter(({ name }) => left.includes(name))).toMatchObject([
    { isWhole: true },
    { isWhole: true },
  ])
  expect(files.at(-1)).toMatchObject({ pid: process.pid, isWhole: false })
  spool.close()
})
