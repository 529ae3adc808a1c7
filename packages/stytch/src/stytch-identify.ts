import type { GuardRequest, Identify, Identity, Principal } from '@lockstitch/guard'

import {
  attributeValues,
  readWanted,
  untrustedValues,
  type WantedAttributes,
} from './attributes.ts'
import { readCredentials } from './credentials.ts'
import { failure } from './errors.ts'
import { atLeast, atMost } from './option-checks.ts'
import type { StytchOptions } from './options.ts'
import { assertPrincipal, principalFromSession } from './principal.ts'
import { type Project, readProject } from './project.ts'
import { createRemote } from './remote.ts'
import { createRoleNames, type RoleNames } from './roles.ts'
import type { MemberSession } from './session.ts'
import { createSessions, type FoundSession } from './sessions.ts'
import { createKeySet, type KeySet } from './verify/jwks.ts'
import { maxClockTolerance } from './verify/times.ts'
import { createVerifier } from './verify/verifier.ts'
import { createWebhookReceiver, type WebhookOutcome, type WebhookReceiver } from './webhook.ts'

/** A member who is signed in. */
export interface StytchIdentity extends Identity {
  /** The verified session that the principal was made from. */
  readonly session: MemberSession
  /**
   * A new session JWT, when Stytch was asked for the session: as its cookie it saves the next
   * requests the same question.
   */
  readonly freshJwt?: string
}

/** Identifies the members of a Stytch project. */
export interface StytchIdentify extends Identify<StytchIdentity> {
  readonly project: Project
  /** When the project's keys were fetched, milliseconds since 1970; null before the first time. */
  keysFetchedAt(): number | null
  /** Refuses a session from now on, in this process: call it when the application revokes one. */
  sessionRevoked(memberSessionId: string): void
  /**
   * Takes one of Stytch's webhooks: the headers and the body as it was sent. A deleted member's or
   * organization's sessions are refused from then on. Throws without `webhookSecrets`.
   */
  receiveWebhook(headers: Pick<Headers, 'get'>, body: string): WebhookOutcome
}

/** Creates what turns a request with a Stytch session into a principal. */
export function createStytchIdentify(options: StytchOptions): StytchIdentify {
  const settings = readSettings(options)
  const { project, keys, roleNames, sessions } = settings
  const webhooks = receiverOf(settings)
  return {
    project,
    async identify(request) {
      const credentials = readCredentials(request, options.sources ?? {})
      const found = await sessions.find(credentials)
      assertOrganization(found.session, request, options)
      const roles = await roleNames.name(found.session.roles)
      const principal = makePrincipal(found, roles, settings)
      const { freshJwt } = found.remote ?? {}
      const isFresh = freshJwt !== undefined && freshJwt !== credentials.jwt
      return { principal, session: found.session, ...(isFresh && { freshJwt }) }
    },
    keysFetchedAt: () => keys.fetchedAt(),
    sessionRevoked: (memberSessionId) => sessions.revoke(memberSessionId),
    receiveWebhook(headers, body) {
      if (webhooks === undefined) throw new TypeError('expected the option `webhookSecrets`')
      return webhooks.receive(headers, body)
    },
  }
}

interface Settings {
  readonly options: StytchOptions
  readonly project: Project
  readonly keys: KeySet
  readonly roleNames: RoleNames
  readonly sessions: ReturnType<typeof createSessions>
  readonly wanted: WantedAttributes
  readonly clock: () => number
}

function receiverOf({ options, project, clock, sessions }: Settings): WebhookReceiver | undefined {
  if (options.webhookSecrets === undefined) return undefined
  return createWebhookReceiver({
    secrets: options.webhookSecrets,
    projectId: project.id,
    clock,
    onRevocation: (revocation) => sessions.revokeAll(revocation),
  })
}

function readSettings(options: StytchOptions): Settings {
  const { stytch: client, clock = Date.now, cacheSize = 10_000 } = options
  const project = readProject(client, options)
  const limits = {
    deadline: atLeast('deadline', 1, options.deadline ?? 2000),
    tries: atLeast('tries', 1, options.tries ?? 3),
  }
  const wanted = readWanted(options.attributes ?? [], options.untrusted ?? [])
  const keys = createKeySet({
    url: new URL(`/v1/b2b/sessions/jwks/${project.id}`, project.baseUrl),
    limits,
    clock,
    fetch: options.fetch ?? fetch,
  })
  const sessions = createSessions({
    verifier: createVerifier({ project, keys, cacheSize }),
    remote:
      options.remote === false ? undefined : createRemote({ client, limits, clock, cacheSize }),
    wanted,
    clock,
    maxTokenAge: atLeast('maxTokenAge', 0, options.maxTokenAge ?? 300),
    maxAttributeAge: atLeast('maxAttributeAge', 0, options.maxAttributeAge ?? 300),
    clockTolerance: atMost(
      'clockTolerance',
      maxClockTolerance,
      atLeast('clockTolerance', 0, options.clockTolerance ?? 5),
    ),
  })
  const roleNames = createRoleNames({ roles: options.roles ?? 'project', client, limits, clock })
  return { options, project, keys, roleNames, sessions, wanted, clock }
}

function makePrincipal(
  { session, remote }: FoundSession,
  roles: readonly string[],
  { options, wanted, clock }: Settings,
): Principal {
  const claims = (options.customClaims ?? []).map((name) => [
    name,
    Object.hasOwn(session.customClaims, name) ? session.customClaims[name] : null,
  ])
  const principal = principalFromSession({
    session: { ...session, customClaims: Object.fromEntries(claims) },
    roles,
    attributes: attributeValues(session, remote, wanted),
    untrusted:
      wanted.untrusted.length === 0 ? undefined : untrustedValues(remote, wanted.untrusted),
    now: clock(),
  })
  return assertPrincipal(options.mapPrincipal?.(principal, session) ?? principal)
}

/** Compares ids of organizations only: a slug or an external id of a request is not canonical. */
function assertOrganization(
  session: MemberSession,
  request: GuardRequest,
  { organization }: StytchOptions,
): void {
  const expected = organization?.(request)
  if (expected !== undefined && expected !== session.organizationId)
    throw failure('token-wrong-organization')
}
