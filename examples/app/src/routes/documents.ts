import type { Page } from '@lockstitch/filters'
import { isStepUp, type RequestAuthz } from '@lockstitch/guard'
import { guard } from '@lockstitch/guard/express'
import { type Request, type Response, Router } from 'express'

import { type Context, memberFrame, sendPage } from '../context.ts'
import { documentPage } from '../pages/document.ts'
import { documentsPage } from '../pages/documents.ts'
import type { DocumentSummary, Organization } from '../store.ts'
import { documentActions, newDocument, permissionsOn } from './permissions.ts'
import {
  loadDocument,
  loadOrganization,
  type OrganizationRecord,
  organizationOf,
  organizationRecord,
  param,
  textOf,
} from './records.ts'
import { refuse } from './refusals.ts'

/** Reading documents: the list, and each of them. */
export function documentRoutes(context: Context): Router {
  const { authz, store } = context
  const onDenied = refuse(context)
  const mayList = guard(authz, {
    kind: 'organization',
    action: 'list_documents',
    resource: loadOrganization(store),
    onDenied,
  })
  const mayView = guard(authz, {
    kind: 'document',
    action: 'view',
    resource: loadDocument(store),
    onDenied,
  })

  const mayExport = guard(authz, {
    kind: 'document',
    action: 'export',
    resource: loadDocument(store),
    onDenied,
  })

  const router = Router()
  router.get('/:org/documents', mayList, (request, response) =>
    showList(context, response.locals, request, response),
  )
  router.get('/:org/documents/:id/export', mayExport, (_request, response) => {
    const { title, body } = textOf(store, response.locals.record)
    response.attachment('document.txt').type('text/plain').send(`${title}\n\n${body}\n`)
  })
  router.get('/:org/documents/:id', mayView, (request, response) =>
    showDocument(context, response.locals, request, response),
  )
  return router
}

interface Allowed<R> {
  readonly record: R
  readonly authz: RequestAuthz
}

async function showList(
  context: Context,
  { record, authz }: Allowed<OrganizationRecord>,
  request: Request,
  response: Response,
): Promise<void> {
  const { store } = context
  const organization = organizationOf(store, record)
  const frame = await memberFrame(context, request, response)
  const { id: self } = await authz.principal()
  const page = await pageOfDocuments(context, authz, organization, request.query.after)
  // One question to the policies for the whole page, whatever its length.
  const allowed = await authz.actionsOnEach(['edit'], 'document', page.rows)
  const rows = page.rows.map((document, index) => ({
    document,
    ownerName: store.person(document.owner_id)?.name ?? 'Somebody',
    isOwn: document.owner_id === self,
    canEdit: allowed[index]?.edit === true,
  }))
  const [create] = await permissionsOn(context, authz, newDocument(organization.id, self), [
    { action: 'create', label: 'New document' },
  ])
  const visiting = frame.signedIn?.organization.id !== organization.id
  const others = await otherOrganizations(context, authz, organization)
  const view = { organization, visiting, others, rows, create, next: page.next }
  sendPage(response, frame, documentsPage(frame, view))
}

/**
 * The documents that the member may view. The database is asked for them where the decider says which
 * they are; one that only decides, such as a Cerbos, is asked about each.
 */
async function pageOfDocuments(
  { store, plansLists }: Context,
  authz: RequestAuthz,
  { id }: Organization,
  after: unknown,
): Promise<Page<DocumentSummary>> {
  if (!plansLists) {
    return { rows: await authz.filter(store.summaries(id), 'document', 'view'), next: undefined }
  }
  const plan = await authz.plan('view', 'document', { organization_id: id })
  return store.allowedSummaries(plan, typeof after === 'string' ? after : undefined)
}

/** The organizations that the member may look into besides this one: most may into none. */
async function otherOrganizations(
  { store }: Context,
  authz: RequestAuthz,
  current: Organization,
): Promise<readonly Organization[]> {
  const records = store.organizations().map(organizationRecord)
  const open = await authz.filter(records, 'organization', 'list_documents')
  return open.filter(({ id }) => id !== current.id).map((record) => organizationOf(store, record))
}

async function showDocument(
  context: Context,
  { record, authz }: Allowed<DocumentSummary>,
  request: Request,
  response: Response,
): Promise<void> {
  const { store } = context
  const organization = organizationOf(store, record)
  // The address may name any organization; the document knows its own.
  if (param(request, 'org') !== organization.slug)
    return response.redirect(303, `/${organization.slug}/documents/${record.id}`)
  const frame = await memberFrame(context, request, response)
  const view = {
    organization,
    visiting: frame.signedIn?.organization.id !== organization.id,
    document: textOf(store, record),
    ownerName: store.person(record.owner_id)?.name ?? 'Somebody',
    permissions: await permissionsOn(context, authz, record, documentActions(record)),
    offersExport: await offersExport(authz, record),
  }
  sendPage(response, frame, documentPage(frame, view))
}

/** Whether it may be exported, or could be after another factor: then the policies ask for it. */
async function offersExport(authz: RequestAuthz, record: DocumentSummary): Promise<boolean> {
  const outcome = await authz.check({ action: 'export', kind: 'document', load: () => record })
  return outcome.kind === 'allowed' || isStepUp(outcome.problem)
}
