import type { Project } from './emulation.ts'
import type { Identity } from './entities.ts'
import { StytchFailure } from './errors.ts'
import { email, optional, readFields, text } from './fields.ts'
import { uuidOf } from './ids.ts'

/** What a seed may say of someone at the identity providers. */
export interface IdentityInput {
  readonly email_address: string
  readonly email_verified?: boolean | undefined
  readonly name?: string | undefined
  readonly subject?: string | undefined
  readonly tenants?: readonly string[] | undefined
  readonly groups?: readonly string[] | undefined
}

/** Someone at the identity providers, with everything that was left out. */
export function identityOf(input: IdentityInput): Identity {
  return {
    email_address: input.email_address,
    email_verified: input.email_verified ?? true,
    name: input.name ?? '',
    subject: input.subject ?? uuidOf(`identity ${input.email_address}`),
    tenants: input.tenants ?? [],
    groups: input.groups ?? [],
  }
}

/** Whom the sign-in pages offer: the seed's identities, and the project's members. */
export function offeredIdentities({ settings, store }: Project): readonly Identity[] {
  const members = [...store.members.values()]
    .filter(({ status }) => status !== 'deleted')
    .map(({ email_address, name }) => identityOf({ email_address, name }))
  const byAddress = new Map(
    [...members, ...settings.identities].map((identity) => [identity.email_address, identity]),
  )
  return [...byAddress.values()]
}

/** What a sign-in page is told of the one who was chosen; lists are written with commas. */
const choice = {
  user: optional(email),
  name: optional(text),
  subject: optional(text),
  tenants: optional(text),
  groups: optional(text),
  email_verified: optional(text),
}

/** Whoever was chosen on a sign-in page, or by `?user=`; anyone may be made up there. */
export function chosenIdentity(project: Project, query: unknown): Identity | undefined {
  const { user, name, subject, tenants, groups, email_verified } = readFields(choice, query)
  if (user === undefined) return undefined
  const known =
    offeredIdentities(project).find((one) => one.email_address === user) ??
    identityOf({ email_address: user })
  return {
    ...known,
    ...(name !== undefined && { name }),
    ...(subject !== undefined && { subject }),
    ...(tenants !== undefined && { tenants: listed(tenants) }),
    ...(groups !== undefined && { groups: listed(groups) }),
    ...(email_verified !== undefined && { email_verified: email_verified === 'true' }),
  }
}

/** The part of a query that chooses someone, to be handed on. */
export function choiceParameters(query: unknown): readonly (readonly [string, string])[] {
  return Object.entries(readFields(choice, query)).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  )
}

/** The project whose pages these are; the token is public and names nothing but the project. */
export function projectByPublicToken(
  projects: readonly Project[],
  publicToken: string | undefined,
): Project {
  if (publicToken === undefined) throw new StytchFailure('public_token_required')
  const project = projects.find(({ settings }) => settings.public_token === publicToken)
  if (project === undefined) throw new StytchFailure('public_token_not_found')
  return project
}

function listed(list: string): readonly string[] {
  return list
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
}
