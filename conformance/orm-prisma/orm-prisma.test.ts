import { PlanKind, queryPlanToPrisma } from '@cerbos/orm-prisma'
import { Engine } from '@lockstitch/engine'
import { EngineClient } from '@lockstitch/engine/cerbos-client'
import { cerbosPlanner } from '@lockstitch/engine/cerbos-planner'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { openPrisma, SQLITE, type TestClient } from '../../packages/filters/test/prisma-client.ts'

const MODELS = `
model Document {
  id      String   @id
  owner   String
  team    String
  level   Int
  flag    Boolean
  members Member[]
}

model Member {
  key        Int      @id @default(autoincrement())
  document   Document @relation(fields: [documentId], references: [id])
  documentId String
  name       String
  role       String
}
`

const TABLES = [
  `CREATE TABLE Document (id TEXT PRIMARY KEY, owner TEXT NOT NULL, team TEXT NOT NULL,
    level INTEGER NOT NULL, flag BOOLEAN NOT NULL)`,
  `CREATE TABLE Member (key INTEGER PRIMARY KEY AUTOINCREMENT, documentId TEXT NOT NULL,
    name TEXT NOT NULL, role TEXT NOT NULL)`,
]

const RULES: Readonly<Record<string, string>> = {
  own: 'R.attr.owner == P.id',
  others: 'R.attr.owner != P.id',
  high: 'R.attr.level > 1.0 && R.attr.level <= 3.0',
  flagged: 'R.attr.flag == true',
  unflagged: '!(R.attr.flag == true)',
  teams: 'R.attr.team in ["blue", "red"]',
  either: 'R.attr.team == "blue" || (R.attr.owner == P.id && R.attr.level >= 2.0)',
  prefix: 'R.attr.team.startsWith("gr")',
  within: 'R.attr.team.contains("lu")',
  suffix: 'R.attr.team.endsWith("en")',
  member: 'R.attr.members.exists(m, m.name == P.id)',
  leads: 'R.attr.members.exists(m, m.name == P.id && m.role == "lead")',
  department: 'R.attr.team in P.attr.teams',
  all: 'P.attr.teams.size() == 2',
  none: 'P.attr.teams.size() == 5',
}

const POLICY = `apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: document
  version: default
  rules:
${Object.entries(RULES)
  .map(
    ([name, expr]) => `    - actions: ['${name}', 'unless-${name}']
      effect: EFFECT_ALLOW
      roles: [user]
      condition: { match: { expr: ${JSON.stringify(expr)} } }
    - actions: ['but-${name}']
      effect: EFFECT_ALLOW
      roles: [user]
    - actions: ['but-${name}']
      effect: EFFECT_DENY
      roles: [user]
      condition: { match: { expr: ${JSON.stringify(expr)} } }`,
  )
  .join('\n')}
`

const MAPPER = {
  'request.resource.attr.owner': { field: 'owner' },
  'request.resource.attr.team': { field: 'team' },
  'request.resource.attr.level': { field: 'level' },
  'request.resource.attr.flag': { field: 'flag' },
  'request.resource.attr.members': {
    relation: {
      name: 'members',
      type: 'many' as const,
      fields: { name: { field: 'name' }, role: { field: 'role' } },
    },
  },
}

interface Row {
  readonly id: string
  readonly owner: string
  readonly team: string
  readonly level: number
  readonly flag: boolean
  readonly members: readonly { readonly name: string; readonly role: string }[]
}

/** Every combination, without what the adapter is not careful about: NULL, patterns, another case. */
const rows: readonly Row[] = ['u1', 'u2'].flatMap((owner) =>
  ['blue', 'red', 'green'].flatMap((team) =>
    [1, 2, 3, 4].flatMap((level) =>
      [true, false].map((flag) => ({
        ...{ id: `${owner}-${team}-${level}-${flag}`, owner, team, level, flag },
        members: [
          ...(level > 2 ? [{ name: 'u1', role: flag ? 'lead' : 'guest' }] : []),
          ...(team === 'red' ? [{ name: 'u2', role: 'lead' }] : []),
        ],
      })),
    ),
  ),
)

const principal = { id: 'u1', roles: ['user'], attr: { teams: ['blue', 'green'] } }

/** Our own plans, and those that are Cerbos's to the letter. */
const engines = {
  'plans that agree with checks': Engine.fromFiles([{ path: 'document.yaml', text: POLICY }]),
  "plans as Cerbos's": Engine.fromFiles([{ path: 'document.yaml', text: POLICY }], {
    ...{ compat: 'cerbos', planner: cerbosPlanner, strictEvaluation: false },
  }),
}

describe('@cerbos/orm-prisma 2.0.1', () => {
  let client: TestClient
  let close: () => Promise<void>
  beforeAll(async () => {
    const opened = await openPrisma(SQLITE, MODELS, TABLES)
    client = opened.client
    close = opened.close
    for (const { id, owner, team, level, flag, members } of rows) {
      const values = [id, owner, team, level, flag]
      await client.$executeRawUnsafe('INSERT INTO Document VALUES (?, ?, ?, ?, ?)', ...values)
      for (const { name, role } of members) {
        const statement = 'INSERT INTO Member (documentId, name, role) VALUES (?, ?, ?)'
        await client.$executeRawUnsafe(statement, id, name, role)
      }
    }
  })
  afterAll(() => close())

  const actions = Object.keys(RULES).flatMap((name) => [name, `but-${name}`])
  describe.each(Object.entries(engines))('on %s', (_, engine) => {
    test.each(actions)('finds the rows that a check allows: %s', async (action) => {
      const queryPlan = await new EngineClient(engine).planResources({
        ...{ principal, resource: { kind: 'document' }, action },
      })
      // The adapter has an older copy of the SDK's types.
      const result = queryPlanToPrisma({ queryPlan: queryPlan as never, mapper: MAPPER })
      const where = result.kind === PlanKind.CONDITIONAL ? result.filters : {}
      const found =
        result.kind === PlanKind.ALWAYS_DENIED
          ? []
          : await client.document.findMany({ where, select: { id: true } })
      const allowed = rows.filter(({ id, members, ...attr }) => {
        const given = { ...attr, members: members.map((each) => ({ ...each })) }
        return engine.isAllowed({
          principal,
          resource: { kind: 'document', id, attr: given },
          action,
        })
      })
      expect(found.map((row) => Reflect.get(row, 'id')).sort()).toEqual(
        allowed.map(({ id }) => id).sort(),
      )
    })
  })
})
