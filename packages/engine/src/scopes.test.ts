import { expect, test } from 'vitest'

import { effectiveScope, scopeChain, scopeChains } from './scopes.ts'

const existing = new Set(['', 'a', 'a.b.c'])

// biome-ignore format: table
const cases: readonly (readonly [rule: string, scope: string, lenient: boolean, chain: readonly string[]])[] = [
  ['the root is asked alone',                           '',        false, ['']],
  ['parents follow, missing ones are left out',         'a.b.c',   false, ['a.b.c', 'a', '']],
  ['strict: a scope that does not exist has no chain',  'a.b',     false, []],
  ['lenient: it has the chain of its parents',          'a.b',     true,  ['a', '']],
  ['lenient: an unknown scope has the root',            'x.y',     true,  ['']],
]

test.each(cases)('%s', (_rule, scope, lenient, chain) => {
  expect(scopeChain(scope, scopeChains(existing), lenient)).toEqual(chain)
})

test('an empty or missing scope is the default one, a leading dot means nothing', () => {
  expect(effectiveScope(undefined, 'a')).toBe('a')
  expect(effectiveScope('', '.a')).toBe('a')
  expect(effectiveScope('.b', 'a')).toBe('b')
})

test('a scope is no child of one whose name begins like its own', () => {
  const chains = scopeChains(new Set(['', 'acm', 'acme', 'acme.hr']))
  expect(scopeChain('acme.hr', chains, false)).toEqual(['acme.hr', 'acme', ''])
  expect(scopeChain('acme.h', chains, true)).toEqual(['acme', ''])
  expect(scopeChain('acmes', chains, true)).toEqual([''])
})

test('a scope may have any number of names', () => {
  const chains = scopeChains(existing)
  const deep = `a.b.c${'.d'.repeat(200_000)}`
  expect(scopeChain(deep, chains, true)).toEqual(['a.b.c', 'a', ''])
  expect(scopeChain(deep, chains, false)).toEqual([])
  expect(scopeChain('x'.repeat(200_000), scopeChains(new Set(['a'])), true)).toEqual([])
})
