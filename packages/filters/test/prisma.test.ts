import { describe, expect, expectTypeOf, test } from 'vitest'

import { FilterError } from '../src/index.ts'
import { textsAfter } from '../src/prisma/prefix.ts'
import {
  authorizedWhere,
  type PrismaField,
  type PrismaMapping,
  type PrismaProvider,
  prismaMapping,
  prismaWhere,
} from '../src/prisma.ts'
import type { Document } from './documents.ts'
import { type Database, filterSuite, pageFrom } from './filter-suite.ts'
import { prismaAttributes } from './prisma-attributes.ts'
import { openPrisma, PRISMA_TARGETS, type PrismaTarget } from './prisma-client.ts'

const MODELS = `
model Document {
  id      String    @id
  title   String
  owner   String?
  team    String?
  n       Float?
  level   BigInt?
  count   BigInt
  flag    Boolean?
  at      DateTime?
  small   Int?
  meta    Json?
  members Member[]
}

model Member {
  key        Int      @id @default(autoincrement())
  document   Document @relation(fields: [documentId], references: [id])
  documentId String
  name       String?  @map("member name")
  role       String
  age        BigInt?
}
`

const TABLES: Readonly<Record<PrismaProvider, readonly string[]>> = {
  sqlite: [
    `CREATE TABLE Document (id TEXT PRIMARY KEY, title TEXT NOT NULL, owner TEXT, team TEXT, n REAL,
      level BIGINT, count BIGINT NOT NULL, flag BOOLEAN, at DATETIME, small INTEGER, meta JSONB)`,
    `CREATE TABLE Member (key INTEGER PRIMARY KEY AUTOINCREMENT, documentId TEXT NOT NULL,
      "member name" TEXT, role TEXT NOT NULL, age BIGINT)`,
    'CREATE INDEX members_of ON Member (documentId)',
  ],
  postgresql: [
    `CREATE TABLE "Document" (id TEXT PRIMARY KEY, title TEXT NOT NULL, owner TEXT, team TEXT, n DOUBLE PRECISION,
      level BIGINT, count BIGINT NOT NULL, flag BOOLEAN, at TIMESTAMP(3), small INTEGER, meta JSONB)`,
    `CREATE TABLE "Member" (key SERIAL PRIMARY KEY, "documentId" TEXT NOT NULL,
      "member name" TEXT, role TEXT NOT NULL, age BIGINT)`,
    'CREATE INDEX members_of ON "Member" ("documentId")',
  ],
}

const INPUT = { model: 'document', id: 'id', attributes: prismaAttributes('member') } as const

async function openDatabase(target: PrismaTarget): Promise<Database> {
  const { provider } = target
  const { client: opened, close } = await openPrisma(target, MODELS, TABLES[provider])
  const mapping = prismaMapping(opened as never, { provider, ...INPUT } as never) as PrismaMapping
  return {
    async insert(rows) {
      // Through Prisma, whose own ways of writing moments and booleans are those that it reads.
      await opened.document.createMany({ data: rows.map(dataOf) })
      const members = rows.flatMap(({ id, members: each }) =>
        each.map(({ name, role, age }) => ({ documentId: id, name, role, age: bigOf(age) })),
      )
      await opened.member.createMany({ data: members })
    },
    async idsOf(filter) {
      const where = prismaWhere(filter, mapping)
      const rows = await opened.document.findMany({ where, select: { id: true } })
      return rows.map((row) => String(Reflect.get(row, 'id')))
    },
    page({ plan, but, ...options }) {
      const list = authorizedWhere(plan, mapping, { where: { id: { not: but } }, ...options })
      return pageFrom(list, ({ where, orderBy, take }) =>
        opened.document.findMany({ where, orderBy, take }),
      )
    },
    close,
  }
}

function dataOf({ id, title, owner, team, n, level, count, flag, at }: Document): object {
  const moment = at === null ? null : new Date(at)
  const integers = { level: bigOf(level), count: bigOf(count) }
  return { id, title, owner, team, n, ...integers, flag, at: moment }
}

function bigOf(value: number | null): bigint | null {
  return value === null ? null : BigInt(value)
}

