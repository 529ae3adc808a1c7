import type { Emulation } from '../emulation.ts'
import type { Member, Organization } from '../entities.ts'
import { isObject } from '../json.ts'
import { changeMember, createMember, updateMember } from '../members.ts'
import { membersOf } from '../organizations.ts'
import { memberByEmail, signOutMember } from '../store.ts'
import type { ScimConnection } from './entities.ts'
import { ScimFailure } from './failure.ts'
import type { PatchOperation } from './patch.ts'

/** A directory that speaks to its organization. */
export interface Directory {
  readonly emulation: Emulation
  readonly organization: Organization
  readonly connection: ScimConnection
}

type Attributes = { readonly [name: string]: unknown }

/** The members that the directory has. */
export function directoryUsers({ emulation, organization, connection }: Directory): Member[] {
  return membersOf(emulation.project, organization).filter(
    ({ scim_registration }) => scim_registration?.connection_id === connection.connection_id,
  )
}

/** The member with this id, if the directory has them. */
export function requireDirectoryUser(directory: Directory, id: string): Member {
  const member = directoryUsers(directory).find((one) => one.member_id === id)
  if (member === undefined) throw new ScimFailure(404, 'There is no such user.')
  return member
}

/** Makes a member of a user of the directory; one with the address already becomes the directory's. */
export function createDirectoryUser(directory: Directory, attributes: Attributes): Member {
  const { emulation, organization, connection } = directory
  const { email_address, name, user_name, external_id, active } = readUser(attributes)
  const { store } = emulation.project
  const known = memberByEmail(store, organization.organization_id, email_address)
  if (known?.scim_registration?.connection_id === connection.connection_id)
    throw new ScimFailure(409, 'There is a user with this address.', 'uniqueness')
  const member = known ?? createMember(emulation, organization, email_address, 'active', { name })
  const registered = changeMember(emulation, member, {
    status: 'active',
    scim_registration: {
      connection_id: connection.connection_id,
      registration_id: emulation.ids.id('scim-registration'),
      ...{ user_name, external_id },
    },
  })
  return active ? registered : deactivate(directory, registered)
}

/** Puts attributes in the place of a user's. */
export function replaceDirectoryUser(
  { emulation, organization, ...directory }: Directory,
  member: Member,
  attributes: Attributes,
): Member {
  const { email_address, name, user_name, external_id, active } = readUser(attributes)
  const holder = memberByEmail(emulation.project.store, organization.organization_id, email_address)
  if (holder !== undefined && holder.member_id !== member.member_id)
    throw new ScimFailure(409, 'Another member has this address.', 'uniqueness')
  const updated = updateMember(emulation, organization, member, { email_address, name })
  const changed = changeMember(emulation, updated, {
    status: 'active',
    ...(member.scim_registration !== undefined && {
      scim_registration: { ...member.scim_registration, user_name, external_id },
    }),
  })
  return active ? changed : deactivate({ emulation, organization, ...directory }, changed)
}

/** Changes some attributes of a user. */
export function patchDirectoryUser(
  directory: Directory,
  member: Member,
  operations: readonly PatchOperation[],
): Member {
  const changes = operations.map(({ op, path, value }): [string, unknown] => {
    const given = op === 'remove' ? undefined : value
    if (path === 'name.formatted') return ['displayName', given]
    if (path !== 'emails' && !path.startsWith('emails.')) return [path, given]
    return ['emails', Array.isArray(given) ? given : [{ value: given }]]
  })
  const attributes = { ...showUser(directory, member), ...Object.fromEntries(changes) }
  return replaceDirectoryUser(directory, member, attributes)
}

/** Whoever leaves the directory is deleted, and signed out. */
export function deactivate({ emulation }: Directory, member: Member): Member {
  signOutMember(emulation.project.store, member.member_id)
  return changeMember(emulation, member, { status: 'deleted' })
}

/** A user as SCIM shows them. */
export function showUser({ emulation, connection }: Directory, member: Member): Attributes {
  const { scim_registration, member_id, email_address, name, status } = member
  const { connection_id, groups } = connection
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    id: member_id,
    externalId: scim_registration?.external_id,
    userName: scim_registration?.user_name,
    displayName: name,
    name: { formatted: name },
    active: status !== 'deleted',
    emails: [{ value: email_address, primary: true }],
    groups: groups
      .filter(({ member_ids }) => member_ids.includes(member_id))
      .map(({ group_id, group_name }) => ({ value: group_id, display: group_name })),
    meta: {
      resourceType: 'User',
      location: `${emulation.url()}/v1/b2b/scim/${connection_id}/v2/Users/${member_id}`,
    },
  }
}

function readUser({ userName, externalId, displayName, name, emails, active }: Attributes): {
  readonly email_address: string
  readonly name: string
  readonly user_name: string
  readonly external_id: string
  readonly active: boolean
} {
  const user_name = textOf(userName)
  if (user_name === '') throw new ScimFailure(400, '`userName` is required.', 'invalidValue')
  const listed = Array.isArray(emails) ? emails.filter(isObject) : []
  const email = listed.find(({ primary }) => primary === true) ?? listed[0]
  const email_address = (textOf(email?.value) || user_name).toLowerCase()
  if (!/^[^\s@]+@[^\s@]+$/.test(email_address))
    throw new ScimFailure(400, 'One of `emails` and `userName` is an address.', 'invalidValue')
  const parts = isObject(name) ? name : {}
  const whole = [textOf(parts.givenName), textOf(parts.familyName)].filter((part) => part !== '')
  return {
    ...{ email_address, user_name },
    name: textOf(displayName) || textOf(parts.formatted) || whole.join(' '),
    external_id: textOf(externalId),
    // Some directories write it as a text.
    active: String(active ?? true).toLowerCase() !== 'false',
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim() : ''
}
