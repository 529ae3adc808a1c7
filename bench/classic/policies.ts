import type { SourceFile } from '../../packages/policy/src/index.ts'
import { type Copy, copyOf } from './copy.ts'

/** Two schemas and nine policies: as many as Cerbos's load test has in a copy of its classic set. */
export const POLICIES_PER_COPY = 9
/** Those of them that an engine counts: a set of derived roles decides nothing by itself. */
export const DECIDING_POLICIES_PER_COPY = 7

/**
 * Policies for expense claims, many times over, in the shape of the `classic` set of Cerbos's load
 * test: a copy has two sets of derived roles, a principal policy, six resource policies in three
 * scopes and two versions, and two schemas. Equal arguments give equal files.
 * @see https://github.com/cerbos/cerbos/tree/main/hack/loadtest
 */
export function classicPolicies(copies: number, seed: number): SourceFile[] {
  return Array.from({ length: copies }, (_, number) => filesOf(copyOf(number, seed))).flat()
}

function filesOf(copy: Copy): SourceFile[] {
  const { kind } = copy
  const resource = VERSIONS.flatMap((version) =>
    SCOPES.map(({ scope, body }) => ({
      path: `resource_policies/${kind}/${version}${scope && `.${scope}`}.yaml`,
      text: resourcePolicy(copy, version, scope, body(copy, version)),
    })),
  )
  return [
    { path: `derived_roles/${copy.people}.yaml`, text: people(copy) },
    { path: `derived_roles/${copy.oversight}.yaml`, text: oversight(copy) },
    { path: `principal_policies/${copy.deputy}.yaml`, text: principalPolicy(copy) },
    ...resource,
    { path: `_schemas/${kind}.json`, text: JSON.stringify(RESOURCE_SCHEMA, undefined, 2) },
    { path: `_schemas/${kind}_staff.json`, text: JSON.stringify(PRINCIPAL_SCHEMA, undefined, 2) },
  ]
}

/** The two versions differ in what is allowed: the second asks for a receipt. */
const VERSIONS = ['default', 'with_receipts'] as const
type Version = (typeof VERSIONS)[number]

const SCOPES = [
  { scope: '', body: rootRules },
  { scope: 'acme', body: companyRules },
  { scope: 'acme.sales', body: departmentRules },
] as const

function people({ people: name, costCentre }: Copy): string {
  return `---
apiVersion: api.cerbos.dev/v1
description: Who has to do with an expense claim because of who they are
derivedRoles:
  name: ${name}
  variables:
    local:
      is_own: R.attr.claimant == P.id
  definitions:
    - name: staff
      parentRoles: [employee, manager]

    - name: claimant
      parentRoles: [employee]
      condition:
        match:
          expr: V.is_own

    - name: colleague
      parentRoles: [employee]
      condition:
        match:
          all:
            of:
              - expr: '!V.is_own'
              - any:
                  of:
                    - expr: R.attr.branch == P.attr.branch
                    - expr: R.attr.costCentre == "${costCentre}" && P.attr.grade >= 2
`
}

function oversight({ oversight: name, clearance }: Copy): string {
  return `---
apiVersion: api.cerbos.dev/v1
description: Who watches over expense claims
derivedRoles:
  name: ${name}
  definitions:
    - name: approver
      parentRoles: [manager]
      condition:
        match:
          all:
            of:
              - expr: R.attr.branch in P.attr.branches
              - expr: R.attr.claimant != P.id
              - expr: R.attr.amount <= P.attr.approvalLimit

    - name: auditor
      parentRoles: [finance, manager]
      condition:
        match:
          any:
            of:
              - expr: P.attr.clearance >= ${clearance}
              - expr: R.attr.labels.exists(label, label == "audit")
`
}

function principalPolicy({ deputy, kind, small }: Copy): string {
  return `---
apiVersion: api.cerbos.dev/v1
principalPolicy:
  principal: ${deputy}
  version: default
  rules:
    - resource: ${kind}
      actions:
        - name: approve-small-ones
          action: approve
          effect: EFFECT_ALLOW
          condition:
            match:
              all:
                of:
                  - expr: R.attr.status == "submitted"
                  - expr: R.attr.amount < ${small}.0
        - name: never-delete
          action: delete
          effect: EFFECT_DENY

    - resource: "payment_order"
      actions:
        - action: "*"
          effect: EFFECT_DENY
`
}

