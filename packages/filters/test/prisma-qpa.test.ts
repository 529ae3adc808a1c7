import { describe, test } from 'vitest'

import {
  type PrismaMapping,
  type PrismaProvider,
  prismaMapping,
  prismaWhere,
} from '../src/prisma.ts'
import { openPrisma, PRISMA_TARGETS, type PrismaTarget } from './prisma-client.ts'
import { qpaSuite, type Seed, type SeededDatabase } from './qpa-suite.ts'

// Models by the names that the client of the tests has.
const MODELS = `
model Document {
  id              String    @id
  aBool           Boolean
  aString         String
  aNumber         Float
  aDouble         Float?
  aOptionalString String?
  createdBy       String
  createdAt       DateTime?
  scope           String?
  owner           String?
  coOwner         String?
  tags            Member[]
}

model Member {
  id         String   @id
  document   Document @relation(fields: [documentId], references: [id])
  documentId String
  name       String?
}
`

const columnsWith = (double: string, moment: string): string =>
  `(id TEXT PRIMARY KEY, "aBool" BOOLEAN, "aString" TEXT, "aNumber" ${double}, "aDouble" ${double}, "aOptionalString" TEXT,
    "createdBy" TEXT, "createdAt" ${moment}, scope TEXT, owner TEXT, "coOwner" TEXT)`

const TABLES: Readonly<Record<PrismaProvider, readonly string[]>> = {
  sqlite: [`CREATE TABLE "Document" ${columnsWith('REAL', 'DATETIME')}`],
  postgresql: [`CREATE TABLE "Document" ${columnsWith('DOUBLE PRECISION', 'TIMESTAMP(3)')}`],
}
const MEMBERS = 'CREATE TABLE "Member" (id TEXT PRIMARY KEY, "documentId" TEXT, name TEXT)'

/** Lists and JSON in columns are in no mapping for Prisma. */
const INPUT = {
  model: 'document',
  id: 'id',
  attributes: {
    aBool: { field: 'aBool' },
    aString: { field: 'aString' },
    aNumber: { field: 'aNumber' },
    aDouble: { field: 'aDouble', null: 'missing' },
    aOptionalString: { field: 'aOptionalString', null: 'missing' },
    createdBy: { field: 'createdBy' },
    createdAt: { field: 'createdAt', null: 'missing' },
    scope: { field: 'scope', null: 'missing' },
    owner: { field: 'owner', null: 'null' },
    coOwner: { field: 'coOwner', null: 'null' },
    tags: {
      ...{ relation: 'tags', model: 'member' },
      element: { id: { field: 'id' }, name: { field: 'name', null: 'missing' } },
    },
    tagNames: {
      ...{ relation: 'tags', model: 'member' },
      element: { field: 'name', null: 'null' },
    },
  },
} as const

const COLUMNS = Object.keys(INPUT.attributes).filter((name) => !name.startsWith('tag'))

// biome-ignore format: a table
const TALLY = {
  sqlite: { exact: 162, refused: { contains: 4, div: 2, double: 2, endsWith: 4, eq: 8, filter: 2, ge: 2, 'get-field': 4, int: 2, 'is-null': 4, list: 2, map: 2, ne: 2, size: 6, startsWith: 2, string: 2, timestamp: 2, 'unmapped-attribute': 44 } },
  postgresql: { exact: 158, refused: { contains: 4, div: 2, double: 2, endsWith: 4, eq: 6, filter: 2, ge: 2, 'get-field': 4, int: 2, 'is-null': 4, list: 2, map: 2, ne: 2, size: 6, startsWith: 8, string: 2, timestamp: 2, 'unmapped-attribute': 44 } },
}

for (const target of PRISMA_TARGETS) {
  const { provider, missing } = target
  if (missing === undefined)
    qpaSuite(`Prisma, ${provider}`, (seeds) => openSeeded(target, seeds), TALLY[provider])
  else describe(`Prisma, ${provider}`, () => test.skip(missing, () => undefined))
}

async function openSeeded(target: PrismaTarget, seeds: readonly Seed[]): Promise<SeededDatabase> {
  const { provider } = target
  const { client, close } = await openPrisma(target, MODELS, [...TABLES[provider], MEMBERS])
  const mapping = prismaMapping(client as never, { provider, ...INPUT } as never) as PrismaMapping
  await client.document.createMany({ data: seeds.map(dataOf) })
  await client.member.createMany({ data: seeds.flatMap(tagsOf) })
  return {
    async idsOf(filter) {
      const where = prismaWhere(filter, mapping)
      const rows = await client.document.findMany({ where, select: { id: true } })
      return rows.map((row) => String(Reflect.get(row, 'id')))
    },
    close,
  }
}

function dataOf({ id, attr = {} }: Seed): object {
  const { createdAt } = attr
  const columns = Object.entries(attr).filter(([name]) => COLUMNS.includes(name))
  const at = createdAt === undefined ? null : new Date(String(createdAt))
  return { id, ...Object.fromEntries(columns), createdAt: at }
}

function tagsOf({ id: documentId, attr = {} }: Seed): readonly object[] {
  return (attr.tags as readonly object[]).map((tag) => ({ documentId, ...tag }))
}
