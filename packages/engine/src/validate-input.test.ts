import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'

import { EngineError } from './errors.ts'
import type { CheckInput } from './request.ts'
import { readInput } from './validate-input.ts'

const sound = {
  principal: { id: 'ann', roles: ['user'] },
  resource: { kind: 'doc', id: 'd1' },
  actions: ['view'],
}

const withAttr = (attr: unknown): unknown => ({ ...sound, resource: { ...sound.resource, attr } })
const withPrincipal = (rest: object): unknown => ({
  ...sound,
  principal: { ...sound.principal, ...rest },
})

const cyclic: Record<string, unknown> = {}
cyclic.self = { again: cyclic }

class Money {
  readonly amount = 1
}

// biome-ignore format: table
const refused: readonly (readonly [what: string, input: unknown, code: string, message: string])[] = [
  ['no input',            undefined,                               'wrong-type',             '`input` must be an object, got nothing'],
  ['no principal',        { ...sound, principal: null },           'wrong-type',             '`principal` must be an object, got null'],
  ['a list of principals', { ...sound, principal: [] },            'wrong-type',             '`principal` must be an object, got an array'],
  ['an empty id',         withPrincipal({ id: '' }),               'empty-id',               '`principal.id` must not be empty'],
  ['a number as id',      withPrincipal({ id: 7 }),                'wrong-type',             '`principal.id` must be a string, got a number'],
  ['no roles',            withPrincipal({ roles: [] }),            'empty-roles',            '`principal.roles` must have at least one entry'],
  ['roles as a string',   withPrincipal({ roles: 'user' }),        'wrong-type',             '`principal.roles` must be an array, got a string'],
  ['an empty role',       withPrincipal({ roles: ['a', ''] }),     'empty-role',             '`principal.roles[1]` must not be empty'],
  ['a role that is null', withPrincipal({ roles: [null] }),        'wrong-type',             '`principal.roles[0]` must be a string, got null'],
  ['a bad version',       withPrincipal({ policyVersion: 'v 1' }), 'invalid-policy-version', '`principal.policyVersion` may contain letters, digits and `_` only'],
  ['a bad scope',         withPrincipal({ scope: 'a..b' }),        'invalid-scope',          '`principal.scope` must be names of letters, digits, `_` and `-`, separated by dots'],
  ['an empty kind',       { ...sound, resource: { kind: '', id: 'd' } }, 'empty-kind',       '`resource.kind` must not be empty'],
  ['no actions',          { ...sound, actions: [] },               'no-actions',             '`actions` must have at least one entry'],
  ['an empty action',     { ...sound, actions: [''] },             'empty-action',           '`actions[0]` must not be empty'],
  ['attributes as a list', withAttr(['a']),                        'wrong-type',             '`resource.attr` must be an object, got an array'],
  ['a function',          withAttr({ a: { b: () => 1 } }),         'not-json',               '`resource.attr.a.b` must be JSON, got a function'],
  ['undefined',           withAttr({ a: undefined }),              'not-json',               '`resource.attr.a` must be JSON, got `undefined`; leave the name out or use null'],
  ['a hole in an array',  withAttr({ a: new Array(1) }),           'not-json',               '`resource.attr.a[0]` must be JSON, got `undefined`; leave the name out or use null'],
  ['a date',              withAttr({ at: [new Date(0)] }),         'not-json',               '`resource.attr.at[0]` must be JSON, got an instance of `Date`; convert it first'],
  ['a class instance',    withAttr({ price: new Money() }),        'not-json',               '`resource.attr.price` must be JSON, got an instance of `Money`; convert it first'],
  ['a map',               withAttr({ map: new Map() }),            'not-json',               '`resource.attr.map` must be JSON, got an instance of `Map`; convert it first'],
  ['an object that inherits', withAttr(Object.create({ owner: 'ann' })),   'not-json',        '`resource.attr` must be JSON, got an instance of `Object`; convert it first'],
  ['one that inherits from an object without a prototype', withAttr({ a: Object.create(Object.assign(Object.create(null), { owner: 'ann' })) }), 'not-json', '`resource.attr.a` must be JSON, got an instance of a class; convert it first'],
  ['NaN',                 withAttr({ n: Number.NaN }),             'not-json',               '`resource.attr.n` must be JSON, got a number that is not finite'],
  ['infinity',            withAttr({ n: [1, -Infinity] }),         'not-json',               '`resource.attr.n[1]` must be JSON, got a number that is not finite'],
  ['a bigint',            withAttr({ n: 1n }),                     'not-json',               '`resource.attr.n` must be JSON, got a bigint'],
  ['a symbol',            withAttr({ s: Symbol('secret') }),       'not-json',               '`resource.attr.s` must be JSON, got a symbol'],
  ['a cycle',             withAttr(cyclic),                        'not-json',               '`resource.attr.self.again` must be JSON, got an object that contains itself'],
  ['claims of a named token that are none', { ...sound, auxData: { jwts: { a: { claims: 1 } } } }, 'wrong-type', '`auxData.jwts.a.claims` must be an object, got a number'],
  ['a named token that is none', { ...sound, auxData: { jwts: { a: null } } }, 'wrong-type', '`auxData.jwts.a` must be an object, got null'],
  ['claims that are no JSON', { ...sound, auxData: { jwt: { exp: new Date(0) } } }, 'not-json', '`auxData.jwt.exp` must be JSON, got an instance of `Date`; convert it first'],
]

describe('an input is refused with', () => {
  test.each(refused)('%s', (_what, input, code, message) => {
    expect(() => readInput(input as CheckInput)).toThrow(
      expect.objectContaining({ name: 'EngineError', code, message }),
    )
  })

  test('an error that is a TypeError too', () => {
    expect(() => readInput(withAttr({ a: 1n }) as CheckInput)).toThrow(TypeError)
    expect(() => readInput(withAttr({ a: 1n }) as CheckInput)).toThrow(EngineError)
  })
})

// biome-ignore format: table
const accepted: readonly (readonly [what: string, input: unknown])[] = [
  ['the least that is needed',            sound],
  ['JSON of every sort',                  withAttr({ a: [1, 'x', null, true, { b: {} }] })],
  ['objects without a prototype',         withAttr(Object.assign(Object.create(null), { a: Object.create(null) }))],
  ['names of object properties',          withAttr(JSON.parse('{"__proto__": 1, "constructor": {"prototype": 2}}'))],
  ['the same object twice',               withAttr((() => { const shared = { x: 1 }; return { a: shared, b: [shared, shared] } })())],
  ['objects of another realm',            withAttr(runInNewContext('({ a: { b: [1] } })'))],
  ['a dot as scope',                      withPrincipal({ scope: '.' })],
  ['an organization id as scope',         withPrincipal({ scope: 'organization-test-1-a_b.c' })],
]

test.each(accepted)('an input may have %s', (_what, input) => {
  expect(() => readInput(input as CheckInput)).not.toThrow()
})
