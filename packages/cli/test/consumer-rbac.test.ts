import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GRPC } from '@cerbos/grpc'
import { type Authorizer, createAuthorizer } from '@lockstitch/stytch'
import { fetchRbacPolicy } from '@lockstitch/stytch/rbac'
import { createEmulator, type Emulator } from '@lockstitch/stytch-emulator'
import { Client, StytchError } from 'stytch'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'

import {
  type CerbosServer,
  findCerbos,
  skippedWithoutCerbos,
  startCerbos,
} from '../../../tools/cerbos-server.ts'
import { runCommand } from './command-line.ts'

const grant = (resource_id: string, granted: readonly string[]) => ({
  resource_id,
  actions: [...granted],
})
const people = {
  'nobody@home.test': [],
  'reader@home.test': ['reader'],
  'keeper@home.test': ['keeper'],
  'both@home.test': ['reader', 'keeper'],
} as const
const resources = ['note', 'album: shared', 'unknown']
const actions = ['view', 'edit', 'burn', '*']

const seed = {
  projects: [
    {
      project_id: 'project-test-0a000000-0000-4000-8000-000000000001',
      secret: 'secret-test-consumer',
      rbac_policy: {
        resources: [
          { resource_id: 'note', description: '', actions: ['view', 'edit'] },
          { resource_id: 'album: shared', description: '', actions: ['view', 'edit', 'burn'] },
        ],
        roles: [
          { role_id: 'reader', description: '', permissions: [grant('note', ['view'])] },
          {
            role_id: 'keeper',
            description: '',
            permissions: [grant('note', ['*']), grant('album: shared', ['view', 'burn'])],
          },
        ],
      },
      users: Object.entries(people).map(([email, roles], index) => ({
        user_id: `user-test-0a000000-0000-4000-8000-00000000000${index}`,
        email,
        roles: [...roles],
      })),
    },
  ],
}

describe.skipIf('missing' in findCerbos())(
  `RBAC of a consumer project${skippedWithoutCerbos()}`,
  () => {
    let folder: string
    let emulator: Emulator
    let client: Client
    let cerbos: CerbosServer
    let grpc: GRPC
    let deciders: readonly Authorizer[] = []
    let env: Record<string, string>
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'lockstitch-consumer-'))
      emulator = await createEmulator({ seed })
      const { projectId, secret } = emulator.project
      const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
      client = new Client({ project_id: projectId, secret, env: `${emulator.url}/` })
      const STYTCH_ENV = `${emulator.url}/`
      env = { STYTCH_PROJECT_ID: projectId, STYTCH_SECRET: secret, STYTCH_ENV }
      const imported = await runCommand(['rbac', 'import', folder, '--consumer'], { env })
      expect(imported.code).toBe(0)
      warn.mockRestore()
      cerbos = await startCerbos({ policies: folder, engine: { lenientScopeSearch: true } })
      grpc = new GRPC(cerbos.grpcAddress, { tls: false })
      const options = {
        stytch: client,
        accepts: ['consumer-session'],
        roles: await fetchRbacPolicy(client),
      } as const
      deciders = [
        await createAuthorizer({ ...options, policies: folder, watch: false }),
        await createAuthorizer({ ...options, decide: grpc }),
      ]
    })
    afterAll(async () => {
      await deciders[0]?.close()
      grpc?.close()
      await cerbos?.stop()
      await emulator?.close()
      rmSync(folder, { recursive: true })
    })

    test('comes with tests that pass, and is in step until it changes', async () => {
      const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
      expect((await runCommand(['compile', folder])).code).toBe(0)
      const check = await runCommand(['rbac', 'check', folder, '--consumer'], { env })
      expect(check.code).toBe(0)
      warn.mockRestore()
    })

    test.each(Object.keys(people))(
      'decides of %s as Stytch does, here and in the real Cerbos',
      async (email) => {
        const { email_id } = await client.otps.email.send({ email })
        const code = emulator.messages({ to: email })[0]?.code ?? ''
        const signIn = { method_id: email_id, code, session_duration_minutes: 60 }
        const { session_token, session_jwt } = await client.otps.authenticate(signIn)
        const headers = new Headers({ cookie: `stytch_session_jwt=${session_jwt}` })
        const asked = { method: 'GET', url: '/', headers }
        for (const resource_id of resources) {
          for (const action of actions) {
            const byStytch = await client.sessions
              .authenticate({ session_token, authorization_check: { resource_id, action } })
              .then(() => true, refused)
            const record = { id: 'x' }
            for (const authz of deciders) {
              const options = { organization: false } as const
              const decided = await authz.for(asked).can(action, resource_id, record, options)
              expect([resource_id, action, decided]).toEqual([resource_id, action, byStytch])
            }
          }
        }
      },
    )
  },
)

function refused(error: unknown): false {
  if (error instanceof StytchError && error.status_code === 403) return false
  throw error
}
