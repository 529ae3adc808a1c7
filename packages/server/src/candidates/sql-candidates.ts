import type { Candidate, CandidateSource } from './candidate-source.ts'

/** Runs a query of any database client: the rows as objects by column. */
export type RunQuery = (
  sql: string,
  params: readonly (string | number)[],
) => Promise<readonly Readonly<Record<string, unknown>>[]>

export interface SqlCandidateOptions {
  readonly run: RunQuery
  /** How the database writes parameters: `?` unless given, `$1` for Postgres. */
  readonly parameters?: '?' | '$1'
  /** Where the candidates of a type are. */
  readonly types: Readonly<Record<string, CandidateTable>>
}

/** A table or view with a row a candidate. */
export interface CandidateTable {
  readonly table: string
  /** The column of the id, a text that sorts by code units (`COLLATE "C"` in Postgres); `id` unless given. */
  readonly id?: string
  /** The columns that policies read, by the name of the attribute. */
  readonly properties?: Readonly<Record<string, string>>
}

/** Candidates from a database of SQL: a query a page, by the id, so that an index serves it. */
export function sqlCandidates({
  run,
  types,
  parameters = '?',
}: SqlCandidateOptions): CandidateSource {
  const tables = new Map(Object.entries(types))
  const parameter = (index: number): string => (parameters === '?' ? '?' : `$${index}`)
  return {
    async find({ type, after, limit }) {
      const table = tables.get(type)
      if (table === undefined) return []
      const id = quoted(table.id ?? 'id')
      const columns = Object.entries(table.properties ?? {})
      // By position, so that no attribute is taken for another.
      const selected = [id, ...columns.map(([, column]) => quoted(column))].map(
        (column, index) => `${column} AS c${index}`,
      )
      const where = after === undefined ? '' : ` WHERE ${id} > ${parameter(1)}`
      const params = after === undefined ? [limit] : [after, limit]
      const sql = `SELECT ${selected.join(', ')} FROM ${quoted(table.table)}${where} ORDER BY ${id} LIMIT ${parameter(params.length)}`
      const rows = await run(sql, params)
      return rows.map((row) => candidateOf(row, columns))
    },
  }
}

function candidateOf(
  row: Readonly<Record<string, unknown>>,
  columns: readonly (readonly [string, string])[],
): Candidate {
  const properties = columns.map(([name], index) => [name, row[`c${index + 1}`]])
  // A column that is NULL is an attribute that is not there.
  const present = properties.filter(([, value]) => value !== null && value !== undefined)
  return { id: String(row.c0), properties: Object.fromEntries(present) }
}

function quoted(name: string): string {
  return name
    .split('.')
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.')
}
