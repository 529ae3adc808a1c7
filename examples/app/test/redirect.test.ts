import { expect, test } from 'vitest'

import { allowedReturnPath } from '../src/redirect.ts'

test.each([
  '/acme/documents',
  '/acme/members',
  '/a.c~m_e-1/documents/q3-plan',
  '/acme/documents/q3-plan/edit',
  '/organizations',
  '/decisions/01JD',
])('%s is a page to return to', (path) => {
  expect(allowedReturnPath(path)).toBe(path)
})

test.each([
  'https://elsewhere.test/acme/documents',
  '//elsewhere.test/documents',
  '/\\elsewhere.test/documents',
  '/\t/elsewhere.test/documents',
  '/acme/documents\n',
  '/acme/documents?next=https://elsewhere.test',
  '/acme/documents#x',
  '/..//elsewhere.test/documents',
  '/sign-out',
  '/authenticate',
  'javascript:alert(1)',
  'acme/documents',
  '',
  undefined,
  ['/acme/documents'],
])('%j is not', (path) => {
  expect(allowedReturnPath(path)).toBeUndefined()
})
