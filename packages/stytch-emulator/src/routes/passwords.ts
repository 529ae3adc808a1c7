import type { Emulation } from '../emulation.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import type { Member, OneTimeLink, Organization, PasswordHash } from '../entities.ts'
import { StytchFailure } from '../errors.ts'
import { emailFactor, passwordFactor } from '../factors.ts'
import {
  boolean,
  email,
  integer,
  jsonObject,
  listOf,
  optional,
  phoneNumber,
  string,
  text,
} from '../fields.ts'
import { completeFirstFactor, firstFactorFields } from '../first-factor.ts'
import { ownIntermediateSession, showDiscovery } from '../intermediate-sessions.ts'
import { assertAllowed } from '../join.ts'
import { requireLink, sendLink, useUpLink } from '../links.ts'
import {
  changeCredentials,
  changeMember,
  createMember,
  requireMember,
  showMember,
  updateMember,
} from '../members.ts'
import { requireOrganization } from '../organizations.ts'
import { isPassword, migratedHashOf, migrationFields } from '../password-hash.ts'
import { assertStrong, passwordStrength } from '../password-strength.ts'
import { requirePassword, setPassword } from '../passwords.ts'
import { pkceChallenge } from '../pkce.ts'
import { redirectUrl } from '../redirect-urls.ts'
import { isFresh, requireSession, sessionOptions, sessionReference } from '../sessions.ts'
import { ownSession, showMemberAndOrganization, signIn } from '../sign-in.ts'
import { endSessions, memberByEmail } from '../store.ts'
import { memberNeed } from './of-member.ts'

const halfAnHour = 30
const expiration = optional(integer(5, 10_080))

