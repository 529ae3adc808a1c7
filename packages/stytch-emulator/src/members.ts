import { timestamp } from './clock.ts'
import type { Emulation, Project } from './emulation.ts'
import type {
  Credentials,
  Member,
  MemberStatus,
  OAuthRegistration,
  Organization,
} from './entities.ts'
import { StytchFailure } from './errors.ts'
import { given } from './fields.ts'
import type { Ids } from './ids.ts'
import type { JsonObject } from './json.ts'
import { mergeMetadata } from './metadata.ts'
import { traitsOf } from './oauth-providers.ts'
import { domainOf, rolesOf } from './organizations.ts'
import { adminRole, memberRole } from './rbac.ts'
import type { ScimRegistration } from './scim/entities.ts'
import { scimRoles } from './scim/roles.ts'
import type { SsoRegistration } from './sso/entities.ts'
import { ssoRoles } from './sso/roles.ts'
import { memberByEmail, memberOf } from './store.ts'

/** What a new or changed member may be told. */
export interface MemberInput {
  readonly name?: string | undefined
  readonly trusted_metadata?: JsonObject | undefined
  readonly untrusted_metadata?: JsonObject | undefined
  readonly is_breakglass?: boolean | undefined
  readonly mfa_phone_number?: string | undefined
  readonly mfa_enrolled?: boolean | undefined
  readonly default_mfa_method?: string | undefined
  readonly roles?: readonly string[] | undefined
  readonly external_id?: string | undefined
}

/** A role and why the member has it. */
export interface MemberRole {
  readonly role_id: string
  readonly sources: readonly {
    readonly type: string
    readonly details: { readonly connection_id?: string }
  }[]
}

/** Makes a member; the id is for seeds only. */
export function createMember(
  { project, ids, clock }: Emulation,
  organization: Organization,
  emailAddress: string,
  status: MemberStatus,
  input: MemberInput & { readonly member_id?: string | undefined } = {},
): Member {
  if (memberByEmail(project.store, organization.organization_id, emailAddress) !== undefined)
    throw new StytchFailure('duplicate_member_email')
  const { roles = [], trusted_metadata, untrusted_metadata, member_id, ...fields } = input
  return saveMember(project, organization, {
    name: '',
    external_id: undefined,
    is_breakglass: false,
    mfa_enrolled: false,
    mfa_phone_number: '',
    default_mfa_method: '',
    ...given(fields),
    mfa_phone_number_verified: false,
    phone_id: ids.id('phone-number'),
    credentials: noCredentials,
    oauth_registrations: [],
    sso_registrations: [],
    scim_registration: undefined,
    member_id: member_id ?? ids.id('member'),
    organization_id: organization.organization_id,
    email_address: emailAddress,
    email_id: ids.id('email'),
    email_address_verified: false,
    status,
    assigned_roles: [...new Set(roles)],
    retired_email_addresses: [],
    trusted_metadata: mergeMetadata({}, trusted_metadata),
    untrusted_metadata: mergeMetadata({}, untrusted_metadata),
    created_at: clock.now(),
    updated_at: clock.now(),
  })
}

/** Changes a member's fields: metadata is merged, roles are replaced, an old address is retired. */
export function updateMember(
  { project, ids, clock }: Emulation,
  organization: Organization,
  member: Member,
  input: MemberInput & { readonly email_address?: string | undefined },
): Member {
  const { roles, trusted_metadata, untrusted_metadata, email_address, ...fields } = input
  const moved = email_address !== undefined && email_address !== member.email_address
  if (moved && memberByEmail(project.store, organization.organization_id, email_address))
    throw new StytchFailure('duplicate_member_email')
  const { email_id, email_address: retired } = member
  const { mfa_phone_number = member.mfa_phone_number } = fields
  return saveMember(project, organization, {
    ...member,
    ...given(fields),
    ...(mfa_phone_number !== member.mfa_phone_number && newPhone(ids)),
    assigned_roles: roles === undefined ? member.assigned_roles : [...new Set(roles)],
    trusted_metadata: mergeMetadata(member.trusted_metadata, trusted_metadata),
    untrusted_metadata: mergeMetadata(member.untrusted_metadata, untrusted_metadata),
    ...(moved && {
      email_address,
      email_id: ids.id('email'),
      email_address_verified: false,
      retired_email_addresses: [
        ...member.retired_email_addresses,
        { email_id, email_address: retired },
      ],
    }),
    updated_at: clock.now(),
  })
}

