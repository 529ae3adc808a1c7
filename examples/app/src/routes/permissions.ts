import type { RequestAuthz } from '@lockstitch/guard'

import type { Context } from '../context.ts'
import type { DocumentAction } from '../pages/document.ts'
import type { Permission } from '../pages/permission.ts'
import type { DocumentSummary } from '../store.ts'

/** An action and what its button says. */
export interface LabelledAction<A extends string> {
  readonly action: A
  readonly label: string
}

/**
 * The actions that make sense for a document in its status: whether they are allowed is for the
 * policies to say.
 */
export function documentActions({
  status,
}: DocumentSummary): readonly LabelledAction<DocumentAction>[] {
  const all: readonly LabelledAction<DocumentAction>[] = [
    { action: 'edit', label: 'Edit' },
    { action: 'publish', label: 'Publish' },
    { action: 'archive', label: 'Archive' },
    { action: 'restore', label: 'Restore as draft' },
    { action: 'delete', label: 'Delete' },
  ]
  return all.filter(
    ({ action }) =>
      (action !== 'publish' || status === 'draft') &&
      (action !== 'archive' || status !== 'archived') &&
      (action !== 'restore' || status === 'archived'),
  )
}

/** What a new document would be, before it exists: what the right to create one is decided about. */
export function newDocument(organizationId: string, ownerId: string): DocumentSummary {
  return {
    id: 'new',
    organization_id: organizationId,
    owner_id: ownerId,
    title: '',
    status: 'draft',
    classification: 'internal',
    updated_at: '',
  }
}

/** What may be done to a document, decided in one call; in development with the reasons why not. */
export async function permissionsOn<A extends string>(
  { development }: Context,
  authz: RequestAuthz,
  record: DocumentSummary,
  actions: readonly LabelledAction<A>[],
): Promise<readonly (Permission & LabelledAction<A>)[]> {
  const names = actions.map(({ action }) => action)
  const allowed = await authz.actions(names, 'document', record)
  const { id: principalId } = await authz.principal()
  const whyNot = (action: A) =>
    development?.decisions.findLatest({ principalId, action, kind: 'document', id: record.id })
  return actions.map(({ action, label }) => ({
    action,
    label,
    allowed: allowed[action],
    why: allowed[action] ? undefined : whyNot(action),
  }))
}
