import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What was written. */
export interface PolicyFolder {
  readonly policies: number
  readonly suites: number
  readonly rows: number
}

const ACTIONS = ['view', 'comment', 'edit', 'share', 'delete'] as const

/** Whom each resource is tested with; derived from them are `owner` and `teammate`. */
const PRINCIPALS = {
  owner: { id: 'maya', roles: ['editor'], attr: { team: 'blue', level: 3 } },
  teammate: { id: 'noor', roles: ['editor'], attr: { team: 'blue', level: 1 } },
} as const

/** By action: whether the owner may, whether the teammate may. */
const EXPECTED: Readonly<Record<(typeof ACTIONS)[number], readonly [boolean, boolean]>> = {
  view: [true, true],
  comment: [true, true],
  edit: [true, false],
  share: [true, false],
  delete: [false, false],
}

/**
 * Writes policies and tests such as a company with many kinds of resources has: a set of derived
 * roles for every twenty resource policies, conditions, a variable, an output, and beside each
 * resource policy a suite with its fixtures.
 */
export function writePolicyFolder(
  root: string,
  { policies, rows }: { readonly policies: number; readonly rows: number },
): PolicyFolder {
  const sets = Math.floor(policies / 20)
  const resources = policies - sets
  mkdirSync(join(root, 'derived_roles'), { recursive: true })
  for (let index = 0; index < sets; index += 1) {
    writeFileSync(join(root, 'derived_roles', `roles_${index}.yaml`), derivedRoles(index))
  }
  const pairs = rows / ACTIONS.length
  let left = pairs
  for (let index = 0; index < resources; index += 1) {
    const folder = join(root, 'resources', `area_${index % 25}`)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, `kind_${index}.yaml`), resourcePolicy(index, index % sets))
    const share = Math.ceil(left / (resources - index))
    left -= share
    writeFileSync(join(folder, `kind_${index}_test.yaml`), suite(index, share))
  }
  return { policies, suites: resources, rows: pairs * ACTIONS.length }
}

function derivedRoles(index: number): string {
  return `apiVersion: api.cerbos.dev/v1
derivedRoles:
  name: roles_${index}
  variables:
    local:
      same_team: R.attr.team == P.attr.team
  definitions:
    - name: owner
      parentRoles: [editor, admin]
      condition:
        match:
          expr: R.attr.owner_id == P.id
    - name: teammate
      parentRoles: [editor]
      condition:
        match:
          all:
            of:
              - expr: V.same_team
              - expr: R.attr.status in ["draft", "review"]
`
}

function resourcePolicy(index: number, set: number): string {
  return `apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: kind_${index}
  version: default
  importDerivedRoles: [roles_${set}]
  variables:
    local:
      is_small: R.attr.size < ${100 + index}
  rules:
    - name: read
      actions: [view, comment]
      effect: EFFECT_ALLOW
      derivedRoles: [owner, teammate]
    - name: write
      actions: [edit, share]
      effect: EFFECT_ALLOW
      derivedRoles: [owner]
      condition:
        match:
          any:
            of:
              - expr: V.is_small
              - expr: P.attr.level >= 2 && R.attr.tags.exists(t, t == "tag_${index % 7}")
    - name: locked
      actions: ["*"]
      effect: EFFECT_DENY
      roles: ["*"]
      condition:
        match:
          expr: has(R.attr.locked) && R.attr.locked
    - name: remove
      actions: [delete]
      effect: EFFECT_ALLOW
      roles: [admin]
      output:
        when:
          ruleActivated: '"removed by " + P.id'
          conditionNotMet: '"kept"'
      condition:
        match:
          expr: R.attr.status == "archived"
`
}

function suite(index: number, pairs: number): string {
  const names = Object.keys(PRINCIPALS)
  const documents = Array.from({ length: Math.ceil(pairs / names.length) }, (_, at) => `doc_${at}`)
  const tests = documents.map((document, at) => {
    const tested = names.slice(0, Math.min(names.length, pairs - at * names.length))
    return {
      name: `${document} of kind_${index}`,
      input: { principals: tested, resources: [document], actions: ACTIONS },
      expected: tested.map((principal) => ({
        principal,
        resource: document,
        actions: Object.fromEntries(
          ACTIONS.map((action) => [
            action,
            EXPECTED[action][names.indexOf(principal)] ? 'EFFECT_ALLOW' : 'EFFECT_DENY',
          ]),
        ),
      })),
    }
  })
  const resources = Object.fromEntries(
    documents.map((document, at) => [
      document,
      {
        kind: `kind_${index}`,
        id: `${index}-${at}`,
        attr: { owner_id: 'maya', team: 'blue', status: 'draft', size: at, tags: ['tag_1'] },
      },
    ]),
  )
  // JSON is YAML, in which suites are written.
  return JSON.stringify(
    { name: `kind_${index}`, principals: PRINCIPALS, resources, tests },
    null,
    2,
  )
}
