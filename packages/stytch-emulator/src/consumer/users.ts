import { timestamp } from '../clock.ts'
import type { Emulation, Project } from '../emulation.ts'
import type { Credentials, OAuthRegistration } from '../entities.ts'
import { StytchFailure } from '../errors.ts'
import {
  type Fields,
  jsonObject,
  listOf,
  object,
  optional,
  type Reader,
  string,
  text,
} from '../fields.ts'
import type { JsonObject } from '../json.ts'
import { mergeMetadata } from '../metadata.ts'
import { traitsOf } from '../oauth-providers.ts'
import { userRole } from '../rbac.ts'
import { endGrants } from '../store.ts'
import type { User, UserName } from './entities.ts'
import { showRegistration } from './webauthn.ts'

/** The parts of a name that are given. */
type UserNameInput = { readonly [Part in keyof UserName]: string | undefined }

/** The fields of a user that create and update share. */
export const userFields: {
  readonly name: Reader<UserNameInput | undefined>
  readonly trusted_metadata: Reader<JsonObject | undefined>
  readonly untrusted_metadata: Reader<JsonObject | undefined>
  readonly external_id: Reader<string | undefined>
  readonly roles: Reader<readonly string[] | undefined>
} = {
  name: optional(
    object({
      first_name: optional(text),
      middle_name: optional(text),
      last_name: optional(text),
    }),
  ),
  trusted_metadata: optional(jsonObject),
  untrusted_metadata: optional(jsonObject),
  external_id: optional(string),
  roles: optional(listOf(string)),
}

/** What a new or changed user may be told. */
export type UserInput = Partial<Fields<typeof userFields>>

/** What a new user has to be reached by. */
export interface NewUser extends UserInput {
  /** For seeds only. */
  readonly user_id?: string | undefined
  readonly email?: string | undefined
  readonly phone_number?: string | undefined
  readonly status: User['status']
}

/** Makes a user. */
export function createUser(emulation: Emulation, input: NewUser): User {
  const { ids, clock, project } = emulation
  const { email, phone_number, status } = input
  if (email !== undefined && userByEmail(project, email) !== undefined)
    throw new StytchFailure('duplicate_email')
  if (phone_number !== undefined && userByPhoneNumber(project, phone_number) !== undefined)
    throw new StytchFailure('duplicate_phone_number')
  const user: User = {
    user_id: input.user_id ?? ids.id('user'),
    name: { first_name: '', middle_name: '', last_name: '' },
    emails: email === undefined ? [] : [newEmail(emulation, email)],
    phone_numbers: phone_number === undefined ? [] : [newPhoneNumber(emulation, phone_number)],
    status,
    external_id: undefined,
    credentials: { password: undefined, totp: undefined, recovery_codes: [] },
    assigned_roles: [],
    oauth_registrations: [],
    webauthn_registrations: [],
    trusted_metadata: {},
    untrusted_metadata: {},
    created_at: clock.now(),
  }
  return updateUser(emulation, user, input)
}

/** Changes a user's fields: metadata is merged, names are replaced part by part, roles are replaced. */
export function updateUser(emulation: Emulation, user: User, input: UserInput): User {
  const { project } = emulation
  const { name, trusted_metadata, untrusted_metadata, external_id, roles } = input
  if (roles !== undefined) assertRoles(project, roles)
  const holder = external_id === undefined ? undefined : findUser(project, external_id)
  if (holder !== undefined && holder.user_id !== user.user_id)
    throw new StytchFailure('duplicate_user_external_id')
  return changeUser(emulation, user, {
    name: mergedName(user.name, name),
    trusted_metadata: mergeMetadata(user.trusted_metadata, trusted_metadata),
    untrusted_metadata: mergeMetadata(user.untrusted_metadata, untrusted_metadata),
    ...(external_id !== undefined && { external_id }),
    ...(roles !== undefined && { assigned_roles: [...new Set(roles)] }),
  })
}

/** Stores a change. */
export function changeUser({ project }: Emulation, user: User, change: Partial<User>): User {
  const changed = { ...user, ...change }
  project.store.users.set(changed.user_id, changed)
  return changed
}

