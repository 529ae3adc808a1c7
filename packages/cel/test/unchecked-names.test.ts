import { expect, test } from 'vitest'
import { createEnv } from '../src/env.ts'
import { BOOL, INT, listType } from '../src/types.ts'

const env = createEnv({
  variables: { y: BOOL, 'x.y': BOOL, 'x.n': INT, n: INT, list: listType(INT), z: INT },
  container: 'x',
  check: false,
})
const activation = { y: false, 'x.y': true, 'x.n': 1n, n: 2n, list: [5n], z: 9n }

// biome-ignore format: a table
test.each([
  { rule: 'the nearest namespace wins', source: 'y', expected: true },
  { rule: 'a leading dot means no namespace', source: '.y', expected: false },
  { rule: 'a name that only is outside of the namespace is found', source: 'z', expected: 9n },
  { rule: 'a selection can be one name', source: 'x.n', expected: 1n },
  { rule: 'a comprehension variable hides the others', source: 'list.map(y, y)', expected: [5n] },
  { rule: 'a leading dot leaves the comprehension', source: 'list.map(z, .z)', expected: [9n] },
  { rule: 'names within a comprehension are looked up too', source: 'list.map(i, n)', expected: [1n] },
])('unchecked: $rule', ({ source, expected }) => {
  const compiled = env.compile(source)
  expect(compiled.ok && compiled.program.evaluate(activation)).toEqual(expected)
})
