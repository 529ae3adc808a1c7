import { createHmac, randomUUID } from 'node:crypto'
import { type GuardRequest, IdentifyFailure, type Principal } from '@lockstitch/guard'
import {
  createStytchIdentify,
  type StytchIdentify,
  type StytchIdentity,
  type StytchOptions,
} from '@lockstitch/stytch'
import {
  createEmulator,
  defaultSeed,
  type Emulator,
  fixedClock,
  type Seed,
} from '@lockstitch/stytch-emulator'
import { B2BClient } from 'stytch'
import { vi } from 'vitest'

export const acme = 'organization-test-ac3e0000-0000-4000-8000-000000000001'
export const globex = 'organization-test-910be000-0000-4000-8000-000000000001'
export const maya = 'member-test-ac3e0000-0000-4000-8000-000000000012'
export const ada = 'member-test-ac3e0000-0000-4000-8000-000000000011'
export const mayaAtGlobex = 'member-test-910be000-0000-4000-8000-000000000012'

export const sessionClaim = 'https://stytch.com/session'
export const organizationClaim = 'https://stytch.com/organization'

/** A Stytch to test against: the emulator, with the unmodified SDK. */
export interface Stytch {
  readonly emulator: Emulator
  readonly client: B2BClient
  /** The project's id. */
  readonly projectId: string
  now(): number
}

/** Starts the emulator at noon of a fixed day. */
export async function startStytch(seed: Seed = defaultSeed): Promise<Stytch> {
  const emulator = await createEmulator({ seed, clock: fixedClock('2026-01-01T12:00:00Z') })
  const { projectId, secret } = emulator.project
  return {
    emulator,
    projectId,
    client: sdkClient(projectId, secret, `${emulator.url}/`),
    now: () => emulator.clock.now().getTime(),
  }
}

/** The SDK warns of every base URL that is not Stytch's own. */
export function sdkClient(projectId: string, secret: string, env: string): B2BClient {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const client = new B2BClient({ project_id: projectId, secret, env })
  warn.mockRestore()
  return client
}

/** What identifies against a Stytch, with its clock. */
export function identifyWith(stytch: Stytch, options: Partial<StytchOptions> = {}): StytchIdentify {
  return createStytchIdentify({ stytch: stytch.client, clock: stytch.now, ...options })
}

/** A request with credentials in their usual places. */
export function requestWith(credentials: {
  readonly jwt?: string
  readonly token?: string
  readonly bearer?: string
  readonly cookie?: string
}): GuardRequest {
  const cookies = [
    ...(credentials.jwt === undefined ? [] : [`stytch_session_jwt=${credentials.jwt}`]),
    ...(credentials.token === undefined ? [] : [`stytch_session=${credentials.token}`]),
    ...(credentials.cookie === undefined ? [] : [credentials.cookie]),
  ]
  const headers = new Headers()
  if (cookies.length > 0) headers.set('cookie', cookies.join('; '))
  if (credentials.bearer !== undefined) headers.set('authorization', `Bearer ${credentials.bearer}`)
  return { method: 'GET', url: '/', headers }
}

/** The code of the failure, or the principal when there is none. */
export async function outcome(
  identify: StytchIdentify,
  request: GuardRequest,
): Promise<Principal | `${number} ${string}`> {
  const identity = await identityOrFailure(identify, request)
  if (identity instanceof IdentifyFailure) return `${identity.status} ${identity.code}`
  return identity.principal
}

/** The identity, or the failure. Anything else that is thrown fails the test. */
export async function identityOrFailure(
  identify: StytchIdentify,
  request: GuardRequest,
): Promise<StytchIdentity | IdentifyFailure> {
  try {
    return await identify.identify(request)
  } catch (error) {
    if (error instanceof IdentifyFailure) return error
    throw error
  }
}

/** The claims of a JWT, to change one and sign them again. */
export function claimsOf(jwt: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString())
}

/** The secret of a webhook endpoint. */
export const webhookSecret = `whsec_${Buffer.from('a secret of thirty-two characters').toString('base64')}`

export interface Webhook {
  readonly headers: Headers
  readonly body: string
}

export interface WebhookOptions {
  readonly key?: string
  /** Seconds since it was sent. */
  readonly age?: number
  readonly id?: string
}

/** The deletion of a member, or another event, as Svix sends and signs it. */
export function signedWebhook(
  { projectId, now }: Stytch,
  event: object,
  { key = webhookSecret, age = 0, id = `msg_${randomUUID()}` }: WebhookOptions = {},
): Webhook {
  const body = JSON.stringify({
    project_id: projectId,
    event_id: `event-test-${id}`,
    action: 'DELETE',
    object_type: 'member',
    source: 'DIRECT',
    timestamp: new Date(now()).toISOString(),
    ...event,
  })
  const time = String(Math.floor(now() / 1000) - age)
  const signature = createHmac('sha256', Buffer.from(key.slice(6), 'base64'))
    .update(`${id}.${time}.${body}`)
    .digest('base64')
  const headers = { 'svix-id': id, 'svix-timestamp': time, 'svix-signature': `v1,${signature}` }
  return { headers: new Headers(headers), body }
}
