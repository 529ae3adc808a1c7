import fc from 'fast-check'
import { expect, test } from 'vitest'

import { ulid } from '../src/ulid.ts'

const random = fc.uint8Array({ minLength: 16, maxLength: 16 })
const time = fc.nat({ max: 2 ** 48 - 1 })

test('has the form and the example of the specification', () => {
  expect(ulid(1469918176385, new Uint8Array(16))).toBe('01ARYZ6S410000000000000000')
  expect(ulid(2 ** 48 - 1, new Uint8Array(16).fill(255))).toBe('7ZZZZZZZZZZZZZZZZZZZZZZZZZ')
})

test('is 26 characters, and sorts by time', () => {
  fc.assert(
    fc.property(time, time, random, random, (a, b, entropyA, entropyB) => {
      const [first, second] = [ulid(a, entropyA), ulid(b, entropyB)]
      expect(first).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/)
      if (a !== b) expect(first < second).toBe(a < b)
    }),
  )
})

test('is another each time', () => {
  expect(new Set(Array.from({ length: 2000 }, () => ulid(0))).size).toBe(2000)
})
