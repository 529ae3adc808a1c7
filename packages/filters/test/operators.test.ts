import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { EngineError, type PlanFilter, type PlanOperand } from '@lockstitch/engine'
import { expect, test } from 'vitest'

import { defineMapping, FilterError, type Mapping } from '../src/index.ts'
import { mongoCondition } from '../src/mongoose.ts'
import { type PrismaProvider, prismaMapping, prismaWhere } from '../src/prisma.ts'
import { type SqlDialect, sqlCondition } from '../src/sql.ts'
import { engineWith, mappingWith } from './documents.ts'
import { CONDITIONS, NOT_SAID } from './filter-suite.ts'
import { prismaAttributes } from './prisma-attributes.ts'

const README = fileURLToPath(new URL('../README.md', import.meta.url))
const [START, END] = ['<!-- operators -->\n', '<!-- /operators -->']

type Ask = (filter: PlanFilter) => unknown

const inJson = mappingWith({ column: 'groups', type: 'array', null: 'null' })
const inArray = mappingWith({ column: 'groups', type: 'array', elements: 'string', null: 'null' })
const documents = defineMapping({
  ...inArray,
  attributes: {
    ...inArray.attributes,
    members: { column: 'members', type: 'array' },
    roles: { column: 'roles', type: 'array', elements: 'string' },
  },
})

// biome-ignore format: a table
const PRISMA_FIELDS = {
  id: 'String', title: 'String', owner: 'String', team: 'String', n: 'Float', level: 'BigInt', count: 'BigInt', flag: 'Boolean', at: 'DateTime',
  name: 'String', role: 'String', age: 'BigInt',
}

/** What the suite of filters asks of a database, in the column of the table that is its. */
const TARGETS: Readonly<Record<string, Ask>> = {
  SQLite: ofSql('sqlite', inJson),
  PostgreSQL: ofSql('postgres', inArray),
  MySQL: ofSql('mysql', inJson),
  MongoDB: (filter) => mongoCondition(filter, documents),
  'Prisma, SQLite': ofPrisma('sqlite'),
  'Prisma, PostgreSQL': ofPrisma('postgresql'),
}

function ofSql(dialect: SqlDialect, mapping: Mapping): Ask {
  return (filter) => sqlCondition(filter, mapping, { dialect })
}

/** Prisma has no lists and no JSON in columns. */
function ofPrisma(provider: PrismaProvider): Ask {
  const entries = Object.entries(PRISMA_FIELDS)
  const all = Object.fromEntries(
    entries.map(([name, typeName]) => [name, { modelName: 'Document', name, typeName }]),
  )
  const mapping = prismaMapping({ document: { fields: all } }, {
    ...{ provider, model: 'document', id: 'id' },
    attributes: prismaAttributes('document'),
  } as never)
  return (filter) => prismaWhere(filter, mapping)
}

test('the README tells of each operator what the conditions of the suite come to', () => {
  const text = readFileSync(README, 'utf8')
  const [before, rest = ''] = text.split(START)
  const [, after] = rest.split(END)
  const wanted = `${before}${START}${table()}${END}${after}`
  // `UPDATE_README=1` writes it.
  if (process.env.UPDATE_README !== undefined) writeFileSync(README, wanted)
  expect(readFileSync(README, 'utf8')).toBe(wanted)
})

interface Count {
  exact: number
  all: number
}

/** Each operator that is in a condition, and how many of those conditions each target says. */
function table(): string {
  const found = new Map<string, Map<string, Count>>()
  for (const condition of [...CONDITIONS, ...NOT_SAID]) {
    const filter = filterOf(condition)
    if (filter?.kind !== 'conditional') continue
    for (const [target, ask] of Object.entries(TARGETS)) {
      const isExact = isSaid(ask, filter)
      for (const operator of new Set(operatorsIn(filter.condition))) {
        const counts = found.get(operator) ?? new Map<string, Count>()
        const count = counts.get(target) ?? { exact: 0, all: 0 }
        count.all += 1
        if (isExact) count.exact += 1
        found.set(operator, counts.set(target, count))
      }
    }
  }
  const names = Object.keys(TARGETS)
  const rows = [...found].sort(([a], [b]) => (a < b ? -1 : 1))
  return [
    `| operator | ${names.join(' | ')} |`,
    `|---${'|---'.repeat(names.length)}|`,
    ...rows.map(
      ([operator, counts]) =>
        `| \`${operator}\` | ${names.map((name) => told(counts.get(name))).join(' | ')} |`,
    ),
    '',
  ].join('\n')
}

function told(count: Count | undefined): string {
  if (count === undefined || count.exact === 0) return 'refused'
  return count.exact === count.all ? 'exact' : `${count.exact} of ${count.all}`
}

function isSaid(ask: Ask, filter: PlanFilter): boolean {
  try {
    ask(filter)
    return true
  } catch (error) {
    if (error instanceof FilterError) return false
    throw error
  }
}

function filterOf(condition: string): PlanFilter | undefined {
  try {
    const asked = { principal: { id: 'u1', roles: ['user'] }, resource: { kind: 'document' } }
    return engineWith(condition, true).plan({ ...asked, actions: ['allow'] }).filter
  } catch (error) {
    if (error instanceof EngineError) return undefined
    throw error
  }
}

function operatorsIn(operand: PlanOperand): readonly string[] {
  if (operand.kind !== 'expression') return []
  return [operand.operator, ...operand.operands.flatMap(operatorsIn)].filter(
    (each) => !['lambda', 'holds'].includes(each),
  )
}
