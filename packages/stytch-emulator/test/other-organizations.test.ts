import { describe, expect, test } from 'vitest'

import { endpoints } from '../src/routes/index.ts'
import { acmeId, globexId, mayaId, projectId, useEmulator } from './support.ts'

// What an application passes on of a request may name anyone: no organization reaches into another.

const used = useEmulator()
const authorization = `Basic ${Buffer.from(`${projectId}:secret-test-one`).toString('base64')}`

/** Hank, who may do everything at Globex. */
async function adminOfGlobex(): Promise<string> {
  const { members } = await used.stytch.organizations.members.search({
    organization_ids: [globexId],
  })
  const hank = members.find(({ email_address }) => email_address === 'hank@globex.test')
  const member_id = hank?.member_id ?? ''
  await used.stytch.organizations.members.update({
    organization_id: globexId,
    member_id,
    roles: ['stytch_admin'],
  })
  return used.emulator.startSession(member_id).session_token
}

async function ask(method: string, path: string, body: object, session?: string) {
  const hasBody = method !== 'GET'
  const answer = await fetch(`${used.emulator.url}${path}`, {
    method,
    headers: {
      authorization,
      ...(session !== undefined && { 'x-stytch-member-session': session }),
    },
    ...(hasBody && { body: JSON.stringify(body) }),
  })
  return { status: answer.status, text: await answer.text() }
}

/** A path with these in the place of its parameters, and something in the place of the others. */
function filled(path: string, parameters: Readonly<Record<string, string>>): string {
  return path.replace(/:(\w+)/g, (_, name: string) => parameters[name] ?? 'x')
}

const state = () => used.emulator.snapshot().projects
const everyField = {
  organization_name: 'Taken',
  name: 'Taken',
  email_address: 'taken@acme.test',
  roles: [],
  display_name: 'Taken',
  identity_provider: 'okta',
  external_organization_id: globexId,
  external_connection_id: 'x',
  metadata_url: 'http://127.0.0.1:1',
  delivery_method: 'EMAIL_OTP',
}

const asMember = endpoints.filter(
  ({ asMember: is, path }) => is && path.includes(':organization_id'),
)
const ofMember = endpoints.filter(
  ({ path }) => path.includes(':organization_id') && path.includes(':member_id'),
)

describe('an administrator of another organization', () => {
  test.each(asMember.map(({ method, path, sdk }) => [sdk, method, path] as const))(
    'is refused %s',
    async (_sdk, method, path) => {
      const session = await adminOfGlobex()
      const before = state()
      const url = filled(path, { organization_id: acmeId, member_id: mayaId })
      const { status, text } = await ask(method, url, everyField, session)
      expect([status, JSON.parse(text).error_type]).toEqual([
        expect.toSatisfy((code: number) => code === 403 || code === 404),
        expect.toSatisfy((type: string) =>
          /^session_authorization_tenancy_error$|_not_found$|^no_active_scim_connection$/.test(
            type,
          ),
        ),
      ])
      expect(text).not.toContain('maya@acme.test')
      expect(state()).toEqual(before)
    },
  )
})

describe('a member who is named with another organization', () => {
  test.each(ofMember.map(({ method, path, sdk }) => [sdk, method, path] as const))(
    'is not found by %s',
    async (_sdk, method, path) => {
      const before = state()
      const url = filled(path, { organization_id: globexId, member_id: mayaId })
      const { status, text } = await ask(method, url, everyField)
      expect([status, JSON.parse(text).error_type]).toEqual([
        404,
        expect.stringMatching(/^member_not_found$|^no_deleted_member_found_for_reactivation$/),
      ])
      expect(state()).toEqual(before)
    },
  )
})
