import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type CheckInput, Engine, EngineError, type PlanFilter } from '@lockstitch/engine'
import { diskSource } from '@lockstitch/policy/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { defineMapping, FilterError } from '../src/index.ts'

// The policies and rows that Cerbos's own adapters for databases are tried with.
const CORPUS = fileURLToPath(new URL('../../../../shared/conformance/', import.meta.url))
const NOW = Date.parse('2026-01-01T00:00:00Z')

export type Seed = CheckInput['resource']

/** Where the seeds' attributes are, in databases that have lists and objects in columns. */
export const seedMapping = defineMapping({
  table: 'seeds',
  id: 'id',
  attributes: {
    aBool: { column: 'aBool', type: 'boolean' },
    aString: { column: 'aString', type: 'string' },
    aNumber: { column: 'aNumber', type: 'number' },
    aDouble: { column: 'aDouble', type: 'number', null: 'missing' },
    aOptionalString: { column: 'aOptionalString', type: 'string', null: 'missing' },
    createdBy: { column: 'createdBy', type: 'string' },
    createdAt: { column: 'createdAt', type: 'timestamp', null: 'missing' },
    scope: { column: 'scope', type: 'string', null: 'missing' },
    owner: { column: 'owner', type: 'string', null: 'null' },
    coOwner: { column: 'coOwner', type: 'string', null: 'null' },
    tagNames: { column: 'tagNames', type: 'array', null: 'missing' },
    tags: { column: 'tags', type: 'array', null: 'missing' },
    categories: { column: 'categories', type: 'array', null: 'missing' },
    obj: { column: 'obj', type: 'json', null: 'missing' },
    mainCategory: { column: 'mainCategory', type: 'json', null: 'missing' },
    parent: { column: 'parent', type: 'json', null: 'missing' },
  },
})

/** A database with the seeds in it. */
export interface SeededDatabase {
  readonly idsOf: (filter: PlanFilter) => Promise<readonly string[]>
  readonly close: () => Promise<void>
}

/** How many filters are exact, and how many each operator refuses, of each case in both modes of evaluation. */
interface Tally {
  readonly exact: number
  readonly refused: Readonly<Record<string, number>>
}

/** Where every attribute has a column. */
// biome-ignore format: a table
export const seedTally: Tally = { exact: 240, refused: { div: 2, double: 2, eq: 2, filter: 2, int: 2, list: 2, map: 2, string: 2, timestamp: 2 } }

interface Case {
  readonly action: string
  readonly checkOracle: readonly string[]
}

interface Corpus {
  readonly cases: readonly Case[]
  readonly seeds: readonly Seed[]
  readonly principal: CheckInput['principal']
  readonly resourceKind: string
}

/** What a database was found to keep: as many as `check`, or the operator that no filter says. */
type Found = 'exact' | { readonly refused: string } | { readonly differs: readonly string[] }

/** Every filter of the seeds' policies keeps what `check` allows, or names what it cannot say. */
export function qpaSuite(
  name: string,
  open: (seeds: readonly Seed[]) => Promise<SeededDatabase>,
  tally: Tally,
): void {
  describe(`the seeds of query-plan-adapters, ${name}`, () => {
    if (!existsSync(CORPUS)) {
      test.skip('are not beside the project', () => undefined)
      return
    }
    const corpus = readCorpus()
    let database: SeededDatabase
    let engines: readonly Engine[] = []
    beforeAll(async () => {
      database = await open(corpus.seeds)
      const files = await diskSource(`${CORPUS}fixtures/qpa/policies`).read()
      const options = { clock: () => NOW, lenientScopeSearch: false }
      engines = [true, false].map((strictEvaluation) =>
        Engine.fromFiles(files, { ...options, strictEvaluation }),
      )
    })
    afterAll(() => database.close())

    test('every filter keeps what a check allows, or names what it cannot say', async () => {
      const refused = new Map<string, number>()
      const differing: unknown[] = []
      let exact = 0
      for (const { action, checkOracle } of corpus.cases) {
        for (const engine of engines) {
          const allowed = allowedBy(engine, action, corpus)
          // What the real Cerbos was found to allow, which is lenient.
          if (engine === engines[1]) expect(allowed).toEqual([...checkOracle].sort())
          const found = await find(database, planOf(engine, action, corpus), allowed)
          if (found === 'exact') exact += 1
          else if ('refused' in found)
            refused.set(found.refused, (refused.get(found.refused) ?? 0) + 1)
          else differing.push({ action, ...found })
        }
      }
      expect(differing).toEqual([])
      expect({ exact, refused: Object.fromEntries(refused) }).toEqual(tally)
    })
  })
}

function readCorpus(): Corpus {
  const { principal, resourceKind } =
    read<Pick<Corpus, 'principal' | 'resourceKind'>>('fixtures/qpa/seeds.json')
  const cases = readdirSync(`${CORPUS}qpa`)
    .sort()
    .map((name) => read<Case>(`qpa/${name}`))
  const seeds = read<readonly Seed[]>('fixtures/qpa/check-resources.json')
  return { cases, seeds, principal, resourceKind }
}

function read<Content>(name: string): Content {
  // The format of the fixtures, which their README describes.
  return JSON.parse(readFileSync(`${CORPUS}${name}`, 'utf8')) as Content
}

function allowedBy(
  engine: Engine,
  action: string,
  { seeds, principal }: Corpus,
): readonly string[] {
  const allowed = seeds.filter((resource) => engine.isAllowed({ principal, resource, action }))
  return allowed.map(({ id }) => id).sort()
}

function planOf(engine: Engine, action: string, corpus: Corpus): () => PlanFilter {
  const { principal, resourceKind: kind } = corpus
  return () => engine.plan({ principal, resource: { kind }, actions: [action] }).filter
}

async function find(
  database: SeededDatabase,
  plan: () => PlanFilter,
  allowed: readonly string[],
): Promise<Found> {
  try {
    const filter = plan()
    const kept = [...(await database.idsOf(filter))].sort()
    return kept.join() === allowed.join()
      ? 'exact'
      : { differs: [JSON.stringify(filter), ...kept, 'for', ...allowed] }
  } catch (error) {
    if (error instanceof FilterError) return { refused: error.operator ?? error.code }
    if (error instanceof EngineError) return { refused: error.code }
    throw error
  }
}
