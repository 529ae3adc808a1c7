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
  requireName(principal.id, `${path}.id`, 'empty-id')
  requireNames(principal.roles, `${path}.roles`, 'empty-roles', 'empty-role')
  validateParty(principal, path)
}

export function validateResource(resource: Resource, path: string): void {
  requireObject(resource, path)
  requireName(resource.kind, `${path}.kind`, 'empty-kind')
  requireName(resource.id, `${path}.id`, 'empty-id')
  validateParty(resource, path)
}

export function validateActions(actions: readonly string[], path: string): void {
  requireNames(actions, path, 'no-actions', 'empty-action')
}

export function validateAuxData(auxData: AuxData | undefined, path: string): void {
  if (auxData === undefined) return
  requireObject(auxData, path)
  requireJsonObject(auxData.jwt, `${path}.jwt`)
  requireJsonObject(auxData.jwts, `${path}.jwts`)
  for (const [name, token] of Object.entries(auxData.jwts ?? {})) {
    const place = `${path}.jwts.${name}`
    requireObject(token, place)
    requireObject(token.claims, `${place}.claims`)
  }
}

/** Throws unless the value is an object. */
export function requireObject(value: unknown, path: string): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new EngineError('wrong-type', `\`${path}\` must be an object, got ${nameType(value)}`)
  }
}

function validateParty(party: Principal | Resource, path: string): void {
  const { attr, attributes, policyVersion, scope } = party
  requireJsonObject(attr, `${path}.attr`)
  requireJsonObject(attributes, `${path}.attributes`)
  requireText(policyVersion, `${path}.policyVersion`)
  requireText(scope, `${path}.scope`)
  if (policyVersion && !VERSION.test(policyVersion)) {
    const message = `\`${path}.policyVersion\` may contain letters, digits and \`_\` only`
    throw new EngineError('invalid-policy-version', message)
  }
  if (scope && !SCOPE.test(scope)) {
    const message = `\`${path}.scope\` must be names of letters, digits, \`_\` and \`-\`, separated by dots`
    throw new EngineError('invalid-scope', message)
  }
}

function requireJsonObject(value: unknown, path: string): void {
  if (value === undefined) return
  requireObject(value, path)
  const problem = findNotJson(value, path)
  if (problem) throw new EngineError('not-json', problem)
}

/** Throws unless the value is a string or left out. */
export function requireText(value: unknown, path: string): void {
  if (value !== undefined && typeof value !== 'string') {
    throw new EngineError('wrong-type', `\`${path}\` must be a string, got ${nameType(value)}`)
  }
}

function requireName(value: unknown, path: string, whenEmpty: EngineErrorCode): void {
  if (typeof value !== 'string') {
    throw new EngineError('wrong-type', `\`${path}\` must be a string, got ${nameType(value)}`)
  }
  if (value === '') throw new EngineError(whenEmpty, `\`${path}\` must not be empty`)
}

function requireNames(
  names: unknown,
  path: string,
  whenNone: EngineErrorCode,
  whenEmpty: EngineErrorCode,
): void {
  if (!Array.isArray(names)) {
    throw new EngineError('wrong-type', `\`${path}\` must be an array, got ${nameType(names)}`)
  }
  if (names.length === 0)
    throw new EngineError(whenNone, `\`${path}\` must have at least one entry`)
  for (let index = 0; index < names.length; index++) {
    const name: unknown = names[index]
    if (typeof name !== 'string' || name === '') requireName(name, `${path}[${index}]`, whenEmpty)
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