/** JSON, lists in columns, other rows, fields of different types, and what is made of fields. */
const NOT_SAID =
  /\.meta|\.tags|groups|in R\.attr\.roles|m\.name == R\.attr|count < R\.attr\.n|size\(R\.attr\.(members|title)|exists_one|attr\.title\.endsWith\(R|title\.startsWith\(R|contains\(R\.|title \+|\+ R\.id/
const REFUSED: Readonly<Record<PrismaProvider, RegExp>> = {
  // Searches within texts.
  sqlite: new RegExp(`contains|endsWith\\("B|${NOT_SAID.source}`),
  // Searches for what is a pattern, and the order of texts.
  postgresql: new RegExp(
    `hierarchy.*title|title\\.(startsWith|contains)|(title [<>]=? "|> R\\.attr\\.title)|${NOT_SAID.source}`,
  ),
}

for (const target of PRISMA_TARGETS) {
  const { provider: name, missing } = target
  if (missing !== undefined) describe(`Prisma, ${name}`, () => test.skip(missing, () => undefined))
  else
    filterSuite(`Prisma, ${name}`, () => openDatabase(target), {
      ...{ conditions: REFUSED[name], taken: 10 },
      // Prisma's adapter for PostgreSQL writes no year before 1.
      isNear: name === 'postgresql',
    })
}

/** What a client knows of its schema, with types as generated clients have them. */
interface DocumentWhere {
  readonly AND?: readonly DocumentWhere[]
  readonly title?: string | object
}

interface Client {
  readonly document: {
    readonly [key: symbol]: {
      readonly types: {
        readonly operations: { readonly findMany: { readonly args: { where?: DocumentWhere } } }
      }
    }
    readonly fields: Readonly<Record<'id' | 'title' | 'small' | 'amount' | 'meta', PrismaField>>
  }
  readonly member: { readonly fields: Readonly<Record<'name', PrismaField>> }
  readonly $connect: () => void
}

const field = (modelName: string, name: string, typeName: string): PrismaField => ({
  ...{ modelName, name, typeName },
})
const fields = {
  id: field('Document', 'id', 'String'),
  title: field('Document', 'title', 'String'),
  small: field('Document', 'small', 'Int'),
  amount: field('Document', 'amount', 'Float'),
  meta: field('Document', 'meta', 'Json'),
}
const client: Client = {
  document: { fields },
  member: { fields: { name: field('Member', 'name', 'String') } },
  $connect: () => {},
}
const provider = 'sqlite'

describe('a mapping for Prisma', () => {
  test('has the types of the client', () => {
    const mapping = prismaMapping(client, {
      ...{ provider, model: 'document', id: 'id' },
      attributes: { title: { field: 'title' } },
    })
    expectTypeOf(mapping).toExtend<PrismaMapping<DocumentWhere>>()
    expectTypeOf(prismaWhere({ kind: 'denied' }, mapping)).toEqualTypeOf<DocumentWhere>()
    const wrong = (): unknown =>
      prismaMapping(client, {
        ...{ provider, model: 'document', id: 'id' },
        // @ts-expect-error The model has no such field.
        attributes: { title: { field: 'titel' } },
      })
    expect(wrong).toThrow('the model has no field `titel`')
    const absent = (): unknown =>
      // @ts-expect-error The client has no such model.
      prismaMapping(client, { provider, model: '$connect', id: 'id', attributes: {} })
    expect(absent).toThrow('the client has no model `$connect`')
  })

  test.each([
    ['a JSON field', { meta: { field: 'meta' } }],
    ['another field', { title: { field: 'toString' } }],
    [
      'another model',
      { members: { relation: 'members', model: 'nobody', element: { field: 'name' } } },
    ],
    [
      'a field of another model',
      { members: { relation: 'members', model: 'member', element: { a: { field: 'title' } } } },
    ],
    ['another meaning of NULL', { title: { field: 'title', null: 'absent' } }],
  ])('is refused for %s', (_, attributes) => {
    const input = { provider, model: 'document', id: 'id', attributes }
    expect(() => prismaMapping(client, input as never)).toThrow(FilterError)
  })

  test('has an id that is a text', () => {
    expect(() =>
      prismaMapping(client, { provider, model: 'document', id: 'small', attributes: {} }),
    ).toThrow('`small` is no String')
  })
})

describe('a condition for Prisma', () => {
  const small = (operator: string, value: number, meaning: 'missing' | undefined): unknown => {
    const mapping = prismaMapping(client, {
      ...{ provider, model: 'document', id: 'id' },
      attributes: { small: { field: 'small', ...(meaning && { null: meaning }) } },
    })
    const operands = [
      { kind: 'variable', name: 'request.resource.attr.small' },
      { kind: 'value', value },
    ] as const
    const condition = { kind: 'expression', operator, operands } as const
    return prismaWhere({ kind: 'conditional', condition }, mapping)
  }

  test.each<[string, number, 'missing' | undefined, unknown]>([
    ['eq', 5, undefined, { small: { equals: 5 } }],
    ['eq', 2 ** 31, undefined, { id: { in: [] } }],
    ['lt', 2 ** 31, undefined, { id: { notIn: [] } }],
    ['lt', 2 ** 31, 'missing', { small: { not: null } }],
    ['ge', -(2 ** 40), 'missing', { small: { not: null } }],
    ['gt', 2 ** 40, 'missing', { id: { in: [] } }],
  ])('is not asked for what no Int is: %s %d', (operator, value, meaning, where) => {
    expect(small(operator, value, meaning)).toEqual(where)
  })

  test('is not asked for a number that Prisma sends as another', () => {
    const mapping = prismaMapping(client, {
      ...{ provider, model: 'document', id: 'id' },
      attributes: { amount: { field: 'amount' } },
    })
    const amount = (value: number): unknown => {
      const operands = [
        { kind: 'variable', name: 'request.resource.attr.amount' },
        { kind: 'value', value },
      ] as const
      const condition = { kind: 'expression', operator: 'eq', operands } as const
      return prismaWhere({ kind: 'conditional', condition }, mapping)
    }
    expect(() => amount(16906152183627526000)).toThrow(FilterError)
    expect(() => amount(Number.MAX_VALUE)).toThrow(FilterError)
    for (const value of [1e300, 0.1 + 0.2, 2 ** 53 + 2, 1.797693134862315e308]) {
      expect(amount(value)).toEqual({ amount: { equals: value } })
    }
  })

  test.each([
    ['a', 'b'],
    ['a\u{10ffff}', 'b'],
    ['\ud7ff', '\ue000'],
    ['\uffff', '\u{10000}'],
    ['\u{10ffff}', undefined],
    ['', undefined],
  ])('what begins with %j is before %j', (prefix, after) => {
    expect(textsAfter(prefix)).toBe(after)
  })
})
