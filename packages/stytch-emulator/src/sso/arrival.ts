import type { Emulation } from '../emulation.ts'
import type { AuthenticationFactor, Member, Organization } from '../entities.ts'
import { StytchFailure } from '../errors.ts'
import { factorOf } from '../factors.ts'
import { assertAllowed } from '../join.ts'
import { changeMember, createMember } from '../members.ts'
import { membersOf } from '../organizations.ts'
import { memberByEmail } from '../store.ts'
import type { SsoAssertion, SsoRegistration } from './entities.ts'

/** The member that an assertion is about, made if the organization admits it. */
export function memberOfAssertion(
  emulation: Emulation,
  organization: Organization,
  assertion: SsoAssertion,
): Member {
  const { organization_id } = organization
  const known =
    registeredMember(emulation, organization, assertion) ??
    memberByEmail(emulation.project.store, organization_id, assertion.email_address)
  assertAllowed(organization, 'sso', known)
  if (known !== undefined) return known
  const { sso_jit_provisioning, sso_jit_provisioning_allowed_connections } = organization
  const isAdmitted =
    sso_jit_provisioning === 'ALL_ALLOWED' ||
    (sso_jit_provisioning === 'RESTRICTED' &&
      sso_jit_provisioning_allowed_connections.includes(assertion.connection_id))
  if (!isAdmitted) throw new StytchFailure('invalid_connection_for_jit_provisioning')
  return createMember(emulation, organization, assertion.email_address, 'pending')
}

/** Keeps what the identity provider said with the member, and shows it as proof. */
export function registerAssertion(
  emulation: Emulation,
  member: Member,
  assertion: SsoAssertion,
): { readonly member: Member; readonly factor: AuthenticationFactor } {
  const { connection_id, external_id, attributes, groups, tokens, name, protocol } = assertion
  const isSame = (one: SsoRegistration): boolean =>
    one.connection_id === connection_id && one.external_id === external_id
  const registration_id =
    member.sso_registrations.find(isSame)?.registration_id ?? emulation.ids.id('sso-registration')
  const registration = {
    registration_id,
    connection_id,
    external_id,
    attributes,
    groups,
    tokens,
  }
  const detail = { id: registration_id, provider_id: connection_id, external_id }
  return {
    member: changeMember(emulation, member, {
      ...(name !== '' && { name }),
      sso_registrations: [...member.sso_registrations.filter((one) => !isSame(one)), registration],
    }),
    factor: factorOf(
      emulation,
      protocol === 'saml'
        ? { type: 'sso', delivery_method: 'sso_saml', saml_sso_factor: detail }
        : { type: 'sso', delivery_method: 'sso_oidc', oidc_sso_factor: detail },
    ),
  }
}

function registeredMember(
  { project }: Emulation,
  organization: Organization,
  { connection_id, external_id }: SsoAssertion,
): Member | undefined {
  return membersOf(project, organization).find(
    ({ status, sso_registrations }) =>
      status !== 'deleted' &&
      sso_registrations.some(
        (one) => one.connection_id === connection_id && one.external_id === external_id,
      ),
  )
}
