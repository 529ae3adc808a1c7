import { html } from '../html.ts'
import type { Classification, Organization, WorkspaceDocument } from '../store.ts'
import { csrfInput, type Frame, type Page } from './layout.ts'

/** What a person writes about a document. */
export interface DocumentInput {
  readonly title: string
  readonly body: string
  readonly classification: Classification
}

/** The form's content and where it belongs. */
export interface DocumentFormView {
  readonly organization: Organization
  readonly input: DocumentInput
  /** The document that is changed; absent for a new one. */
  readonly document?: WorkspaceDocument
  readonly problem?: string | undefined
  /** Whether the member may say who sees it. */
  readonly mayClassify: boolean
}

/** What a new document begins with. */
export const emptyInput: DocumentInput = { title: '', body: '', classification: 'internal' }

const classes: readonly { readonly value: Classification; readonly about: string }[] = [
  { value: 'internal', about: 'Everyone in the organization, as far as their role goes.' },
  { value: 'confidential', about: 'You and the administrators only.' },
]

/** The form for a new document or for changing one. */
export function documentFormPage(frame: Frame, view: DocumentFormView): Page {
  const { organization, input, document, problem, mayClassify } = view
  const list = `/${organization.slug}/documents`
  const path = document === undefined ? list : `${list}/${document.id}`
  const title = document === undefined ? 'New document' : `Edit “${document.title}”`
  return {
    title,
    current: 'documents',
    content: html`<div class="page-head"><div>
<p class="crumbs"><a href="${list}">${organization.name} documents</a></p><h1>${title}</h1></div></div>
<form class="card stack" method="post" action="${document === undefined ? list : `${path}/edit`}">
${csrfInput(frame)}
<div class="field"><label for="title">Title</label>
<input id="title" name="title" required maxlength="${maxTitle}" value="${input.title}"${
      problem !== undefined && html` aria-invalid="true" aria-describedby="title-problem"`
    }>
${problem !== undefined && html`<p class="problem" id="title-problem" role="alert">${problem}</p>`}</div>
<div class="field"><label for="body">Text</label>
<textarea id="body" name="body" maxlength="${maxBody}" rows="14">${input.body}</textarea></div>
<fieldset${!mayClassify && html` disabled`}><legend>Who may see it</legend>
${classes.map(
  ({ value, about }) =>
    html`<label><input type="radio" name="classification" value="${value}"${
      value === input.classification && html` checked`
    }><strong>${value}</strong> <span>${about}</span></label>`,
)}
${!mayClassify && html`<p class="hint">You may not change this for this document.</p>`}</fieldset>
<div class="buttons"><button>${document === undefined ? 'Create draft' : 'Save'}</button>
<a class="button quiet" href="${path}">Cancel</a></div>
</form>`,
  }
}

const maxTitle = 120
const maxBody = 20_000

/** Reads what the form sent; what it did not send stays. `problem` says what is wrong with it. */
export function readDocumentInput(
  body: unknown,
  before: DocumentInput,
): {
  readonly input: DocumentInput
  readonly problem: string | undefined
} {
  const fields = (body ?? {}) as Record<string, unknown>
  const input: DocumentInput = {
    title: text(fields.title).trim(),
    // Browsers send line ends as CRLF.
    body: text(fields.body).replaceAll('\r\n', '\n'),
    classification:
      classes.find(({ value }) => value === fields.classification)?.value ?? before.classification,
  }
  return { input, problem: problemOf(input) }
}

function problemOf({ title, body }: DocumentInput): string | undefined {
  if (title === '') return 'Give the document a title.'
  if (title.length > maxTitle) return `A title has at most ${maxTitle} characters.`
  if (body.length > maxBody) return `A text has at most ${maxBody} characters.`
  return undefined
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
