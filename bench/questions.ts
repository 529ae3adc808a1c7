import type { CheckInput } from '../packages/engine/src/index.ts'

/** What the example application asks, for every sort of member and document: one action each. */

const ACME = 'organization-acme'
const GLOBEX = 'organization-globex'
const PLATFORM = 'organization-test-00000000-0000-4000-8000-000000000001'

const PRINCIPALS: readonly CheckInput['principal'][] = [
  member('member-viewer', ['viewer'], ACME),
  member('member-editor', ['editor'], ACME),
  member('member-admin', ['viewer', 'admin'], ACME),
  member('member-globex', ['editor'], GLOBEX),
  member('member-operator', ['platform_admin'], PLATFORM),
  member('member-none', ['none'], ACME),
]

const DOCUMENTS: readonly CheckInput['resource'][] = [
  document('draft', 'member-editor', 'draft', 'internal'),
  document('published', 'member-viewer', 'published', 'internal'),
  document('archived', 'member-editor', 'archived', 'internal'),
  document('confidential', 'member-admin', 'published', 'confidential'),
]

const DOCUMENT_ACTIONS = ['view', 'create', 'edit', 'classify', 'publish', 'archive', 'delete']

const ORGANIZATIONS: readonly CheckInput['resource'][] = [ACME, GLOBEX].map((id) => ({
  kind: 'organization',
  id,
  attr: { organization_id: id },
}))

export const QUESTIONS: readonly CheckInput[] = PRINCIPALS.flatMap((principal) => [
  ...ask(principal, DOCUMENTS, DOCUMENT_ACTIONS),
  ...ask(principal, ORGANIZATIONS, ['list_documents', 'list_members']),
])

function ask(
  principal: CheckInput['principal'],
  resources: readonly CheckInput['resource'][],
  actions: readonly string[],
): CheckInput[] {
  return resources.flatMap((resource) =>
    actions.map((action) => ({ principal, resource, actions: [action] })),
  )
}

function member(id: string, roles: string[], organization: string): CheckInput['principal'] {
  return { id, roles, scope: organization, attr: { organization_id: organization } }
}

function document(
  id: string,
  owner: string,
  status: string,
  classification: string,
): CheckInput['resource'] {
  const attr = { organization_id: ACME, owner_id: owner, status, classification, title: 'Q3 plan' }
  return { kind: 'document', id, scope: ACME, attr }
}
