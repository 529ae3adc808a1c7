import { describe, expect, test } from 'vitest'

import { acmeId, adaId, errorType, globexId, mayaId, useEmulator } from './support.ts'

const used = useEmulator()
const acme = { organization_id: acmeId }
const maya = { ...acme, member_id: mayaId }
const members = () => used.stytch.organizations.members

describe('members', () => {
  test('are active, with the automatic role beside those they are given', async () => {
    const { member, member_id } = await members().create({
      ...acme,
      email_address: 'New@Acme.test',
      roles: ['editor', 'editor'],
      trusted_metadata: { level: 1, nothing: null },
    })
    expect(member).toMatchObject({
      member_id,
      email_address: 'new@acme.test',
      status: 'active',
      is_admin: false,
      trusted_metadata: { level: 1 },
      untrusted_metadata: {},
      roles: [
        { role_id: 'stytch_member', sources: [{ type: 'direct_assignment', details: {} }] },
        { role_id: 'editor', sources: [{ type: 'direct_assignment', details: {} }] },
      ],
    })
  })

  test('may be created as pending', async () => {
    const { member } = await members().create({
      ...acme,
      email_address: 'late@acme.test',
      create_member_as_pending: true,
    })
    expect(member.status).toBe('pending')
  })

  test('have a role by the domain of their address, with each source', async () => {
    await used.stytch.organizations.update({
      ...acme,
      rbac_email_implicit_role_assignments: [{ domain: 'acme.test', role_id: 'editor' }],
    })
    const rolesOf = async (member_id: string) => {
      const { member } = await members().get({ ...acme, member_id })
      return Object.fromEntries(
        member.roles.map((role) => [role.role_id, role.sources.map((source) => source.type)]),
      )
    }
    expect(await rolesOf(adaId)).toEqual({
      stytch_member: ['direct_assignment'],
      stytch_admin: ['direct_assignment'],
      editor: ['email_assignment'],
    })
    expect(await rolesOf(mayaId)).toEqual({
      stytch_member: ['direct_assignment'],
      editor: ['direct_assignment', 'email_assignment'],
    })
  })

  test.each([
    ['id', { member_id: mayaId }],
    ['external id', { member_id: 'crm-7' }],
    ['address, whatever its case', { email_address: 'MAYA@acme.test' }],
  ])('are found by %s', async (_rule, reference) => {
    await members().update({ ...maya, external_id: 'crm-7' })
    const { member_id } = await members().get({ ...acme, ...reference })
    expect(member_id).toBe(mayaId)
  })

  test('keep what an update does not name; roles are replaced, metadata is merged', async () => {
    await members().update({ ...maya, name: 'Maya', trusted_metadata: { a: 1, b: { x: 1 } } })
    const { member } = await members().update({
      ...maya,
      roles: ['owner'],
      trusted_metadata: { a: null, b: { y: 2 } },
    })
    expect(member.name).toBe('Maya')
    expect(member.trusted_metadata).toEqual({ b: { y: 2 } })
    expect(member.roles.map((role) => role.role_id)).toEqual(['stytch_member', 'owner'])
  })

  test('retire an address when they get another', async () => {
    const { member } = await members().update({ ...maya, email_address: 'maya.new@acme.test' })
    expect(member).toMatchObject({
      email_address: 'maya.new@acme.test',
      email_address_verified: false,
      retired_email_addresses: [{ email_address: 'maya@acme.test' }],
    })
  })

  test('are not found once deleted, and come back when reactivated', async () => {
    await members().delete(maya)
    expect(await errorType(members().get(maya))).toBe('member_not_found')
    const { member } = await members().reactivate(maya)
    expect(member.status).toBe('active')
    expect(await errorType(members().reactivate(maya))).toBe(
      'no_deleted_member_found_for_reactivation',
    )
  })

  test('do not come back when their address has been given away', async () => {
    await members().delete(maya)
    await members().create({ ...acme, email_address: 'maya@acme.test' })
    expect(await errorType(members().reactivate(maya))).toBe(
      'reactivation_email_belongs_to_another_member',
    )
  })

  // biome-ignore format: table
  test.each([
    ['an address twice', { email_address: 'maya@acme.test' }, 'duplicate_member_email'],
    ['what is no address', { email_address: 'maya' }, 'invalid_email'],
    ['a role that does not exist', { email_address: 'a@acme.test', roles: ['king'] }, 'invalid_rbac_role_assignment'],
    ['the automatic role', { email_address: 'a@acme.test', roles: ['stytch_member'] }, 'cannot_assign_default_rbac_role_id'],
    ['a live organization', { email_address: 'a@acme.test', organization_id: 'organization-live-1' }, 'live_id_used_in_test_environment'],
    ['an organization that does not exist', { email_address: 'a@acme.test', organization_id: 'nowhere' }, 'organization_not_found'],
  ])('refuse %s', async (_rule, request, expected) => {
    expect(await errorType(members().create({ ...acme, ...request }))).toBe(expected)
  })

  test('of another organization are not found by id', async () => {
    const call = members().get({ organization_id: globexId, member_id: mayaId })
    expect(await errorType(call)).toBe('member_not_found')
    const both = members().get({ ...maya, email_address: 'maya@acme.test' })
    expect(await errorType(both)).toBe('invalid_member_get_fields')
  })
})

describe('search', () => {
  const query = (filter_name: string, filter_value: unknown) =>
    ({ operator: 'AND', operands: [{ filter_name, filter_value }] }) as never
  // biome-ignore format: table
  test.each([
    ['everyone who was not deleted', undefined, ['ada@acme.test', 'maya@acme.test']],
    ['by id', query('member_ids', [mayaId]), ['maya@acme.test']],
    ['by role', query('member_roles', ['stytch_admin']), ['ada@acme.test']],
    ['by part of an address', query('member_email_fuzzy', 'MAY'), ['maya@acme.test']],
    ['the deleted, when asked for', query('statuses', ['deleted']), ['gone@acme.test']],
    ['break-glass members', query('member_is_breakglass', true), []],
    ['members without a password', query('member_password_exists', false), ['ada@acme.test', 'maya@acme.test']],
  ])('finds %s', async (_rule, wanted, addresses) => {
    const { member_id } = await members().create({ ...acme, email_address: 'gone@acme.test' })
    await members().delete({ ...acme, member_id })
    const found = await members().search({
      organization_ids: ['acme'],
      ...(wanted === undefined ? {} : { query: wanted }),
    })
    expect(found.members.map((member) => member.email_address).sort()).toEqual(addresses)
    expect(Object.keys(found.organizations)).toEqual(addresses.length === 0 ? [] : [acmeId])
  })

  // biome-ignore format: table
  test.each([
    ['no organization', { organization_ids: [] }, 'member_search_organization_ids_empty'],
    ['an unknown filter', { organization_ids: ['acme'], query: query('shoe_size', 42) }, 'member_search_filter_name_not_recognized'],
    ['a flag that is text', { organization_ids: ['acme'], query: query('member_is_breakglass', 'yes') }, 'member_search_expected_boolean'],
    ['a limit above 1000', { organization_ids: ['acme'], limit: 1001 }, 'bad_request'],
    ['a cursor nobody gave', { organization_ids: ['acme'], cursor: 'zzz' }, 'invalid_argument'],
  ])('refuses %s', async (_rule, request, expected) => {
    expect(await errorType(members().search(request))).toBe(expected)
  })
})
