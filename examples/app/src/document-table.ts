import { createRequire } from 'node:module'

import { defineMapping, type ListPlan, type Page } from '@lockstitch/filters'
import { authorizedWhere } from '@lockstitch/filters/sql'

import type { DocumentSummary, WorkspaceDocument } from './store.ts'

// A CommonJS package whose names `import` does not see.
const { Database } = createRequire(import.meta.url)(
  'node-sqlite3-wasm',
) as typeof import('node-sqlite3-wasm')

/** The documents in a database. */
export interface DocumentTable {
  document(id: string): WorkspaceDocument | undefined
  /** The document without its text. */
  summary(id: string): DocumentSummary | undefined
  /** The documents of an organization without their texts, newest first. */
  summaries(organizationId: string): readonly DocumentSummary[]
  /**
   * A page of the documents that a plan allows, newest first. The database is asked for these and no
   * others. What is no beginning of a page begins at the first.
   */
  allowedSummaries(plan: ListPlan, after: string | undefined): Page<DocumentSummary>
  saveDocument(document: WorkspaceDocument): void
  deleteDocument(id: string): void
  close(): void
}

/** The columns that policies read of documents, checked when the application starts. */
const mapping = defineMapping({
  table: 'documents',
  id: 'id',
  attributes: {
    organization_id: { column: 'organization_id', type: 'string' },
    owner_id: { column: 'owner_id', type: 'string' },
    title: { column: 'title', type: 'string' },
    status: { column: 'status', type: 'string' },
    classification: { column: 'classification', type: 'string' },
    updated_at: { column: 'updated_at', type: 'timestamp' },
  },
})

const PAGE = 20
const SUMMARY = 'id, organization_id, owner_id, title, status, classification, updated_at'

/** A table of documents in a database in memory; with a path it would be one in a file. */
export function openDocumentTable(): DocumentTable {
  const database = new Database()
  database.exec(`CREATE TABLE documents (
    id TEXT PRIMARY KEY, organization_id TEXT NOT NULL, owner_id TEXT NOT NULL, title TEXT NOT NULL,
    status TEXT NOT NULL, classification TEXT NOT NULL, updated_at TEXT NOT NULL, body TEXT NOT NULL
  );
  CREATE INDEX documents_by_time ON documents (organization_id, updated_at, id)`)
  const select = <Row>(query: string, values: (string | number)[]): Row[] =>
    database.all(query, values) as unknown as Row[] // The table has the columns of its rows' types.
  return {
    document: (id) => select<WorkspaceDocument>('SELECT * FROM documents WHERE id = ?', [id])[0],
    summary: (id) =>
      select<DocumentSummary>(`SELECT ${SUMMARY} FROM documents WHERE id = ?`, [id])[0],
    summaries: (organizationId) =>
      select(
        `SELECT ${SUMMARY} FROM documents WHERE organization_id = ? ORDER BY updated_at DESC, id DESC`,
        [organizationId],
      ),
    allowedSummaries(plan, after) {
      const orderBy = [{ attribute: 'updated_at', direction: 'desc' }] as const
      const options = { dialect: 'sqlite', orderBy, limit: PAGE } as const
      const asked = authorizedWhere(plan, mapping, { ...options, after })
      const list = asked.kind === 'bad-cursor' ? authorizedWhere(plan, mapping, options) : asked
      if (list.kind === 'denied' || list.kind === 'bad-cursor') return { rows: [], next: undefined }
      const { where, take } = list
      const query = `SELECT ${SUMMARY} FROM documents WHERE ${where.text} ORDER BY ${list.orderBy} LIMIT ${take}`
      return list.pageOf(select<DocumentSummary>(query, [...where.values]))
    },
    saveDocument({ id, organization_id, owner_id, title, status, classification, ...rest }) {
      const { updated_at, body } = rest
      database.run('INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?)', [
        ...[id, organization_id, owner_id, title, status, classification, updated_at, body],
      ])
    },
    deleteDocument: (id) => void database.run('DELETE FROM documents WHERE id = ?', [id]),
    close: () => database.close(),
  }
}
