import { describe, expect, test } from 'vitest'

import { acmeId, adaId, errorType, globexId, mayaId, useEmulator } from './support.ts'

const used = useEmulator()
const acme = { organization_id: acmeId }

describe('organizations', () => {
  test('are created with Stytch’s defaults and a slug of their name', async () => {
    const { stytch } = used
    const { organization } = await stytch.organizations.create({
      organization_name: 'Café & Söhne 2',
    })
    expect(organization).toMatchObject({
      organization_id: expect.stringMatching(/^organization-test-[0-9a-f-]{36}$/),
      organization_slug: 'caf-s-hne-2',
      email_jit_provisioning: 'NOT_ALLOWED',
      email_invites: 'ALL_ALLOWED',
      auth_methods: 'ALL_ALLOWED',
      mfa_policy: 'OPTIONAL',
      custom_roles: [],
      trusted_metadata: {},
    })
    const again = await stytch.organizations.create({ organization_name: 'Café & Söhne 2' })
    expect(again.organization.organization_slug).toMatch(/^caf-s-hne-2-.+/)
  })

  test.each([acmeId, 'acme', 'ext-1'])(
    'are found by id, slug and external id: %s',
    async (organization_id) => {
      await used.stytch.organizations.update({ ...acme, organization_external_id: 'ext-1' })
      const { organization } = await used.stytch.organizations.get({ organization_id })
      expect(organization.organization_id).toBe(acmeId)
    },
  )

  test('merge metadata at the top level, and null deletes a key', async () => {
    const { stytch } = used
    const update = (trusted_metadata: object) =>
      stytch.organizations.update({ ...acme, trusted_metadata })
    await update({ plan: 'pro', limits: { seats: 5, disk: 1 } })
    const { organization } = await update({
      plan: null,
      limits: { seats: 6 },
      __proto__2: 'a name',
    })
    expect(organization.trusted_metadata).toEqual({ limits: { seats: 6 }, __proto__2: 'a name' })
  })

  test('go with their members and sessions', async () => {
    const { session_token } = used.emulator.startSession(mayaId)
    await used.stytch.organizations.delete(acme)
    expect(await errorType(used.stytch.organizations.get(acme))).toBe('organization_not_found')
    expect(await errorType(used.stytch.sessions.authenticate({ session_token }))).toBe(
      'session_not_found',
    )
  })

  // biome-ignore format: table
  test.each([
    ['a missing name', { organization_name: '' }, 'organization_name_missing'],
    ['a slug that is taken', { organization_name: 'A', organization_slug: 'globex' }, 'organization_slug_already_used'],
    ['a slug with other characters', { organization_name: 'A', organization_slug: 'a/b' }, 'invalid_organization_slug'],
    ['an unknown setting', { organization_name: 'A', email_invites: 'SOME' }, 'invalid_organization_auth_factor_setting'],
    ['restricted methods without any', { organization_name: 'A', auth_methods: 'RESTRICTED' }, 'allowed_auth_methods_required_for_restricted'],
    ['an unknown method', { organization_name: 'A', allowed_auth_methods: ['telepathy'] }, 'invalid_organization_allowed_auth_methods'],
    ['an unknown role by domain', { organization_name: 'A', rbac_email_implicit_role_assignments: [{ domain: 'a.test', role_id: 'king' }] }, 'invalid_rbac_role_assignment'],
    ['too much metadata', { organization_name: 'A', trusted_metadata: { a: 'x'.repeat(5000) } }, 'metadata_too_large'],
    ['too many keys', { organization_name: 'A', trusted_metadata: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`k${n}`, n])) }, 'metadata_too_many_keys'],
  ])('refuse %s', async (_rule, request, expected) => {
    expect(await errorType(used.stytch.organizations.create(request))).toBe(expected)
  })

  // biome-ignore format: table
  test.each([
    ['without a query', undefined, ['acme', 'globex']],
    ['by slug', { operator: 'AND', operands: [{ filter_name: 'organization_slugs', filter_value: ['acme'] }] }, ['acme']],
    ['by part of a name, whatever its case', { operator: 'AND', operands: [{ filter_name: 'organization_name_fuzzy', filter_value: 'GLOB' }] }, ['globex']],
    ['by a member’s address', { operator: 'AND', operands: [{ filter_name: 'member_emails', filter_value: ['ada@acme.test'] }] }, ['acme']],
    ['with both conditions', { operator: 'AND', operands: [{ filter_name: 'allowed_domains', filter_value: ['acme.test'] }, { filter_name: 'organization_ids', filter_value: [globexId] }] }, []],
    ['with either condition', { operator: 'OR', operands: [{ filter_name: 'allowed_domains', filter_value: ['acme.test'] }, { filter_name: 'organization_ids', filter_value: [globexId] }] }, ['acme', 'globex']],
  ] as const)('are searched %s', async (_rule, query, slugs) => {
    const request = query === undefined ? {} : { query: structuredClone(query) as never }
    const { organizations, results_metadata } = await used.stytch.organizations.search(request)
    expect(organizations.map((one) => one.organization_slug)).toEqual(slugs)
    expect(results_metadata.total).toBe(slugs.length)
  })

  test('are searched page by page', async () => {
    const first = await used.stytch.organizations.search({ limit: 1 })
    const cursor = first.results_metadata.next_cursor ?? ''
    const second = await used.stytch.organizations.search({ limit: 1, cursor })
    const slugs = [first, second].map((page) => page.organizations[0]?.organization_slug)
    expect(slugs).toEqual(['acme', 'globex'])
    expect(second.results_metadata.next_cursor).toBeUndefined()
  })

  // biome-ignore format: table
  test.each([
    ['an unknown filter', { filter_name: 'colour', filter_value: 'red' }, 'organization_search_filter_name_not_recognized'],
    ['a filter named like a property of every object', { filter_name: 'constructor', filter_value: 'x' }, 'organization_search_filter_name_not_recognized'],
    ['text where a list is expected', { filter_name: 'organization_slugs', filter_value: 'acme' }, 'organization_search_expected_array_of_strings'],
    ['two letters', { filter_name: 'organization_slug_fuzzy', filter_value: 'ac' }, 'organization_search_organization_slug_fuzzy_too_short'],
  ])('are not searched by %s', async (_rule, operand, expected) => {
    const query = { operator: 'AND', operands: [operand] } as never
    expect(await errorType(used.stytch.organizations.search({ query }))).toBe(expected)
  })
})

