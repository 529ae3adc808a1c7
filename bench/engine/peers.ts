import { AbilityBuilder, createMongoAbility, type MongoAbility, subject } from '@casl/ability'
import * as cedar from '@cedar-policy/cedar-wasm/nodejs'
import { newEnforcer, newModelFromString, StringAdapter } from 'casbin'

import type { SourceFile } from '../../packages/policy/src/index.ts'
import type { MakeEngine } from './built.ts'

// One small policy, written for each library as its manual has it: members of an organization, by
// role, and documents that have an owner and a status.

interface User {
  readonly id: string
  readonly role: 'viewer' | 'editor' | 'admin'
  readonly org: string
}

interface Doc {
  readonly id: string
  readonly org: string
  readonly owner: string
  readonly status: 'draft' | 'published' | 'archived'
}

/** Whether a user may do something to a document. */
export interface Question {
  readonly user: User
  readonly doc: Doc
  readonly action: 'view' | 'edit' | 'delete'
}

/** A library that answers all of the questions. What it can prepare for a question it has prepared. */
export interface Peer {
  readonly name: string
  ask(index: number): boolean
}

const USERS: readonly User[] = (['viewer', 'editor', 'admin'] as const).flatMap((role) =>
  ['acme', 'globex'].map((org) => ({ id: `${role}-of-${org}`, role, org })),
)
const DOCS: readonly Doc[] = (['draft', 'published', 'archived'] as const).flatMap((status) =>
  ['editor-of-acme', 'viewer-of-acme'].map((owner) => ({
    id: `${status}-by-${owner}`,
    org: 'acme',
    owner,
    status,
  })),
)
export const QUESTIONS: readonly Question[] = USERS.flatMap((user) =>
  DOCS.flatMap((doc) =>
    (['view', 'edit', 'delete'] as const).map((action) => ({ user, doc, action })),
  ),
)

/** This project's engine and the libraries that it is compared with. */
export async function peers(makeEngine: MakeEngine): Promise<readonly [Peer, ...Peer[]]> {
  return [lockstitch(makeEngine), await casbin(), casl(), caslKept(), cedarWasm()]
}

const POLICY: SourceFile = {
  path: 'document.yaml',
  text: `apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: document
  version: default
  variables:
    local:
      same_org: R.attr.org == P.attr.org
      own: R.attr.owner == P.id
  rules:
    - actions: [view]
      roles: [viewer, editor]
      effect: EFFECT_ALLOW
      condition:
        match:
          expr: V.same_org && (R.attr.status == "published" || V.own)
    - actions: [edit]
      roles: [editor]
      effect: EFFECT_ALLOW
      condition:
        match:
          expr: V.same_org && V.own && R.attr.status != "archived"
    - actions: [view, edit, delete]
      roles: [admin]
      effect: EFFECT_ALLOW
      condition:
        match:
          expr: V.same_org
`,
}

function lockstitch(makeEngine: MakeEngine): Peer {
  const engine = makeEngine([POLICY])
  const inputs = QUESTIONS.map(({ user, doc, action }) => ({
    principal: { id: user.id, roles: [user.role], attr: { org: user.org } },
    resource: {
      kind: 'document',
      id: doc.id,
      attr: { org: doc.org, owner: doc.owner, status: doc.status },
    },
    actions: [action],
  }))
  return {
    name: 'engine',
    ask(index) {
      const input = nth(inputs, index)
      const decision = engine.check(input).actions.get(nth(input.actions, 0))
      return decision?.effect === 'EFFECT_ALLOW'
    },
  }
}