/** Stores a change of what a user signs in with. */
export function changeUserCredentials(
  emulation: Emulation,
  user: User,
  change: Partial<Credentials>,
): User {
  return changeUser(emulation, user, { credentials: { ...user.credentials, ...change } })
}

/** The user with this id or external id. */
export function requireUser(project: Project, reference: string): User {
  if (reference.startsWith('user-live-'))
    throw new StytchFailure('live_id_used_in_test_environment')
  const user = findUser(project, reference)
  if (user === undefined) throw new StytchFailure('user_not_found')
  return user
}

/** The user with this address. */
export function userByEmail({ store }: Project, email: string): User | undefined {
  return [...store.users.values()].find((user) => user.emails.some((one) => one.email === email))
}

/** The user with this phone number. */
export function userByPhoneNumber({ store }: Project, phoneNumber: string): User | undefined {
  return [...store.users.values()].find((user) =>
    user.phone_numbers.some((one) => one.phone_number === phoneNumber),
  )
}

/** An address that has just become a user's. */
export function newEmail({ ids }: Emulation, email: string): User['emails'][number] {
  return { email_id: ids.id('email'), email, verified: false }
}

/** A phone number that has just become a user's. */
export function newPhoneNumber(
  { ids }: Emulation,
  phone_number: string,
): User['phone_numbers'][number] {
  return { phone_id: ids.id('phone-number'), phone_number, verified: false }
}

/** Removes a user, their sessions, and all that would start one. */
export function deleteUser({ project }: Emulation, user: User): void {
  const { users, userSessions, userLinks, userCodes, attachTokens, webauthnCeremonies } =
    project.store
  const tables: readonly Map<string, { readonly user_id: string | undefined }>[] = [
    userSessions,
    userLinks,
    userCodes,
    attachTokens,
    webauthnCeremonies,
  ]
  for (const table of tables)
    for (const [key, one] of table) if (one.user_id === user.user_id) table.delete(key)
  endGrants(project.store, user.user_id)
  users.delete(user.user_id)
}

/** A user's roles. */
export function rolesOfUser({ assigned_roles }: User): readonly string[] {
  return [userRole, ...assigned_roles]
}

/** A user as the API shows them. */
export function showUser(user: User): object {
  const { credentials, assigned_roles: _assigned, oauth_registrations, ...shown } = user
  const { password, totp } = credentials
  return {
    ...shown,
    external_id: user.external_id ?? '',
    roles: rolesOfUser(user),
    webauthn_registrations: user.webauthn_registrations.map(showRegistration),
    providers: oauth_registrations.map(showProvider),
    totps: totp === undefined ? [] : [{ totp_id: totp.totp_id, verified: totp.verified }],
    crypto_wallets: [],
    biometric_registrations: [],
    is_locked: false,
    ...(password !== undefined && {
      password: { password_id: password.password_id, requires_reset: password.requires_reset },
    }),
    created_at: timestamp(user.created_at),
  }
}

function showProvider({ registration_id, provider, provider_subject }: OAuthRegistration): object {
  return {
    oauth_user_registration_id: registration_id,
    provider_type: traitsOf(provider).name,
    provider_subject,
    profile_picture_url: '',
    locale: '',
  }
}

function findUser({ store }: Project, reference: string): User | undefined {
  return (
    store.users.get(reference) ??
    [...store.users.values()].find((user) => user.external_id === reference)
  )
}

function mergedName(name: UserName, change: UserNameInput | undefined): UserName {
  return {
    first_name: change?.first_name ?? name.first_name,
    middle_name: change?.middle_name ?? name.middle_name,
    last_name: change?.last_name ?? name.last_name,
  }
}

function assertRoles({ settings }: Project, roles: readonly string[]): void {
  const known = settings.rbac_policy.roles.map((role) => role.role_id)
  if (roles.includes(userRole)) throw new StytchFailure('cannot_assign_default_rbac_role_id')
  const unknownRole = roles.find((role) => !known.includes(role))
  if (unknownRole !== undefined)
    throw new StytchFailure(
      'invalid_rbac_role_assignment',
      `The role ${unknownRole} does not exist.`,
    )
}
