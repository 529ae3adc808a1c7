import { EngineError, type EngineErrorCode } from './errors.ts'
import { findNotJson } from './json.ts'
import type { AuxData, CheckInput, Principal, Resource } from './request.ts'

const SCOPE = /^(?:\.|[0-9a-zA-Z][\w-]*(?:\.\w[\w-]*)*)$/
const VERSION = /^\w*$/

/**
 * Throws an {@link EngineError} that names the first place where an input is not what its type
 * says: requests are built from data of every sort, and TypeScript does not see that at run time.
 */
export function validateInput(input: CheckInput, path = ''): void {
  requireObject(input, path || 'input')
  const prefix = path && `${path}.`
  validatePrincipal(input.principal, `${prefix}principal`)
  validateResource(input.resource, `${prefix}resource`)
  validateActions(input.actions, `${prefix}actions`)
  validateAuxData(input.auxData, `${prefix}auxData`)
  requireText(input.requestId, `${prefix}requestId`)
}

export function validatePrincipal(principal: Principal, path: string): void {
  requireObject(principal, path)
  requireName(principal.id, path, '.id', 'empty-id')
  requireNames(principal.roles, path, '.roles', 'empty-roles', 'empty-role')
  validateParty(principal, path)
}

export function validateResource(resource: Resource, path: string): void {
  requireObject(resource, path)
  requireName(resource.kind, path, '.kind', 'empty-kind')
  requireName(resource.id, path, '.id', 'empty-id')
  validateParty(resource, path)
}

export function validateActions(actions: readonly string[], path: string): void {
  requireNames(actions, path, '', 'no-actions', 'empty-action')
}

export function validateAuxData(auxData: AuxData | undefined, path: string): void {
  if (auxData === undefined) return
  requireObject(auxData, path)
  requireJsonObject(auxData.jwt, path, '.jwt')
  requireJsonObject(auxData.jwts, path, '.jwts')
  for (const [name, token] of Object.entries(auxData.jwts ?? {})) {
    const place = `${path}.jwts.${name}`
    requireObject(token, place)
    requireObject(token.claims, `${place}.claims`)
  }
}

/** Throws unless the value is an object. */
export function requireObject(value: unknown, path: string): void {
  if (!isObject(value)) {
    throw new EngineError('wrong-type', `\`${path}\` must be an object, got ${nameType(value)}`)
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function validateParty(party: Principal | Resource, path: string): void {
  const { attr, attributes, policyVersion, scope } = party
  requireJsonObject(attr, path, '.attr')
  requireJsonObject(attributes, path, '.attributes')
  requireText(policyVersion, path, '.policyVersion')
  requireText(scope, path, '.scope')
  if (policyVersion && !VERSION.test(policyVersion)) {
    const message = `\`${path}.policyVersion\` may contain letters, digits and \`_\` only`
    throw new EngineError('invalid-policy-version', message)
  }
  if (scope && !SCOPE.test(scope)) {
    const message = `\`${path}.scope\` must be names of letters, digits, \`_\` and \`-\`, separated by dots`
    throw new EngineError('invalid-scope', message)
  }
}

// A path is put together when something is wrong: names of fields are what most of the time went to.
function requireJsonObject(value: unknown, path: string, field: string): void {
  if (value === undefined) return
  if (!isObject(value)) requireObject(value, `${path}${field}`)
  const problem = findNotJson(value, path, field)
  if (problem) throw new EngineError('not-json', problem)
}

/** Throws unless the value is a string or left out. */
export function requireText(value: unknown, path: string, field = ''): void {
  if (value !== undefined && typeof value !== 'string') {
    throw new EngineError(
      'wrong-type',
      `\`${path}${field}\` must be a string, got ${nameType(value)}`,
    )
  }
}

function requireName(
  value: unknown,
  path: string,
  field: string,
  whenEmpty: EngineErrorCode,
): void {
  if (typeof value !== 'string') {
    const got = nameType(value)
    throw new EngineError('wrong-type', `\`${path}${field}\` must be a string, got ${got}`)
  }
  if (value === '') throw new EngineError(whenEmpty, `\`${path}${field}\` must not be empty`)
}

function requireNames(
  names: unknown,
  path: string,
  field: string,
  whenNone: EngineErrorCode,
  whenEmpty: EngineErrorCode,
): void {
  if (!Array.isArray(names) || names.length === 0) {
    requireEntries(names, `${path}${field}`, whenNone)
    return
  }
  for (let index = 0; index < names.length; index++) {
    const name: unknown = names[index]
    if (typeof name === 'string' && name !== '') continue
    requireName(name, `${path}${field}`, `[${index}]`, whenEmpty)
  }
}

/** Throws unless the value is an array with something in it. */
export function requireEntries(
  value: unknown,
  path: string,
  whenNone: EngineErrorCode,
): asserts value is readonly unknown[] {
  if (!Array.isArray(value)) {
    throw new EngineError('wrong-type', `\`${path}\` must be an array, got ${nameType(value)}`)
  }
  if (value.length === 0)
    throw new EngineError(whenNone, `\`${path}\` must have at least one entry`)
}

/** What a value is, for a message; never the value. */
function nameType(value: unknown): string {
  if (value === null) return 'null'
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
