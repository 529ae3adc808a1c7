import { RE2JS } from '@bufbuild/re2'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { safeRegExp } from './safe-pattern.ts'

test.each([
  '^[a-z0-9.]+@example[.]com$',
  '^/docs/\\d+/edit$',
  'draft',
  '^[A-Z][a-z]?-[0-9]+$',
  '\\.pdf$',
])('%s runs natively', (pattern) => {
  expect(safeRegExp(pattern)).toBeInstanceOf(RegExp)
})

test.each([
  { pattern: '(a+)+$', why: 'a group' },
  { pattern: '^a*a*b', why: 'two ways to match' },
  { pattern: '^[a-z]+[a-z0-9]$', why: 'two ways to match' },
  { pattern: 'a+b', why: 'repetition from every position' },
  { pattern: '^.*x', why: 'a dot, which means something else in JavaScript' },
  { pattern: '(?i)abc', why: 'flags' },
  { pattern: '[^a]', why: 'a negated class' },
  { pattern: 'a{2,3}', why: 'a counted repetition' },
  { pattern: 'a|b', why: 'alternatives' },
  { pattern: 'é', why: 'a letter outside of ASCII' },
  { pattern: '\\bfoo', why: 'a word boundary' },
  { pattern: 'a+?', why: 'a lazy repetition' },
])('$pattern does not: $why', ({ pattern }) => {
  expect(safeRegExp(pattern)).toBeUndefined()
})

test('a pattern that runs natively matches what RE2 matches', () => {
  const piece = fc.constantFrom(
    'a',
    'b',
    '-',
    '.',
    '[a-c]',
    '[b.-]',
    '[ab]',
    '\\.',
    '\\d',
    '\\w',
    '1',
    '@',
    ' ',
  )
  const quantified = fc
    .tuple(piece, fc.constantFrom('', '', '?', '*', '+'))
    .map((all) => all.join(''))
  const pattern = fc
    .tuple(
      fc.constantFrom('^', ''),
      fc.array(quantified, { maxLength: 5 }),
      fc.constantFrom('$', ''),
    )
    .map(([start, pieces, end]) => start + pieces.join('') + end)
  const text = fc.string({
    unit: fc.constantFrom('a', 'b', 'c', '.', '-', '1', '_', '@', '\n', 'é', '😀'),
    maxLength: 12,
  })
  fc.assert(
    fc.property(pattern, text, (source, input) => {
      const native = safeRegExp(source)
      if (native !== undefined) expect(native.test(input)).toBe(RE2JS.compile(source).test(input))
    }),
    { numRuns: 5000 },
  )
})
