import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { DocumentSummary } from '../src/store.ts'
import { startWorkspace, until, type Workspace } from './workspace.ts'

let workspace: Workspace
beforeAll(async () => {
  workspace = await startWorkspace()
})
afterAll(() => workspace.close())

const members = {
  maya: 'maya@acme.test',
  noah: 'noah@acme.test',
  vera: 'vera@acme.test',
  pia: 'pia@platform.test',
} as const
type Who = keyof typeof members

/** The paths of all documents that somebody's list shows, page after page. */
async function listed(who: Who): Promise<readonly string[]> {
  const visitor = await workspace.signIn(members[who])
  const found: string[] = []
  let path: string | undefined = '/acme/documents'
  while (path !== undefined) {
    const { text }: { readonly text: string } = await visitor.get(path)
    found.push(...[...text.matchAll(/class="row-title" href="([^"]+)"/g)].map(([, at]) => at ?? ''))
    path = /href="(\/acme\/documents\?after=[^"]+)"/.exec(text)?.[1]
  }
  return found
}

/** The same, found by opening every document that there is. */
async function opened(who: Who): Promise<readonly string[]> {
  const visitor = await workspace.signIn(members[who])
  const documents = workspace.store.summaries(organization())
  const found: string[] = []
  for (const { id } of documents) {
    const path = `/acme/documents/${id}`
    if ((await visitor.get(path)).status === 200) found.push(path)
  }
  return found
}

function organization(): string {
  return workspace.store.organizationBySlug('acme')?.id ?? ''
}

describe('a list that the database is asked for', () => {
  test.each(['maya', 'noah', 'vera', 'pia'] as const)(
    'shows %s the documents that may be opened, newest first',
    async (who) => {
      const shown = await listed(who)
      expect(shown).toEqual(await opened(who))
      expect(shown.length).toBeGreaterThan(0)
    },
  )

  test('has pages, on which each document is once', async () => {
    const { body, ...base } = workspace.store.document('q3-plan') ?? never()
    const status = (index: number): DocumentSummary['status'] =>
      index % 3 === 0 ? 'draft' : 'published'
    const added = Array.from({ length: 50 }, (_, index) => ({
      ...base,
      id: `page-${index}`,
      status: status(index),
      // Several of the same moment.
      updated_at: new Date(Date.UTC(2026, 0, 1 + (index % 7))).toISOString(),
      body,
    }))
    for (const each of added) workspace.store.saveDocument(each)
    for (const who of ['maya', 'vera'] as const) {
      const shown = await listed(who)
      expect(shown).toEqual(await opened(who))
      expect(new Set(shown).size).toBe(shown.length)
    }
    for (const { id } of added) workspace.store.deleteDocument(id)
  })

  test('begins at the beginning where an address says something else', async () => {
    const maya = await workspace.signIn(members.maya)
    const first = await maya.get('/acme/documents')
    for (const after of ['x', '', 'W10', encodeURIComponent("' OR 1=1 --")]) {
      const { status, text } = await maya.get(`/acme/documents?after=${after}`)
      expect(status).toBe(200)
      expect(rowsOf(text)).toEqual(rowsOf(first.text))
    }
  })

  test('is another one as soon as a policy is', async () => {
    const path = '/acme/documents/pricing-notes'
    expect(await listed('vera')).not.toContain(path)
    workspace.editPolicy(
      'document.yaml',
      'derivedRoles: [org_editor]\n      condition:\n        match:\n          expr: V.is_open',
      'derivedRoles: [org_editor, org_viewer]\n      condition:\n        match:\n          expr: V.is_open',
    )
    await until(async () => (await listed('vera')).includes(path))
    expect(await listed('vera')).toEqual(await opened('vera'))
    workspace.editPolicy(
      'document.yaml',
      'actions: [view]\n      effect: EFFECT_ALLOW\n      derivedRoles: [owner, org_admin]',
      'actions: [view]\n      effect: EFFECT_DENY\n      derivedRoles: [owner, org_admin]',
    )
    await until(async () => (await listed('noah')).length === 0)
    expect(await opened('noah')).toEqual([])
    expect(await listed('vera')).toEqual(await opened('vera'))
  })

  test('is in the record of decisions as a plan', async () => {
    const maya = await workspace.signIn(members.maya)
    await maya.get('/acme/documents')
    const { text } = await maya.get('/decisions')
    expect(text).toMatch(/class="row-title"[^>]*>view document</)
  })
})

function rowsOf(text: string): readonly string[] {
  return [...text.matchAll(/class="row-title" href="([^"]+)"/g)].map(([, at]) => at ?? '')
}

function never(): never {
  throw new Error('the seed lacks a document')
}