const CASBIN_MODEL = `
[request_definition]
r = sub, obj, act

[policy_definition]
p = role, act, rule

[policy_effect]
e = some(where (p.eft == allow))

[matchers]
m = r.sub.role == p.role && r.act == p.act && eval(p.rule)
`
const CASBIN_POLICY = `
p, viewer, view, r.obj.org == r.sub.org && (r.obj.status == 'published' || r.obj.owner == r.sub.id)
p, editor, view, r.obj.org == r.sub.org && (r.obj.status == 'published' || r.obj.owner == r.sub.id)
p, editor, edit, r.obj.org == r.sub.org && r.obj.owner == r.sub.id && r.obj.status != 'archived'
p, admin, view, r.obj.org == r.sub.org
p, admin, edit, r.obj.org == r.sub.org
p, admin, delete, r.obj.org == r.sub.org
`

async function casbin(): Promise<Peer> {
  const model = newModelFromString(CASBIN_MODEL)
  const enforcer = await newEnforcer(model, new StringAdapter(CASBIN_POLICY.trim()))
  return {
    name: 'casbin',
    ask(index) {
      const { user, doc, action } = nth(QUESTIONS, index)
      return enforcer.enforceSync(user, doc, action)
    },
  }
}

function abilityOf({ id, role, org }: User): MongoAbility {
  const { can, build } = new AbilityBuilder<MongoAbility>(createMongoAbility)
  if (role === 'admin') can(['view', 'edit', 'delete'], 'Document', { org })
  else {
    can('view', 'Document', { org, status: 'published' })
    can('view', 'Document', { org, owner: id })
  }
  if (role === 'editor') can('edit', 'Document', { org, owner: id, status: { $ne: 'archived' } })
  return build()
}

/** CASL builds rules for a user; here with each question, since each may come from another user. */
function casl(): Peer {
  const documents = QUESTIONS.map(({ doc }) => subject('Document', { ...doc }))
  return {
    name: 'casl',
    ask(index) {
      const { user, action } = nth(QUESTIONS, index)
      return abilityOf(user).can(action, nth(documents, index))
    },
  }
}

/** The same with rules that are kept for each user, as for one user in a browser. */
function caslKept(): Peer {
  const documents = QUESTIONS.map(({ doc }) => subject('Document', { ...doc }))
  const abilities = new Map(USERS.map((user) => [user, abilityOf(user)]))
  return {
    name: 'casl-with-kept-rules',
    ask(index) {
      const { user, action } = nth(QUESTIONS, index)
      return abilities.get(user)?.can(action, nth(documents, index)) === true
    },
  }
}

const CEDAR_POLICY = `
permit(principal, action == Action::"view", resource)
when {
  (principal in Role::"viewer" || principal in Role::"editor") && resource.org == principal.org &&
  (resource.status == "published" || resource.owner == principal.id)
};
permit(principal in Role::"editor", action == Action::"edit", resource)
when {
  resource.org == principal.org && resource.owner == principal.id && resource.status != "archived"
};
permit(principal in Role::"admin", action, resource)
when { resource.org == principal.org };
`

/** Cedar with its policies parsed beforehand. */
function cedarWasm(): Peer {
  const policies = { preparsedPolicySetId: 'documents' }
  const parsed = cedar.preparsePolicySet(policies.preparsedPolicySetId, {
    staticPolicies: CEDAR_POLICY,
  })
  if (parsed.type === 'failure') throw new Error(JSON.stringify(parsed.errors))
  const calls = QUESTIONS.map(({ user, doc, action }) => {
    const principal = { type: 'User', id: user.id }
    const resource = { type: 'Document', id: doc.id }
    const { id, org } = user
    const entities = [
      { uid: principal, attrs: { id, org }, parents: [{ type: 'Role', id: user.role }] },
      { uid: resource, attrs: { ...doc }, parents: [] },
    ]
    const asked = { type: 'Action', id: action }
    return { ...policies, principal, action: asked, resource, context: {}, entities }
  })
  return {
    name: 'cedar-wasm',
    ask(index) {
      const answer = cedar.statefulIsAuthorized(nth(calls, index))
      if (answer.type === 'failure') throw new Error(JSON.stringify(answer.errors))
      return answer.response.decision === 'allow'
    },
  }
}

function nth<T>(items: readonly T[], index: number): T {
  return items[index % items.length] as T // The remainder is within the list, which is not empty.
}
