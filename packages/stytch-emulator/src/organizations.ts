import { timestamp } from './clock.ts'
import type { Emulation, Project } from './emulation.ts'
import type { Member, Organization, OrganizationSettings } from './entities.ts'
import { StytchFailure } from './errors.ts'
import { given } from './fields.ts'
import type { JsonObject } from './json.ts'
import { mergeMetadata } from './metadata.ts'
import { defaultSettings } from './organization-fields.ts'
import type { PolicyRole } from './rbac.ts'
import type { ScimConnection } from './scim/entities.ts'
import { isActive } from './sso/active.ts'
import type { SsoConnection } from './sso/entities.ts'
import { organizationOf, signOutMember } from './store.ts'

/** What a new or changed organization may be told. */
export interface OrganizationInput extends Partial<Undefinable<OrganizationSettings>> {
  readonly organization_name?: string | undefined
  readonly organization_slug?: string | undefined
  readonly organization_logo_url?: string | undefined
  readonly organization_external_id?: string | undefined
  readonly trusted_metadata?: JsonObject | undefined
}

type Undefinable<T> = { readonly [K in keyof T]: T[K] | undefined }

/** What a new organization needs; the id is for seeds only. */
export interface NewOrganization extends OrganizationInput {
  readonly organization_name: string
  readonly organization_id?: string | undefined
}

/** Makes an organization. */
export function createOrganization(
  { project, ids, clock }: Emulation,
  input: NewOrganization,
  roles: readonly PolicyRole[] = [],
): Organization {
  const organizationId = input.organization_id ?? ids.id('organization')
  const { trusted_metadata, organization_name, ...fields } = input
  const organization: Organization = {
    ...defaultSettings,
    organization_logo_url: '',
    organization_external_id: undefined,
    organization_slug: freeSlug(project, organization_name, organizationId),
    ...given(fields),
    organization_id: organizationId,
    organization_name,
    trusted_metadata: mergeMetadata({}, trusted_metadata),
    org_roles: roles,
    sso_connections: [],
    scim_connection: undefined,
    created_at: clock.now(),
    updated_at: clock.now(),
  }
  return saveOrganization(project, organization)
}

/** Changes an organization's fields; metadata is merged. */
export function updateOrganization(
  { project, clock }: Emulation,
  organization: Organization,
  input: OrganizationInput,
): Organization {
  const { trusted_metadata, ...fields } = input
  return saveOrganization(project, {
    ...organization,
    ...given(fields),
    trusted_metadata: mergeMetadata(organization.trusted_metadata, trusted_metadata),
    updated_at: clock.now(),
  })
}

/** Takes an organization's external id away. */
export function withoutExternalId(
  { project, clock }: Emulation,
  organization: Organization,
): Organization {
  return saveOrganization(project, {
    ...organization,
    organization_external_id: undefined,
    updated_at: clock.now(),
  })
}

/** Changes the ways that members sign in at identity providers. */
export function replaceConnections(
  { project, clock }: Emulation,
  organization: Organization,
  sso_connections: readonly SsoConnection[],
): void {
  saveOrganization(project, { ...organization, sso_connections, updated_at: clock.now() })
}

/** Changes how the organization's directory reaches the project. */
export function replaceScimConnection(
  { project, clock }: Emulation,
  organization: Organization,
  scim_connection: ScimConnection | undefined,
): void {
  saveOrganization(project, { ...organization, scim_connection, updated_at: clock.now() })
}

/** Removes an organization, its members and their sessions. */
export function deleteOrganization(project: Project, organization: Organization): void {
  for (const member of membersOf(project, organization)) {
    signOutMember(project.store, member.member_id)
    project.store.members.delete(member.member_id)
  }
  project.store.organizations.delete(organization.organization_id)
}

/** The organization with this id, slug or external id. */
export function requireOrganization(project: Project, reference: string): Organization {
  if (reference.startsWith('organization-live-'))
    throw new StytchFailure('live_id_used_in_test_environment')
  const organization = organizationOf(project.store, reference)
  if (organization === undefined) throw new StytchFailure('organization_not_found')
  return organization
}

/** Every member of an organization, deleted ones too. */
export function membersOf(project: Project, organization: Organization): readonly Member[] {
  return [...project.store.members.values()].filter(
    (member) => member.organization_id === organization.organization_id,
  )
}

/** The roles that exist in an organization: the project's and its own. */
export function rolesOf(project: Project, organization: Organization): readonly PolicyRole[] {
  return [...project.settings.rbac_policy.roles, ...organization.org_roles]
}

