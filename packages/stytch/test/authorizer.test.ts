import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { GRPC } from '@cerbos/grpc'
import { guard } from '@lockstitch/guard/express'
import { type Authorizer, type AuthorizerOptions, createAuthorizer } from '@lockstitch/stytch'
import express from 'express'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'

import { acme, globex, maya, requestWith, type Stytch, startStytch } from './fixtures.ts'

const examplePolicies = fileURLToPath(new URL('policies', import.meta.url))
const mine = { id: 'q3', organization_id: acme, owner_id: maya, locked: false }

let stytch: Stytch
let policies: string
let warnings: string[]
let authorizer: Authorizer | undefined
beforeAll(async () => {
  stytch = await startStytch()
})
beforeEach(() => {
  warnings = []
  policies = mkdtempSync(join(tmpdir(), 'lockstitch-policies-'))
})
afterEach(async () => {
  await authorizer?.close()
  authorizer = undefined
  rmSync(policies, { recursive: true, force: true })
  stytch.emulator.reset()
})
afterAll(() => stytch.emulator.close())

async function create(options: Partial<AuthorizerOptions> = {}): Promise<Authorizer> {
  authorizer = await createAuthorizer({
    stytch: stytch.client,
    clock: stytch.now,
    policies,
    onWarning: (message: string) => warnings.push(message),
    onError: () => {},
    ...options,
  } as AuthorizerOptions)
  return authorizer
}

/** A policy that lets viewers and editors do one thing. */
function writePolicy(action: string, condition = 'true'): void {
  writeFileSync(
    join(policies, 'document.yaml'),
    `apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: document
  version: default
  rules:
    - actions: [${action}]
      effect: EFFECT_ALLOW
      roles: [editor, viewer]
      condition:
        match:
          expr: ${JSON.stringify(condition)}
`,
  )
}

const jwtOf = (member: string): string => stytch.emulator.startSession(member).session_jwt

describe('an authorizer', () => {
  test('identifies and decides', async () => {
    cpSync(examplePolicies, policies, { recursive: true })
    const authz = await create({ attributes: ['email', 'trusted_metadata'] })
    const request = requestWith({ jwt: jwtOf(maya) })
    expect(await authz.identify(request)).toMatchObject({ principal: { id: maya } })
    expect(await authz.for(request).can('edit', 'document', mine)).toBe(true)
    expect(
      await authz.for(request).can('edit', 'document', { ...mine, organization_id: globex }),
    ).toBe(false)
    expect(authz.status()).toMatchObject({
      stytch: { projectId: stytch.projectId, keysFetchedAt: '2026-01-01T12:00:00.000Z' },
      policies: { generation: 1, lastReload: { ok: true } },
    })
    expect(warnings).toEqual([])
  })

  test('guards a route of Express from cookie to handler', async () => {
    cpSync(examplePolicies, policies, { recursive: true })
    const authz = await create({
      attributes: [],
      explain: 'development',
    })
    const app = express()
    app.get(
      '/documents/:id',
      guard(authz, { kind: 'document', action: 'edit', resource: () => mine }),
      (_, response) => {
        response.json(response.locals.record)
      },
    )
    const server = app.listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    const get = (cookie: string): Promise<Response> =>
      fetch(`http://127.0.0.1:${port}/documents/q3`, { headers: { cookie } })
    const allowed = await get(`stytch_session_jwt=${jwtOf(maya)}`)
    const anonymous = await get('')
    server.close()
    expect([allowed.status, anonymous.status]).toEqual([200, 401])
    expect(await allowed.json()).toEqual(mine)
    expect(await anonymous.json()).toMatchObject({ code: 'no-session' })
  })

  test('explains a denial in development', async () => {
    writePolicy('view', 'R.attr.owner_id == P.id')
    const authz = await create({ explain: 'development' })
    const outcome = await authz.for(requestWith({ jwt: jwtOf(maya) })).check({
      kind: 'document',
      action: 'view',
      load: () => ({ ...mine, owner_id: 'someone' }),
    })
    expect(outcome).toMatchObject({
      kind: 'refused',
      problem: { status: 403, explanation: { effect: 'EFFECT_DENY' } },
    })
  })

  test('takes edited policies, and keeps the last good ones when an edit is broken', async () => {
    writePolicy('view')
    const authz = await create()
    const can = (action: string): Promise<boolean> =>
      authz.for(requestWith({ jwt: jwtOf(maya) })).can(action, 'document', mine)
    expect([await can('view'), await can('print')]).toEqual([true, false])

    writePolicy('print')
    await vi.waitFor(() => expect(authz.status().policies?.generation).toBe(2), 5000)
    expect([await can('view'), await can('print')]).toEqual([false, true])

    writePolicy('view', 'R.attr.size > 10MB')
    await vi.waitFor(() => expect(authz.status().policies?.lastReload.ok).toBe(false), 5000)
    expect([await can('view'), await can('print')]).toEqual([false, true])
    expect(warnings.join()).toContain('document.yaml:11:')
    expect(warnings.join()).toContain('generation 2) stay in force')
  })

  test('answers 503 when the PDP is not there, and when the engine is closed', async () => {
    const client = new GRPC('127.0.0.1:9', { tls: false })
    const remote = await create({
      policies: undefined,
      decide: client,
      decisionDeadline: 1000,
    } as object)
    const request = requestWith({ jwt: jwtOf(maya) })
    await expect(remote.for(request).can('view', 'document', mine)).rejects.toMatchObject({
      status: 503,
      problem: { code: expect.stringMatching(/^decision-(failed|timeout)$/) },
    })
    client.close()

    writePolicy('view')
    const local = await create()
    await local.close()
    await expect(
      local.for(requestWith({ jwt: jwtOf(maya) })).can('view', 'document', mine),
    ).rejects.toMatchObject({ status: 503, problem: { code: 'decision-failed' } })
  })

  test('refuses a session that was revoked, at once', async () => {
    writePolicy('view')
    const authz = await create()
    const { session_jwt: jwt, member_session_id } = stytch.emulator.startSession(maya)
    expect(await authz.for(requestWith({ jwt })).can('view', 'document', mine)).toBe(true)
    await authz.sessionRevoked(member_session_id)
    await expect(
      authz.for(requestWith({ jwt })).can('view', 'document', mine),
    ).rejects.toMatchObject({ status: 401, problem: { code: 'session-revoked' } })
  })
})