function resourcePolicy({ kind }: Copy, version: Version, scope: string, body: string): string {
  return `---
apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: ${kind}
  version: ${version}
${scope === '' ? '' : `  scope: ${scope}\n`}${body}`
}

function rootRules(
  { kind, people: set, oversight: above, ceiling }: Copy,
  version: Version,
): string {
  const receipt = version === 'default' ? '' : '\n              - expr: has(R.attr.receipt)'
  return `  importDerivedRoles:
    - ${set}
    - ${above}
  schemas:
    principalSchema:
      ref: cerbos:///${kind}_staff.json
    resourceSchema:
      ref: cerbos:///${kind}.json
  variables:
    local:
      is_open: R.attr.status in ["draft", "submitted"]
      within_ceiling: R.attr.amount <= ${ceiling}
  rules:
    - name: administrators
      actions: ['*']
      roles: [admin]
      effect: EFFECT_ALLOW

    - name: see
      actions: [view, 'view:*']
      derivedRoles: [claimant, colleague, approver]
      effect: EFFECT_ALLOW

    - name: write
      actions: [create, edit, submit]
      derivedRoles: [claimant]
      effect: EFFECT_ALLOW
      condition:
        match:
          all:
            of:
              - expr: V.is_open
              - expr: V.within_ceiling${receipt}

    - name: approve
      actions: [approve, reject]
      derivedRoles: [approver]
      effect: EFFECT_ALLOW
      condition:
        match:
          all:
            of:
              - expr: R.attr.status == "submitted"
              - expr: V.within_ceiling

    - name: discard
      actions: [delete]
      derivedRoles: [claimant]
      effect: EFFECT_ALLOW
      condition:
        match:
          expr: R.attr.status == "draft"

    - name: audit
      actions: [audit, export]
      derivedRoles: [auditor]
      effect: EFFECT_ALLOW
      output:
        when:
          ruleActivated: '"audited by " + P.id'
`
}

function companyRules({ people: set, small }: Copy, version: Version): string {
  const days = version === 'default' ? 90 : 30
  return `  importDerivedRoles:
    - ${set}
  rules:
    - name: old-claims-are-closed
      actions: [edit, submit]
      roles: ['*']
      effect: EFFECT_DENY
      condition:
        match:
          expr: R.attr.age > ${days} && R.attr.amount > ${small}

    - name: comment
      actions: [comment]
      derivedRoles: [staff]
      effect: EFFECT_ALLOW
      condition:
        match:
          none:
            of:
              - expr: R.attr.status == "closed"
              - expr: R.attr.labels.exists(label, label.startsWith("confidential"))
`
}

function departmentRules({ people: set, ceiling }: Copy, version: Version): string {
  const share = version === 'default' ? 2 : 4
  return `  importDerivedRoles:
    - ${set}
  variables:
    local:
      department_ceiling: ${Math.floor(ceiling / share)}
  rules:
    - name: own-ceiling
      actions: [approve]
      roles: [manager]
      effect: EFFECT_DENY
      condition:
        match:
          expr: R.attr.amount > V.department_ceiling

    - name: share
      actions: [share]
      derivedRoles: [claimant]
      effect: EFFECT_ALLOW
      condition:
        match:
          any:
            of:
              - expr: R.attr.sharedWith.size() < 10
              - expr: P.attr.grade > 4
`
}

const RESOURCE_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties: {
    claimant: { type: 'string' },
    branch: { type: 'string' },
    costCentre: { type: 'string', pattern: '^CC-[0-9]{3}$' },
    status: { enum: ['draft', 'submitted', 'approved', 'closed'] },
    amount: { type: 'number', minimum: 0 },
    age: { type: 'integer' },
    labels: { type: 'array', items: { type: 'string' } },
    sharedWith: { type: 'array', items: { type: 'string' } },
    receipt: { type: 'string' },
  },
  required: ['claimant', 'branch', 'status', 'amount'],
}

const PRINCIPAL_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties: {
    branch: { type: 'string' },
    branches: { type: 'array', items: { type: 'string' } },
    approvalLimit: { type: 'number' },
    clearance: { type: 'integer', minimum: 0 },
    grade: { type: 'integer', minimum: 1 },
  },
  required: ['branch'],
}
