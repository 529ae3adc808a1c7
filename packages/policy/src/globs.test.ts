import { describe, expect, test } from 'vitest'

import { UnusableGlob } from './glob-matchers.ts'
import { compileGlob, compilePattern, isUnusableGlob } from './globs.ts'

/** Checked against Cerbos 0.55.0. */
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
  // What Cerbos's library misses: nothing at all behind the rest of a pattern,
  ['u{,k}*',       ['uk', 'ukl'],                   ['u', 'k']],
  ['r:***',        ['r:x', 'r:x:y'],                ['r:', 'r']],
  ['a*{',          [],                              ['a', 'ax', 'a{']],
  // what is as long as another alternative, unlike the first one,
  ['{*,b:}c',      ['xyc', 'b:c'],                  ['c', 'xc']],
  ['x{a*,b}*',     ['xa', 'xab', 'xb'],             ['x']],
  ['*{,a}{b,}',    ['b', 'ab', 'a'],                ['', 'x']],
  // and all that would need to look for several runs.
  ['{*a,*b}*',     [],                              ['a', 'ab', 'xa']],
  ['{a*b*c,d}*',   ['d', 'dx'],                     ['abc', 'axbxc']],
  ['{*a,b}*',      ['a', 'ba', 'xa', 'ax', 'aba'],  ['x']],
  // What it matches by mistake: an end that is a part of the beginning,
  ['a:**:b',       ['a:b', 'a::b', 'a:x:b'],        ['a:', ':b']],
  ['ab**ba',       ['aba', 'abba'],                 ['ab']],
  // and sets whose characters it looks for as one text.
  ['**[!ab][!ab]', ['aa', 'ba'],                    ['ab']],
  // Where parts have known lengths it goes by bytes.
  ['v?ew*',        ['view', 'views'],               ['véew', 'vew']],
  ['é?*',          [],                              ['éa', 'éab', 'é']],
  ['?*',           ['a', 'é', '😀b'],               ['', ':', 'a:']],
  ['*é',           ['é', 'aé'],                     ['e']],
  ['[à-é]*',       ['à', 'éa'],                     ['e', 'ö']],
  ['{view,edit}:*', ['view:x', 'edit:é'],           ['view', 'list:x']],
  ['{a:*:b,a:*:bc}', ['a:x:b', 'a::bc'],            ['a:b', 'a:x:c']],
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
    expect(() => matches?.(`:${'a'.repeat(1000)}b`)).toThrow(UnusableGlob)
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
