import type { Project } from '../emulation.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import type { Organization } from '../entities.ts'
import { optional, string } from '../fields.ts'
import { organizationFields, organizationName } from '../organization-fields.ts'
import {
  createOrganization,
  deleteOrganization,
  membersOf,
  requireOrganization,
  showOrganization,
  updateOrganization,
  withoutExternalId,
} from '../organizations.ts'
import { type Filters, filterValues, search, searchFields } from '../search.ts'
import { isActive } from '../sso/active.ts'
import { type Need, refuseTrustedMetadata } from '../steps/authorize-member.ts'

/** Organizations: create, get, update, delete, search, count. */
export const organizationEndpoints: readonly Endpoint[] = [
  endpoint(
    {
      method: 'POST',
      path: '/v1/b2b/organizations',
      sdk: 'organizations.create',
    },
    { organization_name: organizationName, ...organizationFields },
    {
      run: (call) => ({ organization: showOrganization(createOrganization(call, call.fields)) }),
    },
  ),
  endpoint(
    {
      method: 'GET',
      path: '/v1/b2b/organizations/:organization_id',
      sdk: 'organizations.get',
    },
    { organization_id: string },
    {
      run: (call) => ({ organization: showOrganization(requested(call)) }),
    },
  ),
  endpoint(
    {
      method: 'PUT',
      path: '/v1/b2b/organizations/:organization_id',
      sdk: 'organizations.update',
    },
    {
      organization_id: string,
      organization_name: optional(organizationName),
      ...organizationFields,
    },
    {
      needs(call) {
        refuseTrustedMetadata(call.fields)
        const { organization_id } = requested(call)
        return Object.entries(updateActions)
          .filter(([field]) => call.fields[field as keyof typeof call.fields] !== undefined)
          .map(([, action]) => ({ organization_id, resource_id: 'stytch.organization', action }))
      },
      run(call) {
        const { organization_id: _reference, ...changes } = call.fields
        const organization = updateOrganization(call, requested(call), changes)
        return { organization: showOrganization(organization) }
      },
    },
  ),
  endpoint(
    {
      method: 'DELETE',
      path: '/v1/b2b/organizations/:organization_id',
      sdk: 'organizations.delete',
    },
    { organization_id: string },
    {
      needs: (call): readonly Need[] => [
        {
          organization_id: requested(call).organization_id,
          resource_id: 'stytch.organization',
          action: 'delete',
        },
      ],
      run(call) {
        const organization = requested(call)
        deleteOrganization(call.project, organization)
        return { organization_id: organization.organization_id }
      },
    },
  ),
  endpoint(
    {
      method: 'POST',
      path: '/v1/b2b/organizations/search',
      sdk: 'organizations.search',
    },
    searchFields,
    {
      run({ project, fields }) {
        const { page, results_metadata } = search(
          [...project.store.organizations.values()],
          fields,
          organizationFilters(project),
          'organization_search_filter_name_not_recognized',
        )
        return { organizations: page.map(showOrganization), results_metadata }
      },
    },
  ),
  endpoint(
    {
      method: 'GET',
      path: '/v1/b2b/organizations/:organization_id/metrics',
      sdk: 'organizations.metrics',
    },
    { organization_id: string },
    {
      run({ project, fields }) {
        const organization = requireOrganization(project, fields.organization_id)
        const present = membersOf(project, organization).filter(
          (member) => member.status !== 'deleted',
        )
        return { member_count: present.length }
      },
    },
  ),
  endpoint(
    {
      method: 'DELETE',
      path: '/v1/b2b/organizations/:organization_id/external_id',
      sdk: 'organizations.deleteExternalId',
    },
    { organization_id: string },
    {
      needs({ project, fields }) {
        const { organization_id } = requireOrganization(project, fields.organization_id)
        return [{ organization_id, resource_id: 'stytch.organization', action: 'update.info.name' }]
      },
      run(call) {
        const organization = requireOrganization(call.project, call.fields.organization_id)
        return { organization: showOrganization(withoutExternalId(call, organization)) }
      },
    },
  ),
]

