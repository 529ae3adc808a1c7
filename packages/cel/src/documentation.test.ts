import { expect, test } from 'vitest'

import { FUNCTIONS, MACROS } from './documentation.ts'
import { ALL_MACROS } from './extension-macros.ts'
import { MACRO_DOCS, OVERLOAD_DOCS } from './functions/docs.ts'
import { ALL_FUNCTIONS } from './functions/library.ts'

test('each overload has a line of documentation', () => {
  expect(FUNCTIONS.length).toBeGreaterThan(300)
  const silent = FUNCTIONS.filter(({ doc }) => !/^\S.*\S$/.test(doc))
  expect(silent.map(({ id }) => id)).toEqual([])
})

test('each macro has one', () => {
  expect(MACROS.filter(({ doc }) => !/^\S.*\S$/.test(doc))).toEqual([])
})

test('no line is about what does not exist', () => {
  const known = new Set(ALL_FUNCTIONS.flatMap(({ name, id }) => [name, `${name} ${id}`]))
  const written = Object.entries(OVERLOAD_DOCS).flatMap(([name, docs]) =>
    typeof docs === 'string' ? [name] : Object.keys(docs).map((id) => `${name} ${id}`),
  )
  expect(written.filter((each) => !known.has(each))).toEqual([])
  const macros = ALL_MACROS.map(({ name, argCount }) => (argCount ? `${name}/${argCount}` : name))
  expect(Object.keys(MACRO_DOCS).filter((each) => !macros.includes(each))).toEqual([])
})
