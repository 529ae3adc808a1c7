import { describe, expect, test } from 'vitest'
import type { JsonValue } from '../src/linked.ts'
import { FORMATS } from '../src/schemas/formats.ts'
import { createSchemaStore, type LoadedSchema } from '../src/schemas/schema-store.ts'

function load(files: Readonly<Record<string, unknown>>, reference: string): LoadedSchema {
  const sources = Object.entries(files).map(([name, json]) => {
    return { path: `_schemas/${name}`, text: JSON.stringify(json) }
  })
  return createSchemaStore(sources).load(reference)
}

function violations(schema: unknown, value: JsonValue): readonly string[] {
  const loaded = load({ 'a.json': schema }, 'cerbos:///a.json')
  if (!loaded.ok) return [loaded.problem]
  return loaded.validate(value).map(({ path, message }) => `${path}: ${message}`)
}

// biome-ignore format: a table
const FORMAT_CASES: readonly { readonly format: string; readonly yes: readonly string[]; readonly no: readonly string[] }[] = [
  { format: 'date', yes: ['2024-02-29', '0000-01-01'], no: ['2023-02-29', '2024-1-1', '20240101', '2024-00-10'] },
  { format: 'time', yes: ['12:00:00Z', '12:00:00.123+01:30', '23:59:60Z', '22:59:60-01:00', '+1:00:00Z'], no: ['12:00:00', '24:00:00Z', '12:00:60Z', '12:00:00.Z'] },
  { format: 'date-time', yes: ['2024-01-01T00:00:00Z', '2024-01-01t00:00:00z'], no: ['2024-01-01 00:00:00Z', '2024-01-01T00:00:00', '2024-01-01T00:00:00+24:00'] },
  { format: 'duration', yes: ['P1Y', 'P1W', 'PT1H1M1S', 'P1Y1M'], no: ['P', 'PT', 'P1WT1H', 'P1Y1D', 'PT1H1S', 'PT0.5S', 'P1D1Y'] },
  { format: 'period', yes: ['P1D/2024-01-01T00:00:00Z', '2024-01-01T00:00:00Z/P1D'], no: ['P1D/P1D', '2024-01-01T00:00:00Z'] },
  { format: 'hostname', yes: ['example.com', 'example.com.', 'a.-b.c'], no: ['', '-a.com', 'a-.com', 'a..b', 'a_b.com'] },
  { format: 'email', yes: ['a@b.c', '"a b"@c.d', 'a@[127.0.0.1]', 'a@[IPv6:::1]', 'é@a.com', ' a@b.c'], no: ['a', '@c', 'a..b@c.d', '""@a.b', 'a @b.c', 'a@b_c', '<a@b.c>'] },
  { format: 'ipv4', yes: ['1.2.3.4', '+4.0.0.00'], no: ['1.2.3', '01.2.3.4', '256.1.1.1', '1.2.3.0x1'] },
  { format: 'ipv6', yes: ['::', '::1', '1:2:3:4:5:6:7:8', '::ffff:1.2.3.4'], no: ['1::2::3', '::12345', 'fe80::1%eth0', '1:2:3:4:5:6:7:1.2.3.4'] },
  { format: 'uri', yes: ['http://a.com/b?c#d', 'urn:x:y', 'mailto:a@b', 'http://[::1]:80'], no: ['/a', 'a b', 'http://a b', 'http://[::1', 'http://a/%zz', ':b', 'http://a:80x'] },
  { format: 'uri-reference', yes: ['', '/a', '#a', '//a.com'], no: ['a\\b', '1a:b', '%zz', '\u0001'] },
  { format: 'uri-template', yes: ['/{a}/{b}', 'http://h?{a'], no: ['/{a', '/a}', '/{a{b}}'] },
  { format: 'regex', yes: ['^a$', '(?P<n>a)', '\\p{L}'], no: ['(', '(?=a)', '\\1', 'a**'] },
  { format: 'json-pointer', yes: ['', '/a~0', '/'], no: ['a', '/a~2', '/~'] },
  { format: 'relative-json-pointer', yes: ['0', '1/a', '0#'], no: ['', '/a', '01', '-1', '0##'] },
  { format: 'uuid', yes: ['2EB8AA08-aa98-11ea-b4aa-73b441d16380'], no: ['2eb8aa08aa9811eab4aa73b441d16380', '{2eb8aa08-aa98-11ea-b4aa-73b441d16380}'] },
]

describe('formats, as Cerbos takes them', () => {
  test.each(FORMAT_CASES)('$format', ({ format, yes, no }) => {
    const hasFormat = FORMATS.get(format)
    expect(yes.filter((text) => !hasFormat?.(text))).toEqual([])
    expect(no.filter((text) => hasFormat?.(text))).toEqual([])
  })
})

