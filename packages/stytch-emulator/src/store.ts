import type {
  AppGrant,
  AuthorizationCode,
  ConnectedApp,
  Consent,
  M2MClient,
} from './clients/entities.ts'
import type {
  AttachToken,
  User,
  UserCode,
  UserLink,
  UserSession,
  WebAuthnCeremony,
} from './consumer/entities.ts'
import type {
  Handover,
  ImpersonationToken,
  IntermediateSession,
  Member,
  OneTimeCode,
  OneTimeLink,
  Organization,
  Session,
} from './entities.ts'
import type { SsoRequest } from './sso/entities.ts'

/** Everything a project holds. Entities are replaced, never changed in place. */
export interface Store {
  readonly organizations: Map<string, Organization>
  readonly members: Map<string, Member>
  readonly sessions: SessionTable
  readonly intermediateSessions: Map<string, IntermediateSession>
  /** By their tokens. */
  readonly links: Map<string, OneTimeLink>
  /** By the ids of their messages. */
  readonly codes: Map<string, OneTimeCode>
  /** By their tokens. */
  readonly handovers: Map<string, Handover>
  /** By their states. */
  readonly ssoRequests: Map<string, SsoRequest>
  /** The SAML assertions that were taken, by connection and id. */
  readonly usedAssertions: Set<string>
  readonly m2mClients: Map<string, M2MClient>
  readonly connectedApps: Map<string, ConnectedApp>
  /** By app and member. */
  readonly consents: Map<string, Consent>
  readonly authorizationCodes: Map<string, AuthorizationCode>
  readonly refreshTokens: Map<string, AppGrant>
  /** By their `jti`. */
  readonly accessTokens: Map<string, AppGrant>
  readonly impersonationTokens: Map<string, ImpersonationToken>
  readonly users: Map<string, User>
  readonly userSessions: Map<string, UserSession>
  /** By their tokens. */
  readonly userLinks: Map<string, UserLink>
  /** By the ids of their messages. */
  readonly userCodes: Map<string, UserCode>
  readonly attachTokens: Map<string, AttachToken>
  /** By their challenges. */
  readonly webauthnCeremonies: Map<string, WebAuthnCeremony>
}

/** Sessions by id, by token and by member: each is asked for on every request of an application. */
interface SessionTable {
  byId(memberSessionId: string): Session | undefined
  byToken(sessionToken: string): Session | undefined
  ofMember(memberId: string): readonly Session[]
  all(): readonly Session[]
  save(session: Session): void
  remove(session: Session): void
}

/** What became of an organization, a member or a user. */
export interface Change {
  readonly kind: 'organization' | 'member' | 'user'
  readonly action: 'CREATE' | 'UPDATE' | 'DELETE'
  readonly id: string
}

/** An empty store; `onChange` is told what becomes of what it holds. */
export function createStore(onChange: (change: Change) => void = () => {}): Store {
  const observed = <T>(kind: Change['kind']): Map<string, T> => new ObservedMap(kind, onChange)
  return {
    organizations: observed('organization'),
    members: observed('member'),
    sessions: createSessionTable(),
    intermediateSessions: new Map(),
    links: new Map(),
    codes: new Map(),
    handovers: new Map(),
    ssoRequests: new Map(),
    usedAssertions: new Set(),
    m2mClients: new Map(),
    connectedApps: new Map(),
    consents: new Map(),
    authorizationCodes: new Map(),
    refreshTokens: new Map(),
    accessTokens: new Map(),
    impersonationTokens: new Map(),
    users: observed('user'),
    userSessions: new Map(),
    userLinks: new Map(),
    userCodes: new Map(),
    attachTokens: new Map(),
    webauthnCeremonies: new Map(),
  }
}

/** The organization with this id, slug or external id. */
export function organizationOf(store: Store, reference: string): Organization | undefined {
  return (
    store.organizations.get(reference) ??
    find(store.organizations, (organization) => organization.organization_slug === reference) ??
    find(store.organizations, (organization) => organization.organization_external_id === reference)
  )
}

/** The member of this organization with this id or external id, deleted or not. */
export function memberOf(
  store: Store,
  organization: Organization,
  reference: string,
): Member | undefined {
  return find(
    store.members,
    (member) =>
      member.organization_id === organization.organization_id &&
      (member.member_id === reference || member.external_id === reference),
  )
}

/** The member of this organization with this address, unless it was deleted. */
export function memberByEmail(
  store: Store,
  organizationId: string,
  emailAddress: string,
): Member | undefined {
  return find(
    store.members,
    (member) =>
      member.organization_id === organizationId &&
      member.email_address === emailAddress &&
      member.status !== 'deleted',
  )
}

/** Ends every session of a member, and all that would start one or acts in their name. */
export function signOutMember(store: Store, memberId: string): void {
  endSessions(store, memberId)
  const tables: readonly Map<string, { readonly member_id: string | undefined }>[] = [
    store.links,
    store.codes,
    store.handovers,
  ]
  for (const table of tables)
    for (const [key, one] of table) if (one.member_id === memberId) table.delete(key)
  endGrants(store, memberId)
}

/** Takes back everything that apps and support staff may do in someone's name. */
export function endGrants(store: Store, subjectId: string): void {
  const tables: readonly Map<string, { readonly subject_id: string }>[] = [
    store.consents,
    store.authorizationCodes,
    store.refreshTokens,
    store.accessTokens,
    store.impersonationTokens,
  ]
  for (const table of tables)
    for (const [key, one] of table) if (one.subject_id === subjectId) table.delete(key)
}

/** Ends every session of a member. */
export function endSessions(store: Store, memberId: string): void {
  for (const session of store.sessions.ofMember(memberId)) store.sessions.remove(session)
}

function createSessionTable(): SessionTable {
  const sessions = new Map<string, Session>()
  const ids = new Map<string, string>()
  const byId = (id: string): Session | undefined => sessions.get(id)
  return {
    byId,
    byToken(token) {
      const id = ids.get(token)
      return id === undefined ? undefined : byId(id)
    },
    ofMember: (memberId) => [...sessions.values()].filter((one) => one.member_id === memberId),
    all: () => [...sessions.values()],
    save(session) {
      sessions.set(session.member_session_id, session)
      ids.set(session.session_token, session.member_session_id)
    },
    remove(session) {
      sessions.delete(session.member_session_id)
      ids.delete(session.session_token)
    },
  }
}

function find<T>(table: Map<string, T>, matches: (entity: T) => boolean): T | undefined {
  for (const entity of table.values()) if (matches(entity)) return entity
  return undefined
}

/** A table that tells what changes in it. A member is deleted by being marked so. */
class ObservedMap<T> extends Map<string, T> {
  readonly #kind: Change['kind']
  readonly #onChange: (change: Change) => void

  constructor(kind: Change['kind'], onChange: (change: Change) => void) {
    super()
    this.#kind = kind
    this.#onChange = onChange
  }

  override set(id: string, entity: T): this {
    const action = isDeleted(entity) ? 'DELETE' : this.has(id) ? 'UPDATE' : 'CREATE'
    this.#onChange({ kind: this.#kind, action, id })
    return super.set(id, entity)
  }

  override delete(id: string): boolean {
    const isThere = super.delete(id)
    if (isThere) this.#onChange({ kind: this.#kind, action: 'DELETE', id })
    return isThere
  }
}

function isDeleted(entity: unknown): boolean {
  return (
    typeof entity === 'object' &&
    entity !== null &&
    'status' in entity &&
    entity.status === 'deleted'
  )
}
