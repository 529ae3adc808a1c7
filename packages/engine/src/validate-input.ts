import type { SourceFile } from '@lockstitch/policy'

import { EngineError, type EngineErrorCode } from './errors.ts'
import { copyJson, copyPrincipalJson, copySettings, NotJson } from './json.ts'
import type { PlanInput, PlanResource } from './plan/plan-input.ts'
import type { Attributes, AuxData, CheckInput, Principal, Resource } from './request.ts'
import type { Settings } from './settings.ts'

const SCOPE = /^(?:\.|[0-9a-zA-Z][\w-]*(?:\.\w[\w-]*)*)$/
const VERSION = /^\w*$/

/**
 * An input as it is decided: a copy of what its type has, so that each part is read once and nothing
 * changes it afterwards. Throws an {@link EngineError} that names the first place where it is not what
 * its type says: requests are built from data of every sort, and TypeScript does not see that at run time.
 */
export function readInput(input: CheckInput): CheckInput {
  return readQuestion(input, readResource)
}

/** The same for an input whose actions may be told apart. */
export function readQuestion<Asked extends PlanResource>(
  input: Question<Asked>,
  read: (resource: Asked, path: string) => Asked,
  actions?: readonly string[],
): Question<Asked> & Pick<CheckInput, 'actions'> {
  requireObject(input, '')
  const { principal, resource, auxData, requestId } = input
  return {
    principal: readPrincipal(principal, 'principal'),
    resource: read(resource, 'resource'),
    actions: readActions(actions ?? input.actions, 'actions'),
    auxData: readAuxData(auxData, 'auxData'),
    requestId: readText(requestId, 'requestId'),
  }
}

type Question<Asked> = Omit<CheckInput, 'resource' | 'actions'> & {
  readonly resource: Asked
  readonly actions?: readonly string[]
}

/** The same for the question of a plan, whose resource has no id. */
export function readPlanInput(input: PlanInput): PlanInput {
  return readQuestion(input, readKind)
}

/** The same for how an engine decides. */
export function readSettings(settings: Settings): Settings {
  readText(settings.defaultScope, 'defaultScope')
  readText(settings.defaultPolicyVersion, 'defaultPolicyVersion')
  // Values of settings come out as what they are.
  const globals = readJson(settings.globals, 'globals', '', copySettings) as Settings['globals']
  return { ...settings, globals }
}

