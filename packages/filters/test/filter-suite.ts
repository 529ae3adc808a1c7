import { type Engine, EngineError, type PlanFilter } from '@lockstitch/engine'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import {
  type AuthorizedList,
  FilterError,
  type ListPlan,
  type ListQuery,
  type OrderBy,
} from '../src/index.ts'
import { attributesOf, condition, type Document, documents, engineWith } from './documents.ts'
import { inOrder, order } from './order.ts'

/** A database with documents in it, which a filter is asked of. */
export interface Database {
  readonly insert: (rows: readonly Document[]) => Promise<void>
  /** The ids of the rows that a filter keeps. */
  readonly idsOf: (filter: PlanFilter) => Promise<readonly string[]>
  /** A page of what a plan allows. */
  readonly page: (question: ListQuestion) => Promise<FoundPage>
  readonly close: () => Promise<void>
}

/** A list that is asked for: of what the plan allows, all but one row. */
export interface ListQuestion {
  readonly plan: ListPlan
  /** The id that a condition of the application's own leaves out. */
  readonly but: string
  readonly orderBy: readonly OrderBy[]
  readonly limit: number
  readonly after: string | undefined
}

type FoundPage =
  | { readonly kind: 'denied' | 'bad-cursor' }
  | { readonly kind: 'page'; readonly ids: readonly string[]; readonly next: string | undefined }

/** The page of a list, whose rows `ask` finds. */
export async function pageFrom<Where, Order>(
  list: AuthorizedList<Where, Order>,
  ask: (query: ListQuery<Where, Order>) => Promise<readonly object[]>,
): Promise<FoundPage> {
  if (list.kind === 'denied' || list.kind === 'bad-cursor') return list
  const { rows, next } = list.pageOf(await ask(list))
  return { kind: 'page', ids: rows.map((row) => String(Reflect.get(row, 'id'))), next }
}

const ROWS = 60
const MANY = 10_000
const numRuns = Number(process.env.PROPERTY_RUNS ?? 150)
const principal = { id: 'u1', roles: ['user'] }

/** What a translation may refuse. */
interface Refusals {
  /** Which of the conditions below it refuses, and no others. */
  readonly conditions: RegExp
  /** How many of random conditions it must take, of a hundred. */
  readonly taken: number
  /** The attributes that it does not order by. */
  readonly orders: RegExp
  /** Whether only moments that CEL has, too, can be written into it. */
  readonly isNear: boolean
}

const NO_REFUSALS: Refusals = { conditions: /^$/, taken: 50, orders: /^$/, isNear: false }

/** What every translation must fulfil: the rows that it keeps are those that `check` allows. */
export function filterSuite(
  name: string,
  open: () => Promise<Database>,
  given: Partial<Refusals> = {},
): void {
  const refusals = { ...NO_REFUSALS, ...given }
  describe(name, () => {
    let database: Database
    const rows = fc.sample(documents(ROWS), { numRuns: 1, seed: 7 })[0] ?? []
    beforeAll(async () => {
      database = await open()
      await database.insert(rows)
    })
    afterAll(() => database.close())

    test.each(CONDITIONS)('%s', async (expr) => {
      const kind = refusals.conditions.test(expr) ? 'refused' : 'agrees'
      expect(await difference(database, rows, expr, true)).toMatchObject({ kind })
      expect(await difference(database, rows, expr, false)).toMatchObject({ kind })
    })

    test.each(NOT_SAID)('%s: no filter says it', async (expr) => {
      expect(await difference(database, rows, expr, true)).toMatchObject({ kind: 'refused' })
    })

    test('keeps exactly what a check allows, whatever the condition is', async () => {
      let refused = 0
      let asked = 0
      await fc.assert(
        fc.asyncProperty(condition, fc.boolean(), async (expr, strict) => {
          const found = await difference(database, rows, expr, strict)
          if (found.kind === 'refused') refused += 1
          else if (found.kind === 'agrees') asked += 1
          else expect(found).toEqual({ kind: 'agrees' })
        }),
        { numRuns },
      )
      expect((100 * asked) / (asked + refused)).toBeGreaterThan(refusals.taken)
    })

    test('keeps exactly what a check allows of ten thousand rows', async () => {
      const many = fc.sample(documents(MANY), { numRuns: 1, seed: 11 })[0] ?? []
      const large = await open()
      try {
        await large.insert(many)
        // One in six by default: each is put to twenty thousand checks.
        const step = numRuns >= 1000 ? 1 : 6
        const taken = CONDITIONS.filter((each) => !refusals.conditions.test(each))
        for (const expr of taken.filter((_, index) => index % step === 0)) {
          expect(await difference(large, many, expr, true)).toEqual({ kind: 'agrees' })
        }
        expect(await large.idsOf({ kind: 'allowed' })).toHaveLength(MANY)
      } finally {
        await large.close()
      }
    }, 300_000)

    test.skipIf(refusals.isNear)('no moment is one that CEL has none for', async () => {
      const far = rows.slice(0, FAR.length).map((row, at) => ({ ...row, at: FAR[at] ?? null }))
      const other = await open()
      try {
        await other.insert(far)
        for (const expr of CONDITIONS.filter((each) => each.includes('timestamp'))) {
          expect(await difference(other, far, expr, true)).toEqual({ kind: 'agrees' })
          expect(await difference(other, far, expr, false)).toEqual({ kind: 'agrees' })
        }
      } finally {
        await other.close()
      }
    })

    listSuite(() => ({ database, rows }), refusals)

    test('what is always allowed or never is no lack of a filter', async () => {
      expect(await database.idsOf({ kind: 'denied' })).toEqual([])
      expect(await database.idsOf({ kind: 'allowed' })).toHaveLength(ROWS)
    })
  })
}

