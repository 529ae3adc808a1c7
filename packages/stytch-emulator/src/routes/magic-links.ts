import { confirmEmail } from '../email-updates.ts'
import type { Emulation } from '../emulation.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import type { Member, OneTimeLink, Organization } from '../entities.ts'
import { StytchFailure } from '../errors.ts'
import { emailFactor } from '../factors.ts'
import {
  email,
  integer,
  jsonObject,
  listOf,
  optional,
  type Reader,
  string,
  text,
} from '../fields.ts'
import { completeFirstFactor, firstFactorFields } from '../first-factor.ts'
import { showDiscovery } from '../intermediate-sessions.ts'
import { assertAllowed, joinByEmail } from '../join.ts'
import { requireLink, sendLink, useUpLink } from '../links.ts'
import { changeMember, createMember, type MemberInput, updateMember } from '../members.ts'
import { allowsDomain, requireOrganization } from '../organizations.ts'
import { pkceChallenge } from '../pkce.ts'
import { redirectUrl } from '../redirect-urls.ts'
import { showMemberAndOrganization } from '../sign-in.ts'
import { refuseTrustedMetadata } from '../steps/authorize-member.ts'
import { memberByEmail } from '../store.ts'

const hour = 60
const week = 10_080
const minutes: Reader<number | undefined> = optional(integer(5, week))