/** The same for policy files. There may be none. */
export function validateFiles(files: readonly SourceFile[]): void {
  requireArray(files, 'files')
  readEach(files, 'files', (file) => {
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
export function readEach<Part, Read>(
  parts: readonly Part[],
  list: string,
  read: (part: Part) => Read,
): readonly Read[] {
  const all: Read[] = []
  for (let index = 0; index < parts.length; index++) {
    try {
      all.push(read(parts[index] as Part)) // The index is within the list.
    } catch (error) {
      throw error instanceof InvalidInput ? error.inside(`${list}[${index}]`) : error
    }
  }
  return all
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

export function readPrincipal(principal: Principal, path: string): Principal {
  requireObject(principal, path)
  const { id, roles } = principal
  requireName(id, path, '.id', 'empty-id')
  const read = { id, roles: readNames(roles, path, '.roles', 'empty-roles', 'empty-role') }
  return addParty(read, principal, path, copyPrincipalJson)
}

export function readResource(resource: Resource, path: string): Resource {
  requireObject(resource, path)
  const { kind, id } = resource
  requireName(kind, path, '.kind', 'empty-kind')
  requireName(id, path, '.id', 'empty-id')
  return addParty({ kind, id }, resource, path)
}

function readKind(resource: PlanResource, path: string): PlanResource {
  requireObject(resource, path)
  const { kind } = resource
  requireName(kind, path, '.kind', 'empty-kind')
  return addParty({ kind }, resource, path)
}

export function readActions(actions: unknown, path: string): readonly string[] {
  return readNames(actions, path, '', 'no-actions', 'empty-action')
}

export function readAuxData(auxData: AuxData | undefined, path: string): AuxData | undefined {
  if (auxData === undefined) return undefined
  requireObject(auxData, path)
  const jwt = readJson(auxData.jwt, path, '.jwt')
  const jwts = readJson(auxData.jwts, path, '.jwts') as AuxData['jwts'] // It is looked at below.
  for (const [name, token] of Object.entries(jwts ?? {})) {
    const place = `${path}.jwts.${name}`
    requireObject(token, place)
    requireObject(token.claims, `${place}.claims`)
  }
  return { ...(jwt && { jwt }), ...(jwts && { jwts }) }
}

/** Throws unless the value is an object. */
export function requireObject(value: unknown, path: string): void {
  if (!isObject(value)) {
    throw wrongType(path, 'an object', value)
  }
}

/** Whether a value is an object and no list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What principals and resources have in common, without what is empty: as protobuf has it. */
function addParty<Party extends Writable<PlanResource | Principal>>(
  party: Party,
  { attr, attributes, policyVersion, scope }: Principal | PlanResource,
  path: string,
  copy?: typeof copyJson,
): Party {
  const older = readJson(attributes, path, '.attributes', copy)
  const newer = readJson(attr, path, '.attr', copy)
  // The Cerbos SDK lets `attr` win name by name.
  const all = older && newer ? { ...older, ...newer } : (newer ?? older)
  if (all) party.attr = all
  if (isText(policyVersion, path, '.policyVersion')) {
    if (!VERSION.test(policyVersion)) {
      const problem = 'may contain letters, digits and `_` only'
      throw new InvalidInput('invalid-policy-version', `${path}.policyVersion`, problem)
    }
    party.policyVersion = policyVersion
  }
  if (isText(scope, path, '.scope')) {
    if (!SCOPE.test(scope)) {
      const problem = 'must be names of letters, digits, `_` and `-`, separated by dots'
      throw new InvalidInput('invalid-scope', `${path}.scope`, problem)
    }
    party.scope = scope
  }
  return party
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

// A path is put together when something is wrong: names of fields are what most of the time went to.
function readJson(
  value: unknown,
  path: string,
  field: string,
  read: (value: unknown) => unknown = copyJson,
): Attributes | undefined {
  if (value === undefined) return undefined
  if (!isObject(value)) requireObject(value, `${path}${field}`)
  const copied = read(value)
  if (copied instanceof NotJson) {
    const { path: place, got } = copied
    throw new InvalidInput('not-json', `${path}${field}${place}`, `must be JSON, got ${got}`)
  }
  return copied as Attributes // The copy of an object is one.
}

/** A text that may be left out. Throws for anything else. */
export function readText(value: string | undefined, path: string): string | undefined {
  isText(value, path, '')
  return value
}

/** Whether there is a text with something in it. Throws for anything else. */
function isText(value: unknown, path: string, field: string): value is string {
  if (value === undefined) return false
  if (typeof value !== 'string') throw wrongType(`${path}${field}`, 'a string', value)
  return value !== ''
}

function requireName(
  value: unknown,
  path: string,
  field: string,
  whenEmpty: EngineErrorCode,
): asserts value is string {
  if (typeof value !== 'string') {
    throw wrongType(`${path}${field}`, 'a string', value)
  }
  if (value === '') throw new InvalidInput(whenEmpty, `${path}${field}`, 'must not be empty')
}

function readNames(
  names: unknown,
  path: string,
  field: string,
  whenNone: EngineErrorCode,
  whenEmpty: EngineErrorCode,
): readonly string[] {
  if (!Array.isArray(names)) throw wrongType(`${path}${field}`, 'an array', names)
  const read: string[] = [...names]
  for (let index = 0; index < read.length; index++) {
    const name: unknown = read[index]
    if (typeof name !== 'string' || name === '')
      requireName(name, `${path}${field}`, `[${index}]`, whenEmpty)
  }
  if (read.length === 0) requireEntries(read, `${path}${field}`, whenNone)
  return read
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
