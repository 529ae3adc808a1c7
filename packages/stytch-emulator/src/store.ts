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

/** Everything a project holds, by what it is. Entities are replaced, never changed in place. */
interface Tables {
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
  readonly usedAssertions: Map<string, true>
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

/** The name of a table. */
export type TableName = keyof Tables

/** What a project holds. */
export interface Store extends Tables {
  /** The same, for what treats them all alike. */
  readonly tables: Readonly<Record<TableName, Map<string, unknown>>>
}

/** Something that was put into a table or taken out of it. */
export interface Write {
  readonly table: TableName
  readonly key: string
  /** An entity that is marked as deleted counts as taken out. */
  readonly action: 'CREATE' | 'UPDATE' | 'DELETE'
}

/** An empty store; `onWrite` is told, before it is done, what is written to it. */
export function createStore(onWrite: (write: Write) => void = () => {}): Store {
  const table = <T>(name: TableName): Map<string, T> => new ObservedMap(name, onWrite)
  const tables: Tables = {
    organizations: table('organizations'),
    members: table('members'),
    sessions: new SessionTable('sessions', onWrite),
    intermediateSessions: table('intermediateSessions'),
    links: table('links'),
    codes: table('codes'),
    handovers: table('handovers'),
    ssoRequests: table('ssoRequests'),
    usedAssertions: table('usedAssertions'),
    m2mClients: table('m2mClients'),
    connectedApps: table('connectedApps'),
    consents: table('consents'),
    authorizationCodes: table('authorizationCodes'),
    refreshTokens: table('refreshTokens'),
    accessTokens: table('accessTokens'),
    impersonationTokens: table('impersonationTokens'),
    users: table('users'),
    userSessions: table('userSessions'),
    userLinks: table('userLinks'),
    userCodes: table('userCodes'),
    attachTokens: table('attachTokens'),
    webauthnCeremonies: table('webauthnCeremonies'),
  }
  return { ...tables, tables }
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
  for (const session of store.sessions.ofMember(memberId))
    store.sessions.delete(session.member_session_id)
}

function find<T>(table: Map<string, T>, matches: (entity: T) => boolean): T | undefined {
  for (const entity of table.values()) if (matches(entity)) return entity
  return undefined
}

/** A table that tells what is written to it. */
class ObservedMap<T> extends Map<string, T> {
  readonly #table: TableName
  readonly #onWrite: (write: Write) => void

  constructor(table: TableName, onWrite: (write: Write) => void) {
    super()
    this.#table = table
    this.#onWrite = onWrite
  }

  override set(key: string, entity: T): this {
    const action = isDeleted(entity) ? 'DELETE' : this.has(key) ? 'UPDATE' : 'CREATE'
    this.#onWrite({ table: this.#table, key, action })
    return super.set(key, entity)
  }

  override delete(key: string): boolean {
    const isThere = super.delete(key)
    if (isThere) this.#onWrite({ table: this.#table, key, action: 'DELETE' })
    return isThere
  }
}

/** Sessions by id, by token and by member: each is asked for on every request of an application. */
class SessionTable extends ObservedMap<Session> {
  readonly #ids = new Map<string, string>()

  byToken(sessionToken: string): Session | undefined {
    return this.get(this.#ids.get(sessionToken) ?? '')
  }

  ofMember(memberId: string): readonly Session[] {
    return [...this.values()].filter((one) => one.member_id === memberId)
  }

  override set(id: string, session: Session): this {
    this.#ids.set(session.session_token, id)
    return super.set(id, session)
  }

  override delete(id: string): boolean {
    this.#ids.delete(this.get(id)?.session_token ?? '')
    return super.delete(id)
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