/** Passwords: authenticate, reset by mail, session or the old one, strength, migration. */
export const passwordEndpoints: readonly Endpoint[] = [
  endpoint(
    { method: 'POST', path: '/v1/b2b/passwords/authenticate', sdk: 'passwords.authenticate' },
    {
      organization_id: string,
      email_address: email,
      password: string,
      ...firstFactorFields,
    },
    {
      run(call) {
        const { fields, project } = call
        const { email_address, password } = fields
        const organization = requireOrganization(project, fields.organization_id)
        const member = requirePassword(call, organization, email_address, password)
        assertAllowed(organization, 'password', member)
        const factors = [passwordFactor(call)]
        return completeFirstFactor(call, fields, { organization, member, factors })
      },
    },
  ),
  endpoint(
    { method: 'POST', path: '/v1/b2b/passwords/strength_check', sdk: 'passwords.strengthCheck' },
    { password: string, email_address: optional(email) },
    { run: ({ fields }) => passwordStrength(fields.password, fields.email_address) },
  ),
  endpoint(
    { method: 'POST', path: '/v1/b2b/passwords/migrate', sdk: 'passwords.migrate' },
    {
      email_address: email,
      organization_id: string,
      ...migrationFields,
      name: optional(text),
      trusted_metadata: optional(jsonObject),
      untrusted_metadata: optional(jsonObject),
      roles: optional(listOf(string)),
      preserve_existing_sessions: optional(boolean),
      mfa_phone_number: optional(phoneNumber),
      set_phone_number_verified: optional(boolean),
      external_id: optional(string),
    },
    {
      run(call) {
        const { fields, project } = call
        const { name, roles, trusted_metadata, untrusted_metadata } = fields
        const { mfa_phone_number, external_id, email_address } = fields
        const organization = requireOrganization(project, fields.organization_id)
        const hash = migratedHashOf(fields)
        const input = {
          name,
          roles,
          trusted_metadata,
          untrusted_metadata,
          mfa_phone_number,
          external_id,
        }
        const known = memberByEmail(project.store, organization.organization_id, email_address)
        const member =
          known === undefined
            ? createMember(call, organization, email_address, 'active', input)
            : updateMember(call, organization, known, input)
        const migrated = withMigratedPassword(call, member, hash)
        return {
          ...showMemberAndOrganization(
            organization,
            fields.set_phone_number_verified === true
              ? changeMember(call, migrated, { mfa_phone_number_verified: true })
              : migrated,
          ),
          member_created: known === undefined,
        }
      },
    },
  ),
  endpoint(
    {
      method: 'POST',
      path: '/v1/b2b/passwords/email/reset/start',
      sdk: 'passwords.email.resetStart',
    },
    {
      organization_id: string,
      email_address: email,
      reset_password_redirect_url: optional(string),
      reset_password_expiration_minutes: expiration,
      code_challenge: optional(pkceChallenge),
      login_redirect_url: optional(string),
    },
    {
      run(call) {
        const { fields, project } = call
        const { email_address } = fields
        const organization = requireOrganization(project, fields.organization_id)
        const member = memberByEmail(project.store, organization.organization_id, email_address)
        if (member === undefined) throw new StytchFailure('member_not_found')
        assertAllowed(organization, 'password', member)
        sendLink(call, {
          kind: 'password_reset',
          email_address,
          member,
          organization,
          url: redirectUrl(project.settings, 'password_reset', fields.reset_password_redirect_url),
          pkce_code_challenge: fields.code_challenge,
          expiration_minutes: fields.reset_password_expiration_minutes ?? halfAnHour,
        })
        return {
          member_id: member.member_id,
          member_email_id: member.email_id,
          member: showMember(organization, member),
        }
      },
    },
  ),
  endpoint(
    { method: 'POST', path: '/v1/b2b/passwords/email/reset', sdk: 'passwords.email.reset' },
    {
      password_reset_token: string,
      password: string,
      code_verifier: optional(string),
      ...firstFactorFields,
    },
    {
      async run(call) {
        const { fields, project } = call
        const strength = await passwordStrength(fields.password)
        // From here on nothing waits: two calls with one token cannot both pass.
        const token = fields.password_reset_token
        const link = requireLink(call, token, ['password_reset'], fields.code_verifier)
        const { member: known, organization } = memberOfLink(call, link)
        assertStrong(strength)
        const session = ownSession(call, known, fields)
        ownIntermediateSession(call, known, fields.intermediate_session_token)
        useUpLink(call, link)
        const member = setPassword(call, known, fields.password)
        if (session === undefined) endSessions(project.store, member.member_id)
        const factors = [emailFactor(call, 'magic_link', member), passwordFactor(call)]
        return {
          ...completeFirstFactor(call, fields, { organization, member, factors }),
          member_email_id: member.email_id,
        }
      },
    },
  ),
  endpoint(
    {
      method: 'POST',
      path: '/v1/b2b/passwords/email/require_reset',
      sdk: 'passwords.email.requireReset',
    },
    { email_address: email, organization_id: optional(string), member_id: optional(string) },
    {
      needs({ project, fields }) {
        const organization = requireOrganization(project, fields.organization_id ?? '')
        return [memberNeed(organization, 'update.info.delete.password')]
      },
      run(call) {
        const { project, fields } = call
        const organization = requireOrganization(project, fields.organization_id ?? '')
        const known =
          fields.member_id === undefined
            ? memberByEmail(project.store, organization.organization_id, fields.email_address)
            : requireMember(project, organization, fields.member_id)
        if (known === undefined) throw new StytchFailure('member_not_found')
        const { password } = known.credentials
        if (password === undefined) throw new StytchFailure('member_password_not_found')
        endSessions(project.store, known.member_id)
        const member = changeCredentials(call, known, {
          password: { ...password, requires_reset: true },
        })
        return showMemberAndOrganization(organization, member)
      },
    },
  ),
  endpoint(
    { method: 'POST', path: '/v1/b2b/passwords/session/reset', sdk: 'passwords.sessions.reset' },
    { organization_id: string, password: string, ...sessionReference, ...sessionOptions },
    {
      async run(call) {
        const { fields, project } = call
        const strength = await passwordStrength(fields.password)
        const signedIn = requireSession(call, fields)
        const organization = requireOrganization(project, fields.organization_id)
        if (organization.organization_id !== signedIn.organization.organization_id)
          throw new StytchFailure('session_not_found')
        assertAllowed(organization, 'password', signedIn.member)
        if (!isFresh(call, signedIn.session.authentication_factors))
          throw new StytchFailure('session_too_old_to_reset_password')
        assertStrong(strength)
        return signIn(call, {
          organization,
          member: setPassword(call, signedIn.member, fields.password),
          factors: [passwordFactor(call)],
          options: fields,
          session: signedIn.session,
        })
      },
    },
  ),
  endpoint(
    {
      method: 'POST',
      path: '/v1/b2b/passwords/existing_password/reset',
      sdk: 'passwords.existingPassword.reset',
    },
    {
      organization_id: string,
      email_address: email,
      existing_password: string,
      new_password: string,
      ...sessionReference,
      ...sessionOptions,
    },
    {
      async run(call) {
        const { fields, project } = call
        const { email_address, existing_password, new_password } = fields
        const strength = await passwordStrength(new_password, email_address)
        const organization = requireOrganization(project, fields.organization_id)
        const known = requirePassword(call, organization, email_address, existing_password)
        assertAllowed(organization, 'password', known)
        if (new_password === existing_password)
          throw new StytchFailure('cannot_reset_password_with_existing_password')
        assertStrong(strength)
        const session = ownSession(call, known, fields)
        const member = setPassword(call, known, new_password)
        if (session === undefined) endSessions(project.store, member.member_id)
        return signIn(call, {
          organization,
          member,
          factors: [passwordFactor(call)],
          options: fields,
          session,
        })
      },
    },
  ),
  endpoint(
    {
      method: 'POST',
      path: '/v1/b2b/passwords/discovery/email/reset/start',
      sdk: 'passwords.discovery.email.resetStart',
    },
    {
      email_address: email,
      reset_password_redirect_url: optional(string),
      discovery_redirect_url: optional(string),
      reset_password_expiration_minutes: expiration,
      pkce_code_challenge: optional(pkceChallenge),
    },
    {
      run(call) {
        const { fields, project } = call
        sendLink(call, {
          kind: 'discovery_password_reset',
          email_address: fields.email_address,
          url: redirectUrl(project.settings, 'password_reset', fields.reset_password_redirect_url),
          pkce_code_challenge: fields.pkce_code_challenge,
          expiration_minutes: fields.reset_password_expiration_minutes ?? halfAnHour,
        })
        return {}
      },
    },
  ),
  endpoint(
    {
      method: 'POST',
      path: '/v1/b2b/passwords/discovery/email/reset',
      sdk: 'passwords.discovery.email.reset',
    },
    {
      password_reset_token: string,
      password: string,
      pkce_code_verifier: optional(string),
    },
    {
      async run(call) {
        const { password, password_reset_token, pkce_code_verifier } = call.fields
        const strength = await passwordStrength(password)
        const kinds = ['discovery_password_reset'] as const
        const link = requireLink(call, password_reset_token, kinds, pkce_code_verifier)
        assertStrong(strength)
        useUpLink(call, link)
        const { email_address } = link
        for (const member of membersWithAddress(call, email_address))
          setPassword(call, member, password)
        return showDiscovery(call, email_address, passwordFactor(call))
      },
    },
  ),
  endpoint(
    {
      method: 'POST',
      path: '/v1/b2b/passwords/discovery/authenticate',
      sdk: 'passwords.discovery.authenticate',
    },
    { email_address: email, password: string },
    {
      run(call) {
        const { email_address, password } = call.fields
        const isKnown = membersWithAddress(call, email_address).some(({ credentials }) => {
          const stored = credentials.password
          return stored !== undefined && !stored.requires_reset && isPassword(password, stored.hash)
        })
        if (!isKnown) throw new StytchFailure('unauthorized_credentials')
        return showDiscovery(call, email_address, passwordFactor(call))
      },
    },
  ),
]

function withMigratedPassword(emulation: Emulation, member: Member, hash: PasswordHash): Member {
  const password_id = member.credentials.password?.password_id ?? emulation.ids.id('password')
  return changeCredentials(emulation, member, {
    password: { password_id, hash, requires_reset: false },
  })
}

/** Those of every organization who have proved to have this address: with discovery they share a password. */
function membersWithAddress({ project }: Emulation, emailAddress: string): readonly Member[] {
  return [...project.store.members.values()].filter(
    ({ email_address, email_address_verified, status }) =>
      email_address === emailAddress && email_address_verified && status !== 'deleted',
  )
}

function memberOfLink(
  { project }: Emulation,
  link: OneTimeLink,
): { readonly member: Member; readonly organization: Organization } {
  const member = project.store.members.get(link.member_id ?? '')
  if (member === undefined) throw new StytchFailure('unable_to_auth_password_reset_token')
  return { member, organization: requireOrganization(project, member.organization_id) }
}
