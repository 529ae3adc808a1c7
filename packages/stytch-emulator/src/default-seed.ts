import type { Seed } from './seed.ts'

/** Two organizations with a few members: what `lockstitch stytch` starts with. */
export const defaultSeed: Seed = {
  projects: [
    {
      project_id: 'project-test-10c4157c-0000-4000-8000-000000000001',
      secret: 'secret-test-emulator-only-not-a-secret',
      public_token: 'public-token-test-10c4157c-0000-4000-8000-000000000002',
      name: 'Lockstitch example',
      rbac_policy: {
        resources: [
          {
            resource_id: 'document',
            description: 'Documents of the organization.',
            actions: ['view', 'edit', 'delete'],
          },
        ],
        roles: [
          {
            role_id: 'editor',
            description: 'Writes documents.',
            permissions: [{ resource_id: 'document', actions: ['view', 'edit'] }],
          },
          {
            role_id: 'viewer',
            description: 'Reads documents.',
            permissions: [{ resource_id: 'document', actions: ['view'] }],
          },
        ],
      },
      organizations: [
        {
          organization_id: 'organization-test-ac3e0000-0000-4000-8000-000000000001',
          organization_name: 'Acme',
          organization_slug: 'acme',
          email_allowed_domains: ['acme.test'],
          email_jit_provisioning: 'RESTRICTED',
          members: [
            {
              member_id: 'member-test-ac3e0000-0000-4000-8000-000000000011',
              email_address: 'ada@acme.test',
              name: 'Ada Admin',
              roles: ['stytch_admin'],
            },
            {
              member_id: 'member-test-ac3e0000-0000-4000-8000-000000000012',
              email_address: 'maya@acme.test',
              name: 'Maya Editor',
              roles: ['editor'],
              trusted_metadata: { department: 'finance' },
            },
            {
              member_id: 'member-test-ac3e0000-0000-4000-8000-000000000013',
              email_address: 'vic@acme.test',
              name: 'Vic Viewer',
              roles: ['viewer'],
            },
          ],
        },
        {
          organization_id: 'organization-test-910be000-0000-4000-8000-000000000001',
          organization_name: 'Globex',
          organization_slug: 'globex',
          members: [
            {
              member_id: 'member-test-910be000-0000-4000-8000-000000000011',
              email_address: 'hank@globex.test',
              name: 'Hank Admin',
              roles: ['stytch_admin'],
            },
            {
              member_id: 'member-test-910be000-0000-4000-8000-000000000012',
              email_address: 'maya@acme.test',
              name: 'Maya, guest at Globex',
              roles: ['viewer'],
            },
          ],
        },
      ],
    },
  ],
}
