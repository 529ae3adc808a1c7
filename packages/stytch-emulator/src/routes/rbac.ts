import { type Endpoint, endpoint } from '../endpoint.ts'
import { StytchFailure } from '../errors.ts'
import { listOf, object, string } from '../fields.ts'
import { requireOrganization } from '../organizations.ts'
import { policyRole } from '../policy-fields.ts'
import type { PolicyRole } from '../rbac.ts'

/** The project's RBAC policy and the roles that organizations add to it. */
export const rbacEndpoints: readonly Endpoint[] = [
  endpoint(
    {
      method: 'GET',
      path: '/v1/b2b/rbac/policy',
      sdk: 'rbac.policy',
    },
    {},
    {
      run: ({ project }) => ({ policy: project.settings.rbac_policy }),
    },
  ),
  endpoint(
    {
      method: 'GET',
      path: '/v1/b2b/rbac/organizations/:organization_id',
      sdk: 'rbac.organizations.getOrgPolicy',
    },
    { organization_id: string },
    {
      run: ({ project, fields }) => ({
        org_policy: { roles: requireOrganization(project, fields.organization_id).org_roles },
      }),
    },
  ),
  endpoint(
    {
      method: 'PUT',
      path: '/v1/b2b/rbac/organizations/:organization_id',
      sdk: 'rbac.organizations.setOrgPolicy',
    },
    { organization_id: string, org_policy: object({ roles: listOf(policyRole) }) },
    {
      run({ project, fields, clock }) {
        const organization = requireOrganization(project, fields.organization_id)
        const { roles } = fields.org_policy
        assertOrganizationRoles(roles)
        project.store.organizations.set(organization.organization_id, {
          ...organization,
          org_roles: roles,
          updated_at: clock.now(),
        })
        return { org_policy: { roles } }
      },
    },
  ),
]

/** A role may share its id with one of the project's, and then adds to it, as at Stytch. */
function assertOrganizationRoles(roles: readonly PolicyRole[]): void {
  const ids = roles.map((role) => role.role_id)
  if (new Set(ids).size < ids.length) throw new StytchFailure('rbac_role_duplicate')
  if (ids.some((id) => id.startsWith('stytch_')))
    throw new StytchFailure('invalid_rbac_stytch_role_edit')
}
