import fc from 'fast-check'
import { ClientError } from 'stytch'
import { expect, test } from 'vitest'

import { errorType, sdk, startEmulator } from './support.ts'

// Stytch decides `authorization_check`; its SDK decides the same from the policy and a JWT's roles.

const resourceIds = ['document', 'folder', 'stytch.member', 'unknown'] as const
const actions = ['view', 'edit', 'burn', '*'] as const
const roleIds = ['editor', 'owner', 'auditor'] as const
const acmeId = 'organization-test-acme'
const mayaId = 'member-test-maya'

const permission = fc.record({
  resource_id: fc.constantFrom('document', 'folder'),
  actions: fc.uniqueArray(fc.constantFrom('view', 'edit', '*'), { minLength: 1 }),
})
const role = (role_id: string) =>
  fc.record({
    role_id: fc.constant(role_id),
    description: fc.constant(''),
    permissions: fc.array(permission, { maxLength: 3 }),
  })
const subsetOf = <T>(values: readonly T[]) => fc.subarray([...values])

const world = fc.record({
  roles: fc.tuple(...roleIds.map(role)),
  ownRoles: subsetOf(['guest', 'editor']).chain((ids) => fc.tuple(...ids.map(role))),
  assigned: subsetOf([...roleIds, 'stytch_admin']),
  checks: fc.array(
    fc.record({
      organization_id: fc.constantFrom(acmeId, acmeId, acmeId, 'organization-test-other'),
      resource_id: fc.constantFrom(...resourceIds),
      action: fc.constantFrom(...actions),
    }),
    { minLength: 5, maxLength: 10 },
  ),
})

/** The SDK's code for what the API calls `error_type`. */
const locally: Readonly<Record<string, string>> = {
  invalid_permissions: 'session_authorization_error',
  tenancy_mismatch: 'session_authorization_tenancy_error',
}

test('authorization_check decides as the official SDK does by itself', async () => {
  const seen = new Set<string>()
  await fc.assert(
    fc.asyncProperty(world, async ({ roles, ownRoles, assigned, checks }) => {
      const resource = (resource_id: string) => ({
        ...{ resource_id, description: '', actions: ['view', 'edit', 'burn'] },
      })
      const emulator = await startEmulator({
        seed: {
          projects: [
            {
              rbac_policy: { resources: [resource('document'), resource('folder')], roles },
              organizations: [
                {
                  organization_id: acmeId,
                  organization_name: 'Acme',
                  org_policy: { roles: ownRoles },
                  members: [
                    { member_id: mayaId, email_address: 'maya@acme.test', roles: assigned },
                  ],
                },
              ],
            },
          ],
        },
      })
      try {
        const { sessions } = sdk(emulator)
        const { session_jwt, session_token } = emulator.startSession(mayaId)
        for (const authorization_check of checks) {
          const remote = await errorType(
            sessions.authenticate({ session_token, authorization_check }),
          )
          const local = await sessions
            .authenticateJwtLocal({ session_jwt, authorization_check })
            .then(
              () => 'no error',
              (error: unknown) => (error instanceof ClientError ? error.code : String(error)),
            )
          expect([authorization_check, remote]).toEqual([
            authorization_check,
            locally[local] ?? local,
          ])
          seen.add(remote)
        }
      } finally {
        await emulator.close()
      }
    }),
    { numRuns: 40 },
  )
  expect([...seen].sort()).toEqual([
    'no error',
    'session_authorization_error',
    'session_authorization_tenancy_error',
  ])
})