/** Magic links by mail: sign in or up, invite, discovery. */
export const magicLinkEndpoints: readonly Endpoint[] = [
  endpoint(
    {
      method: 'POST',
      path: '/v1/b2b/magic_links/email/login_or_signup',
      sdk: 'magicLinks.email.loginOrSignup',
    },
    {
      organization_id: string,
      email_address: email,
      login_redirect_url: optional(string),
      signup_redirect_url: optional(string),
      pkce_code_challenge: optional(pkceChallenge),
      login_expiration_minutes: minutes,
      signup_expiration_minutes: minutes,
    },
    {
      run(call) {
        const { fields, project } = call
        const organization = requireOrganization(project, fields.organization_id)
        const known = memberByEmail(
          project.store,
          organization.organization_id,
          fields.email_address,
        )
        assertAllowed(organization, 'magic_link', known)
        const kind = known?.status === 'active' ? 'login' : 'signup'
        // Before the member is made: a refused call leaves nothing behind.
        const url = redirectUrl(project.settings, kind, fields[`${kind}_redirect_url`])
        const member = known ?? joinByEmail(call, organization, fields.email_address)
        sendLink(call, {
          kind,
          email_address: fields.email_address,
          member,
          organization,
          url,
          pkce_code_challenge: fields.pkce_code_challenge,
          expiration_minutes: fields[`${kind}_expiration_minutes`] ?? hour,
        })
        return {
          ...showMemberAndOrganization(organization, member),
          member_created: known === undefined,
        }
      },
    },
  ),
  endpoint(
    {
      method: 'POST',
      path: '/v1/b2b/magic_links/email/invite',
      sdk: 'magicLinks.email.invite',
    },
    {
      organization_id: string,
      email_address: email,
      invite_redirect_url: optional(string),
      invited_by_member_id: optional(string),
      name: optional(text),
      trusted_metadata: optional(jsonObject),
      untrusted_metadata: optional(jsonObject),
      roles: optional(listOf(string)),
      invite_expiration_minutes: minutes,
    },
    {
      needs({ project, fields }) {
        refuseTrustedMetadata(fields)
        const { organization_id } = requireOrganization(project, fields.organization_id)
        return [{ organization_id, resource_id: 'stytch.member', action: 'create' }]
      },
      run(call) {
        const { fields, project } = call
        const organization = requireOrganization(project, fields.organization_id)
        const url = redirectUrl(project.settings, 'invite', fields.invite_redirect_url)
        const member = invitedMember(call, organization, fields.email_address, fields)
        sendLink(call, {
          kind: 'invite',
          email_address: fields.email_address,
          member,
          organization,
          url,
          expiration_minutes: fields.invite_expiration_minutes ?? week,
        })
        return showMemberAndOrganization(organization, member)
      },
    },
  ),
  endpoint(
    {
      method: 'POST',
      path: '/v1/b2b/magic_links/authenticate',
      sdk: 'magicLinks.authenticate',
    },
    {
      magic_links_token: string,
      pkce_code_verifier: optional(string),
      ...firstFactorFields,
    },
    {
      run(call) {
        const { fields } = call
        const { magic_links_token, pkce_code_verifier } = fields
        const kinds = ['login', 'signup', 'invite', 'email_update'] as const
        const link = requireLink(call, magic_links_token, kinds, pkce_code_verifier)
        const { member: known, organization } = memberOfLink(call, link)
        const isUpdate = link.kind === 'email_update'
        const member = isUpdate
          ? confirmEmail(call, organization, known, link.email_address)
          : known
        const factors = [emailFactor(call, 'magic_link', member)]
        const answer = completeFirstFactor(call, fields, { organization, member, factors })
        useUpLink(call, link)
        return {
          ...answer,
          method_id: member.email_id,
          reset_sessions: false,
        }
      },
    },
  ),
  endpoint(
    {
      method: 'POST',
      path: '/v1/b2b/magic_links/email/discovery/send',
      sdk: 'magicLinks.email.discovery.send',
    },
    {
      email_address: email,
      discovery_redirect_url: optional(string),
      pkce_code_challenge: optional(pkceChallenge),
      discovery_expiration_minutes: minutes,
    },
    {
      run(call) {
        const { fields, project } = call
        sendLink(call, {
          kind: 'discovery',
          email_address: fields.email_address,
          url: redirectUrl(project.settings, 'discovery', fields.discovery_redirect_url),
          pkce_code_challenge: fields.pkce_code_challenge,
          expiration_minutes: fields.discovery_expiration_minutes ?? hour,
        })
        return {}
      },
    },
  ),
  endpoint(
    {
      method: 'POST',
      path: '/v1/b2b/magic_links/discovery/authenticate',
      sdk: 'magicLinks.discovery.authenticate',
    },
    { discovery_magic_links_token: string, pkce_code_verifier: optional(string) },
    {
      run(call) {
        const { discovery_magic_links_token, pkce_code_verifier } = call.fields
        const link = requireLink(
          call,
          discovery_magic_links_token,
          ['discovery'],
          pkce_code_verifier,
        )
        useUpLink(call, link)
        const { email_address } = link
        const email_id = call.ids.id('email')
        const factor = emailFactor(call, 'magic_link', { email_id, email_address })
        return showDiscovery(call, email_address, factor)
      },
    },
  ),
]

function invitedMember(
  emulation: Emulation,
  organization: Organization,
  emailAddress: string,
  { name, roles, trusted_metadata, untrusted_metadata }: MemberInput,
): Member {
  const { email_invites, organization_id } = organization
  const isRestricted = email_invites === 'RESTRICTED' && !allowsDomain(organization, emailAddress)
  if (email_invites === 'NOT_ALLOWED' || isRestricted)
    throw new StytchFailure('invalid_email_for_invites')
  const input = { name, roles, trusted_metadata, untrusted_metadata }
  const known = memberByEmail(emulation.project.store, organization_id, emailAddress)
  if (known === undefined)
    return createMember(emulation, organization, emailAddress, 'invited', input)
  if (known.status === 'active') throw new StytchFailure('duplicate_member_email')
  const updated = updateMember(emulation, organization, known, input)
  return changeMember(emulation, updated, { status: 'invited' })
}

function memberOfLink(
  { project }: Emulation,
  link: OneTimeLink,
): { readonly member: Member; readonly organization: Organization } {
  const member = project.store.members.get(link.member_id ?? '')
  if (member === undefined) throw new StytchFailure('magic_link_not_found')
  return { member, organization: requireOrganization(project, member.organization_id) }
}
