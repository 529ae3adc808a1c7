import type { Emulation } from './emulation.ts'
import type { MagicLinkKind, MemberStatus, ProjectSettings } from './entities.ts'
import { StytchFailure } from './errors.ts'
import type { Ids } from './ids.ts'
import type { JsonObject } from './json.ts'
import { changeMember, createMember, type MemberInput } from './members.ts'
import { createOrganization, type OrganizationInput } from './organizations.ts'
import { type Policy, type PolicyRole, withDefaultPolicy } from './rbac.ts'
import { loopbackUrls } from './redirect-urls.ts'

/** What an emulator starts with, and goes back to on `reset`. */
export interface Seed {
  readonly projects: readonly ProjectSeed[]
}

/** A Stytch project. Credentials that are left out are made up. */
export interface ProjectSeed {
  readonly project_id?: string | undefined
  readonly secret?: string | undefined
  readonly public_token?: string | undefined
  /** The application's name, as mails show it. */
  readonly name?: string | undefined
  readonly jwt?: JwtSeed | undefined
  /** Roles, resources and scopes beside Stytch's own; a `stytch_*` role here adds permissions to it. */
  readonly rbac_policy?: Partial<Policy> | undefined
  /** Where magic links may lead; any page on this machine when left out. */
  readonly redirect_urls?: readonly string[] | undefined
  readonly default_redirect_urls?: Readonly<Partial<Record<MagicLinkKind, string>>> | undefined
  readonly organizations?: readonly OrganizationSeed[] | undefined
}

/** What a project's session JWTs look like. */
export interface JwtSeed {
  /** `stytch` for `stytch.com/<project id>` (the default), `base-url` for the emulator's URL, or an https origin. */
  readonly issuer?: string | undefined
  /** Claims to add, such as `{ "email": "{{ member.email_address }}" }`. */
  readonly template?: JsonObject | undefined
  readonly custom_audience?: string | undefined
}

/** An organization and its members. */
export interface OrganizationSeed extends OrganizationInput {
  readonly organization_id?: string | undefined
  readonly organization_name: string
  readonly org_policy?: { readonly roles: readonly PolicyRole[] } | undefined
  readonly members?: readonly MemberSeed[] | undefined
}

/** A member; `active` and with a verified address unless it says otherwise. */
export interface MemberSeed extends MemberInput {
  readonly member_id?: string | undefined
  readonly email_address: string
  readonly status?: MemberStatus | undefined
}

/** A seed that cannot be used: what is wrong, and where. */
export class SeedError extends Error {
  override readonly name = 'SeedError'
  /** The place, such as `projects[0].organizations[1].members[0]`. */
  readonly path: string

  constructor(path: string, problem: string) {
    super(`${path}: ${problem}`)
    this.path = path
  }
}

/** The settings of a seed's project, with everything that was left out. */
export function projectSettings(
  seed: ProjectSeed,
  ids: Ids,
  baseUrl: () => string,
): ProjectSettings & { readonly jwt: { readonly issuer: string } } {
  const project_id = seed.project_id ?? ids.id('project')
  return {
    project_id,
    secret: seed.secret ?? ids.id('secret'),
    public_token: seed.public_token ?? ids.id('public-token'),
    name: seed.name ?? 'Stytch emulator',
    jwt: {
      get issuer() {
        const issuer = seed.jwt?.issuer ?? 'stytch'
        if (issuer === 'stytch') return `stytch.com/${project_id}`
        return issuer === 'base-url' ? baseUrl() : issuer
      },
      template: seed.jwt?.template ?? {},
      custom_audience: seed.jwt?.custom_audience,
    },
    rbac_policy: withDefaultPolicy({ roles: [], resources: [], scopes: [], ...seed.rbac_policy }),
    redirect_urls: seed.redirect_urls ?? loopbackUrls,
    default_redirect_urls: seed.default_redirect_urls ?? {},
  }
}

/** Puts a seed's organizations and members into an empty project. */
export function plantProject(emulation: Emulation, seed: ProjectSeed, path: string): void {
  for (const [index, organization] of (seed.organizations ?? []).entries())
    plantOrganization(emulation, organization, `${path}.organizations[${index}]`)
}

function plantOrganization(emulation: Emulation, seed: OrganizationSeed, path: string): void {
  const { members = [], org_policy, ...input } = seed
  const organization = at(path, () => {
    assertTestId(seed.organization_id)
    assertNewId(emulation.project.store.organizations, seed.organization_id)
    return createOrganization(emulation, input, org_policy?.roles)
  })
  for (const [index, { email_address, status = 'active', ...member }] of members.entries())
    at(`${path}.members[${index}]`, () => {
      assertTestId(member.member_id)
      assertNewId(emulation.project.store.members, member.member_id)
      const address = email_address.toLowerCase()
      const created = createMember(emulation, organization, address, status, member)
      changeMember(emulation, created, { email_address_verified: status === 'active' })
    })
}

function at<T>(path: string, plant: () => T): T {
  try {
    return plant()
  } catch (error) {
    if (error instanceof StytchFailure) throw new SeedError(path, error.message)
    throw error
  }
}

function assertTestId(id: string | undefined): void {
  if (id?.includes('-live-')) throw new StytchFailure('live_id_used_in_test_environment')
}

function assertNewId(table: ReadonlyMap<string, unknown>, id: string | undefined): void {
  if (id !== undefined && table.has(id))
    throw new StytchFailure('bad_request', `the id \`${id}\` occurs twice`)
}
