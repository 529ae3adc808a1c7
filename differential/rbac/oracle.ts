import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fetchRbacPolicy, readRbacPolicy } from '@lockstitch/stytch/rbac'
import { createEmulator, type Emulator, type Seed } from '@lockstitch/stytch-emulator'
import { B2BClient, StytchError } from 'stytch'

import type { Oracle } from '../area.ts'
import { ORGANIZATIONS, type RbacAnswer, type RbacCase, type RbacSet } from './rbac-case.ts'

/** The official SDK's local evaluation and the emulator's `authorization_check`, which have to agree. */
export async function openStytchOracle(): Promise<Oracle<RbacCase, RbacAnswer>> {
  let key: Emulator['key'] | undefined
  return {
    async ask(cases) {
      const bySet = new Map<RbacSet, RbacCase[]>()
      for (const each of cases) bySet.set(each.set, [...(bySet.get(each.set) ?? []), each])
      const answers = new Map<RbacCase, RbacAnswer>()
      for (const [set, ofSet] of bySet) {
        const { seed, members } = seedOf(set, ofSet)
        const emulator = await createEmulator({ seed, ...(key && { keys: [key] }) })
        key = emulator.key
        try {
          const client = clientOf(emulator)
          const policy = await fetchRbacPolicy(client)
          if (JSON.stringify(sorted(policy)) !== JSON.stringify(sorted(set.policy)))
            throw new Error('the policy that is fetched is another')
          for (const [index, each] of ofSet.entries()) {
            const local = locally(each)
            const remote =
              each.scopes === undefined
                ? await remotely(each, members[index] as string, emulator, client)
                : local
            answers.set(each, merged(local, remote))
          }
        } finally {
          await emulator.close()
        }
      }
      return cases.map((each) => answers.get(each) as RbacAnswer)
    },
    close: () => Promise.resolve(),
  }
}

function seedOf(
  { policy }: RbacSet,
  cases: readonly RbacCase[],
): { readonly seed: Seed; readonly members: readonly string[] } {
  const idOf = (index: number): string =>
    `member-test-00000000-0000-4000-8000-${String(index).padStart(12, '0')}`
  const organizations = ORGANIZATIONS.map((organization_id, at) => ({
    organization_id,
    organization_name: `Organization ${at}`,
    org_policy: {
      roles: policy.organizations.find((of) => of.organization_id === organization_id)?.roles ?? [],
    },
    members: cases.flatMap((each, index) =>
      each.organizationId === organization_id
        ? [
            {
              member_id: idOf(index),
              email_address: `member-${index}@example.com`,
              roles: each.roles,
            },
          ]
        : [],
    ),
  }))
  // The project's own part: the emulator adds Stytch's, as it was added to the policy of the case.
  const isOwn = ({ resource_id }: { resource_id: string }): boolean =>
    !resource_id.startsWith('stytch.')
  const custom = {
    ...policy,
    roles: policy.roles.map(withoutDefaults),
    resources: policy.resources.filter(isOwn),
  }
  const { roles, resources, scopes } = custom
  return {
    seed: { projects: [{ rbac_policy: { roles, resources, scopes }, organizations }] },
    members: cases.map((_, index) => idOf(index)),
  }
}

const DEFAULT_PERMISSIONS: Readonly<Record<string, number>> = { stytch_member: 1, stytch_admin: 4 }

/** Permissions of Stytch's own come first in its roles. */
function withoutDefaults<T extends { role_id: string; permissions: readonly unknown[] }>(
  role: T,
): T {
  const count = DEFAULT_PERMISSIONS[role.role_id] ?? 0
  return { ...role, permissions: role.permissions.slice(count) }
}

function sorted(of: RbacSet['policy']): unknown {
  const { organizations, ...policy } = readRbacPolicy(of)
  const ids = organizations.filter(({ roles }) => roles.length > 0)
  return [policy, [...ids].sort((a, b) => a.organization_id.localeCompare(b.organization_id))]
}

function clientOf({ project, url }: Emulator): B2BClient {
  const { warn } = console
  // The SDK warns of every base URL that is not Stytch's own.
  console.warn = () => undefined
  try {
    return new B2BClient({ project_id: project.projectId, secret: project.secret, env: `${url}/` })
  } finally {
    console.warn = warn
  }
}

/** The function that the SDK's `authenticateJwt` and `introspectTokenLocal` call; it is not exported. */
interface LocalEvaluation {
  performAuthorizationCheck(args: object): void
  performScopeAuthorizationCheck(args: object): void
}

const sdk = createRequire(import.meta.url)
const evaluation = sdk(join(dirname(sdk.resolve('stytch')), 'b2b/rbac_local.js')) as LocalEvaluation

function locally({
  set: { policy },
  organizationId,
  roles,
  scopes,
  question,
}: RbacCase): RbacAnswer {
  const own = policy.organizations.find((of) => of.organization_id === organizationId)
  try {
    if (scopes === undefined)
      evaluation.performAuthorizationCheck({
        policyRoles: [...policy.roles, ...(own?.roles ?? [])],
        subjectRoles: ['stytch_member', ...roles],
        subjectOrgID: organizationId,
        authorizationCheck: question,
      })
    else
      evaluation.performScopeAuthorizationCheck({
        policy,
        tokenScopes: scopes,
        subjectOrgID: organizationId,
        authorizationCheck: question,
      })
    return { allow: true }
  } catch (error) {
    const code = (error as { code?: string }).code
    if (code === 'tenancy_mismatch') return { allow: false, tenancy: true }
    if (code === 'invalid_permissions') return { allow: false }
    throw error
  }
}

async function remotely(
  { question }: RbacCase,
  memberId: string,
  emulator: Emulator,
  client: B2BClient,
): Promise<RbacAnswer> {
  const { session_token } = emulator.startSession(memberId)
  try {
    await client.sessions.authenticate({ session_token, authorization_check: question })
    return { allow: true }
  } catch (error) {
    if (!(error instanceof StytchError)) throw error
    if (error.error_type === 'session_authorization_tenancy_error')
      return { allow: false, tenancy: true }
    if (error.error_type === 'session_authorization_error') return { allow: false }
    throw error
  }
}

function merged(local: RbacAnswer, remote: RbacAnswer): RbacAnswer {
  if (local.allow === remote.allow && local.tenancy === remote.tenancy) return local
  return {
    ...local,
    disagreement: `local ${JSON.stringify(local)}, remote ${JSON.stringify(remote)}`,
  }
}
