import type { Engine } from '@lockstitch/engine'
import {
  type Authz,
  type AuthzOptions,
  createAuthz,
  type Decide,
  type GuardRequest,
  type IdentifyOptions,
  refuseUnknownOptions,
} from '@lockstitch/guard'

import { atLeast } from './option-checks.ts'
import { AUTHORIZER_OPTIONS } from './option-names.ts'
import type { AuthorizerOptions } from './options.ts'
import { loadPolicies, type PolicyStatus } from './policies.ts'
import { type StytchIdentify, type StytchIdentity, stytchIdentify } from './stytch-identify.ts'
import type { WebhookOutcome } from './webhook.ts'

/** Authorization for an application whose members sign in with Stytch. */
export interface Authorizer extends Authz<StytchIdentity> {
  /** Who is asking. Rejects with an `IdentifyFailure`. */
  identify(request: GuardRequest, options?: IdentifyOptions): Promise<StytchIdentity>
  /** What decides. */
  readonly decide: Decide
  /** The engine with the policies; undefined when the application brought its own decider. */
  readonly engine: Engine | undefined
  /** The state of what decisions depend on, for health checks. */
  status(): AuthorizerStatus
  /**
   * Refuses a session from now on: in this process at once, and in all that share `revocations` when
   * it resolves. Call it when the application has revoked one: its JWTs would verify for up to five
   * minutes more.
   */
  sessionRevoked(memberSessionId: string): Promise<void>
  /**
   * Takes one of Stytch's webhooks: the headers and the body as it was sent. A deleted member's or
   * organization's sessions are refused from then on. Throws without `webhookSecrets`.
   */
  receiveWebhook(headers: Pick<Headers, 'get'>, body: string): Promise<WebhookOutcome>
  /** Stops watching the policies. */
  close(): Promise<void>
}

/** What an {@link Authorizer} depends on. */
export interface AuthorizerStatus {
  readonly stytch: {
    readonly projectId: string
    /** RFC 3339; null before the project's keys were needed. */
    readonly keysFetchedAt: string | null
  }
  /** Null when the application brought its own decider. */
  readonly policies: PolicyStatus | null
}

/**
 * Puts a Stytch project and policies together. Rejects when the policies cannot be loaded, with
 * every mistake in them.
 */
export async function createAuthorizer(options: AuthorizerOptions): Promise<Authorizer> {
  refuseUnknownOptions('createAuthorizer', options, AUTHORIZER_OPTIONS)
  const identify = stytchIdentify(options)
  const { batchSize = 50, decisionDeadline = 2000 } = options
  const deadline = atLeast('decisionDeadline', 1, decisionDeadline)
  atLeast('batchSize', 1, batchSize)
  const engine = await engineOf(options)
  const decide = options.decide ?? engine
  if (decide === undefined) throw new TypeError(whatToGive)
  const authz = createAuthz({ ...authzOptions(options), identify, decide, deadline })
  return {
    for: (request) => authz.for(request),
    identify: (request, asked) => identify.identify(request, asked),
    decide,
    engine,
    status: () => ({ stytch: stytchStatus(identify), policies: engine?.status ?? null }),
    sessionRevoked: (memberSessionId) => identify.sessionRevoked(memberSessionId),
    receiveWebhook: (headers, body) => identify.receiveWebhook(headers, body),
    close: async () => engine?.close(),
  }
}

/** Those that are not about Stytch. */
function authzOptions(options: AuthorizerOptions): PassedOn {
  return Object.fromEntries(
    Object.entries(options).filter(([name]) => Object.hasOwn(PASSED_ON, name)),
  )
}

type PassedOn = Omit<AuthzOptions<StytchIdentity>, 'identify' | 'decide' | 'deadline'>

const PASSED_ON: Readonly<Record<keyof PassedOn, true>> = {
  resources: true,
  resourceScope: true,
  batchSize: true,
  onDecision: true,
  onError: true,
  explain: true,
  clock: true,
  newId: true,
}

const whatToGive =
  "createAuthorizer: expected `policies: './policies'` or `decide:` with an engine or a Cerbos client"

async function engineOf(options: AuthorizerOptions): Promise<Engine | undefined> {
  return options.policies === undefined ? undefined : loadPolicies(options.policies, options)
}

function stytchStatus(identify: StytchIdentify): AuthorizerStatus['stytch'] {
  const fetchedAt = identify.keysFetchedAt()
  return {
    projectId: identify.project.id,
    keysFetchedAt: fetchedAt === null ? null : new Date(fetchedAt).toISOString(),
  }
}
