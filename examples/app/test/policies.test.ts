import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { afterAll, beforeAll, expect, test } from 'vitest'

import {
  CERBOS_ENVIRONMENT,
  cerbosPath,
  findCerbos,
  skippedWithoutCerbos,
} from '../../../tools/cerbos-server.ts'
import { startWorkspace, until, type Workspace } from './workspace.ts'

let workspace: Workspace
beforeAll(async () => {
  workspace = await startWorkspace()
})
afterAll(() => workspace.close())

const edit = '/acme/documents/q3-plan/edit'

test('an edited policy decides the next requests, without a restart', async () => {
  const maya = await workspace.signIn('maya@acme.test')
  expect((await maya.get(edit)).status).toBe(200)
  workspace.editPolicy('document.yaml', editorsEdit, editorsEdit.replace('org_editor', 'org_admin'))
  await until(async () => (await maya.get(edit)).status === 403)
  workspace.editPolicy('document.yaml', editorsEdit.replace('org_editor', 'org_admin'), editorsEdit)
  await until(async () => (await maya.get(edit)).status === 200)
})

test('a new document is not confidential for who may not make it so', async () => {
  const maya = await workspace.signIn('maya@acme.test')
  const classify = 'actions: [classify]\n      effect: EFFECT_ALLOW\n      derivedRoles: [owner, '
  const adminsOnly = classify.replace('owner, ', '')
  workspace.editPolicy('document.yaml', classify, adminsOnly)
  await until(async () => (await maya.get('/acme/documents/new')).text.includes('may not change'))
  const secret = { title: 'Secret', classification: 'confidential' }
  expect((await maya.post('/acme/documents', secret)).status).toBe(403)
  expect((await maya.get('/acme/documents')).text).not.toContain('Secret')
  expect((await maya.post('/acme/documents', { title: 'Open' })).status).toBe(303)
  workspace.editPolicy('document.yaml', adminsOnly, classify)
})

test('a broken edit changes nothing, and says where it is broken', async () => {
  const maya = await workspace.signIn('maya@acme.test')
  workspace.editPolicy('document.yaml', editorsEdit, editorsEdit.replace('org_editor', 'org_edtor'))
  await until(() => workspace.log.some((message) => message.includes('org_edtor')))
  const page = await maya.get('/acme/documents/q3-plan')
  expect(page.text).toContain('href="/acme/documents/q3-plan/edit"')
  expect(page.text).toContain('The last change to the policies was not taken.')
  expect(page.text).toMatch(/document\.yaml:\d+:\d+/)
  expect(page.text).toContain('did you mean `org_editor`?')

  workspace.editPolicy('document.yaml', editorsEdit.replace('org_editor', 'org_edtor'), editorsEdit)
  await until(async () => !(await maya.get('/acme/documents')).text.includes('was not taken'))
})

test.skipIf('missing' in findCerbos())(
  `the policies and their tests pass under the real Cerbos${skippedWithoutCerbos()}`,
  async () => {
    const policies = fileURLToPath(new URL('../policies', import.meta.url))
    const { stdout, stderr } = await promisify(execFile)(cerbosPath(), ['compile', policies], {
      env: CERBOS_ENVIRONMENT,
    })
    expect(`${stdout}${stderr}`).toMatch(/\[\d+ OK\]/)
  },
)

/** The rule that "Try 3" of the demo is about. */
const editorsEdit = `    - name: edit
      actions: [edit]
      effect: EFFECT_ALLOW
      derivedRoles: [org_editor]`