describe('policies that read what nobody asked for', () => {
  // biome-ignore format: table
  test.each<[string, Partial<AuthorizerOptions>, string | undefined]>([
    ['P.attr.email == ""', {}, 'policies read `P.attr.email` at document.yaml:11:18, which is always null: ask for it in `attributes`'],
    ['P.attr.email == ""', { attributes: ['email'] }, undefined],
    ['P.attr.trusted_metadata.plan == ""', {}, '`P.attr.trusted_metadata`'],
    ['P.attr.trusted_metadata.plan == ""', { attributes: ['trusted_metadata.plan'] }, undefined],
    ['request.principal.attr.organization.name == ""', {}, '`P.attr.organization`'],
    ['P.attr.organisation_id == ""', {}, 'which no principal has; did you mean `organization_id`?'],
    ['P.attr.team == ""', {}, 'which no principal has'],
    ['P.attr.team == ""', { mapPrincipal: (principal) => principal }, undefined],
    ['P.attr.untrusted.theme == ""', {}, 'name its fields in `untrusted`'],
    ['P.attr.untrusted.theme == ""', { untrusted: ['theme'] }, undefined],
    ['P.attr.custom_claims.plan == ""', {}, 'name its fields in `customClaims`'],
    ['P.attr.custom_claims.plan == ""', { customClaims: ['plan'] }, undefined],
    ['P.attr.token.age_seconds < 60 && P.attr.auth.mfa && P.attr.organization_id == ""', {}, undefined],
  ])('%s', async (condition, options, warning) => {
    writePolicy('view', condition)
    await create(options)
    if (warning === undefined) expect(warnings).toEqual([])
    else expect(warnings.join()).toContain(warning)
  })
})

describe('cannot be created', () => {
  test('without policies or a decider', async () => {
    await expect(create({ policies: undefined } as object)).rejects.toThrow(
      "expected `policies: './policies'` or `decide:`",
    )
  })

  test('with a directory that is not there, empty or broken', async () => {
    await expect(create({ policies: join(policies, 'nowhere') })).rejects.toThrow('nowhere')
    await expect(create()).rejects.toThrow(policies)
    mkdirSync(join(policies, 'sub'))
    writeFileSync(join(policies, 'sub', 'broken.yaml'), 'resourcePolicy: [')
    await expect(create()).rejects.toThrow('broken.yaml:1:')
  })

  test.each([
    [
      { maxTokenAgeFro: {} },
      'createAuthorizer: unknown option `maxTokenAgeFro`; did you mean `maxTokenAgeFor`?',
    ],
    [
      { resourcescope: false },
      'createAuthorizer: unknown option `resourcescope`; did you mean `resourceScope`?',
    ],
    [{ strictEvaluation: false }, expect.stringContaining('unknown option `strictEvaluation`; ')],
  ])('with an option that is misspelt or not one: %j', async (options, message) => {
    await expect(create(options as object)).rejects.toThrow(expect.objectContaining({ message }))
  })

  test('with a client that is not the SDK', async () => {
    writePolicy('view')
    await expect(create({ stytch: {} } as object)).rejects.toThrow('`projectId`')
  })

  // biome-ignore format: table
  test.each<[Partial<AuthorizerOptions>, string]>([
    [{ maxTokenAge: -1 }, '`maxTokenAge`: expected a number of at least 0, got -1'],
    [{ maxTokenAge: Number.NaN }, '`maxTokenAge`'],
    [{ maxAttributeAge: Number.POSITIVE_INFINITY }, '`maxAttributeAge`'],
    [{ clockTolerance: 61 }, '`clockTolerance`: expected a number of at most 60, got 61'],
    [{ deadline: 0 }, '`deadline`'],
    [{ tries: 0 }, '`tries`'],
    [{ decisionDeadline: 0 }, '`decisionDeadline`'],
    [{ batchSize: 0 }, '`batchSize`'],
  ])('with %j', async (options, message) => {
    writePolicy('view')
    await expect(create(options)).rejects.toThrow(message)
  })
})
