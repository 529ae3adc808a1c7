import type { Value } from '@lockstitch/guard'

import { failure } from './errors.ts'
import type { RemoteSession } from './remote.ts'
import type { Session } from './session.ts'
import { type Fields, field, isFields, readValue } from './shape.ts'

/** What a session JWT does not carry and an application may ask for. A user has no organization, no `is_breakglass` and no `mfa_enrolled`. */
export type AttributeName =
  | 'email'
  | 'email_verified'
  | 'name'
  | 'status'
  | 'external_id'
  | 'is_breakglass'
  | 'mfa_enrolled'
  | 'trusted_metadata'
  | `trusted_metadata.${string}`
  | 'organization.name'
  | 'organization.trusted_metadata'
  | `organization.trusted_metadata.${string}`

/** An attribute that policies need, and where else it may come from. */
export interface AttributeRequest {
  readonly name: AttributeName
  /** The custom claim in which a JWT template puts it, so that Stytch need not be asked. */
  readonly claim?: string
  /** Whether a member may lack it: it is then `null`. Otherwise that is a 503. */
  readonly optional?: boolean
}

/** What the application needs to know about members. */
export interface WantedAttributes {
  readonly attributes: readonly AttributeRequest[]
  /** Fields of `untrusted_metadata`, which members write themselves. */
  readonly untrusted: readonly string[]
}

/** Attributes by name. Those that were not asked for are not in it. */
export type AttributeValues = ReadonlyMap<AttributeName, Value>

/** Reads the names of the attributes that an application asks for. Throws for an unknown one. */
export function readWanted(
  attributes: readonly (AttributeName | AttributeRequest)[],
  untrusted: readonly string[],
): WantedAttributes {
  const wanted = attributes.map((entry) => (typeof entry === 'string' ? { name: entry } : entry))
  for (const { name } of wanted) {
    if (!isAttributeName(name))
      throw new TypeError(
        `\`attributes\`: expected one of ${Object.keys(places).join(', ')} or a field of one of the metadata, got \`${name}\``,
      )
  }
  return { attributes: wanted, untrusted }
}

/** Whether Stytch has to be asked for something that the application needs. */
export function needsRemote(session: Session, wanted: WantedAttributes): boolean {
  const isMissing = ({ claim }: AttributeRequest): boolean =>
    claim === undefined || !Object.hasOwn(session.customClaims, claim)
  return wanted.untrusted.length > 0 || wanted.attributes.some(isMissing)
}

/** The attributes that were asked for, from the session's claims or from what Stytch answered. */
export function attributeValues(
  session: Session,
  remote: RemoteSession | undefined,
  wanted: WantedAttributes,
): AttributeValues {
  return new Map(
    wanted.attributes.map((request) => [request.name, readAttribute(session, remote, request)]),
  )
}

/** The untrusted fields that were named, `null` where the member has none. */
export function untrustedValues(
  remote: RemoteSession | undefined,
  names: readonly string[],
): Record<string, Value> {
  if (remote === undefined) throw failure('attribute-unavailable', 'untrusted')
  const metadata = field(remote.member, 'untrusted_metadata')
  const values: Record<string, Value> = Object.create(null)
  for (const name of names)
    values[name] = isFields(metadata) ? readValue(field(metadata, name) ?? null, name) : null
  return values
}

/** Where Stytch's answer has each attribute. */
const places: Readonly<Record<string, readonly ['member' | 'organization', string]>> = {
  email: ['member', 'email_address'],
  email_verified: ['member', 'email_address_verified'],
  name: ['member', 'name'],
  status: ['member', 'status'],
  external_id: ['member', 'external_id'],
  is_breakglass: ['member', 'is_breakglass'],
  mfa_enrolled: ['member', 'mfa_enrolled'],
  trusted_metadata: ['member', 'trusted_metadata'],
  'organization.name': ['organization', 'organization_name'],
  'organization.trusted_metadata': ['organization', 'trusted_metadata'],
}

/** The metadata object and the field that a name like `trusted_metadata.plan` means. */
export function metadataField(name: string): { metadata: string; key: string } | undefined {
  const [, metadata, key] = /^((?:organization\.)?trusted_metadata)\.(.+)$/s.exec(name) ?? []
  return metadata === undefined || key === undefined ? undefined : { metadata, key }
}

function isAttributeName(name: string): name is AttributeName {
  return Object.hasOwn(places, name) || metadataField(name) !== undefined
}

function readAttribute(
  session: Session,
  remote: RemoteSession | undefined,
  { name, claim, optional }: AttributeRequest,
): Value {
  // The newer knowledge wins: an answer of Stytch's, where there is one, over what it signed before.
  const value = remote === undefined ? claimValue(session, claim) : remoteValue(remote, name)
  if (value !== undefined && value !== null) return value
  if (optional === true) return null
  throw failure('attribute-unavailable', name)
}

function claimValue(session: Session, claim: string | undefined): Value | undefined {
  if (claim === undefined || !Object.hasOwn(session.customClaims, claim)) return undefined
  return session.customClaims[claim]
}

function remoteValue(remote: RemoteSession, name: string): Value | undefined {
  const inMetadata = metadataField(name)
  const place = places[inMetadata?.metadata ?? name]
  if (place === undefined) return undefined
  const [object, key] = place
  if (object === 'organization' && remote.session.kind !== 'b2b_member') return undefined
  const value = objectField(remote[object], key)
  if (inMetadata === undefined) return value === undefined ? undefined : readValue(value, name)
  const inner = isFields(value) ? field(value, inMetadata.key) : undefined
  return inner === undefined ? undefined : readValue(inner, name)
}

/** An organization or member without metadata has none, which is an empty object. */
function objectField(object: Fields, key: string): unknown {
  return field(object, key) ?? (key === 'trusted_metadata' ? {} : undefined)
}
