import { describe, expect, test } from 'vitest'

import { compileGlob, compilePattern } from './globs.ts'

/** Checked against Cerbos 0.55.0, but for the marked ones. */
// biome-ignore format: table
const cases: readonly (readonly [pattern: string, matching: readonly string[], other: readonly string[]])[] = [
  ['*',            ['', 'a', 'a:b'],                []],
  ['g:*',          ['g:x', 'g:'],                   ['g', 'g:x:y', 'h:x']],
  ['a*b',          ['ab', 'aXXb'],                  ['a:b', 'a', 'abc']],
  ['gl:*:z',       ['gl:m:z', 'gl::z'],             ['gl:a:b:z', 'gl:z']],
  ['qs?x*',        ['qsyx', 'qsyxz'],               ['qsx', 'qs:x']],
  ['m**n',         ['mn', 'm:n', 'ma:b:n'],         ['m']],
  ['{a,b*',        ['a', 'b', 'bx'],                ['{a,b*', 'ax']],
  ['x*[a-z]',      ['xa', 'xz', 'xyz'],             ['x', 'x1', 'x[']],
  ['y*[!a]z',      ['ybz', 'y:z'],                  ['yz', 'yaz']],
  ['q{a,b}*',      ['qa', 'qbcd'],                  ['qc']],
  ['w*?',          ['wx', 'w😀'],                   ['w', 'w:']],
  ['e\\**',        ['e*', 'e*x'],                   ['ex']],
  ['v*{x,y:z}',    ['vx', 'vy:z', 'vay:z'],         ['v:x']],
  ['l[a\\]b]*',    ['la', 'l]', 'lb'],              ['l\\']],
  ['n*{x{1,2},y}', ['nx1', 'nax2', 'ny'],           ['n', 'nx']],
  ['j*[-a]',       ['j-', 'ja'],                    ['jz']],
  ['[:]*',         [':', ':a'],                     ['a:']],
  ['a:b*',         ['a:b', 'a:bc'],                 ['a:b:c', 'a:']],
  ['*[!a-c]',      ['xd', '`', 'x:', ':'],          ['xa', 'xb', 'xc', 'a']],
  ['*[b-d]',       ['b', 'd', 'xc'],                ['a', 'e']],
  ['*[a-a]',       ['a'],                           ['b']],
  ['*}',           ['}', 'a}'],                     ['a', '']],
  ['a,*',          ['a,', 'a,b'],                   ['a']],
  ['*{a}b}',       ['ab}', 'xab}'],                 ['a', 'ab']],
  ['*\\',          ['a', '\\', 'a\\'],              ['a:']],
  ['*[a\\-c]',     ['a', '-', 'c'],                 ['b', '\\']],
  ['*[^a]',        ['a', '^'],                      ['b']],
  ['**?',          ['a', 'a:b'],                    [':', 'a:', '']],
  ['?**',          ['a', 'a:'],                     [':', '']],
  ['*{a,{b,c}d}e', ['ae', 'bde', 'cde', 'xae'],     ['be', 'de']],
  ['*\\{a',        ['{a', 'x{a'],                   ['a']],
  ['*\\?',         ['?', 'x?'],                     ['x', 'xx']],
  ['\\**',         ['*', '*a'],                     ['a']],
  ['a**b*c',       ['abc', 'a:bc', 'a:bxc'],        ['ab:c']],
  ['*[!:]',        ['a'],                           [':', 'a:']],
  ['*{[,],b}',     [',', 'b'],                      ['[']],
  ['*{a\\,b,c}',   ['a,b', 'c'],                    ['a', 'b']],
  ['*[😀-😂]',     ['😀', '😁', '😂'],              ['a', '😃']],
  // Cerbos's library misses the shortest text of these two.
  ['u{,k}*',       ['u', 'uk', 'ukl'],              ['k']],
  ['r:***',        ['r:', 'r:x', 'r:x:y'],          ['r']],
]

describe('a glob', () => {
  test.each(cases)('%s', (pattern, matching, other) => {
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

  test('takes no long time for any pattern', () => {
    const matches = compileGlob(`${'a*'.repeat(100)}b`)
    expect(matches?.('a'.repeat(1000))).toBe(false)
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
