import type { Seed } from '../src/seed.ts'

export const projectId = 'project-test-00000000-0000-4000-8000-000000000001'
export const acmeId = 'organization-test-ac3e0000-0000-4000-8000-000000000001'
export const globexId = 'organization-test-910be000-0000-4000-8000-000000000001'
export const mayaId = 'member-test-ac3e0000-0000-4000-8000-000000000011'
export const adaId = 'member-test-ac3e0000-0000-4000-8000-000000000012'
export const appUrl = 'http://127.0.0.1:4000/authenticate'

export const seed: Seed = {
  projects: [
    {
      project_id: projectId,
      secret: 'secret-test-one',
      name: 'Papers',
      rbac_policy: {
        resources: [{ resource_id: 'document', description: '', actions: ['view', 'edit'] }],
        roles: [
          {
            role_id: 'editor',
            description: '',
            permissions: [{ resource_id: 'document', actions: ['view', 'edit'] }],
          },
          {
            role_id: 'owner',
            description: '',
            permissions: [{ resource_id: 'document', actions: ['*'] }],
          },
        ],
      },
      organizations: [
        {
          organization_id: acmeId,
          organization_name: 'Acme',
          organization_slug: 'acme',
          email_allowed_domains: ['acme.test'],
          email_jit_provisioning: 'RESTRICTED',
          members: [
            { member_id: mayaId, email_address: 'maya@acme.test', roles: ['editor'] },
            { member_id: adaId, email_address: 'ada@acme.test', roles: ['stytch_admin'] },
          ],
        },
        {
          organization_id: globexId,
          organization_name: 'Globex',
          organization_slug: 'globex',
          members: [{ email_address: 'maya@acme.test' }, { email_address: 'hank@globex.test' }],
        },
      ],
    },
  ],
}