/** Whether an organization's members may sign in with this method; a break-glass member always may. */
export function allowsMethod(organization: Organization, method: string, member?: Member): boolean {
  return (
    member?.is_breakglass === true ||
    organization.auth_methods !== 'RESTRICTED' ||
    organization.allowed_auth_methods.includes(method)
  )
}

/** Whether an organization's members may use this second factor. */
export function allowsMfaMethod(organization: Organization, method: 'sms_otp' | 'totp'): boolean {
  return (
    organization.mfa_methods !== 'RESTRICTED' || organization.allowed_mfa_methods.includes(method)
  )
}

/** Whether an address belongs to one of the organization's domains. */
export function allowsDomain(organization: Organization, emailAddress: string): boolean {
  return organization.email_allowed_domains.includes(domainOf(emailAddress))
}

/** The part of an address after the at sign. */
export function domainOf(emailAddress: string): string {
  return emailAddress.slice(emailAddress.lastIndexOf('@') + 1)
}

/** An organization as the API shows it. */
export function showOrganization(organization: Organization): object {
  const {
    org_roles,
    scim_connection,
    created_at,
    updated_at,
    organization_external_id,
    sso_default_connection_id,
  } = organization
  return {
    ...organization,
    org_roles: undefined,
    organization_external_id: organization_external_id ?? '',
    sso_default_connection_id: sso_default_connection_id ?? '',
    sso_connections: undefined,
    scim_connection: undefined,
    ...(scim_connection !== undefined && {
      scim_active_connection: showScimConnection(scim_connection),
    }),
    sso_active_connections: activeConnections(organization),
    custom_roles: org_roles,
    created_at: timestamp(created_at),
    updated_at: timestamp(updated_at),
  }
}

function saveOrganization(project: Project, organization: Organization): Organization {
  const taken = (reference: string): boolean => {
    const holder = organizationOf(project.store, reference)
    return holder !== undefined && holder.organization_id !== organization.organization_id
  }
  if (taken(organization.organization_slug))
    throw new StytchFailure('organization_slug_already_used')
  const externalId = organization.organization_external_id
  if (externalId !== undefined && taken(externalId))
    throw new StytchFailure('organization_external_id_already_used')
  if (organization.auth_methods === 'RESTRICTED' && organization.allowed_auth_methods.length === 0)
    throw new StytchFailure('allowed_auth_methods_required_for_restricted')
  if (organization.mfa_methods === 'RESTRICTED' && organization.allowed_mfa_methods.length === 0)
    throw new StytchFailure('allowed_mfa_methods_required_for_restricted')
  assertRolesExist(project, organization)
  assertDefaultExists(organization)
  project.store.organizations.set(organization.organization_id, organization)
  return organization
}

function assertRolesExist(project: Project, organization: Organization): void {
  const known = rolesOf(project, organization).map((role) => role.role_id)
  for (const { role_id } of organization.rbac_email_implicit_role_assignments)
    if (!known.includes(role_id))
      throw new StytchFailure('invalid_rbac_role_assignment', `The role ${role_id} does not exist.`)
}

function assertDefaultExists({
  sso_connections,
  sso_default_connection_id: id = '',
}: Organization): void {
  if (id !== '' && !sso_connections.some((connection) => connection.connection_id === id))
    throw new StytchFailure('invalid_sso_default_connection_id')
}

function showScimConnection(connection: ScimConnection): object {
  const { connection_id, display_name, tokens, token_expires_at } = connection
  return {
    connection_id,
    display_name,
    bearer_token_last_four: tokens.current.slice(-4),
    bearer_token_expires_at: timestamp(token_expires_at),
  }
}

/** The connections that members can sign in with, as Stytch shows them. */
export function activeConnections({ sso_connections }: Organization): readonly object[] {
  return sso_connections.filter(isActive).map(showActiveConnection)
}

function showActiveConnection(connection: SsoConnection): object {
  const { connection_id, display_name } = connection
  const identity_provider = connection.kind === 'external' ? '' : connection.identity_provider
  return { connection_id, display_name, identity_provider }
}

function freeSlug(project: Project, name: string, organizationId: string): string {
  const words = name.toLowerCase().match(/[a-z0-9]+/g) ?? ['organization']
  const slug = words.join('-').slice(0, 100).padEnd(2, '-')
  const taken = organizationOf(project.store, slug) !== undefined
  return taken ? `${slug}-${organizationId.slice(-8)}` : slug
}
