import { describe, expect, test } from 'vitest'

import { GLOB_CASES } from '../test/glob-cases.ts'
import { UnusableGlob } from './glob-matchers.ts'
import { compileGlob, compilePattern, isUnusableGlob } from './globs.ts'

describe('a glob', () => {
  test.each(GLOB_CASES)('%s', (pattern, matching, other) => {
    const matches = compileGlob(pattern)
    expect(matching.filter((text) => !matches?.(text))).toEqual([])
    expect(other.filter((text) => matches?.(text))).toEqual([])
  })

  test.each([
    'x*[',
    'x*[]',
    'z*[a-zA-Z]',
    's*[!]',
    't*[z-a]',
    'i*[a-]',
    '*[a\\',
    '*[]a]',
    '*[!',
    '*[ab',
    '*[a-',
    '*[a-b',
    '*[a-bc]',
  ])('%s is not valid', (pattern) => {
    expect(compileGlob(pattern)).toBeUndefined()
  })

  test.each(['*\uFFFD', '*\uD800'])('%j is not valid', (pattern) => {
    expect(compileGlob(pattern)).toBeUndefined()
  })

  test.each(['{view*,view}', '*{}x', 'x*y{}', '*a{,}', 'a*\0b', '{'.repeat(100_000)])(
    '%.20s is not usable',
    (pattern) => {
      expect(isUnusableGlob(pattern)).toBe(true)
      expect(compileGlob(pattern)).toBeUndefined()
    },
  )

  test('fails where it would take a long time', () => {
    const matches = compileGlob(`${'a*'.repeat(100)}b`)
    expect(matches?.('a'.repeat(1000))).toBe(false)
    expect(() => matches?.(`:${'a'.repeat(1000)}b`)).toThrow(
      new UnusableGlob('a name takes too long to match'),
    )
  })

  test('may be long', () => {
    const name = 'a'.repeat(1000)
    expect(compileGlob(`${name}*`)?.(`${name}b`)).toBe(true)
  })
})

test('a pattern of a rule without `*` stands for itself', () => {
  expect(compilePattern('a?[b]{c}')?.('a?[b]{c}')).toBe(true)
  expect(compilePattern('a?')?.('ab')).toBe(false)
})

test('without wildcards a glob stands for itself too', () => {
  expect(['a', 'ab', ''].map((text) => compileGlob('a')?.(text))).toEqual([true, false, false])
  // Where anything is a glob, `?` is one without `*` too.
  expect(['ab', 'a:', 'a'].map((text) => compileGlob('a?')?.(text))).toEqual([true, false, false])
  expect(compilePattern('a*')?.('ab')).toBe(true)
})
