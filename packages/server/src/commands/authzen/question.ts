import type { AuxData, Principal, Resource } from '@lockstitch/engine'

import type { AuxDataTokens, TokenInput } from '../../auxdata/extract.ts'
import { CommandError } from '../../errors.ts'
import { claimsOf, type Pdp } from '../../pdp.ts'

type Properties = Readonly<Record<string, unknown>>

/** A subject or a resource as AuthZEN has it. */
export interface Entity {
  readonly type: string
  readonly id: string
  readonly properties?: Properties
}

export interface Action {
  readonly name: string
  readonly properties?: Properties
}

/** One question: may the subject do this to the resource? */
export interface Evaluation {
  readonly subject: Entity
  readonly resource: Entity
  readonly action: Action
  readonly context?: Properties
}

/** What the context of a question says to the server itself. */
export interface Options {
  readonly requestId?: string
  readonly includeMeta: boolean
  readonly auxData?: AuxDataTokens
}

/**
 * The principal of a subject. What Cerbos needs and AuthZEN has no place for comes as properties
 * under names of its own; without roles the type is the role.
 *
 * @see https://docs.cerbos.dev/cerbos/0.55.0/api/authzen
 */
export function principalOf({ type, id, properties = {} }: Entity): Principal {
  return {
    id,
    roles: rolesOf(properties, type),
    ...placeOf(properties),
    attr: attributes(properties),
  }
}

/**
 * The resource of a question. The properties of the action are an attribute of it, since the policies
 * have no other place for them: `R.attr["authzen.action"].soft`.
 */
export function resourceOf(
  { type, id, properties = {} }: Entity,
  action: Action | undefined,
): Resource {
  const { properties: ofAction = {} } = action ?? {}
  const attr =
    Object.keys(ofAction).length > 0 ? { ...properties, [ACTION_ATTRIBUTE]: ofAction } : properties
  return { kind: type, id, ...placeOf(properties), attr: attributes(attr) }
}

const ACTION_ATTRIBUTE = 'authzen.action'

/** Wrong options must not be taken for absent ones: they would decide by other roles or policies. */
function rolesOf(properties: Properties, type: string): readonly string[] {
  const roles = properties['cerbos.roles'] ?? []
  if (!Array.isArray(roles) || !roles.every((role) => typeof role === 'string' && role !== ''))
    throw invalid('cerbos.roles', 'a list of names')
  return roles.length === 0 ? [type] : [...new Set(roles)]
}

function placeOf(properties: Properties): Pick<Principal, 'policyVersion' | 'scope'> {
  const policyVersion = textOf(properties, 'cerbos.policyVersion')
  const scope = textOf(properties, 'cerbos.scope')
  return { ...(policyVersion && { policyVersion }), ...(scope && { scope }) }
}

function textOf(properties: Properties, name: string): string | undefined {
  const value = properties[name] ?? undefined
  if (value === undefined || typeof value === 'string') return value
  throw invalid(name, 'a text')
}

function invalid(name: string, expected: string): CommandError {
  return new CommandError('invalid-argument', `\`${name}\`: expected ${expected}`)
}

function attributes(properties: Properties): NonNullable<Principal['attr']> {
  // The values of a message are JSON.
  return properties as NonNullable<Principal['attr']>
}

/** What a context says to the server. */
export function optionsOf(context: Properties = {}): Options {
  const requestId = context['cerbos.requestId']
  const auxData = context['cerbos.auxData']
  return {
    includeMeta: context['cerbos.includeMeta'] === true,
    ...(typeof requestId === 'string' && requestId !== '' && { requestId }),
    ...(auxData !== undefined && auxData !== null && { auxData: tokensOf(auxData) }),
  }
}

/** Tokens of another shape than they should have are refused like forged ones. */
function tokensOf(auxData: unknown): AuxDataTokens {
  const { jwt, jwts } = objectOf(auxData)
  const single = jwt === undefined ? undefined : tokenOf(jwt)
  const several = Object.entries(jwts === undefined ? {} : objectOf(jwts)).flatMap(
    ([name, value]) => {
      const token = tokenOf(value)
      return token ? [[name, token] as const] : []
    },
  )
  return {
    ...(single && { jwt: single }),
    ...(several.length > 0 && { jwts: Object.fromEntries(several) }),
  }
}

/** Nothing where there is no token, which says nothing about anybody. */
function tokenOf(value: unknown): TokenInput | undefined {
  const { token = '', keySetId = '' } = objectOf(value)
  if (typeof token !== 'string' || typeof keySetId !== 'string') throw invalidAuxData()
  if (token === '') return undefined
  return { token, ...(keySetId && { keySetId }) }
}

function objectOf(value: unknown): Properties {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalidAuxData()
  return value as Properties
}

function invalidAuxData(): CommandError {
  return new CommandError('invalid-argument', 'invalid auxData')
}

/** The claims of the tokens of a context. */
export async function claimsFor(pdp: Pdp, { auxData }: Options): Promise<AuxData | undefined> {
  return auxData && claimsOf(pdp, auxData)
}
