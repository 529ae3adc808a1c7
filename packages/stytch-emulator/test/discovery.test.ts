import { describe, expect, test } from 'vitest'

import { acmeId, appUrl, errorType, globexId, mayaId, useEmulator } from './support.ts'

const minute = 60_000
const used = useEmulator()

async function discover(email_address = 'maya@acme.test') {
  const { stytch, emulator } = used
  const discovery_redirect_url = appUrl
  await stytch.magicLinks.email.discovery.send({ email_address, discovery_redirect_url })
  const discovery_magic_links_token = emulator.messages()[0]?.token ?? 'no message'
  return await stytch.magicLinks.discovery.authenticate({ discovery_magic_links_token })
}

describe('discovery', () => {
  test('sends a link with a token type of its own', async () => {
    await discover()
    const [message] = used.emulator.messages()
    expect(message?.kind).toBe('discovery')
    expect(new URL(message?.url ?? '').searchParams.get('stytch_token_type')).toBe('discovery')
  })

  test('shows where an address belongs and where it may join', async () => {
    await used.stytch.magicLinks.email.invite({
      organization_id: globexId,
      email_address: 'new@acme.test',
      invite_redirect_url: appUrl,
    })
    const { discovered_organizations } = await discover('new@acme.test')
    const shown = discovered_organizations.map((one) => [
      one.organization?.organization_slug,
      one.membership?.type,
      one.membership?.details,
      one.membership?.member?.status,
    ])
    expect(shown).toEqual([
      ['acme', 'eligible_to_join_by_email_domain', { domain: 'acme.test' }, undefined],
      ['globex', 'invited_member', undefined, 'invited'],
    ])
    const { discovered_organizations: known } = await discover()
    expect(known.map((one) => one.membership?.type)).toEqual(['active_member', 'active_member'])
    expect(known.map((one) => one.member_authenticated)).toEqual([true, true])
  })

  test('lists without using the intermediate session up, and for a session too', async () => {
    const { stytch } = used
    const { intermediate_session_token } = await discover()
    for (const reference of [
      { intermediate_session_token },
      { intermediate_session_token },
      { session_token: used.emulator.startSession(mayaId).session_token },
    ]) {
      const list = await stytch.discovery.organizations.list(reference)
      expect(list.email_address).toBe('maya@acme.test')
      expect(list.discovered_organizations).toHaveLength(2)
    }
  })

  test('an intermediate session is exchanged for a session once', async () => {
    const { stytch } = used
    const { intermediate_session_token } = await discover()
    const request = { intermediate_session_token, organization_id: acmeId }
    const answer = await stytch.discovery.intermediateSessions.exchange(request)
    expect(answer).toMatchObject({ member_id: mayaId, member_authenticated: true })
    expect(await errorType(stytch.discovery.intermediateSessions.exchange(request))).toBe(
      'intermediate_session_not_found',
    )
  })

  test('an exchange makes a member where the domain of the address allows it', async () => {
    const { stytch } = used
    const exchange = async (email: string, organization_id: string) => {
      const { intermediate_session_token } = await discover(email)
      return await stytch.discovery.intermediateSessions.exchange({
        intermediate_session_token,
        organization_id,
      })
    }
    const { member } = await exchange('new@acme.test', acmeId)
    expect(member.status).toBe('active')
    expect(await errorType(exchange('new@acme.test', globexId))).toBe('member_not_found')
  })

  test('an organization that is created has its creator as admin', async () => {
    const { intermediate_session_token } = await discover('founder@start.test')
    const answer = await used.stytch.discovery.organizations.create({
      intermediate_session_token,
      organization_name: 'Start',
    })
    expect(answer).toMatchObject({
      member_authenticated: true,
      organization: { organization_slug: 'start' },
      member: { email_address: 'founder@start.test', is_admin: true },
      member_session: { roles: ['stytch_member', 'stytch_admin'] },
    })
  })

  test('an intermediate session is no session, and ends after ten minutes', async () => {
    const { stytch, emulator } = used
    const { intermediate_session_token } = await discover()
    const asSession = stytch.sessions.authenticate({ session_token: intermediate_session_token })
    expect(await errorType(asSession)).toBe('session_not_found')
    emulator.clock.advance(10 * minute)
    const request = { intermediate_session_token, organization_id: acmeId }
    expect(await errorType(stytch.discovery.intermediateSessions.exchange(request))).toBe(
      'intermediate_session_not_found',
    )
  })

  test('a discovery token signs nobody in, and a login token discovers nothing', async () => {
    const { stytch, emulator } = used
    await discover()
    const magic_links_token = emulator.messages()[0]?.token ?? ''
    expect(await errorType(stytch.magicLinks.authenticate({ magic_links_token }))).toBe(
      'magic_link_not_found',
    )
    await stytch.magicLinks.email.loginOrSignup({
      organization_id: acmeId,
      email_address: 'maya@acme.test',
      login_redirect_url: appUrl,
    })
    const discovery_magic_links_token = emulator.messages()[0]?.token ?? ''
    const call = stytch.magicLinks.discovery.authenticate({ discovery_magic_links_token })
    expect(await errorType(call)).toBe('magic_link_not_found')
  })
})

describe('RBAC', () => {
  test('the policy has Stytch’s roles and the project’s own', async () => {
    const { policy } = await used.stytch.rbac.policy()
    expect(policy?.roles.map((role) => role.role_id)).toEqual([
      'stytch_member',
      'stytch_admin',
      'editor',
      'owner',
    ])
    expect(policy?.resources.map((resource) => resource.resource_id)).toContain('document')
  })

  test('an organization has no roles of its own until it is given some', async () => {
    const { organizations } = used.stytch.rbac
    const acme = { organization_id: acmeId }
    expect((await organizations.getOrgPolicy(acme)).org_policy).toEqual({ roles: [] })
    const roles = [
      {
        role_id: 'archivist',
        description: 'Keeps things.',
        permissions: [{ resource_id: 'document', actions: ['view'] }],
      },
    ]
    await organizations.setOrgPolicy({ ...acme, org_policy: { roles } })
    expect((await organizations.getOrgPolicy(acme)).org_policy).toEqual({ roles })
    const { organization } = await used.stytch.organizations.get(acme)
    expect(organization.custom_roles).toEqual(roles)
  })

  test.each([
    ['a role twice', ['a', 'a'], 'rbac_role_duplicate'],
    ['a role of Stytch’s', ['stytch_admin'], 'invalid_rbac_stytch_role_edit'],
  ])('an organization cannot define %s', async (_rule, ids, expected) => {
    const roles = ids.map((role_id) => ({ role_id, description: '', permissions: [] }))
    const call = used.stytch.rbac.organizations.setOrgPolicy({
      organization_id: acmeId,
      org_policy: { roles },
    })
    expect(await errorType(call)).toBe(expected)
  })
})
