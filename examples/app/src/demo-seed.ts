import type { Seed } from '@lockstitch/stytch-emulator'

import type { SignInHint } from './pages/sign-in.ts'
import { seedOrganizations, seedRoles } from './seed.ts'

/** The demo's project in the emulator. Its credentials are no secret: nothing else accepts them. */
export const demoProject = {
  project_id: 'project-test-00000000-0000-4000-8000-00000000f0f0',
  secret: 'secret-test-folio-demo-not-a-secret',
  public_token: 'public-token-test-folio',
  name: 'Folio',
} as const

/** The project of the notes at home: a consumer project. */
export const homeProject = {
  project_id: 'project-test-00000000-0000-4000-8000-00000000f0f1',
  secret: 'secret-test-folio-home-not-a-secret',
  public_token: 'public-token-test-folio-home',
  name: 'Folio at home',
} as const

/** What the emulator starts with. */
export const demoSeed: Seed = {
  projects: [
    {
      ...demoProject,
      rbac_policy: {
        // What a role may do is said in the policies of this example, not here.
        roles: seedRoles.map((role) => ({ ...role, permissions: [] })),
      },
      organizations: seedOrganizations.map(({ id, slug, name, members }) => ({
        organization_id: id,
        organization_slug: slug,
        organization_name: name,
        members: members.map((member) => ({
          member_id: member.id,
          email_address: member.email,
          name: member.name,
          roles: member.roles,
        })),
      })),
    },
    { ...homeProject, users: [{ email: 'uma@home.test', phone_number: '+15557654321' }] },
  ],
}

/** The addresses that the sign-in page of the demo offers, each once. */
export const demoHints: readonly SignInHint[] = [
  ...new Set(seedOrganizations.flatMap(({ members }) => members.map(({ email }) => email))),
].map((email) => ({ email, about: about(email) }))

function about(email: string): string {
  return seedOrganizations
    .flatMap(({ name, members }) =>
      members
        .filter((member) => member.email === email)
        .map((member) => `${member.roles.join(', ').replaceAll('_', ' ')} in ${name}`),
    )
    .join(', ')
}
