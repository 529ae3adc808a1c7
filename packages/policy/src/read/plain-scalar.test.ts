import { expect, test } from 'vitest'

import { readPlainScalar } from './plain-scalar.ts'

// Read from Cerbos 0.55.0: constants with these texts as the outputs of rules.
// biome-ignore format: table
const CASES: readonly (readonly [text: string, type: string, value: unknown])[] = [
  ['', 'Null', null], ['~', 'Null', null], ['Null', 'Null', null], ['nUll', 'String', 'nUll'],
  ['true', 'Bool', true], ['FALSE', 'Bool', false], ['yes', 'String', 'yes'], ['y', 'String', 'y'],
  ['0', 'Integer', 0], ['-0', 'Integer', 0], ['00', 'Integer', 0], ['+1', 'Integer', 1],
  ['-1', 'Integer', -1], ['0x1F', 'Integer', 31], ['0X1f', 'String', '0X1f'], ['-0x1', 'Integer', -1],
  ['0o17', 'Integer', 15], ['017', 'Integer', 15], ['-017', 'Integer', -15], ['08', 'String', '08'],
  ['0o8', 'String', '0o8'], ['0b101', 'Integer', 5], ['0b2', 'String', '0b2'], ['0x', 'String', '0x'],
  ['1_000', 'Integer', 1000], ['1__0', 'Integer', 10], ['1_', 'Integer', 1], ['_1', 'String', '_1'],
  ['0x1_F', 'Integer', 31], ['0o7_1', 'Integer', 57], ['0x1.8', 'String', '0x1.8'],
  ['9999999999999999999', 'Integer', 1e19], ['18446744073709551615', 'Integer', 2 ** 64],
  ['18446744073709551616', 'String', '18446744073709551616'],
  ['-9223372036854775808', 'Integer', -(2 ** 63)], ['-9223372036854775809', 'String', '-9223372036854775809'],
  ['1.0', 'Float', 1], ['0.', 'Float', 0], ['.5', 'Float', 0.5], ['-.5e1', 'Float', -5],
  ['1.5E+3', 'Float', 1500], ['1.e3', 'Float', 1000], ['1_000.5', 'Float', 1000.5], ['1._5', 'Float', 1.5],
  ['1e3', 'String', '1e3'], ['1E3', 'String', '1E3'], ['1e3.5', 'String', '1e3.5'], ['1.0.0', 'String', '1.0.0'],
  ['1.5f', 'String', '1.5f'], ['.', 'String', '.'], ['+', 'String', '+'], ['.e1', 'String', '.e1'],
  ['.inf', 'Infinity', Infinity], ['-.INF', 'Infinity', -Infinity], ['+.inf', 'String', '+.inf'],
  ['.NaN', 'Nan', Number.NaN], ['1:30', 'String', '1:30'], ['2020-01-01', 'String', '2020-01-01'],
]

test.each(CASES)('%j is of type %s', (text, type, value) => {
  expect(readPlainScalar(text)).toMatchObject({ type, value })
})

// Read from Cerbos 0.55.0, too: the name of a policy whose version is written like this.
test.each([
  ['20210210', '20210210'],
  ['1_000', '1000'],
  ['0x10', '16'],
  ['017', '15'],
  ['007', '7'],
  ['+1', '1'],
  ['9999999999999999999', '9999999999999999999'],
  ['True', 'True'],
  ['NULL', ''],
  ['1.50', '1.50'],
])('%s as a string is %j', (text, expected) => {
  expect(readPlainScalar(text).text).toBe(expected)
})

test('a number of a million digits is a string at once', () => {
  expect(readPlainScalar('9'.repeat(1_000_000)).type).toBe('String')
})
