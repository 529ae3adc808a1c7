import { beforeEach, describe, expect, test } from 'vitest'

import { acmeId, errorType, globexId, useEmulator } from './support.ts'

const used = useEmulator()
const acme = { organization_id: acmeId }
let base = ''
let token = ''
let connection_id = ''

beforeEach(async () => {
  const { connection } = await used.stytch.scim.connection.create(acme)
  base = connection?.base_url ?? ''
  token = connection?.bearer_token ?? ''
  connection_id = connection?.connection_id ?? ''
})

// biome-ignore lint/suspicious/noExplicitAny: the answers of a directory are what they are.
type Resource = any

/** What a directory sends. */
async function scim(
  method: string,
  path: string,
  body?: object,
  bearer = token,
): Promise<{ readonly status: number; readonly body: Resource }> {
  const answer = await fetch(`${base}${path}`, {
    method,
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/scim+json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) }
}

async function newUser(userName = 'dora@acme.test', more: object = {}): Promise<string> {
  return (await scim('POST', '/Users', { userName, displayName: 'Dora', ...more })).body.id
}

async function rolesOf(member_id: string) {
  const { member } = await used.stytch.organizations.members.get({ ...acme, member_id })
  return member.roles
}

describe('a directory', () => {
  test('adds, finds, changes and removes members', async () => {
    const id = await newUser('dora@acme.test', { externalId: 'okta-7' })
    const { members } = used.stytch.organizations
    const found = await scim('GET', '/Users?filter=userName%20eq%20%22dora@acme.test%22')
    expect(found.body).toMatchObject({ totalResults: 1, Resources: [{ id, active: true }] })
    const { member } = await members.get({ ...acme, member_id: id })
    expect(member).toMatchObject({
      ...{ name: 'Dora', status: 'active' },
      scim_registration: { connection_id, external_id: 'okta-7' },
    })
    const change = { Operations: [{ op: 'Replace', value: { displayName: 'Dora D' } }] }
    expect((await scim('PATCH', `/Users/${id}`, change)).body.displayName).toBe('Dora D')
    const { session_token } = used.emulator.startSession(id)
    const leave = { Operations: [{ op: 'replace', path: 'active', value: 'False' }] }
    expect((await scim('PATCH', `/Users/${id}`, leave)).body.active).toBe(false)
    const call = used.stytch.sessions.authenticate({ session_token })
    expect(await errorType(call)).toBe('session_not_found')
    const back = { Operations: [{ op: 'replace', path: 'active', value: true }] }
    expect((await scim('PATCH', `/Users/${id}`, back)).body.active).toBe(true)
    expect((await scim('DELETE', `/Users/${id}`)).status).toBe(204)
    expect(
      (await members.dangerouslyGet({ member_id: id, include_deleted: true })).member.status,
    ).toBe('deleted')
  })

  test('takes over a member who is there, and refuses the second user of an address', async () => {
    const { body } = await scim('POST', '/Users', { userName: 'maya@acme.test' })
    const { member } = await used.stytch.organizations.members.get({
      ...acme,
      email_address: 'maya@acme.test',
    })
    expect(member.member_id).toBe(body.id)
    const again = await scim('POST', '/Users', { userName: 'maya@acme.test' })
    expect(again).toMatchObject({ status: 409, body: { scimType: 'uniqueness', status: '409' } })
  })

  test('gives roles by its groups, in every session, until somebody leaves the group', async () => {
    const dora = await newUser()
    const erin = await newUser('erin@acme.test')
    const group = { displayName: 'Editors', members: [{ value: dora }] }
    const group_id = (await scim('POST', '/Groups', group)).body.id
    await used.stytch.scim.connection.update({
      ...{ ...acme, connection_id },
      scim_group_implicit_role_assignments: [{ role_id: 'editor', group_id, group_name: '' }],
    })
    expect(await rolesOf(dora)).toContainEqual({
      role_id: 'editor',
      sources: [{ type: 'scim_connection_group', details: { connection_id, group_id } }],
    })
    const { session_token } = used.emulator.startSession(dora)
    const session = await used.stytch.sessions.authenticate({ session_token })
    expect(session.member_session.roles).toContain('editor')
    const swap = {
      Operations: [
        { op: 'remove', path: `members[value eq "${dora}"]` },
        { op: 'add', path: 'members', value: [{ value: erin }] },
      ],
    }
    expect((await scim('PATCH', `/Groups/${group_id}`, swap)).body.members).toEqual([
      { value: erin },
    ])
    expect((await rolesOf(dora)).map((role) => role.role_id)).toEqual(['stytch_member'])
    expect((await rolesOf(erin)).map((role) => role.role_id)).toContain('editor')
    const groups = await used.stytch.scim.connection.getGroups({ ...acme, connection_id })
    expect(groups.scim_groups).toMatchObject([{ group_id, group_name: 'Editors' }])
    await scim('POST', '/Groups', { displayName: 'Others' })
    const page = { ...acme, connection_id, limit: 1 }
    const first = await used.stytch.scim.connection.getGroups(page)
    const { next_cursor: cursor = '' } = first
    const second = await used.stytch.scim.connection.getGroups({ ...page, cursor })
    expect(
      [...first.scim_groups, ...second.scim_groups].map(({ group_name }) => group_name),
    ).toEqual(['Editors', 'Others'])
    expect(second.next_cursor).toBe('')
    await scim('DELETE', `/Groups/${group_id}`)
    expect((await rolesOf(erin)).map((role) => role.role_id)).toEqual(['stytch_member'])
  })
})

