import { type Endpoint, endpoint } from '../endpoint.ts'
import { StytchFailure } from '../errors.ts'
import {
  boolean,
  email,
  jsonObject,
  listOf,
  oneOf,
  optional,
  phoneNumber,
  type Reader,
  string,
  text,
} from '../fields.ts'
import {
  changeMember,
  createMember,
  memberRoles,
  requireMember,
  showMember,
  updateMember,
} from '../members.ts'
import { membersOf, requireOrganization, showOrganization } from '../organizations.ts'
import { type Filters, filterValues, search, searchFields } from '../search.ts'
import type { SignedIn } from '../sessions.ts'
import { showMemberAndOrganization } from '../sign-in.ts'
import { type Need, refuseTrustedMetadata } from '../steps/authorize-member.ts'
import { memberByEmail, memberOf, signOutMember } from '../store.ts'
import {
  type Belonging,
  memberNeed,
  memberOfCall,
  type OfMember,
  organizationOfCall,
  selfOrMember,
} from './of-member.ts'

const mfaMethod: Reader<string> = oneOf(['sms_otp', 'totp'])

const memberFields = {
  name: optional(text),
  trusted_metadata: optional(jsonObject),
  untrusted_metadata: optional(jsonObject),
  is_breakglass: optional(boolean),
  mfa_phone_number: optional(phoneNumber),
  mfa_enrolled: optional(boolean),
  roles: optional(listOf(string)),
  external_id: optional(string),
}

/** Members: create, get, update, delete, reactivate, search. */
export const memberEndpoints: readonly Endpoint[] = [
  endpoint(
    {
      method: 'POST',
      path: '/v1/b2b/organizations/:organization_id/members',
      sdk: 'organizations.members.create',
    },
    {
      organization_id: string,
      email_address: email,
      create_member_as_pending: optional(boolean),
      ...memberFields,
    },
    {
      needs(call) {
        refuseTrustedMetadata(call.fields)
        return [memberNeed(organizationOfCall(call), 'create')]
      },
      run(call) {
        const organization = organizationOfCall(call)
        const {
          email_address,
          create_member_as_pending,
          organization_id: _,
          ...input
        } = call.fields
        const status = create_member_as_pending === true ? 'pending' : 'active'
        return showMemberAndOrganization(
          organization,
          createMember(call, organization, email_address, status, input),
        )
      },
    },
  ),
  endpoint(
    {
      method: 'GET',
      path: '/v1/b2b/organizations/:organization_id/member',
      sdk: 'organizations.members.get',
    },
    {
      organization_id: string,
      member_id: optional(string),
      email_address: optional(email),
    },
    {
      run(call) {
        const organization = organizationOfCall(call)
        const { member_id, email_address } = call.fields
        if ((member_id === undefined) === (email_address === undefined))
          throw new StytchFailure('invalid_member_get_fields')
        if (member_id !== undefined)
          return showMemberAndOrganization(
            organization,
            requireMember(call.project, organization, member_id),
          )
        const { organization_id } = organization
        const member = memberByEmail(call.project.store, organization_id, email_address ?? '')
        if (member === undefined) throw new StytchFailure('member_not_found')
        return showMemberAndOrganization(organization, member)
      },
    },
  ),
  endpoint(
    {
      method: 'PUT',
      path: '/v1/b2b/organizations/:organization_id/members/:member_id',
      sdk: 'organizations.members.update',
    },
    {
      organization_id: string,
      member_id: string,
      email_address: optional(email),
      preserve_existing_sessions: optional(boolean),
      default_mfa_method: optional(mfaMethod),
      unlink_email: optional(boolean),
      ...memberFields,
    },
    {
      needs: (call, caller) => updateNeeds(call, caller),
      run(call) {
        const { organization, member } = memberOfCall(call)
        const {
          organization_id: _organization,
          member_id: _member,
          preserve_existing_sessions: _preserve,
          unlink_email,
          ...input
        } = call.fields
        const updated = updateMember(call, organization, member, input)
        if (unlink_email !== true) return showMemberAndOrganization(organization, updated)
        const { retired_email_addresses } = member
        return showMemberAndOrganization(
          organization,
          changeMember(call, updated, { retired_email_addresses }),
        )
      },
    },
  ),
  endpoint(
    {
      method: 'DELETE',
      path: '/v1/b2b/organizations/:organization_id/members/:member_id',
      sdk: 'organizations.members.delete',
    },
    { organization_id: string, member_id: string },
    {
      needs: (call, caller) => selfOrMember(call, caller, ['delete']),
      run(call) {
        const { member } = memberOfCall(call)
        signOutMember(call.project.store, member.member_id)
        changeMember(call, member, { status: 'deleted' })
        return { member_id: member.member_id }
      },
    },
  ),
  endpoint(
    {
      method: 'PUT',
      path: '/v1/b2b/organizations/:organization_id/members/:member_id/reactivate',
      sdk: 'organizations.members.reactivate',
    },
    { organization_id: string, member_id: string },
    {
      needs: (call) => [memberNeed(organizationOfCall(call), 'create')],
      run(call) {
        const organization = organizationOfCall(call)
        const { store } = call.project
        const member = memberOf(store, organization, call.fields.member_id)
        if (member?.status !== 'deleted')
          throw new StytchFailure('no_deleted_member_found_for_reactivation')
        if (memberByEmail(store, organization.organization_id, member.email_address) !== undefined)
          throw new StytchFailure('reactivation_email_belongs_to_another_member')
        return showMemberAndOrganization(
          organization,
          changeMember(call, member, { status: 'active' }),
        )
      },
    },
  ),
  endpoint(
    {
      method: 'POST',
      path: '/v1/b2b/organizations/members/search',
      sdk: 'organizations.members.search',
    },
    { organization_ids: listOf(string), ...searchFields },
    {
      needs: ({ project, fields }) =>
        fields.organization_ids.map((id) => memberNeed(requireOrganization(project, id), 'search')),
      run({ project, fields }) {
        if (fields.organization_ids.length === 0)
          throw new StytchFailure('member_search_organization_ids_empty')
        const organizations = new Map(
          fields.organization_ids
            .map((id) => requireOrganization(project, id))
            .map((organization) => [organization.organization_id, organization]),
        )
        const asksForStatus = fields.query?.operands.some(({ filter_name }) =>
          ['statuses', 'status'].includes(filter_name),
        )
        const candidates = [...organizations.values()].flatMap((organization) =>
          membersOf(project, organization)
            .filter((member) => asksForStatus || member.status !== 'deleted')
            .map((member) => ({ member, organization })),
        )
        const { page, results_metadata } = search(
          candidates,
          fields,
          memberFilters,
          'member_search_filter_name_not_recognized',
        )
        return {
          members: page.map(({ organization, member }) => showMember(organization, member)),
          organizations: Object.fromEntries(
            page.map(({ organization }) => [
              organization.organization_id,
              showOrganization(organization),
            ]),
          ),
          results_metadata,
        }
      },
    },
  ),
]

