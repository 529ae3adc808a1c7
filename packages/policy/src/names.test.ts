import { describe, expect, test } from 'vitest'

import { parentScopes, policyKey, sanitiseName } from './names.ts'

describe('names', () => {
  test.each([
    ['document', 'document'],
    ['album:object', 'album_object'],
    ['my-res', 'my_res'],
    ['a@b//c', 'a_b_c'],
    ['maya@acme.test', 'maya_acme.test'],
    ['arn:aws:sns:us-east-1:123:topic', 'arn:aws:sns:us-east-1:123:topic'],
    ['album:*', 'album:*'],
    ['größe', 'größe'],
  ])('%s is sanitised to %s', (name, expected) => {
    expect(sanitiseName(name)).toBe(expected)
  })

  test('a key names kind, subject, version and scope', () => {
    const identity = { kind: 'resource', subject: 'album:object', version: 'default' } as const
    expect(policyKey({ ...identity, scope: '' })).toBe('resource.album_object.vdefault')
    expect(policyKey({ ...identity, scope: 'acme.hr' })).toBe(
      'resource.album_object.vdefault/acme.hr',
    )
  })

  test('the parents of a scope end with the root', () => {
    expect(parentScopes('a.b.c')).toEqual(['a.b', 'a', ''])
    expect(parentScopes('')).toEqual([])
    expect(parentScopes('.')).toEqual([''])
  })
})
