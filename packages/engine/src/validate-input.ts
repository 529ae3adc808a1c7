import type { SourceFile } from '@lockstitch/policy'

import { EngineError, type EngineErrorCode } from './errors.ts'
import { findNotJson } from './json.ts'
import type { PlanInput } from './plan/plan-input.ts'
import type { AuxData, CheckInput, Principal, Resource } from './request.ts'
import type { Settings } from './settings.ts'

const SCOPE = /^(?:\.|[0-9a-zA-Z][\w-]*(?:\.\w[\w-]*)*)$/
const VERSION = /^\w*$/

/**
 * Throws an {@link EngineError} that names the first place where an input is not what its type
 * says: requests are built from data of every sort, and TypeScript does not see that at run time.
 */
export function validateInput(input: CheckInput): void {
  requireObject(input, '')
  validatePrincipal(input.principal, 'principal')
  validateResource(input.resource, 'resource')
  validateActions(input.actions, 'actions')
  validateAuxData(input.auxData, 'auxData')
  requireText(input.requestId, 'requestId')
}

/** The same for the question of a plan, whose resource has no id. */
export function validatePlanInput(input: PlanInput): void {
  requireObject(input, '')
  validatePrincipal(input.principal, 'principal')
  requireObject(input.resource, 'resource')
  requireName(input.resource.kind, 'resource', '.kind', 'empty-kind')
  validateParty(input.resource, 'resource')
  validateActions(input.actions, 'actions')
  validateAuxData(input.auxData, 'auxData')
  requireText(input.requestId, 'requestId')
}

/** The same for how an engine decides. */
export function validateSettings(settings: Settings): void {
  requireText(settings.defaultScope, 'defaultScope')
  requireText(settings.defaultPolicyVersion, 'defaultPolicyVersion')
  requireJsonObject(settings.globals, 'globals', '', { integers: true })
}

/** The same for policy files. There may be none. */
export function validateFiles(files: readonly SourceFile[]): void {
  requireArray(files, 'files')
  validateEach(files, 'files', (file) => {
    requireObject(file, '')
    requireName(file.path, 'path', '', 'wrong-type')
    if (file.text !== '') requireName(file.text, 'text', '', 'wrong-type')
  })
}

/** The same for the single action of a question. */
export function validateAction(action: string): void {
  requireName(action, 'action', '', 'empty-action')
}

/** The same for each part of a list. Paths are put together when something is wrong. */
export function validateEach<Part>(
  parts: readonly Part[],
  list: string,
  validate: (part: Part) => void,
): void {
  for (let index = 0; index < parts.length; index++) {
    try {
      validate(parts[index] as Part) // The index is within the list.
    } catch (error) {
      throw error instanceof InvalidInput ? error.inside(`${list}[${index}]`) : error
    }
  }
}

class InvalidInput extends EngineError {
  readonly #path: string
  readonly #problem: string

  constructor(code: EngineErrorCode, path: string, problem: string) {
    super(code, `\`${path || 'input'}\` ${problem}`)
    this.#path = path
    this.#problem = problem
  }

  /** The same error with the place of the part that it is in. */
  inside(place: string): InvalidInput {
    const path = this.#path === '' ? place : `${place}.${this.#path}`
    return new InvalidInput(this.code, path, this.#problem)
  }
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
    throw wrongType(path, 'an object', value)
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function validateParty(party: Principal | Omit<Resource, 'id'>, path: string): void {
  const { attr, attributes, policyVersion, scope } = party
  requireJsonObject(attr, path, '.attr')
  requireJsonObject(attributes, path, '.attributes')
  requireText(policyVersion, path, '.policyVersion')
  requireText(scope, path, '.scope')
  if (policyVersion && !VERSION.test(policyVersion)) {
    const problem = 'may contain letters, digits and `_` only'
    throw new InvalidInput('invalid-policy-version', `${path}.policyVersion`, problem)
  }
  if (scope && !SCOPE.test(scope)) {
    const problem = 'must be names of letters, digits, `_` and `-`, separated by dots'
    throw new InvalidInput('invalid-scope', `${path}.scope`, problem)
  }
}

// A path is put together when something is wrong: names of fields are what most of the time went to.
function requireJsonObject(
  value: unknown,
  path: string,
  field: string,
  options?: { readonly integers: boolean },
): void {
  if (value === undefined) return
  if (!isObject(value)) requireObject(value, `${path}${field}`)
  const found = findNotJson(value, options)
  if (found) throw new InvalidInput('not-json', `${path}${field}${found.path}`, found.problem)
}

/** Throws unless the value is a string or left out. */
export function requireText(value: unknown, path: string, field = ''): void {
  if (value !== undefined && typeof value !== 'string') {
    throw wrongType(`${path}${field}`, 'a string', value)
  }
}

function requireName(
  value: unknown,
  path: string,
  field: string,
  whenEmpty: EngineErrorCode,
): void {
  if (typeof value !== 'string') {
    throw wrongType(`${path}${field}`, 'a string', value)
  }
  if (value === '') throw new InvalidInput(whenEmpty, `${path}${field}`, 'must not be empty')
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
  requireArray(value, path)
  if (value.length === 0) throw new InvalidInput(whenNone, path, 'must have at least one entry')
}

function requireArray(value: unknown, path: string): asserts value is readonly unknown[] {
  if (!Array.isArray(value)) {
    throw wrongType(path, 'an array', value)
  }
}

function wrongType(path: string, expected: string, value: unknown): InvalidInput {
  return new InvalidInput('wrong-type', path, `must be ${expected}, got ${nameType(value)}`)
}

/** What a value is, for a message; never the value. */
function nameType(value: unknown): string {
  if (value === null) return 'null'
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