/** Around the first moment of the year 1 and the last of 9999, and beyond. */
// biome-ignore format: a table
const FAR = [Date.UTC(20_000, 0, 1), Date.UTC(10_000, 0, 1), Date.UTC(9999, 11, 31, 23, 59, 59, 999), Date.parse('0001-01-01T00:00:00Z'), Date.parse('0000-12-31T23:59:59.999Z'), Date.parse('-000100-01-01T00:00:00Z')]

/** What every list must fulfil: its pages are what `check` allows, each row once, in the order asked for. */
function listSuite(
  found: () => { database: Database; rows: readonly Document[] },
  { orders }: Refusals,
): void {
  const LIMIT = 7
  const base = { but: 'd1', orderBy: [], limit: LIMIT, after: undefined }

  test('pages are what a check allows, each row once and in order', async () => {
    const { database, rows } = found()
    await fc.assert(
      fc.asyncProperty(condition, order, async (expr, orderBy) => {
        const engine = engineOrRefusal(expr, true)
        const kept = engine && (await keptOrRefusal(database, engine, 'allow'))
        if (engine === undefined || kept === undefined || typeof kept === 'string') return
        if (orderBy.some(({ attribute }) => orders.test(attribute))) return
        const wanted = inOrder(rows, orderBy).filter(({ id }) => kept.has(id) && id !== base.but)
        const plan = planOf(engine, 'allow')
        expect(await allPages(database, { ...base, plan, orderBy })).toEqual(
          wanted.map(({ id }) => id),
        )
      }),
      { numRuns: Math.ceil(numRuns / 3) },
    )
  })

  test.each([['id'], ['title'], ['team'], ['n'], ['level'], ['flag'], ['at']])(
    'all that is allowed, by %s',
    async (attribute) => {
      const { database, rows } = found()
      for (const direction of ['asc', 'desc'] as const) {
        const orderBy = [{ attribute, direction }]
        const wanted = inOrder(rows, orderBy).filter(({ id }) => id !== base.but)
        const question = { ...base, plan: { filter: { kind: 'allowed' } }, orderBy } as const
        if (orders.test(attribute)) {
          await expect((async () => database.page(question))()).rejects.toThrow(FilterError)
          continue
        }
        expect(await allPages(database, question)).toEqual(wanted.map(({ id }) => id))
      }
    },
  )

  test('what a plan took for known is asked for', async () => {
    const { database, rows } = found()
    const plan = { filter: { kind: 'allowed' }, known: { title: 'a', team: null } } as const
    const wanted = rows.filter(
      ({ title, team, id }) => title === 'a' && team === null && id !== 'd1',
    )
    expect([...(await allPages(database, { ...base, plan }))].sort()).toEqual(
      wanted.map(({ id }) => id).sort(),
    )
  })

  test('a plan that denies has nothing to ask for, whatever else is asked', async () => {
    const { database } = found()
    const plan = { filter: { kind: 'denied' } } as const
    expect(await database.page({ ...base, plan, after: 'x' })).toEqual({ kind: 'denied' })
  })

  test('what is no cursor of the list is told', async () => {
    const { database } = found()
    const plan = { filter: { kind: 'allowed' } } as const
    const asked = { ...base, plan, orderBy: [{ attribute: 'count' }] }
    const page = await database.page(asked)
    const next = page.kind === 'page' ? (page.next ?? '') : ''
    expect((await database.page({ ...asked, after: next })).kind).toBe('page')
    const other = { ...asked, orderBy: [{ attribute: 'count', direction: 'desc' }] } as const
    const forged = [['count asc,id asc', '1 OR 1=1', 'd1'], ['count asc,id asc', 1], null, 'x']
    const encoded = forged.map((each) => btoa(JSON.stringify(each)))
    for (const after of ['', 'x', '%', next.slice(2), ...encoded])
      expect(await database.page({ ...asked, after })).toEqual({ kind: 'bad-cursor' })
    expect(await database.page({ ...other, after: next })).toEqual({ kind: 'bad-cursor' })
  })

  test.each([['meta'], ['tags'], ['members'], ['nothing'], ['meta.a'], ['__proto__']])(
    'nothing is ordered by `%s`',
    async (attribute) => {
      const { database } = found()
      const plan = { filter: { kind: 'denied' } } as const
      const ask = async (): Promise<unknown> =>
        database.page({ ...base, plan, orderBy: [{ attribute }] })
      await expect(ask()).rejects.toThrow(FilterError)
    },
  )
}