describe('references', () => {
  const files = {
    'a.json': { properties: { x: { $ref: 'sub/b.json' }, y: { $ref: '/c%20d.json#/$defs/e' } } },
    'sub/b.json': { $ref: '../c d.json#named' },
    'c d.json': { $defs: { e: { type: 'number' }, f: { $anchor: 'named', type: 'string' } } },
    'tree.json': { properties: { child: { $ref: '#' } }, additionalProperties: false },
  }
  // biome-ignore format: a table
  const cases: readonly { readonly shows: string; readonly reference: string; readonly value: JsonValue; readonly paths: readonly string[] }[] = [
    { shows: 'lead to other files, by path, pointer and anchor', reference: 'cerbos:///a.json', value: { x: 1, y: 'a' }, paths: ['/x', '/y'] },
    { shows: 'of policies may lead into a file', reference: 'cerbos:///c%20d.json#/$defs/e', value: 'a', paths: [''] },
    { shows: 'may lead back to where they stand', reference: 'cerbos:///tree.json', value: { child: { child: { no: 1 } } }, paths: ['/child/child'] },
    { shows: 'may lead to a metaschema', reference: 'https://json-schema.org/draft/2020-12/schema', value: { minimum: 'a' }, paths: ['/minimum'] },
  ]
  test.each(cases)('$shows', ({ reference, value, paths }) => {
    const loaded = load(files, reference)
    expect(loaded.ok && loaded.validate(value).map(({ path }) => path)).toEqual(paths)
  })

  test.each([
    'cerbos:///../policies.yaml',
    'cerbos:///sub/../a.json',
    'cerbos:///%2e%2e/policies.yaml',
    'file:///etc/passwd',
    'https://example.com/schema.json',
    'a.json',
    '/a.json',
    'cerbos:a.json',
    'cerbos:///a.json/',
    'cerbos:///%zz',
    '::',
    '',
  ])('`%s` leads nowhere', (reference) => {
    expect(load(files, reference).ok).toBe(false)
  })
})

describe('drafts', () => {
  const draft7 = 'http://json-schema.org/draft-07/schema#'
  // biome-ignore format: a table
  const cases: readonly { readonly shows: string; readonly schema: object; readonly value: JsonValue; readonly says: readonly string[] }[] = [
    { shows: 'until draft 7 nothing counts beside a reference', schema: { $schema: draft7, $ref: '#/definitions/a', type: 'string', definitions: { a: {} } }, value: 1, says: [] },
    { shows: 'since 2019-09 it does', schema: { $ref: '#/$defs/a', type: 'string', $defs: { a: {} } }, value: 1, says: [': expected string, but got number'] },
    { shows: 'until 2019-09 `items` may be a list', schema: { $schema: draft7, items: [{ type: 'string' }], additionalItems: false }, value: [1, 2], says: ['/0: expected string, but got number', ': only 1 items are allowed, but found 2 items'] },
    { shows: 'in draft 4 `exclusiveMinimum` is about `minimum`', schema: { $schema: 'http://json-schema.org/draft-04/schema#', minimum: 1, exclusiveMinimum: true }, value: 1, says: [': must be > 1 but found 1'] },
    { shows: 'a dynamic reference leads to the outermost anchor', schema: { $id: 'strict', $dynamicAnchor: 'node', $ref: 'tree', unevaluatedProperties: false, $defs: { tree: { $id: 'tree', $dynamicAnchor: 'node', properties: { child: { $dynamicRef: '#node' } } } } }, value: { child: { x: 1 } }, says: ['/child/x: not allowed', '/child: not allowed'] },
  ]
  test.each(cases)('$shows', ({ schema, value, says }) => {
    expect(violations(schema, value)).toEqual(says)
  })
})

describe('names are data', () => {
  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('`%s`', (name) => {
    const schema = JSON.parse(
      `{"properties": {"${name}": {"type": "string"}}, "required": ["${name}"]}`,
    )
    expect(violations(schema, {})).toEqual([`: missing properties: '${name}'`])
    expect(violations(schema, JSON.parse(`{"${name}": 1}`))).toEqual([
      `/${name}: expected string, but got number`,
    ])
    expect(violations({ enum: [JSON.parse(`{"${name}": 1}`)] }, {})).toEqual([': enum failed'])
  })
})

describe('no value and no schema takes forever', () => {
  test('a schema whose alternatives multiply is given up on, and the value fails', () => {
    const level = (next: number): object => ({
      allOf: [1, 2, 3, 4].map(() => ({ $ref: `#/$defs/l${next}` })),
    })
    const $defs: Record<string, object> = { l12: { type: 'object' } }
    for (let index = 0; index < 12; index++) $defs[`l${index}`] = level(index + 1)
    const found = violations({ $ref: '#/$defs/l0', $defs }, {})
    expect(new Set(found)).toEqual(new Set([': too complex to be validated']))
  })

  test('a pattern that would backtrack is linear', () => {
    const text = `${'a'.repeat(50_000)}!`
    expect(violations({ pattern: '^(a+)+$' }, text)).toEqual([": does not match pattern '^(a+)+$'"])
  })

  test('many equal items are one violation, and violations are counted', () => {
    const items = Array.from({ length: 50_000 }, (_, index) => index % 40_000)
    expect(violations({ uniqueItems: true }, items)).toEqual([
      ': items at index 0 and 40000 are equal',
    ])
    expect(violations({ items: { type: 'string' } }, items)).toHaveLength(1_000)
  })

  test('numbers of any size are compared', () => {
    expect(violations({ maximum: 1 }, 1e308)).toHaveLength(1)
    const loaded = createSchemaStore([
      { path: '_schemas/a.json', text: '{"minimum": 1e-999999999, "multipleOf": 1e999999999}' },
    ]).load('cerbos:///a.json')
    expect(loaded.ok && loaded.validate(0).length).toBe(1)
  })
})
