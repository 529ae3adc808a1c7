import { Query } from 'mingo'
import { describe, test } from 'vitest'

import { defineMapping } from '../src/index.ts'
import { authorizedWhere, type MongoCondition, mongoCondition } from '../src/mongoose.ts'
import { type Document, mappingWith } from './documents.ts'
import { type Database, filterSuite, pageFrom } from './filter-suite.ts'
import { qpaSuite, type Seed, type SeededDatabase, seedMapping, seedTally } from './qpa-suite.ts'

const base = mappingWith({ column: 'groups', type: 'array', elements: 'string', null: 'null' })
const mapping = defineMapping({
  ...base,
  attributes: {
    ...base.attributes,
    // Members are within their document, not rows beside it.
    members: { column: 'members', type: 'array' },
    roles: { column: 'roles', type: 'array', elements: 'string' },
  },
})

/** Documents that an evaluator of MongoDB's conditions is asked about, in place of a MongoDB. */
async function openMingo(): Promise<Database> {
  const documents: Record<string, unknown>[] = []
  const asked: Record<string, unknown>[] = []
  const ask = (condition: MongoCondition): Query => new Query(inUnits(condition) as MongoCondition)
  return {
    async insert(rows) {
      documents.push(...rows.map(stored))
      asked.push(...documents.map((each) => inUnits(each) as Record<string, unknown>))
    },
    async idsOf(filter) {
      const query = ask(mongoCondition(filter, mapping))
      return asked.filter((each) => query.test(each)).map((each) => String(Reflect.get(each, 'id')))
    },
    async page({ plan, but, ...options }) {
      const list = authorizedWhere(plan, mapping, { where: { id: { $ne: but } }, ...options })
      return pageFrom(list, async ({ where, orderBy, take }) => {
        const found = ask(where)
          .find<Record<string, unknown>>(asked)
          .sort(orderBy)
          .limit(take)
          .all()
        return found.map((each) => documents[asked.indexOf(each)] ?? each)
      })
    },
    async close() {},
  }
}

/**
 * The evaluator orders and counts texts by UTF-16 units, where MongoDB has code points: the one character
 * of the tests that is two units is written as one, and that unit as the one before.
 */
function inUnits(value: unknown): unknown {
  if (typeof value === 'string') {
    return value.replaceAll('\uffff', '\ufffe').replaceAll('😀', '\uffff')
  }
  if (Array.isArray(value)) return value.map(inUnits)
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, inUnits(each)]))
}

/** What is NULL elsewhere is missing in one document and `null` in the next. */
function stored({ members, at, groups, ...row }: Document, index: number): Record<string, unknown> {
  const document = {
    ...row,
    groups,
    at: at === null ? null : new Date(at),
    members: members.map(({ name, role, age }) => ({ role, age, ...(name !== null && { name }) })),
    roles: members.map(({ role }) => role),
  }
  const entries = Object.entries(document)
  return Object.fromEntries(
    entries.filter(
      ([name, value]) =>
        value !== undefined && (value !== null || name === 'meta' || index % 2 === 0),
    ),
  )
}

// What may be missing, which MongoDB puts first.
const orders = /^(owner|team|n|level|flag|at)$/
filterSuite('MongoDB conditions, evaluated', openMingo, { orders })

async function openSeeded(seeds: readonly Seed[]): Promise<SeededDatabase> {
  const documents = seeds.map(({ id, attr: { createdAt, ...attr } = {} }) => ({
    ...{ id, ...attr },
    ...(createdAt !== undefined && { createdAt: new Date(String(createdAt)) }),
  }))
  return {
    async idsOf(filter) {
      const query = new Query(mongoCondition(filter, seedMapping))
      return documents.filter((each) => query.test(each)).map(({ id }) => id)
    },
    async close() {},
  }
}

qpaSuite('MongoDB conditions, evaluated', openSeeded, seedTally)

describe('MongoDB', () => {
  test.skip('there is none to install: it is in no registry that this project uses', () =>
    undefined)
})
