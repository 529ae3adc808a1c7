import { randomUUID } from 'node:crypto'

import type { RequestAuthz } from '@lockstitch/guard'
import { guard } from '@lockstitch/guard/express'
import { type Request, type Response, Router } from 'express'

import { type Context, memberFrame, sendPage } from '../context.ts'
import { deletePage } from '../pages/document.ts'
import {
  type DocumentFormView,
  type DocumentInput,
  documentFormPage,
  emptyInput,
  readDocumentInput,
} from '../pages/document-form.ts'
import type { DocumentStatus, DocumentSummary, Store } from '../store.ts'
import { newDocument } from './permissions.ts'
import { loadDocument, loadOrganization, organizationOf, textOf } from './records.ts'
import { refuse } from './refusals.ts'

/** What becomes of a document by each of the one-click actions. */
const statusAfter: Readonly<Record<string, DocumentStatus>> = {
  publish: 'published',
  archive: 'archived',
  restore: 'draft',
}

/** Writing documents, and what becomes of them. */
export function documentChangeRoutes(context: Context): Router {
  const { authz, store } = context
  const onDenied = refuse(context)
  const may = (action: string) =>
    guard(authz, { kind: 'document', action, resource: loadDocument(store), onDenied })
  const mayCreate = guard(authz, {
    kind: 'document',
    action: 'create',
    resource: async (request, questions) => {
      const organization = loadOrganization(store)(request)
      return organization && newDocument(organization.id, (await questions.principal()).id)
    },
    onDenied,
  })

  const router = Router()
  router.get('/:org/documents/new', mayCreate, (request, response) =>
    sendForm(context, response.locals, { input: emptyInput }, request, response),
  )
  router.post('/:org/documents', mayCreate, (request, response) =>
    create(context, response.locals, request, response),
  )
  router.get('/:org/documents/:id/edit', may('edit'), (request, response) => {
    const document = textOf(store, response.locals.record)
    return sendForm(context, response.locals, { input: document, document }, request, response)
  })
  router.post('/:org/documents/:id/edit', may('edit'), (request, response) =>
    change(context, response.locals, request, response),
  )
  for (const [action, status] of Object.entries(statusAfter))
    router.post(`/:org/documents/:id/${action}`, may(action), (_request, response) => {
      const document = textOf(store, response.locals.record)
      store.saveDocument({ ...document, status, updated_at: now() })
      response.redirect(303, pathOf(store, document))
    })
  router.get('/:org/documents/:id/delete', may('delete'), async (request, response) => {
    const document = textOf(store, response.locals.record)
    const frame = await memberFrame(context, request, response)
    sendPage(response, frame, deletePage(frame, organizationOf(store, document), document))
  })
  router.post('/:org/documents/:id/delete', may('delete'), (_request, response) => {
    const { record } = response.locals
    store.deleteDocument(record.id)
    response.redirect(303, `/${organizationOf(store, record).slug}/documents`)
  })
  return router
}

interface Allowed {
  readonly record: DocumentSummary
  readonly authz: RequestAuthz
}

async function sendForm(
  context: Context,
  { record, authz }: Allowed,
  form: Pick<DocumentFormView, 'input' | 'document' | 'problem'>,
  request: Request,
  response: Response,
): Promise<void> {
  const frame = await memberFrame(context, request, response)
  const organization = organizationOf(context.store, record)
  const mayClassify = await authz.can('classify', 'document', record)
  if (form.problem !== undefined) response.status(400)
  sendPage(response, frame, documentFormPage(frame, { ...form, organization, mayClassify }))
}

async function create(
  context: Context,
  allowed: Allowed,
  request: Request,
  response: Response,
): Promise<void> {
  const { input, problem } = readDocumentInput(request.body, emptyInput)
  if (problem !== undefined)
    return sendForm(context, allowed, { input, problem }, request, response)
  await requireClassify(allowed, input)
  const document = { ...allowed.record, ...input, id: randomUUID(), updated_at: now() }
  context.store.saveDocument(document)
  response.redirect(303, pathOf(context.store, document))
}

async function change(
  context: Context,
  allowed: Allowed,
  request: Request,
  response: Response,
): Promise<void> {
  const { store } = context
  const document = textOf(store, allowed.record)
  const { input, problem } = readDocumentInput(request.body, document)
  if (problem !== undefined)
    return sendForm(context, allowed, { input, document, problem }, request, response)
  await requireClassify(allowed, input)
  store.saveDocument({ ...document, ...input, updated_at: now() })
  response.redirect(303, pathOf(store, document))
}

/** A form may send what its page does not let anyone choose. */
async function requireClassify({ record, authz }: Allowed, input: DocumentInput): Promise<void> {
  if (input.classification !== record.classification)
    await authz.require('classify', 'document', record)
}

function pathOf(store: Store, document: DocumentSummary): string {
  return `/${organizationOf(store, document).slug}/documents/${document.id}`
}

function now(): string {
  return new Date().toISOString()
}
