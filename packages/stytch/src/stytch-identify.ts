import {
  type GuardRequest,
  type Identify,
  type Identity,
  type Principal,
  refuseUnknownOptions,
} from '@lockstitch/guard'
import { readActionAges } from './action-ages.ts'
import {
  attributeValues,
  readWanted,
  untrustedValues,
  type WantedAttributes,
} from './attributes.ts'
import { createCircuitBreaker } from './circuit-breaker.ts'
import { readCredentials } from './credentials.ts'
import { failure } from './errors.ts'
import { atLeast, atMost } from './option-checks.ts'
import { STYTCH_OPTIONS } from './option-names.ts'
import type { StytchOptions } from './options.ts'
import { assertPrincipal, principalFromSession } from './principal.ts'
import { principalsFromAppToken } from './principals/connected-app.ts'
import { principalFromUserSession } from './principals/consumer-user.ts'
import { principalFromM2MToken } from './principals/m2m-client.ts'
import { type Project, readProject } from './project.ts'
import { rbacRoles } from './rbac/names.ts'
import { createRemote, type StytchClient } from './remote.ts'
import { createRevocations, type Revocations } from './revocations.ts'
import { createRoleNames, noRole, type RoleNames, userRoleNames } from './roles.ts'
import type { Session, Verified } from './session.ts'
import { createSessions, type FoundSession, type Sessions } from './sessions.ts'
import { type ConsumerClient, createSubjects, type Subjects } from './subjects.ts'
import { createKeySet, type KeySet } from './verify/jwks.ts'
import { type AcceptedKind, kindNames } from './verify/kind.ts'
import { maxClockTolerance } from './verify/times.ts'
import { createVerifier } from './verify/verifier.ts'
import { createWebhookReceiver, type WebhookOutcome, type WebhookReceiver } from './webhook.ts'

/** Who is asking: a member, unless the application accepts others, too. */
export interface StytchIdentity extends Identity {
  /** The verified session or token that the principal was made from. */
  readonly session: Verified
  /**
   * A new session JWT, when Stytch was asked for the session: as its cookie it saves the next
   * requests the same question.
   */
  readonly freshJwt?: string
}

/** Identifies those who sign in with a Stytch project. */
export interface StytchIdentify extends Identify<StytchIdentity> {
  readonly project: Project
  /** When the project's keys were fetched, milliseconds since 1970; null before the first time. */
  keysFetchedAt(): number | null
  /**
   * Refuses a session from now on: in this process at once, and in all that share `revocations` when
   * it resolves. Call it when the application revokes one. The id of a machine's client refuses its
   * tokens, the `jti` of an app's token that token.
   */
  sessionRevoked(memberSessionId: string): Promise<void>
  /**
   * Takes one of Stytch's webhooks: the headers and the body as it was sent. A deleted member's or
   * organization's sessions are refused from then on. Throws without `webhookSecrets`.
   */
  receiveWebhook(headers: Pick<Headers, 'get'>, body: string): Promise<WebhookOutcome>
}

/** Creates what turns a request with a Stytch session into a principal. */
export function createStytchIdentify(options: StytchOptions): StytchIdentify {
  refuseUnknownOptions('createStytchIdentify', options, STYTCH_OPTIONS)
  return stytchIdentify(options)
}

