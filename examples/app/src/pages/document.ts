import { type Html, html } from '../html.ts'
import type { Organization, WorkspaceDocument } from '../store.ts'
import { dateOf, documentBadges } from './documents.ts'
import { csrfInput, type Frame, type Page } from './layout.ts'
import { actionItem, type Permission } from './permission.ts'

/** What can be done to a document from its page, apart from reading it. */
export type DocumentAction = 'edit' | 'publish' | 'archive' | 'restore' | 'delete'

/** What a document's page shows. */
export interface DocumentView {
  readonly organization: Organization
  readonly visiting: boolean
  readonly document: WorkspaceDocument
  readonly ownerName: string
  /** The actions that make sense for the document, in the order of the page. */
  readonly permissions: readonly (Permission & { readonly action: DocumentAction })[]
  /** Whether it can be had as a file, perhaps after another factor. */
  readonly offersExport: boolean
}

/** A document and what may be done with it. */
export function documentPage(frame: Frame, view: DocumentView): Page {
  const { organization, visiting, document, ownerName, permissions } = view
  const items = permissions.map((permission) =>
    actionItem(frame, permission, control(frame, organization, document, permission)),
  )
  return {
    title: document.title,
    current: 'documents',
    visiting: visiting ? organization : undefined,
    content: html`<div class="page-head"><div>
<p class="crumbs"><a href="/${organization.slug}/documents">${organization.name} documents</a></p>
<h1>${document.title}</h1></div></div>
<div class="document">
<article class="card paper" aria-label="${document.title}">${paragraphs(document.body)}</article>
<aside class="stack" aria-label="About this document">
<dl class="card"><dt>Status</dt><dd>${documentBadges(document)}</dd>
<dt>Owner</dt><dd>${ownerName}</dd>
<dt>Changed</dt><dd>${dateOf(document.updated_at)}</dd></dl>
${view.offersExport && html`<p><a class="button quiet" href="/${organization.slug}/documents/${document.id}/export">Export</a></p>`}
${
  items.some((item) => item !== undefined)
    ? html`<section class="card stack" aria-labelledby="actions"><h2 id="actions">Actions</h2><ul class="actions">${items}</ul></section>`
    : html`<p class="hint">You may read this document.</p>`
}
</aside>
</div>`,
  }
}

/** Asks once more before a document is gone. */
export function deletePage(
  frame: Frame,
  organization: Organization,
  document: WorkspaceDocument,
): Page {
  const path = `/${organization.slug}/documents/${document.id}`
  return {
    title: `Delete ${document.title}`,
    current: 'documents',
    content: html`<div class="narrow">
<h1>Delete “${document.title}”?</h1>
<p class="lead">It will be gone for everyone in ${organization.name}. This cannot be undone.</p>
<form class="buttons" method="post" action="${path}/delete">${csrfInput(frame)}
<button class="danger">Delete the document</button><a class="button quiet" href="${path}">Keep it</a></form>
</div>`,
  }
}

function control(
  frame: Frame,
  organization: Organization,
  document: WorkspaceDocument,
  { action, label }: Permission & { readonly action: DocumentAction },
): Html {
  const path = `/${organization.slug}/documents/${document.id}/${action}`
  if (action === 'edit') return html`<a class="button" href="${path}">${label}</a>`
  if (action === 'delete') return html`<a class="button danger" href="${path}">${label} …</a>`
  return html`<form method="post" action="${path}">${csrfInput(frame)}<button class="quiet">${label}</button></form>`
}

function paragraphs(text: string): readonly Html[] {
  return text
    .split(/\n{2,}/)
    .filter((paragraph) => paragraph.trim() !== '')
    .map((paragraph) => html`<p>${paragraph}</p>`)
}