describe('on behalf of a member', () => {
  const as = (memberId: string) => {
    const { session_token } = used.emulator.startSession(memberId)
    return { authorization: { session_token } }
  }
  const rename = { ...acme, organization_name: 'Acme Ltd' }

  test('an admin may rename the organization, an editor may not', async () => {
    const { organizations } = used.stytch
    expect(await errorType(organizations.update(rename, as(adaId)))).toBe('no error')
    expect(await errorType(organizations.update(rename, as(mayaId)))).toBe(
      'session_authorization_error',
    )
  })

  // biome-ignore format: table
  test.each([
    ['an admin of another organization', () => used.stytch.organizations.update({ ...rename, organization_id: globexId }, as(adaId)), 'session_authorization_tenancy_error'],
    ['a session that ended', () => used.stytch.organizations.update(rename, { authorization: { session_token: 'gone' } }), 'session_not_found'],
    ['trusted metadata, whoever it is', () => used.stytch.organizations.update({ ...acme, trusted_metadata: {} }, as(adaId)), 'cannot_update_trusted_metadata'],
    ['trusted metadata of a new member, whoever it is', () => used.stytch.organizations.members.create({ ...acme, email_address: 'x@acme.test', trusted_metadata: {} }, as(adaId)), 'cannot_update_trusted_metadata'],
    ['an editor who adds a member', () => used.stytch.organizations.members.create({ ...acme, email_address: 'x@acme.test' }, as(mayaId)), 'session_authorization_error'],
    ['an editor who invites', () => used.stytch.magicLinks.email.invite({ ...acme, email_address: 'x@acme.test' }, as(mayaId)), 'session_authorization_error'],
    ['an editor who makes an admin of herself', () => used.stytch.organizations.members.update({ ...acme, member_id: mayaId, roles: ['stytch_admin'] }, as(mayaId)), 'session_authorization_error'],
    ['an editor who ends another’s sessions', () => used.stytch.sessions.revoke({ member_session_id: used.emulator.startSession(adaId).member_session_id }, as(mayaId)), 'session_authorization_error'],
  ])('refuses %s', async (_rule, call, expected) => {
    expect(await errorType(call())).toBe(expected)
  })

  test('a member may change their own name and end their own sessions', async () => {
    const { stytch } = used
    const own = { ...acme, member_id: mayaId }
    const { member } = await stytch.organizations.members.update({ ...own, name: 'M' }, as(mayaId))
    expect(member.name).toBe('M')
    const { member_session_id } = used.emulator.startSession(mayaId)
    const call = stytch.sessions.revoke({ member_session_id }, as(mayaId))
    expect(await errorType(call)).toBe('no error')
  })
})
