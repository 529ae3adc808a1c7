import { fileURLToPath } from 'node:url'

import { GRPC } from '@cerbos/grpc'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import {
  type CerbosServer,
  findCerbos,
  skippedWithoutCerbos,
  startCerbos,
} from '../../../tools/cerbos-server.ts'
import { startWorkspace, type Workspace } from './workspace.ts'

const everyone = {
  maya: 'maya@acme.test',
  noah: 'noah@acme.test',
  vera: 'vera@acme.test',
  gus: 'gus@globex.test',
  pia: 'pia@platform.test',
} as const
type Who = keyof typeof everyone

// biome-ignore format: table
const cases: readonly (readonly [rule: string, who: Who, path: string, status: number])[] = [
  ['an editor reads what is open',                  'maya', '/acme/documents/q3-plan',               200],
  ['an editor reads drafts',                        'maya', '/acme/documents/support-rota',          200],
  ['an editor does not read what is confidential',  'maya', '/acme/documents/pay-review',            403],
  ['an owner reads what is confidential',           'vera', '/acme/documents/first-weeks',           200],
  ['a viewer does not read drafts of others',       'vera', '/acme/documents/support-rota',          403],
  ['an administrator reads what is confidential',   'noah', '/acme/documents/first-weeks',           200],
  ['an editor edits documents of others',           'maya', '/acme/documents/q3-plan/edit',          200],
  ['a viewer does not edit documents of others',    'vera', '/acme/documents/q3-plan/edit',          403],
  ['a viewer edits their own',                      'vera', '/acme/documents/first-weeks/edit',      200],
  ['nobody edits what is archived',                 'noah', '/acme/documents/office-move/edit',      403],
  ['an editor creates documents',                   'maya', '/acme/documents/new',                   200],
  ['a viewer does not',                             'vera', '/acme/documents/new',                   403],
  ['an editor does not delete documents of others', 'maya', '/acme/documents/q3-plan/delete',        403],
  ['an editor deletes their own draft',             'maya', '/acme/documents/pricing-notes/delete',  200],
  ['but not once it is published',                  'maya', '/acme/documents/brand-voice/delete',    403],
  ['an administrator deletes any document',         'noah', '/acme/documents/q3-plan/delete',        200],
  ['a member does not enter another organization',  'maya', '/globex/documents',                     403],
  ['nor reads its documents',                       'maya', '/globex/documents/launch-list',         403],
  ['not even under the own organization\'s path',   'maya', '/acme/documents/launch-list',           403],
  ['nor creates documents there',                   'maya', '/globex/documents/new',                 403],
  ['the administrator of one is nobody in another', 'gus',  '/acme/documents/q3-plan',               403],
  ['a platform administrator enters any',           'pia',  '/globex/documents',                     200],
  ['and reads what is open',                        'pia',  '/globex/documents/launch-list',         200],
  ['but not what is confidential',                  'pia',  '/globex/documents/supplier-review',     403],
  ['and edits nothing',                             'pia',  '/globex/documents/launch-list/edit',    403],
  ['editors see the members',                       'maya', '/acme/members',                         200],
  ['viewers do not',                                'vera', '/acme/members',                         403],
  ['nobody sees the members of another',            'maya', '/globex/members',                       403],
  ['a missing document looks like a forbidden one', 'maya', '/acme/documents/no-such-document',      403],
  ['an organization that is not there as well',     'maya', '/initech/documents',                    403],
]

describe('with the engine in this process', () => {
  let workspace: Workspace
  beforeAll(async () => {
    workspace = await startWorkspace()
  })
  afterAll(() => workspace.close())

  test.each(cases)('%s', async (_rule, who, path, status) => {
    expect(await statusFor(workspace, who, path)).toBe(status)
  })
})

const policies = fileURLToPath(new URL('../policies', import.meta.url))

describe.skipIf('missing' in findCerbos())(`with a real Cerbos${skippedWithoutCerbos()}`, () => {
  let cerbos: CerbosServer
  let client: GRPC
  let workspace: Workspace
  beforeAll(async () => {
    cerbos = await startCerbos({ policies })
    client = new GRPC(cerbos.grpcAddress, { tls: false })
    workspace = await startWorkspace({ decide: client })
  })
  afterAll(async () => {
    await workspace?.close()
    client?.close()
    await cerbos?.stop()
  })

  test.each(cases)('%s', async (_rule, who, path, status) => {
    expect(await statusFor(workspace, who, path)).toBe(status)
  })
})

async function statusFor(workspace: Workspace, who: Who, path: string): Promise<number> {
  const member = await workspace.signIn(everyone[who])
  return (await member.get(path)).status
}