async function allPages(database: Database, question: ListQuestion): Promise<readonly string[]> {
  const page = await database.page(question)
  if (page.kind !== 'page') return []
  if (page.next === undefined) return page.ids
  expect(page.ids).toHaveLength(question.limit)
  return [...page.ids, ...(await allPages(database, { ...question, after: page.next }))]
}

function planOf(engine: Engine, action: string): ListPlan {
  return engine.plan({ principal, resource: { kind: 'document' }, actions: [action] })
}

type Difference =
  | { readonly kind: 'agrees' }
  /** Neither the engine nor a filter says it, or the condition is none. */
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'differs'; readonly expr: string; readonly rows: readonly unknown[] }

async function difference(
  database: Database,
  rows: readonly Document[],
  expr: string,
  strict: boolean,
): Promise<Difference> {
  const engine = engineOrRefusal(expr, strict)
  if (engine === undefined) return { kind: 'refused', message: 'not compiled' }
  for (const action of ['allow', 'deny']) {
    const kept = await keptOrRefusal(database, engine, action)
    if (typeof kept === 'string') return { kind: 'refused', message: kept }
    const wrong = rows.filter((row) => kept.has(row.id) !== isAllowed(engine, row, action))
    if (wrong.length === 0) continue
    return { kind: 'differs', expr, rows: [action, strict, ...wrong.slice(0, 2)] }
  }
  return { kind: 'agrees' }
}

function engineOrRefusal(expr: string, strict: boolean): Engine | undefined {
  try {
    return engineWith(expr, strict)
  } catch {
    // What CEL's checker knows to be wrong is no condition.
    return undefined
  }
}

async function keptOrRefusal(
  database: Database,
  engine: Engine,
  action: string,
): Promise<ReadonlySet<string> | string> {
  try {
    return new Set(await database.idsOf(planOf(engine, action).filter))
  } catch (error) {
    const isRefusal =
      error instanceof FilterError ||
      (error instanceof EngineError && error.code === 'not-plannable')
    if (!isRefusal) throw error
    return error.message
  }
}

function isAllowed(engine: Engine, row: Document, action: string): boolean {
  const attr = attributesOf(row) as NonNullable<
    Parameters<Engine['check']>[0]['resource']['attr'] // A row is made of JSON.
  >
  const resource = { kind: 'document', id: row.id, attr }
  const { actions } = engine.check({ principal, resource, actions: [action] })
  return actions.get(action)?.effect === 'EFFECT_ALLOW'
}

/** What no filter says exactly. */
// biome-ignore format: a table
export const NOT_SAID: readonly string[] = [
  '1.0 / R.attr.n > 0.0', 'int(R.attr.count) % 2 == 0', 'R.attr.n + R.attr.level > 2.0', 'double(int(R.attr.n)) == R.attr.n',
  'int(R.attr.title) == 1', 'R.attr.title.matches("^a.c")', 'R.attr.title.matches("(?i)a")', 'hierarchy(R.attr.title).siblingOf(hierarchy("a.b"))', 'hierarchy(R.attr.title, "aa").overlaps(hierarchy("b", "aa"))', 'int(R.attr.meta.b) == 1', 'double(R.attr.title) > 1.0',
  'R.attr.meta.a == R.attr.meta.b', 'R.attr.meta.items.exists(i, i.list.exists(l, l == i.b))',  'R.attr.meta.a in R.attr.tags', 'hasIntersection(R.attr.tags, R.attr.meta.items)', '!R.attr.tags.isSubset(R.attr.meta.list)', 'R.attr.tags.all(t, t in R.attr.tags)',
  'R.attr.tags == ["a"]', 'R.attr.members.map(m, m.role) == ["a"]',
]

