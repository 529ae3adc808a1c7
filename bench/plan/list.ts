import type { SqlValue } from 'sql.js'
import initSqlJs from 'sql.js'

import type { JsonValue } from '../../packages/policy/src/index.ts'
import { buildPackages, builtFile } from '../build-packages.ts'
import { copyOf } from '../classic/copy.ts'
import { classicPolicies } from '../classic/policies.ts'
import { createRandom } from '../classic/random.ts'
import type { BuiltEngine, MakeEngine } from '../engine/built.ts'
import { timeInTurns } from '../engine/turns.ts'
import type { Timings } from '../measure.ts'

type SqlModule = typeof import('../../packages/filters/src/sql.ts')
type FiltersModule = typeof import('../../packages/filters/src/index.ts')

/** How a list of documents is made in two ways, both of which keep the same ones. */
export interface ListTimings {
  readonly rows: number
  readonly kept: number
  /** A plan, its filter, and the query. */
  readonly filtered: Timings
  /** All the rows, and a check of each. */
  readonly checked: Timings
}

const SEED = 1
const ROWS = 10_000
const COLUMNS = ['id', 'claimant', 'branch', 'costCentre', 'status', 'amount', 'labels'] as const

/** A list of expense claims in SQLite that an employee may see. */
export async function timeList(makeEngine: MakeEngine): Promise<ListTimings> {
  buildPackages('packages/filters')
  const { sqlCondition } = (await import(builtFile('packages/filters/dist/sql.js'))) as SqlModule
  const { defineMapping } = (await import(
    builtFile('packages/filters/dist/index.js')
  )) as FiltersModule
  const mapping = defineMapping({
    table: 'claims',
    id: 'id',
    attributes: {
      claimant: { column: 'claimant', type: 'string' },
      branch: { column: 'branch', type: 'string' },
      costCentre: { column: 'costCentre', type: 'string', null: 'missing' },
      status: { column: 'status', type: 'string' },
      amount: { column: 'amount', type: 'number' },
      labels: { column: 'labels', type: 'array' },
    },
  })
  const { Database } = await initSqlJs()
  const database = new Database()
  database.run(`CREATE TABLE claims (id TEXT PRIMARY KEY, claimant TEXT NOT NULL, branch TEXT NOT NULL,
    costCentre TEXT, status TEXT NOT NULL, amount REAL NOT NULL, labels TEXT NOT NULL)`)
  const insert = database.prepare(`INSERT INTO claims VALUES (${COLUMNS.map(() => '?').join()})`)
  for (const row of randomRows()) insert.run([...row])
  insert.free()

  const engine = makeEngine(classicPolicies(1, SEED))
  const query = (where: string, values: readonly SqlValue[]): SqlValue[][] => {
    const sql = `SELECT ${COLUMNS.join()} FROM claims WHERE ${where} ORDER BY id`
    return database.exec(sql, [...values])[0]?.values ?? []
  }
  const filtered = (): SqlValue[][] => {
    const { filter } = engine.plan({ principal, resource: { kind }, actions: ['view'] })
    const { text, values } = sqlCondition(filter, mapping, { dialect: 'sqlite' })
    return query(text, values)
  }
  const checked = (): SqlValue[][] => query('1 = 1', []).filter((row) => isVisible(engine, row))
  const kept = filtered()
  if (JSON.stringify(kept) !== JSON.stringify(checked())) throw new Error('the lists differ')
  const times = await timeInTurns([
    { name: 'filtered', calls: 10, call: filtered },
    { name: 'checked', calls: 3, call: checked },
  ])
  engine.close()
  database.close()
  const never = { median: Number.NaN, p99: Number.NaN }
  return {
    rows: ROWS,
    kept: kept.length,
    filtered: times.get('filtered') ?? never,
    checked: times.get('checked') ?? never,
  }
}

const { kind, costCentre: ownCostCentre } = copyOf(0, SEED)

const principal = {
  id: 'staff-1',
  roles: ['employee'],
  attr: { branch: 'lyon', branches: [], approvalLimit: 0, clearance: 0, grade: 1 },
}

function isVisible(engine: BuiltEngine, row: readonly SqlValue[]): boolean {
  const [id, claimant, branch, costCentre, status, amount, labels] = row as JsonValue[]
  const attr = {
    claimant: claimant as string,
    branch: branch as string,
    ...(costCentre !== null && { costCentre: costCentre as string }),
    status: status as string,
    amount: amount as number,
    labels: JSON.parse(labels as string) as JsonValue,
  }
  const resource = { kind, id: id as string, attr }
  return engine.isAllowed({ principal, resource, action: 'view' })
}

/** One in ten is of the employee's own branch, and a few are the employee's own. */
function* randomRows(): Generator<readonly SqlValue[]> {
  const random = createRandom(SEED)
  for (let row = 0; row < ROWS; row += 1) {
    yield [
      `claim-${String(row).padStart(5, '0')}`,
      `staff-${random.between(1, 500)}`,
      random.one(['lyon', ...Array.from({ length: 9 }, (_, branch) => `branch-${branch}`)]),
      random.one([ownCostCentre, 'CC-1', null]),
      random.one(['draft', 'submitted', 'approved', 'closed']),
      random.between(10, 90_000),
      JSON.stringify(random.one([['travel'], ['travel', 'audit'], []])),
    ]
  }
}