/** The same for options that may have others among them. */
export function stytchIdentify(options: StytchOptions): StytchIdentify {
  const settings = readSettings(options)
  const { project, keys, roleNames, sessions } = settings
  const webhooks = receiverOf(settings)
  return {
    project,
    async identify(request, { maxAge } = { maxAge: undefined }) {
      const credentials = readCredentials(request, options.sources ?? {})
      const found = await sessions.find(credentials, maxAge)
      assertOrganization(found.session, request, options)
      const { freshJwt } = found.remote ?? {}
      const isFresh = freshJwt !== undefined && freshJwt !== credentials.jwt
      const fresh = isFresh ? { freshJwt } : {}
      const { session, remote } = found
      switch (session.kind) {
        case 'b2b_member':
        case 'consumer_user': {
          const roles = await rolesOf(session, roleNames)
          const principal = makePrincipal({ session, remote }, roles, settings)
          return { principal, session, ...fresh }
        }
        default:
          return await identifyOther(session, maxAge, settings)
      }
    },
    maxAgeFor: readActionAges(options.maxTokenAgeFor ?? {}),
    keysFetchedAt: () => keys.fetchedAt(),
    sessionRevoked: (memberSessionId) => sessions.revoke(memberSessionId),
    async receiveWebhook(headers, body) {
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
  readonly sessions: Sessions
  readonly revocations: Revocations
  readonly subjects: Subjects
  readonly wanted: WantedAttributes
  readonly clock: () => number
}

function receiverOf({
  options,
  project,
  clock,
  sessions,
  revocations,
}: Settings): WebhookReceiver | undefined {
  if (options.webhookSecrets === undefined) return undefined
  return createWebhookReceiver({
    secrets: options.webhookSecrets,
    projectId: project.id,
    clock,
    onRevocation: (revocation) => sessions.revokeAll(revocation),
    claim: revocations.claim,
  })
}

/** Milliseconds for which a revocation is remembered beyond the age that is accepted. */
const revocationMemory = 60 * 60_000

function readSettings(options: StytchOptions): Settings {
  const { stytch: client, clock = Date.now, cacheSize = 10_000 } = options
  const project = readProject(client, options)
  const limits = {
    deadline: atLeast('deadline', 1, options.deadline ?? 2000),
    tries: atLeast('tries', 1, options.tries ?? 3),
  }
  const accepts = readAccepts(options.accepts ?? ['b2b-session'])
  const asksAbout = sessionsAskedAbout(accepts, client)
  // The same keys at both addresses, in the project's own vertical.
  const vertical = 'users' in client ? '' : '/b2b'
  const maxTokenAge = atLeast('maxTokenAge', 0, options.maxTokenAge ?? 300)
  const maxAccessTokenAge = atLeast('maxAccessTokenAge', 0, options.maxAccessTokenAge ?? 3600)
  const revocations = createRevocations({
    clock,
    memory: Math.max(maxTokenAge, maxAccessTokenAge) * 1000 + revocationMemory,
    shared: options.revocations,
    limits,
  })
  const wanted = readWanted(options.attributes ?? [], options.untrusted ?? [])
  const keys = createKeySet({
    url: new URL(`/v1${vertical}/sessions/jwks/${project.id}`, project.baseUrl),
    limits,
    clock,
    fetch: options.fetch ?? fetch,
  })
  const breaker = createCircuitBreaker(clock)
  const sessions = createSessions({
    verifier: createVerifier({ project, keys, cacheSize, accepts }),
    remote:
      options.remote === false || !asksAbout
        ? undefined
        : createRemote({ client, limits, breaker, clock, cacheSize }),
    revocations,
    wanted,
    clock,
    maxTokenAge,
    maxAccessTokenAge,
    maxAttributeAge: atLeast('maxAttributeAge', 0, options.maxAttributeAge ?? 300),
    clockTolerance: atMost(
      'clockTolerance',
      maxClockTolerance,
      atLeast('clockTolerance', 0, options.clockTolerance ?? 5),
    ),
  })
  const subjects = createSubjects({
    client,
    limits,
    breaker: createCircuitBreaker(clock),
    clock,
    cacheSize,
    maxAge: maxTokenAge,
  })
  const { roles = 'project' } = options
  const roleNames: RoleNames =
    typeof roles === 'object' && 'organizations' in roles
      ? { name: async (names, id) => orNoRole(rbacRoles(names, roles, id)) }
      : createRoleNames({ roles, client, limits, clock })
  return { options, project, keys, roleNames, sessions, revocations, subjects, wanted, clock }
}

function orNoRole(roles: string[]): string[] {
  return roles.length === 0 ? [noRole] : roles
}

function readAccepts(accepts: readonly AcceptedKind[]): readonly AcceptedKind[] {
  atLeast('accepts', 1, accepts.length)
  for (const kind of accepts)
    if (!Object.hasOwn(kindNames, kind) || String(kind) === 'unknown')
      throw new TypeError(
        `\`accepts\`: expected b2b-session, consumer-session, m2m or connected-app, got \`${kind}\``,
      )
  return accepts
}

/** Whether Stytch can be asked about sessions that are accepted: of its own vertical's only. */
function sessionsAskedAbout(
  accepts: readonly AcceptedKind[],
  client: StytchClient | ConsumerClient,
): boolean {
  if (!('users' in client)) return accepts.includes('b2b-session')
  if (!accepts.includes('b2b-session')) return accepts.includes('consumer-session')
  throw new TypeError('`accepts`: a consumer project has no b2b-session; name what may sign in')
}

async function rolesOf(session: Session, roleNames: RoleNames): Promise<readonly string[]> {
  if (session.kind === 'consumer_user') return userRoleNames(session.roles)
  return roleNames.name(session.roles, session.organizationId)
}

/** Who is asking with an access token. */
async function identifyOther(
  session: Exclude<Verified, Session>,
  maxAge: number | undefined,
  { options, subjects, roleNames, clock }: Settings,
): Promise<StytchIdentity> {
  const mapped = (principal: Principal): Principal =>
    assertPrincipal(options.mapPrincipal?.(principal, session) ?? principal)
  switch (session.kind) {
    case 'm2m_client':
      return { session, principal: mapped(principalFromM2MToken(session, clock())) }
    case 'connected_app': {
      const { roles: held, isFirstParty } = await subjects.factsOf(session, maxAge)
      const { subject } = session
      const roles =
        subject.kind === 'b2b_member'
          ? await roleNames.name(held, subject.organizationId)
          : userRoleNames(held)
      const parts = { token: session, roles, isFirstParty, now: clock() }
      const { principal, actor } = principalsFromAppToken(parts)
      return { session, principal: mapped(principal), actor }
    }
  }
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
  const customClaims = Object.fromEntries(claims)
  const parts = {
    roles,
    attributes: attributeValues(session, remote, wanted),
    untrusted:
      wanted.untrusted.length === 0 ? undefined : untrustedValues(remote, wanted.untrusted),
    now: clock(),
  }
  const principal =
    session.kind === 'b2b_member'
      ? principalFromSession({ ...parts, session: { ...session, customClaims } })
      : principalFromUserSession({ ...parts, session: { ...session, customClaims } })
  return assertPrincipal(options.mapPrincipal?.(principal, session) ?? principal)
}

/** Compares ids of organizations only: a slug or an external id of a request is not canonical. */
function assertOrganization(
  session: Verified,
  request: GuardRequest,
  { organization }: StytchOptions,
): void {
  const expected = organization?.(request)
  if (expected !== undefined && expected !== organizationOf(session))
    throw failure('token-wrong-organization')
}

function organizationOf(session: Verified): string | undefined {
  const holder = session.kind === 'connected_app' ? session.subject : session
  return 'organizationId' in holder ? holder.organizationId : undefined
}
