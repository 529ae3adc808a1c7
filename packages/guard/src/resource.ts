import { AttributeError, attributesOf } from './attributes.ts'
import type { Resource } from './decide.ts'

/** How the records of a kind become resources. */
export interface ResourceOptions {
  /** The field with the record's id. Default `id`. */
  readonly id?: string
  /**
   * The field with the id of the organization that the record belongs to. Default
   * `organization_id`. A record without it is denied; `false` says that records of this kind belong
   * to no organization.
   */
  readonly organization?: string | false
  /** The version of the policies to ask. */
  readonly policyVersion?: string
}

export const RESOURCE_OPTIONS: Readonly<Record<keyof ResourceOptions, true>> = {
  id: true,
  organization: true,
  policyVersion: true,
}

/** How a decider takes scopes. */
export interface ScopeOptions {
  /**
   * Whether a resource's scope is its organization's id, so that an organization may have policies
   * of its own. Turn it off for a policy decision point with strict scope search. Default `true`.
   */
  readonly resourceScope?: boolean
}

/** A record as a resource, or why there is nothing to decide about. */
export type ResourceFromRecord =
  | { readonly kind: 'resource'; readonly resource: Resource }
  | { readonly kind: 'denied'; readonly reason: 'no-resource' | 'no-organization' }

// A scope is a dotted path, so that an organization's id with a dot in it would name a child scope
// of another organization.
const scopeSegment = /^[0-9a-zA-Z][0-9a-zA-Z_-]*$/
const scopeCharacters = 'letters, digits, `-` and `_` only (or set `resourceScope: false`)'

/**
 * Makes a resource of a record. Its organization comes from the record, never from the request or
 * the principal. Throws an {@link AttributeError} where the record cannot be a resource at all.
 */
export function resourceFromRecord(
  kind: string,
  record: object | null | undefined,
  options: ResourceOptions & ScopeOptions,
): ResourceFromRecord {
  if (record === null || record === undefined) return { kind: 'denied', reason: 'no-resource' }
  const attr = attributesOf(record, kind)
  const id = readId(attr[options.id ?? 'id'], `${kind}.${options.id ?? 'id'}`)
  const listed = listedFromKnown(kind, attr, options)
  return listed.kind === 'denied'
    ? listed
    : { kind: 'resource', resource: { ...listed.resource, id } }
}

/** What all records of a list have in common as a resource, or why there is nothing to decide about. */
export type ListedFromKnown =
  | { readonly kind: 'resource'; readonly resource: ListedResource }
  | Extract<ResourceFromRecord, { kind: 'denied' }>

/** A resource without its id: any of those with these attributes. */
type ListedResource = Omit<Resource, 'id'> & Required<Pick<Resource, 'attr'>>

/** The same for what all records of a list have in common, their organization among it. */
export function listedFromKnown(
  kind: string,
  known: object | null | undefined,
  options: ResourceOptions & ScopeOptions,
): ListedFromKnown {
  if (known === null || known === undefined) return { kind: 'denied', reason: 'no-resource' }
  const attr = attributesOf(known, kind)
  const versioned = {
    kind,
    attr,
    ...(options.policyVersion === undefined ? {} : { policyVersion: options.policyVersion }),
  }
  if (options.organization === false) return { kind: 'resource', resource: versioned }

  const field = options.organization ?? 'organization_id'
  const organization = attr[field]
  if (typeof organization !== 'string' || organization === '')
    return { kind: 'denied', reason: 'no-organization' }
  if (options.resourceScope === false) return { kind: 'resource', resource: versioned }
  if (!scopeSegment.test(organization))
    throw new AttributeError(`${kind}.${field}`, 'not usable as a scope', scopeCharacters)
  return { kind: 'resource', resource: { ...versioned, scope: organization } }
}

function readId(id: unknown, path: string): string {
  if (typeof id === 'string' && id !== '') return id
  if (typeof id === 'number') return String(id)
  throw new AttributeError(path, 'missing or empty', "the record's id, a string or a number")
}
