import type { User } from './consumer/entities.ts'
import { changeUser, createUser, type NewUser } from './consumer/users.ts'
import type { Emulation } from './emulation.ts'
import type {
  MagicLinkKind,
  MemberStatus,
  Organization,
  ProjectSettings,
  TrustedTokenProfile,
  WebhookEndpoint,
} from './entities.ts'
import { StytchFailure } from './errors.ts'
import { given } from './fields.ts'
import { type IdentityInput, identityOf } from './identities.ts'
import type { Ids } from './ids.ts'
import type { JsonObject } from './json.ts'
import { changeMember, createMember, type MemberInput } from './members.ts'
import { createOrganization, type OrganizationInput } from './organizations.ts'
import { type Policy, type PolicyRole, withDefaultPolicy } from './rbac.ts'
import { loopbackUrls } from './redirect-urls.ts'
import { gather, SeedError } from './seed-error.ts'

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
  readonly rbac_policy?: PolicySeed | undefined
  /** Where magic links may lead; any page on this machine when left out. */
  readonly redirect_urls?: readonly string[] | undefined
  readonly default_redirect_urls?:
    | Readonly<Partial<Record<MagicLinkKind, string | undefined>>>
    | undefined
  /** Names of hosts whose pages may use the frontend SDKs, beside this machine's. */
  readonly authorized_domains?: readonly string[] | undefined
  /** Whether connected apps may register by themselves; they may not when left out. */
  readonly dynamic_client_registration?: boolean | undefined
  /** Where sessions of the system that the project comes from are looked up: for `sessions.migrate`. */
  readonly userinfo_url?: string | undefined
  /** How tokens of another issuer are checked and read: for `sessions.attest`. */
  readonly trusted_token_profiles?: readonly TrustedTokenProfileSeed[] | undefined
  /** Where events of members, organizations and users are sent, signed as Svix signs them. */
  readonly webhooks?: readonly WebhookEndpoint[] | undefined
  /** Whom the sign-in pages of OAuth and SSO offer beside the members. */
  readonly identities?: readonly IdentityInput[] | undefined
  readonly organizations?: readonly OrganizationSeed[] | undefined
  /** The users of a consumer project. */
  readonly users?: readonly UserSeed[] | undefined
}

/** The custom part of a project's RBAC policy. */
export type PolicySeed = { readonly [K in keyof Policy]?: Policy[K] | undefined }

/** A profile of trusted tokens; its keys are behind `jwks_url`, or its one key is in `public_key`. */
interface TrustedTokenProfileSeed {
  readonly profile_id: string
  readonly issuer: string
  readonly audience: string
  readonly jwks_url?: string | undefined
  readonly public_key?: string | undefined
  readonly attribute_mapping?:
    | Readonly<Partial<Record<keyof TrustedTokenProfile['attribute_mapping'], string | undefined>>>
    | undefined
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

/** A user; `active` and with a verified address and number unless it says otherwise. */
interface UserSeed extends Omit<NewUser, 'status'> {
  readonly status?: User['status'] | undefined
}

/** The settings of a seed's project, with everything that was left out. */
export function projectSettings(
  seed: ProjectSeed,
  ids: Ids,
  baseUrl: () => string,
): ProjectSettings {
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
    rbac_policy: withDefaultPolicy({
      roles: [],
      resources: [],
      scopes: [],
      ...given(seed.rbac_policy ?? {}),
    }),
    redirect_urls: seed.redirect_urls ?? loopbackUrls,
    authorized_domains: seed.authorized_domains ?? [],
    dynamic_client_registration: seed.dynamic_client_registration ?? false,
    userinfo_url: seed.userinfo_url,
    trusted_token_profiles: (seed.trusted_token_profiles ?? []).map(trustedTokenProfile),
    webhooks: seed.webhooks ?? [],
    identities: (seed.identities ?? []).map(identityOf),
    default_redirect_urls: seed.default_redirect_urls ?? {},
  }
}

function trustedTokenProfile(seed: TrustedTokenProfileSeed): TrustedTokenProfile {
  const { attribute_mapping: mapping = {}, ...profile } = seed
  return {
    jwks_url: undefined,
    public_key: undefined,
    ...profile,
    attribute_mapping: {
      email: mapping.email ?? 'email',
      token_id: mapping.token_id ?? 'jti',
      organization_id: mapping.organization_id ?? 'organization_id',
    },
  }
}

/** Puts a seed's organizations, members and users into an empty project. */
export function plantProject(emulation: Emulation, seed: ProjectSeed, path: string): void {
  gather([
    ...(seed.organizations ?? []).map(
      (organization, index) => () =>
        plantOrganization(emulation, organization, `${path}.organizations[${index}]`),
    ),
    ...(seed.users ?? []).map((user, index) => () => {
      at(`${path}.users[${index}]`, () => plantUser(emulation, user))
    }),
  ])
}

function plantUser(emulation: Emulation, seed: UserSeed): void {
  const { status = 'active', ...input } = seed
  assertNewId(emulation.project.store.users, seed.user_id)
  const user = createUser(emulation, { ...input, status })
  const verified = status === 'active'
  changeUser(emulation, user, {
    emails: user.emails.map((one) => ({ ...one, verified })),
    phone_numbers: user.phone_numbers.map((one) => ({ ...one, verified })),
  })
}

function plantOrganization(emulation: Emulation, seed: OrganizationSeed, path: string): void {
  const { members = [], org_policy, ...input } = seed
  const organization = at(path, () => {
    assertNewId(emulation.project.store.organizations, seed.organization_id)
    return createOrganization(emulation, input, org_policy?.roles)
  })
  gather(
    members.map((member, index) => () => {
      at(`${path}.members[${index}]`, () => plantMember(emulation, organization, member))
    }),
  )
}

function plantMember(emulation: Emulation, organization: Organization, seed: MemberSeed): void {
  const { email_address, status = 'active', ...input } = seed
  assertNewId(emulation.project.store.members, seed.member_id)
  const created = createMember(emulation, organization, email_address, status, input)
  changeMember(emulation, created, { email_address_verified: status === 'active' })
}

function at<T>(path: string, plant: () => T): T {
  try {
    return plant()
  } catch (error) {
    if (error instanceof StytchFailure) throw new SeedError([{ path, problem: error.message }])
    throw error
  }
}

function assertNewId(table: ReadonlyMap<string, unknown>, id: string | undefined): void {
  if (id !== undefined && table.has(id))
    throw new StytchFailure('bad_request', `the id \`${id}\` occurs twice`)
}
