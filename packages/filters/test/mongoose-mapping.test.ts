import { describe, expect, test } from 'vitest'

import { FilterError } from '../src/index.ts'
import { type MongooseMappingInput, type MongooseModel, mongooseMapping } from '../src/mongoose.ts'

interface Document {
  readonly id: string
  readonly title: string
  readonly owner?: string | null
  readonly size: number
  readonly open: boolean
  readonly updatedAt: Date
  readonly meta?: { readonly region: string }
  readonly mixed?: unknown
  readonly tags: string[]
  readonly members: { readonly name: string }[]
}

const required = (instance: string): { instance: string; isRequired: boolean } => ({
  ...{ instance, isRequired: true },
})

/** What the mapping asks of a model, as Mongoose 8 has it for the schema of such documents. */
const model: MongooseModel<Document> = {
  schema: {
    paths: {
      _id: { instance: 'ObjectId' },
      id: required('String'),
      title: required('String'),
      owner: { instance: 'String' },
      size: required('Number'),
      open: required('Boolean'),
      updatedAt: required('Date'),
      'meta.region': required('String'),
      mixed: { instance: 'Mixed' },
      tags: { instance: 'Array' },
      members: { instance: 'Array' },
      price: required('Decimal128'),
    },
    options: {},
  },
  castObject: () => {
    throw new Error('a mapping casts nothing')
  },
}

type Attribute = MongooseMappingInput<Document>['attributes'][string]

const map = (a: Attribute): unknown => mongooseMapping(model, { id: 'id', attributes: { a } })

test('a mapping is made of what the model has', () => {
  const attributes = {
    title: { column: 'title', type: 'string' },
    owner: { column: 'owner', type: 'string', null: 'missing' },
    size: { column: 'size', type: 'int' },
    open: { column: 'open', type: 'boolean' },
    updated: { column: 'updatedAt', type: 'timestamp' },
    meta: { column: 'meta', type: 'json', null: 'missing' },
    mixed: { column: 'mixed', type: 'json', null: 'missing' },
    tags: { column: 'tags', type: 'array', elements: 'string', null: 'missing' },
    members: { column: 'members', type: 'array', null: 'missing' },
  } as const
  const mapping = mongooseMapping(model, { id: 'id', attributes })
  expect(mapping).toEqual({ table: 'documents', id: 'id', attributes })
})

test('what the documents do not have does not compile', () => {
  const wrong = (): unknown => [
    // @ts-expect-error The documents have no such field.
    mongooseMapping(model, { id: 'ids', attributes: {} }),
    // @ts-expect-error The documents have no such field.
    map({ column: 'titel', type: 'string' }),
    // @ts-expect-error A number is no text.
    map({ column: 'size', type: 'string' }),
    // @ts-expect-error A text is no JSON.
    map({ column: 'title', type: 'json' }),
    // @ts-expect-error A list of texts is none of numbers.
    map({ column: 'tags', type: 'array', elements: 'number' }),
    // @ts-expect-error The field may be missing, and what that means is not said.
    map({ column: 'owner', type: 'string' }),
  ]
  expect(wrong).toBeTypeOf('function')
})

describe('when the application starts', () => {
  const unchecked = (a: object): (() => unknown) => {
    return () => map(a as Attribute)
  }
  test.each([
    ['a field that the schema has not', { column: 'titel', type: 'string' }],
    ['a name that all objects have', { column: 'constructor', type: 'string' }],
    ['a field of another type', { column: 'size', type: 'string' }],
    ['a type that no filter compares', { column: 'price', type: 'number' }],
    ['a list whose `null` means nothing', { column: 'tags', type: 'array' }],
    ['an object that is written out, as a text', { column: 'meta', type: 'string', null: 'null' }],
  ])('refuses %s', (_, attribute) => {
    expect(unchecked(attribute)).toThrow(FilterError)
  })

  test('refuses an id that is no text', () => {
    expect(() => mongooseMapping(model, { id: 'size', attributes: {} })).toThrow(FilterError)
  })

  test('refuses a collation, which would decide what is equal', () => {
    const schema = { ...model.schema, options: { collation: { locale: 'en', strength: 1 } } }
    const other = { ...model, schema }
    expect(() => mongooseMapping(other, { id: 'id', attributes: {} })).toThrow(FilterError)
  })
})