/** What is known of a number that has just become a member's. */
export function newPhone(ids: Ids): Pick<Member, 'phone_id' | 'mfa_phone_number_verified'> {
  return { phone_id: ids.id('phone-number'), mfa_phone_number_verified: false }
}

/** Stores a change of what a member signs in with. */
export function changeCredentials(
  emulation: Emulation,
  member: Member,
  change: Partial<Credentials>,
): Member {
  return changeMember(emulation, member, { credentials: { ...member.credentials, ...change } })
}

const noCredentials: Credentials = { password: undefined, totp: undefined, recovery_codes: [] }

/** Stores a change that no request body made: a status, a verified address. */
export function changeMember(
  { project, clock }: Emulation,
  member: Member,
  change: Partial<Member>,
): Member {
  const changed = { ...member, ...change, updated_at: clock.now() }
  project.store.members.set(member.member_id, changed)
  return changed
}

/** The member of this organization with this id or external id, unless it was deleted. */
export function requireMember(
  project: Project,
  organization: Organization,
  reference: string,
): Member {
  if (reference.startsWith('member-live-'))
    throw new StytchFailure('live_id_used_in_test_environment')
  const member = memberOf(project.store, organization, reference)
  if (member === undefined || member.status === 'deleted')
    throw new StytchFailure('member_not_found')
  return member
}

/** A member's roles, each with where it comes from. */
export function memberRoles(organization: Organization, member: Member): readonly MemberRole[] {
  const direct = [memberRole, ...member.assigned_roles].map((role_id) => ({
    role_id,
    source: { type: 'direct_assignment', details: {} },
  }))
  const domain = domainOf(member.email_address)
  const byEmail = organization.rbac_email_implicit_role_assignments
    .filter((assignment) => assignment.domain === domain)
    .map(({ role_id }) => ({
      role_id,
      source: { type: 'email_assignment', details: { email_domain: domain } },
    }))
  const all = [
    ...direct,
    ...byEmail,
    ...ssoRoles(organization, member),
    ...scimRoles(organization, member),
  ]
  return [...new Set(all.map((role) => role.role_id))].map((role_id) => ({
    role_id,
    sources: all.filter((role) => role.role_id === role_id).map((role) => role.source),
  }))
}

/** A member as the API shows it. */
export function showMember(organization: Organization, member: Member): object {
  const {
    assigned_roles: _assigned,
    email_id: _email,
    phone_id: _phone,
    credentials,
    oauth_registrations,
    sso_registrations,
    scim_registration,
    ...shown
  } = member
  const roles = memberRoles(organization, member)
  return {
    ...shown,
    external_id: member.external_id ?? '',
    roles,
    is_admin: roles.some((role) => role.role_id === adminRole),
    sso_registrations: sso_registrations.map(showSsoRegistration),
    ...(scim_registration !== undefined && {
      scim_registration: showScimRegistration(scim_registration),
    }),
    oauth_registrations: oauth_registrations.filter(({ linked }) => linked).map(showRegistration),
    member_password_id: credentials.password?.password_id ?? '',
    totp_registration_id: credentials.totp?.verified === true ? credentials.totp.totp_id : '',
    is_locked: false,
    created_at: timestamp(member.created_at),
    updated_at: timestamp(member.updated_at),
  }
}

function showRegistration(registration: OAuthRegistration): object {
  const { registration_id, provider, provider_subject } = registration
  return {
    member_oauth_registration_id: registration_id,
    provider_type: traitsOf(provider).name,
    provider_subject,
    profile_picture_url: '',
    locale: '',
  }
}

function showScimRegistration({ user_name: _, ...shown }: ScimRegistration): object {
  return shown
}

function showSsoRegistration(registration: SsoRegistration): object {
  const { registration_id, connection_id, external_id, attributes } = registration
  return { registration_id, connection_id, external_id, sso_attributes: attributes }
}

function saveMember(project: Project, organization: Organization, member: Member): Member {
  assertAssignable(project, organization, member.assigned_roles)
  const holder = member.external_id && memberOf(project.store, organization, member.external_id)
  if (holder && holder.member_id !== member.member_id)
    throw new StytchFailure('duplicate_member_external_id')
  project.store.members.set(member.member_id, member)
  return member
}

function assertAssignable(
  project: Project,
  organization: Organization,
  roleIds: readonly string[],
): void {
  if (roleIds.includes(memberRole)) throw new StytchFailure('cannot_assign_default_rbac_role_id')
  const known = rolesOf(project, organization).map((role) => role.role_id)
  for (const roleId of roleIds)
    if (!known.includes(roleId))
      throw new StytchFailure('invalid_rbac_role_assignment', `The role ${roleId} does not exist.`)
}