/** What a member may change of themselves, and what only somebody with rights over members may. */
// biome-ignore format: table
const selfActions = {
  name: 'update.info.name',
  untrusted_metadata: 'update.info.untrusted-metadata',
  mfa_phone_number: 'update.info.mfa-phone',
  mfa_enrolled: 'update.settings.mfa-enrolled',
  default_mfa_method: 'update.settings.default-mfa-method',
} as const

// biome-ignore format: table
const memberOnlyActions = {
  email_address: 'update.info.email',
  is_breakglass: 'update.settings.is-breakglass',
  roles: 'update.settings.roles',
  external_id: 'update.info.name',
} as const

function updateNeeds(
  call: OfMember & { readonly fields: { readonly trusted_metadata?: unknown } },
  caller: SignedIn,
): readonly Need[] {
  refuseTrustedMetadata(call.fields)
  const asked = (table: Readonly<Record<string, string>>): string[] =>
    Object.entries(table)
      .filter(([field]) => call.fields[field as keyof typeof call.fields] !== undefined)
      .map(([, action]) => action)
  const organization = organizationOfCall(call)
  return [
    ...selfOrMember(call, caller, asked(selfActions)),
    ...asked(memberOnlyActions).map((action) => memberNeed(organization, action)),
  ]
}

const { strings, boolean: flag, fuzzy } = filterValues('member')

const phoneNumbers = (value: unknown): ((one: Belonging) => boolean) =>
  isIn(strings(value), ({ member }) => [member.mfa_phone_number])
const phoneNumberFuzzy = (value: unknown): ((one: Belonging) => boolean) =>
  contains(
    fuzzy(value, 'member_search_member_mfa_phone_number_fuzzy_too_short'),
    ({ member }) => member.mfa_phone_number,
  )

const memberFilters: Filters<Belonging> = {
  member_ids: (value) => isIn(strings(value), ({ member }) => [member.member_id]),
  member_emails: (value) => isIn(strings(value), ({ member }) => [member.email_address]),
  member_email_fuzzy: (value) =>
    contains(
      fuzzy(value, 'member_search_member_email_fuzzy_too_short'),
      ({ member }) => member.email_address,
    ),
  member_is_breakglass: (value) => {
    const wanted = flag(value)
    return ({ member }) => member.is_breakglass === wanted
  },
  statuses: (value) => isIn(strings(value), ({ member }) => [member.status]),
  member_roles: (value) =>
    isIn(strings(value), ({ organization, member }) =>
      memberRoles(organization, member).map((role) => role.role_id),
    ),
  // The SDK's types spell the phone filters otherwise than Stytch's front end does.
  member_phone_numbers: phoneNumbers,
  member_mfa_phone_numbers: phoneNumbers,
  member_phone_number_fuzzy: phoneNumberFuzzy,
  member_mfa_phone_number_fuzzy: phoneNumberFuzzy,
  member_password_exists: (value) => {
    const wanted = flag(value)
    return ({ member }) => (member.credentials.password !== undefined) === wanted
  },
}

function isIn(
  wanted: readonly string[],
  texts: (one: Belonging) => readonly string[],
): (one: Belonging) => boolean {
  const folded = wanted.map((text_) => text_.toLowerCase())
  return (one) => texts(one).some((own) => folded.includes(own.toLowerCase()))
}

function contains(part: string, own: (one: Belonging) => string): (one: Belonging) => boolean {
  return (one) => own(one).toLowerCase().includes(part)
}
