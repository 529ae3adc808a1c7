import { isObject } from '../json.ts'
import { replaceScimConnection } from '../organizations.ts'
import type { ScimGroup } from './entities.ts'
import { ScimFailure } from './failure.ts'
import type { PatchOperation } from './patch.ts'
import { type Directory, directoryUsers } from './users.ts'

type Attributes = { readonly [name: string]: unknown }

/** The group with this id. */
export function requireGroup({ connection }: Directory, id: string): ScimGroup {
  const group = connection.groups.find(({ group_id }) => group_id === id)
  if (group === undefined) throw new ScimFailure(404, 'There is no such group.')
  return group
}

/** Makes a group. */
export function createGroup(directory: Directory, attributes: Attributes): ScimGroup {
  const group_id = directory.emulation.ids.id('scim-group')
  return saveGroup(directory, { group_id, ...readGroup(directory, attributes) })
}

/** Puts attributes in the place of a group's. */
export function replaceGroup(
  directory: Directory,
  { group_id }: ScimGroup,
  attributes: Attributes,
): ScimGroup {
  return saveGroup(directory, { group_id, ...readGroup(directory, attributes) })
}

/** Changes a group's name, or who is in it. */
export function patchGroup(
  directory: Directory,
  group: ScimGroup,
  operations: readonly PatchOperation[],
): ScimGroup {
  let { group_name, member_ids } = group
  for (const { op, path, sought, value } of operations) {
    if (path === 'displayName') group_name = String(value)
    if (path !== 'members') continue
    const named = sought === undefined ? readMembers(directory, value) : [sought]
    const others = member_ids.filter((id) => !named.includes(id))
    const isEveryone = sought === undefined && value === undefined
    if (op === 'add') member_ids = [...others, ...named]
    else if (op === 'replace') member_ids = named
    else member_ids = isEveryone ? [] : others
  }
  return saveGroup(directory, { ...group, group_name, member_ids })
}

/** Removes a group, with the roles that it brought. */
export function deleteGroup(directory: Directory, { group_id }: ScimGroup): void {
  const { emulation, organization, connection } = directory
  replaceScimConnection(emulation, organization, {
    ...connection,
    groups: connection.groups.filter((one) => one.group_id !== group_id),
    group_roles: connection.group_roles.filter((one) => one.group_id !== group_id),
  })
}

/** A group as SCIM shows it. */
export function showGroup({ emulation, connection }: Directory, group: ScimGroup): Attributes {
  const { group_id, group_name, member_ids } = group
  const { connection_id } = connection
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
    id: group_id,
    displayName: group_name,
    members: member_ids.map((value) => ({ value })),
    meta: {
      resourceType: 'Group',
      location: `${emulation.url()}/v1/b2b/scim/${connection_id}/v2/Groups/${group_id}`,
    },
  }
}

function saveGroup(
  { emulation, organization, connection }: Directory,
  group: ScimGroup,
): ScimGroup {
  const isIt = ({ group_id }: ScimGroup): boolean => group_id === group.group_id
  const isNew = !connection.groups.some(isIt)
  replaceScimConnection(emulation, organization, {
    ...connection,
    groups: isNew
      ? [...connection.groups, group]
      : connection.groups.map((one) => (isIt(one) ? group : one)),
    group_roles: connection.group_roles.map((role) =>
      role.group_id === group.group_id ? { ...role, group_name: group.group_name } : role,
    ),
  })
  return group
}

function readGroup(
  directory: Directory,
  { displayName, members }: Attributes,
): Omit<ScimGroup, 'group_id'> {
  if (typeof displayName !== 'string' || displayName === '')
    throw new ScimFailure(400, '`displayName` is required.', 'invalidValue')
  return { group_name: displayName, member_ids: readMembers(directory, members ?? []) }
}

/** Ids of users of this directory, and of nobody else. */
function readMembers(directory: Directory, value: unknown): readonly string[] {
  const listed = Array.isArray(value) ? value : value === undefined ? [] : [value]
  const ids = listed.map((one: unknown) => (isObject(one) ? String(one.value) : ''))
  const known = directoryUsers(directory).map(({ member_id }) => member_id)
  const stranger = ids.find((id) => !known.includes(id))
  if (stranger !== undefined)
    throw new ScimFailure(400, `\`${stranger}\` is no user of the directory.`, 'invalidValue')
  return [...new Set(ids)]
}
