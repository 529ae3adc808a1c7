import { type DocumentTable, openDocumentTable } from './document-table.ts'

/** Where a document stands in its life. */
export type DocumentStatus = 'draft' | 'published' | 'archived'

/** Who may see a document besides its owner and the administrators. */
export type Classification = 'internal' | 'confidential'

/**
 * What is known about a document besides its text: what decisions are made about. The organization
 * that it belongs to is part of the record.
 */
export interface DocumentSummary {
  readonly id: string
  readonly organization_id: string
  readonly owner_id: string
  readonly title: string
  readonly status: DocumentStatus
  readonly classification: Classification
  readonly updated_at: string
}

/** A document with its text. */
export interface WorkspaceDocument extends DocumentSummary {
  readonly body: string
}

/** An organization as the application remembers it. `slug` is for addresses, `id` for decisions. */
export interface Organization {
  readonly id: string
  readonly slug: string
  readonly name: string
}

/** A member's name and address, to show beside documents. */
interface Person {
  readonly id: string
  readonly name: string
  readonly email: string
}

/** What the store begins with. */
export interface StoreSeed {
  readonly organizations: readonly Organization[]
  readonly people: readonly Person[]
  readonly documents: readonly WorkspaceDocument[]
}

/** The application's data. Documents are rows of a database. */
export interface Store extends DocumentTable {
  organizations(): readonly Organization[]
  organizationBySlug(slug: string): Organization | undefined
  organization(id: string): Organization | undefined
  saveOrganization(organization: Organization): void
  person(id: string): Person | undefined
  savePerson(person: Person): void
}

/** A store with a database of its own in memory. */
export function createStore(seed: StoreSeed): Store {
  const organizations = byId(seed.organizations)
  const people = byId(seed.people)
  const table = openDocumentTable()
  for (const document of seed.documents) table.saveDocument(document)
  return {
    ...table,
    organizations: () => [...organizations.values()],
    organizationBySlug: (slug) => [...organizations.values()].find((entry) => entry.slug === slug),
    organization: (id) => organizations.get(id),
    saveOrganization: (organization) => void organizations.set(organization.id, organization),
    person: (id) => people.get(id),
    savePerson: (person) => void people.set(person.id, person),
  }
}

function byId<T extends { readonly id: string }>(entries: readonly T[]): Map<string, T> {
  return new Map(entries.map((entry) => [entry.id, entry]))
}