function requested(call: {
  readonly project: Project
  readonly fields: { readonly organization_id: string }
}): Organization {
  return requireOrganization(call.project, call.fields.organization_id)
}

/** The permission that each field of an update asks of a member. */
// biome-ignore format: table
const updateActions = {
  organization_name: 'update.info.name',
  organization_slug: 'update.info.slug',
  organization_logo_url: 'update.info.logo-url',
  organization_external_id: 'update.info.slug',
  sso_default_connection_id: 'update.settings.default-sso-connection',
  sso_jit_provisioning: 'update.settings.sso-jit-provisioning',
  sso_jit_provisioning_allowed_connections: 'update.settings.sso-jit-provisioning',
  email_allowed_domains: 'update.settings.allowed-domains',
  email_jit_provisioning: 'update.settings.email-jit-provisioning',
  email_invites: 'update.settings.email-invites',
  auth_methods: 'update.settings.allowed-auth-methods',
  allowed_auth_methods: 'update.settings.allowed-auth-methods',
  mfa_policy: 'update.settings.mfa-policy',
  mfa_methods: 'update.settings.allowed-mfa-methods',
  allowed_mfa_methods: 'update.settings.allowed-mfa-methods',
  rbac_email_implicit_role_assignments: 'update.settings.implicit-roles',
  oauth_tenant_jit_provisioning: 'update.settings.oauth-tenant-jit-provisioning',
  allowed_oauth_tenants: 'update.settings.allowed-oauth-tenants',
} as const

const { strings, boolean, fuzzy } = filterValues('organization')

function organizationFilters(project: Project): Filters<Organization> {
  const emails = (organization: Organization): string[] =>
    membersOf(project, organization)
      .filter((member) => member.status !== 'deleted')
      .map((member) => member.email_address)
  return {
    organization_ids: (value) => isIn(strings(value), (one) => [one.organization_id]),
    organization_slugs: (value) => isIn(strings(value), (one) => [one.organization_slug]),
    member_emails: (value) => isIn(strings(value), emails),
    allowed_domains: (value) => isIn(strings(value), (one) => one.email_allowed_domains),
    claimed_email_domains: (value) => isIn(strings(value), (one) => one.claimed_email_domains),
    organization_name_fuzzy: (value) =>
      contains(fuzzy(value, 'organization_search_organization_name_fuzzy_too_short'), (one) => [
        one.organization_name,
      ]),
    organization_slug_fuzzy: (value) =>
      contains(fuzzy(value, 'organization_search_organization_slug_fuzzy_too_short'), (one) => [
        one.organization_slug,
      ]),
    member_email_fuzzy: (value) =>
      contains(fuzzy(value, 'organization_search_member_email_fuzzy_too_short'), emails),
    allowed_domain_fuzzy: (value) =>
      contains(
        fuzzy(value, 'organization_search_allowed_domain_fuzzy_too_short'),
        (one) => one.email_allowed_domains,
      ),
    has_active_sso_connection: (value) => {
      const wanted = boolean(value)
      return (one) => one.sso_connections.some(isActive) === wanted
    },
    sso_connection_id: (value) => {
      const wanted = string(value, 'filter_value')
      return (one) => one.sso_connections.some(({ connection_id }) => connection_id === wanted)
    },
  }
}

type Texts = (organization: Organization) => readonly string[]

function isIn(wanted: readonly string[], texts: Texts): (organization: Organization) => boolean {
  const folded = wanted.map((one) => one.toLowerCase())
  return (organization) => texts(organization).some((one) => folded.includes(one.toLowerCase()))
}

function contains(part: string, texts: Texts): (organization: Organization) => boolean {
  return (organization) => texts(organization).some((one) => one.toLowerCase().includes(part))
}
