import { type Html, html } from '../html.ts'
import type { DocumentSummary, Organization } from '../store.ts'
import type { Frame, Page } from './layout.ts'
import { actionItem, type Permission } from './permission.ts'

/** A document in the list: it may be viewed, or it would not be there. */
interface DocumentRow {
  readonly document: DocumentSummary
  readonly ownerName: string
  readonly isOwn: boolean
  readonly canEdit: boolean
}

/** What the list shows. */
export interface DocumentsView {
  readonly organization: Organization
  readonly visiting: boolean
  /** Other organizations that the member may look into. */
  readonly others: readonly Organization[]
  readonly rows: readonly DocumentRow[]
  readonly create: Permission | undefined
  /** Where the next page begins, if there is one. */
  readonly next: string | undefined
}

/** The documents of an organization that the member may view. */
export function documentsPage(frame: Frame, view: DocumentsView): Page {
  const { organization, visiting, others, rows, create, next } = view
  const newPath = `/${organization.slug}/documents/new`
  return {
    title: `${organization.name} documents`,
    current: 'documents',
    visiting: visiting ? organization : undefined,
    content: html`<div class="page-head">
<div><p class="crumbs">${organization.name}</p><h1>Documents</h1></div>
${create && html`<ul class="actions head-action">${actionItem(frame, create, html`<a class="button" href="${newPath}">${create.label}</a>`)}</ul>`}
</div>
${rows.length === 0 ? empty() : html`<ul class="card rows">${rows.map((row) => documentRow(organization, row))}</ul>`}
${next !== undefined && html`<nav class="more" aria-label="Pages"><a class="button quiet" href="/${organization.slug}/documents?after=${next}">Older documents</a></nav>`}
${others.length > 0 && otherOrganizations(others)}`,
  }
}

/** The labels that tell a document's status and class. */
export function documentBadges({ status, classification }: DocumentSummary): Html {
  return html`<span class="badge ${status}">${status}</span>${
    classification === 'confidential' && html` <span class="badge confidential">confidential</span>`
  }`
}

/** A point in time as a date that people read. */
export function dateOf(time: string): Html {
  const date = new Date(time).toLocaleDateString('en', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  })
  return html`<time datetime="${time}">${date}</time>`
}

function documentRow(organization: Organization, row: DocumentRow): Html {
  const { document, ownerName, isOwn, canEdit } = row
  const path = `/${organization.slug}/documents/${document.id}`
  return html`<li class="row"><div>
<a class="row-title" href="${path}">${document.title}</a>
<p class="meta">${isOwn ? 'You' : ownerName} · ${dateOf(document.updated_at)}</p>
</div>
<div class="row-actions">${documentBadges(document)}
${canEdit && html`<a class="button quiet small" href="${path}/edit">Edit<span class="visually-hidden"> ${document.title}</span></a>`}</div></li>`
}

function otherOrganizations(others: readonly Organization[]): Html {
  return html`<nav class="others" aria-labelledby="others"><h2 id="others">You may also look into</h2>
<ul>${others.map(({ slug, name }) => html`<li><a href="/${slug}/documents">${name}</a></li>`)}</ul></nav>`
}

function empty(): Html {
  return html`<div class="card empty"><h2>Nothing here yet</h2><p>Documents that you may read will appear here.</p></div>`
}
