import { assertFree, emailUpdateMinutes } from '../email-updates.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { StytchFailure } from '../errors.ts'
import { email, oneOf, optional, string } from '../fields.ts'
import { sendLink } from '../links.ts'
import { changeCredentials, changeMember, newPhone } from '../members.ts'
import { sendCode } from '../one-time-codes.ts'
import { requireOrganization } from '../organizations.ts'
import { redirectUrl } from '../redirect-urls.ts'
import { showMemberAndOrganization } from '../sign-in.ts'
import { memberOfCall, type OfMember, organizationOfCall, selfOrMember } from './of-member.ts'

const memberReference = { organization_id: string, member_id: string }

/** What a member signs in with, taken away: phone number, authenticator app, password, old addresses. */
export const memberFactorEndpoints: readonly Endpoint[] = [
  endpoint(
    {
      method: 'DELETE',
      path: '/v1/b2b/organizations/:organization_id/members/mfa_phone_numbers/:member_id',
      sdk: 'organizations.members.deleteMFAPhoneNumber',
    },
    memberReference,
    {
      needs: (call, caller) => selfOrMember(call, caller, ['update.info.delete.mfa-phone']),
      run(call) {
        const { organization, member } = memberOfCall(call)
        if (member.mfa_phone_number === '') throw new StytchFailure('member_phone_number_not_found')
        const changed = changeMember(call, member, {
          mfa_phone_number: '',
          ...newPhone(call.ids),
          ...withoutDefault(member.default_mfa_method, 'sms_otp'),
        })
        return showMemberAndOrganization(organization, changed)
      },
    },
  ),
  endpoint(
    {
      method: 'DELETE',
      path: '/v1/b2b/organizations/:organization_id/members/:member_id/totp',
      sdk: 'organizations.members.deleteTOTP',
    },
    memberReference,
    {
      needs: (call, caller) => selfOrMember(call, caller, ['update.info.delete.mfa-totp']),
      run(call) {
        const { organization, member } = memberOfCall(call)
        if (member.credentials.totp === undefined) throw new StytchFailure('totp_not_found')
        const changed = changeCredentials(call, member, { totp: undefined, recovery_codes: [] })
        return showMemberAndOrganization(
          organization,
          changeMember(call, changed, withoutDefault(member.default_mfa_method, 'totp')),
        )
      },
    },
  ),
  endpoint(
    {
      method: 'DELETE',
      path: '/v1/b2b/organizations/:organization_id/members/passwords/:member_password_id',
      sdk: 'organizations.members.deletePassword',
    },
    { organization_id: string, member_password_id: string },
    {
      needs: (call, caller) =>
        selfOrMember(withOwnerOfPassword(call), caller, ['update.info.delete.password']),
      run(call) {
        const { organization, member } = memberOfCall(withOwnerOfPassword(call))
        return showMemberAndOrganization(
          organization,
          changeCredentials(call, member, { password: undefined }),
        )
      },
    },
  ),
  endpoint(
    {
      method: 'POST',
      path: '/v1/b2b/organizations/:organization_id/members/:member_id/unlink_retired_email',
      sdk: 'organizations.members.unlinkRetiredEmail',
    },
    { ...memberReference, email_id: optional(string), email_address: optional(email) },
    {
      needs: (call, caller) => selfOrMember(call, caller, ['update.info.unlink.retired-email']),
      run(call) {
        const { organization, member } = memberOfCall(call)
        const { email_id, email_address } = call.fields
        if (email_id === undefined && email_address === undefined)
          throw new StytchFailure('retired_email_missing_email_identifiers')
        const retired = member.retired_email_addresses.find(
          (one) =>
            (email_id ?? one.email_id) === one.email_id &&
            (email_address ?? one.email_address) === one.email_address,
        )
        if (retired === undefined) throw new StytchFailure('email_not_found')
        const changed = changeMember(call, member, {
          retired_email_addresses: member.retired_email_addresses.filter((one) => one !== retired),
        })
        return {
          ...showMemberAndOrganization(organization, changed),
          organization_id: organization.organization_id,
        }
      },
    },
  ),
  endpoint(
    {
      method: 'DELETE',
      path: '/v1/b2b/organizations/:organization_id/members/:member_id/external_id',
      sdk: 'organizations.members.deleteExternalId',
    },
    memberReference,
    {
      needs: (call, caller) => selfOrMember(call, caller, ['update.info.name']),
      run(call) {
        const { organization, member } = memberOfCall(call)
        return showMemberAndOrganization(
          organization,
          changeMember(call, member, { external_id: undefined }),
        )
      },
    },
  ),
  endpoint(
    {
      method: 'GET',
      path: '/v1/b2b/organizations/members/dangerously_get/:member_id',
      sdk: 'organizations.members.dangerouslyGet',
    },
    { member_id: string, include_deleted: optional(string) },
    {
      run({ project, fields }) {
        const member = project.store.members.get(fields.member_id)
        const isHidden = member?.status === 'deleted' && fields.include_deleted !== 'true'
        if (member === undefined || isHidden) throw new StytchFailure('member_not_found')
        const organization = requireOrganization(project, member.organization_id)
        return showMemberAndOrganization(organization, member)
      },
    },
  ),
  endpoint(
    {
      method: 'POST',
      path: '/v1/b2b/organizations/:organization_id/members/:member_id/start_email_update',
      sdk: 'organizations.members.startEmailUpdate',
    },
    {
      ...memberReference,
      email_address: email,
      login_redirect_url: optional(string),
      delivery_method: optional(oneOf(['EMAIL_MAGIC_LINK', 'EMAIL_OTP'])),
    },
    {
      needs: (call, caller) => selfOrMember(call, caller, ['update.info.email']),
      run(call) {
        const { organization, member } = memberOfCall(call)
        const { email_address, login_redirect_url, delivery_method } = call.fields
        if (member.status !== 'active')
          throw new StytchFailure('email_updates_available_only_for_active_members')
        assertFree(call, organization, member, email_address)
        const order = { member, organization, expiration_minutes: emailUpdateMinutes }
        if (delivery_method === 'EMAIL_OTP')
          sendCode(call, { ...order, kind: 'email_update_otp', to: email_address })
        else
          sendLink(call, {
            ...order,
            kind: 'email_update',
            email_address,
            url: redirectUrl(call.project.settings, 'login', login_redirect_url),
          })
        return showMemberAndOrganization(organization, member)
      },
    },
  ),
  endpoint(
    {
      method: 'GET',
      path: '/v1/b2b/organizations/:organization_id/members/:member_id/oidc_providers',
      sdk: 'organizations.members.oidcProviders',
    },
    { ...memberReference, include_refresh_token: optional(string) },
    {
      run(call) {
        const { member } = memberOfCall(call)
        const registrations = member.sso_registrations.flatMap(
          ({ connection_id, external_id, tokens }) => {
            if (tokens === undefined) return []
            const left = tokens.expires_at.getTime() - call.clock.now().getTime()
            return [
              {
                connection_id,
                provider_subject: external_id,
                id_token: tokens.id_token,
                access_token: tokens.access_token,
                access_token_expires_in: Math.max(0, Math.floor(left / 1000)),
                scopes: tokens.scopes,
                ...(call.fields.include_refresh_token === 'true' && {
                  refresh_token: tokens.refresh_token,
                }),
              },
            ]
          },
        )
        if (registrations.length === 0) throw new StytchFailure('member_oidc_token_not_found')
        return { registrations }
      },
    },
  ),
]

interface OfPassword {
  readonly project: OfMember['project']
  readonly fields: { readonly organization_id: string; readonly member_password_id: string }
}

/** The call with the member whose password it names. */
function withOwnerOfPassword({ project, fields }: OfPassword): OfMember {
  const { organization_id } = organizationOfCall({ project, fields })
  const owner = [...project.store.members.values()].find(
    (member) =>
      member.organization_id === organization_id &&
      member.credentials.password?.password_id === fields.member_password_id,
  )
  if (owner === undefined) throw new StytchFailure('member_password_not_found')
  return { project, fields: { organization_id, member_id: owner.member_id } }
}

/** A default that is no longer there is no default. */
function withoutDefault(
  current: string,
  deleted: 'sms_otp' | 'totp',
): { readonly default_mfa_method?: string } {
  return current === deleted ? { default_mfa_method: '' } : {}
}