describe('nobody else', () => {
  test('is let in: without the token, with another connection’s, or after the connection is gone', async () => {
    expect((await scim('GET', '/Users', undefined, 'wrong')).status).toBe(401)
    const other = await used.stytch.scim.connection.create({ organization_id: globexId })
    expect((await scim('GET', '/Users', undefined, other.connection?.bearer_token)).status).toBe(
      401,
    )
    await used.stytch.scim.connection.delete({ ...acme, connection_id })
    expect((await scim('GET', '/Users')).status).toBe(401)
  })

  test('both tokens work while they are rotated, and the old one does not outlive it', async () => {
    const reference = { ...acme, connection_id }
    const { connection } = await used.stytch.scim.connection.rotateStart(reference)
    const next = connection?.next_bearer_token ?? ''
    expect((await scim('GET', '/Users')).status).toBe(200)
    expect((await scim('GET', '/Users', undefined, next)).status).toBe(200)
    await used.stytch.scim.connection.rotateComplete(reference)
    expect((await scim('GET', '/Users')).status).toBe(401)
    expect((await scim('GET', '/Users', undefined, next)).status).toBe(200)
  })

  test('members of the directory alone are in its groups, and are its to change', async () => {
    const { member } = await used.stytch.organizations.members.get({
      organization_id: globexId,
      email_address: 'hank@globex.test',
    })
    const stranger = { displayName: 'All', members: [{ value: member.member_id }] }
    expect((await scim('POST', '/Groups', stranger)).status).toBe(400)
    expect((await scim('DELETE', `/Users/${member.member_id}`)).status).toBe(404)
    const ada = await used.stytch.organizations.members.get({
      ...acme,
      email_address: 'ada@acme.test',
    })
    expect((await scim('DELETE', `/Users/${ada.member_id}`)).status).toBe(404)
  })

  // biome-ignore format: table
  test.each([
    ['a user without a name', 'POST', '/Users', {}, 400],
    ['a user who has no address', 'POST', '/Users', { userName: 'dora' }, 400],
    ['a group without a name', 'POST', '/Groups', {}, 400],
    ['a patch of nothing', 'PATCH', '/Users/x', {}, 404],
    ['a filter that is not understood', 'GET', '/Users?filter=userName%20sw%20%22a%22', undefined, 400],
  ] as const)('%s is refused', async (_, method, path, body, status) => {
    expect((await scim(method, path, body)).status).toBe(status)
  })
})