/** What filters have been wrong about, here and elsewhere. */
// biome-ignore format: a table
export const CONDITIONS: readonly string[] = [
  'R.attr.owner == "u1"', 'R.attr.owner != "u1"', '!(R.attr.owner == "u1")', 'R.attr.owner == P.id || R.attr.team == "blue"',
  'R.attr.team == null', 'R.attr.team != null', 'R.attr.owner == null', 'R.attr.owner != null', 'R.attr.team != "blue"', 'R.attr.team == R.attr.owner', 'R.attr.team != R.attr.owner',
  'R.attr.title == "a"', 'R.attr.title == "é"', 'R.attr.title < "a"', 'R.attr.title >= "😀"', 'R.attr.title > "\uffff"', 'R.attr.title == 1.0', 'R.attr.title < 1.0', '"b" > R.attr.title',
  'R.attr.title.startsWith("a%")', 'R.attr.title.contains("_")', 'R.attr.title.contains("\\\\")', 'R.attr.title.endsWith("B")', 'R.attr.title.endsWith("")', '!R.attr.team.contains("l")', 'R.attr.n.startsWith("1")',
  'R.attr.n == 1', 'R.attr.n > 1.5', 'R.attr.n >= 9007199254740992.0', 'R.attr.level > 1.5', 'R.attr.level == 1.5', 'R.attr.level != 1.5', 'R.attr.level < 1e300', 'R.attr.count < 1e300', '!(R.attr.count > 1e300)', 'R.attr.level == null', 'R.attr.count == R.attr.level', 'R.attr.count < R.attr.n', 'R.attr.n == -0.0',
  'R.attr.flag', '!R.attr.flag', 'R.attr.flag == false', 'R.attr.flag != true', 'R.attr.flag < true', 'R.attr.title', 'R.attr.meta.a', 'R.attr.flag ? R.attr.owner == "u1" : R.attr.count > 0.0', '(R.attr.flag ? R.attr.owner : R.attr.team) == "u1"',
  'R.attr.title in ["a", "A", 1, null]', 'R.attr.team in ["blue", null]', '!(R.attr.team in ["blue", null])', 'R.attr.level in [1, 2.0, 1.5]', 'R.attr.title in []', 'has(R.attr.owner)', '!has(R.attr.owner)', 'has(R.attr.team)', 'has(R.attr.meta.a)', '!has(R.attr.meta.a.b)',
  'R.attr.meta.b == "1"', 'R.attr.meta.b == 1', 'R.attr.meta.b != 1', 'R.attr.meta.b == null', 'R.attr.meta.a.b == true', 'R.attr.meta == "a"', 'R.attr.meta == null', 'R.attr.meta.b < "b"', 'R.attr.meta.b == R.attr.title', 'R.attr.meta.b.startsWith("a")', 'R.attr.meta["b"] in ["a", 1, false]',
  '"a" in R.attr.tags', '!("a" in R.attr.tags)', '1 in R.attr.tags', 'null in R.attr.tags', 'true in R.attr.tags', '"a" in R.attr.groups', 'R.attr.team in R.attr.groups', 'null in R.attr.groups', 'R.attr.title in R.attr.tags', 'R.attr.title in R.attr.roles', 'hasIntersection(R.attr.groups, ["a", "b"])', '!hasIntersection(["a", 1], R.attr.tags)',
  'R.attr.tags.exists(t, t == "a")', 'R.attr.tags.all(t, t != "a")', 'R.attr.tags.exists(t, t.b == "a")', '!R.attr.tags.exists(t, t.b == "a")', '!R.attr.tags.all(t, t > "a")', 'R.attr.groups.all(g, g < "b")', 'R.attr.members.exists(m, m.name == "a" && m.role != "b")', 'R.attr.members.all(m, m.age > 1)', '!R.attr.members.all(m, m.age > 1)', '!R.attr.members.exists(m, m.name == R.attr.owner)',
  'timestamp(R.attr.at) < timestamp("2024-06-01T00:00:00Z")', 'timestamp(R.attr.at) == timestamp("2024-06-01T00:00:00Z")', 'timestamp(R.attr.at) != timestamp("2024-06-01T00:00:00Z")', 'timestamp("2024-06-01T00:00:00.0005Z") >= timestamp(R.attr.at)', 'timeSince(timestamp(R.attr.at)) > duration("24h")', 'duration("-24h") >= timeSince(timestamp(R.attr.at))', 'timestamp("2024-06-01T00:00:00Z") - timestamp(R.attr.at) < duration("1ms")', 'has(R.attr.at)',
  'R.attr.n + 1.0 > 2.0', '2.0 < 1.0 + R.attr.n', 'R.attr.n * -2.0 < 3.0', 'R.attr.n * 1e300 > 1e308', '!(R.attr.n * 0.1 == 0.15)', 'R.attr.count - 0.5 >= 1.5', 'R.attr.level / 2.0 == 0.5', 'R.attr.n / -0.0 > 0.0', 'R.attr.n / R.attr.n != 1.0', 'R.attr.n + 1.0 > R.attr.n * 2.0', 'R.attr.n + 1 > 2', '-R.attr.level < 0.0',
  'int(R.attr.n) == 0', 'int(R.attr.n) + 1 > 9007199254740992.0', 'int(R.attr.n) + 9007199254740991 > 0', '!(int(R.attr.n) > 1)', 'R.attr.meta.b + 1.0 > 2.0', '(R.attr.flag ? R.attr.n : R.attr.level) + 1.0 > 2.0', '(R.attr.flag ? 1.0 : 0.0/0.0) > 0.5', 'R.attr.n > 1.0 / 0.0',
  'R.attr.title.contains(R.attr.owner)', '!R.attr.title.startsWith(R.attr.owner)', 'R.attr.title.endsWith(R.attr.team)', '"a%b_".startsWith(R.attr.title)', '"xé".endsWith(R.attr.owner)', '"a%b_".contains(R.attr.title)', 'R.attr.meta.b.contains(R.attr.meta.b)',
  'R.attr.title + R.attr.owner == "ab"', '"prefix:" + R.id != R.attr.title', '(R.attr.title + "%").startsWith("a%")', 'size(R.attr.title) > 1', 'size(R.attr.meta.b) == 1',
  'R.attr.title.matches("^a")', '!R.attr.owner.matches("^A$")', 'R.attr.meta.b.matches("^1$")', 'hierarchy(R.attr.title, "_").overlaps(hierarchy("a_b_c", "_"))', '!hierarchy(R.attr.owner, "%").ancestorOf(hierarchy("a%b", "%"))', 'hierarchy("a", "%").ancestorOf(hierarchy(R.attr.title, "%"))',
  'hierarchy(R.attr.meta.list).overlaps(hierarchy("a.b"))', '!hierarchy(R.attr.meta.a).ancestorOf(hierarchy("a.b"))', '!hierarchy("a").ancestorOf(hierarchy(R.attr.meta.list))', 'hierarchy(R.attr.meta, ".").overlaps(hierarchy("a.b"))',
  'R.attr.members.exists_one(m, m.name == "a")', '!R.attr.tags.exists_one(t, t == "a")', 'size(R.attr.tags.filter(t, t == "a")) == 1', '!(size(R.attr.members.filter(m, m.age > 1)) > 0)', 'R.attr.tags.filter(t, t != null).exists(t, t == "a")', '"a" in R.attr.members.map(m, m.name)', 'hasIntersection(R.attr.members.map(m, m.role), ["a", "b"])', 'R.attr.groups.isSubset(["a", "b", ""])', '["a"].isSubset(R.attr.groups)', 'hasIntersection(R.attr.groups, R.attr.roles)',
  '"a" in R.attr.meta.list', '!("a" in R.attr.meta)', 'R.attr.meta.exists(k, k == "b")', '!R.attr.meta.list.all(l, l != null)', 'size(R.attr.meta.list) > 0', 'size(R.attr.meta) == 1', 'R.attr.tags[0] == "a"', '!(R.attr.meta.items[1].b == null)', 'has(R.attr.tags[0].b)',
  'size(R.attr.tags) > 1', 'size(R.attr.groups) == 0', 'size(R.attr.members) != 1', '2 <= size(R.attr.members)', '["a", "b"].exists(x, x == R.attr.title)', 'R.id in ["d1", "d2"]', 'R.id == "d3" || R.attr.n == P.attr.missing',
]
