import type { Request } from 'express'

import type { DocumentSummary, Organization, Store, WorkspaceDocument } from '../store.ts'

/** An organization as decisions see it. */
export interface OrganizationRecord {
  readonly id: string
  readonly organization_id: string
}

/** Loads the organization that the address names. */
export function loadOrganization(store: Store) {
  return (request: Request): OrganizationRecord | undefined => {
    const organization = store.organizationBySlug(param(request, 'org'))
    return organization && organizationRecord(organization)
  }
}

/** An organization belongs to itself. */
export function organizationRecord({ id }: Organization): OrganizationRecord {
  return { id, organization_id: id }
}

/** Loads the document that the address names. Its organization is the record's, not the address's. */
export function loadDocument(store: Store) {
  return (request: Request): DocumentSummary | undefined => store.summary(param(request, 'id'))
}

/** The organization that a record belongs to. */
export function organizationOf(
  store: Store,
  record: { readonly organization_id: string },
): Organization {
  const organization = store.organization(record.organization_id)
  if (organization === undefined) throw new Error('a record without its organization')
  return organization
}

/** A document with its text. */
export function textOf(store: Store, { id }: DocumentSummary): WorkspaceDocument {
  const document = store.document(id)
  if (document === undefined) throw new Error('a document that is gone')
  return document
}

/** A part of the address. */
export function param(request: Request, name: string): string {
  const value = request.params[name]
  return typeof value === 'string' ? value : ''
}
