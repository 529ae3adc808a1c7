import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GRPC } from '@cerbos/grpc'
import { ProblemError } from '@lockstitch/guard'
import { type Authorizer, createAuthorizer } from '@lockstitch/stytch'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type CerbosServer,
  findCerbos,
  skippedWithoutCerbos,
  startCerbos,
} from '../../../tools/cerbos-server.ts'
import {
  acme,
  claimsOf,
  globex,
  maya,
  organizationClaim,
  requestWith,
  type Stytch,
  sessionClaim,
  startStytch,
} from './fixtures.ts'

/** What each kind of identity may do with a note; a scope is all that an app or a machine has. */
const notes = `
apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: note
  version: default
  rules:
    - actions: [view, edit]
      effect: EFFECT_ALLOW
      roles: [editor]
      condition: { match: { expr: R.attr.organization_id == P.attr.organization_id } }
    - actions: [view]
      effect: EFFECT_ALLOW
      roles: [stytch_user]
      condition: { match: { expr: P.attr.kind == "consumer_user" } }
    - actions: [view]
      effect: EFFECT_ALLOW
      roles: [connected_app, m2m_client]
      condition: { match: { expr: '"view:notes" in P.attr.scopes' } }
    - actions: [edit, purge]
      effect: EFFECT_ALLOW
      roles: [connected_app, m2m_client]
      condition: { match: { expr: '"edit:notes" in P.attr.scopes' } }
    - actions: [edit]
      effect: EFFECT_DENY
      roles: ["*"]
      condition: { match: { expr: P.attr.actor != null && !P.attr.actor.first_party && R.attr.secret } }
`
const actions = ['view', 'edit', 'purge'] as const

describe.skipIf('missing' in findCerbos())(`equal decisions${skippedWithoutCerbos()}`, () => {
  let stytch: Stytch
  let cerbos: CerbosServer
  let client: GRPC
  let policies = ''
  let deciders: readonly Authorizer[] = []
  let appId = ''
  beforeAll(async () => {
    policies = mkdtempSync(join(tmpdir(), 'lockstitch-'))
    cpSync(new URL('../starter-policies', import.meta.url), policies, { recursive: true })
    writeFileSync(join(policies, 'note.yaml'), notes)
    stytch = await startStytch()
    cerbos = await startCerbos({
      policies,
      engine: { lenientScopeSearch: true, strictEvaluation: true },
    })
    client = new GRPC(cerbos.grpcAddress, { tls: false })
    const { connected_app } = await stytch.client.connectedApp.clients.create({
      client_type: 'third_party',
    })
    appId = connected_app.client_id
    const options = {
      stytch: stytch.client,
      clock: stytch.now,
      accepts: ['b2b-session', 'consumer-session', 'm2m', 'connected-app'],
      onWarning: () => {},
    } as const
    deciders = [
      await createAuthorizer({ ...options, policies, watch: false }),
      await createAuthorizer({ ...options, decide: client }),
    ]
  })
  afterAll(async () => {
    await deciders[0]?.close()
    client?.close()
    await cerbos?.stop()
    await stytch?.emulator.close()
    rmSync(policies, { recursive: true, force: true })
  })

  const session = (): string => stytch.emulator.startSession(maya).session_jwt
  const changed = (change: object): string =>
    stytch.emulator.sign({ ...claimsOf(session()), ...change })
  const app = (scope: string): string =>
    changed({ [sessionClaim]: undefined, client_id: appId, jti: scope, scope })
  const machine = (scope: string): string => {
    const claims = { [sessionClaim]: undefined, [organizationClaim]: undefined }
    return changed({ ...claims, sub: 'm2m-client-test-1', scope })
  }
  const user = (): string => {
    const mayas = claimsOf(session())[sessionClaim] as object
    const users = { ...mayas, roles: ['stytch_user', 'editor'] }
    return changed({ [organizationClaim]: undefined, [sessionClaim]: users, sub: 'user-test-1' })
  }

  // biome-ignore format: table
  const rows: readonly [who: string, token: () => string, may: readonly string[], maySecret: readonly string[]][] = [
    ['a member', session, ['view', 'edit'], ['view', 'edit']],
    ['a user', user, ['view'], ['view']],
    ['a machine that may view', () => machine('view:notes'), ['view'], ['view']],
    ['a machine that may edit', () => machine('edit:notes'), ['edit', 'purge'], ['edit', 'purge']],
    ['a machine that may do neither', () => machine('view:notes:x view'), [], []],
    ['an app that may view', () => app('openid view:notes'), ['view'], ['view']],
    ['an app that may do more than the member', () => app('view:notes edit:notes'), ['view', 'edit'], ['view']],
    ['an app without scopes for it', () => app('openid'), [], []],
  ]

  test.each(rows)('%s', async (_, token, may, maySecret) => {
    const bearer = token()
    for (const authz of deciders)
      for (const [secret, expected] of [
        [false, may],
        [true, maySecret],
      ] as const) {
        const record = { id: 'n', organization_id: acme, secret }
        const found = await authz
          .for(requestWith({ bearer }))
          .actions(actions, 'note', record, { organization: false })
        expect(actions.filter((action) => found[action])).toEqual(expected)
      }
  })

  test.each([
    ['an owner without a second factor', { owner_id: maya, organization_id: acme }, 401],
    ['a member who is no owner', { owner_id: 'another', organization_id: acme }, 403],
    ['a member of another organization', { owner_id: maya, organization_id: globex }, 403],
  ])('the same answer to a deletion by %s', async (_, record, status) => {
    const problems = []
    for (const authz of deciders) {
      const asked = authz.for(requestWith({ jwt: session() }))
      const error: unknown = await asked
        .require('delete', 'document', { id: 'd', ...record })
        .catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(ProblemError)
      if (error instanceof ProblemError) problems.push({ ...error.problem, decisionId: '' })
    }
    expect(problems[0]).toMatchObject(
      status === 401 ? { status, maxAge: 600, acrValues: 'mfa' } : { status },
    )
    expect(problems[1]).toEqual(problems[0])
  })
})
