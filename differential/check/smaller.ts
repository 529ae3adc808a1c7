import type { CheckInput } from '@lockstitch/engine'

import { isObject, type Json, type JsonObject, listOf } from './json.ts'
import { compile } from './ours.ts'
import type { CheckCase, PolicyFile } from './policy-set.ts'

/**
 * Cases with a simpler request, or with fewer policies and rules. Each set of policies needs a
 * server of its own, so those that do not compile here are not tried.
 */
export function* smallerCases(each: CheckCase): Iterable<CheckCase> {
  const { files } = each.policies
  const version = each.input.resource.policyVersion || each.settings.defaultPolicyVersion
  // Schemas have no version. Role policies give parents in others, too.
  const ofVersion = files.filter((file) => file.version === version || file.kind === 'schema')
  const nearby = files.filter((file) => ofVersion.includes(file) || file.kind === 'rolePolicy')
  // A large set costs a server of its own, so that few of them are tried.
  const fewest = files.length > LARGE ? Math.ceil(files.length / 2) : 1
  for (const fewer of [ofVersion, nearby, ...withoutParts(files, fewest)]) {
    if (fewer.length === files.length) continue
    const policies = { files: fewer }
    if ('policySet' in compile(policies)) yield { ...each, policies }
  }
  if (files.length > LARGE) return
  for (const input of smallerInputs(each.input)) yield { ...each, input }
  if (files.length > 12) return
  for (const [i, file] of files.entries()) {
    for (const smaller of smallerFiles(file)) {
      const policies = { files: files.with(i, smaller) }
      if ('policySet' in compile(policies)) yield { ...each, policies }
    }
  }
}

/** More than the files of one version, and about as many as a server reads anew at once. */
const LARGE = 60

/** Without a half, a quarter and so on, down to so many files. */
function* withoutParts(
  files: readonly PolicyFile[],
  fewest: number,
): Iterable<readonly PolicyFile[]> {
  for (
    let size = Math.ceil(files.length / 2);
    size >= fewest;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let start = 0; start < files.length; start += size) {
      yield [...files.slice(0, start), ...files.slice(start + size)]
    }
  }
}

function* smallerInputs(input: CheckInput): Iterable<CheckInput> {
  const { principal, resource, actions, auxData, ...rest } = input
  const { roles } = principal
  const whole = { ...rest, principal, resource, actions }
  if (auxData) yield whole
  const same = { ...input }
  if (actions.length > 1) for (const action of actions) yield { ...same, actions: [action] }
  if (roles.length > 1) {
    for (const role of roles) yield { ...same, principal: { ...principal, roles: [role] } }
  }
  for (const smaller of smallerParties(principal)) yield { ...same, principal: smaller }
  for (const smaller of smallerParties(resource)) yield { ...same, resource: smaller }
}

interface Party {
  readonly attr?: CheckInput['resource']['attr']
  readonly scope?: string | undefined
}

function* smallerParties<P extends Party>(party: P): Iterable<P> {
  const { attr = {}, scope } = party
  if (Object.keys(attr).length > 1) yield { ...party, attr: {} }
  for (const name of Object.keys(attr)) {
    const kept = Object.entries(attr).filter(([other]) => other !== name)
    yield { ...party, attr: Object.fromEntries(kept) }
  }
  if (scope === '') return
  if (scope !== undefined) yield { ...party, scope: '' }
}

/** Without a rule, or without a condition, output, role or action of one. */
function* smallerFiles(file: PolicyFile): Iterable<PolicyFile> {
  const { content } = file
  for (const key of ['rules', 'definitions'] as const) {
    const items = listOf(content[key])
    for (const [i, item] of items.entries()) {
      yield { ...file, content: { ...content, [key]: items.toSpliced(i, 1) } }
      if (!isObject(item)) continue
      for (const smaller of smallerRules(item)) {
        yield { ...file, content: { ...content, [key]: items.with(i, smaller) } }
      }
    }
  }
  for (const key of ['variables', 'constants', 'importDerivedRoles', 'parentRoles'] as const) {
    if (content[key] !== undefined) yield { ...file, content: { ...content, [key]: undefined } }
  }
  if (Object.values(file.head).some((value) => value !== undefined)) yield { ...file, head: {} }
}

function* smallerRules(rule: JsonObject): Iterable<JsonObject> {
  for (const key of ['condition', 'output', 'name', 'derivedRoles', 'roles'] as const) {
    if (rule[key] !== undefined) yield { ...rule, [key]: undefined }
  }
  for (const key of ['actions', 'roles', 'derivedRoles', 'allowActions', 'parentRoles'] as const) {
    const items = listOf(rule[key])
    if (items.length < 2) continue
    for (const i of items.keys()) yield { ...rule, [key]: items.toSpliced(i, 1) }
  }
  for (const smaller of smallerMatches(matchOf(rule)))
    yield { ...rule, condition: { match: smaller } }
}

function matchOf({ condition }: JsonObject): Json {
  return isObject(condition) ? condition.match : undefined
}

function* smallerMatches(match: Json): Iterable<JsonObject> {
  if (!isObject(match)) return
  for (const kind of ['all', 'any', 'none'] as const) {
    const list = match[kind]
    if (!isObject(list)) continue
    const items = listOf(list.of)
    for (const item of items) if (isObject(item)) yield item
    if (items.length > 1) {
      for (const i of items.keys()) yield { [kind]: { of: items.toSpliced(i, 1) } }
    }
  }
  if (typeof match.expr === 'string' && match.expr !== 'true') yield { expr: 'true' }
}
