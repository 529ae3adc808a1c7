import type { AuxData, Principal, Resource } from '@lockstitch/engine'
import type { Fields, NamedEntry } from '@lockstitch/policy/reading'

import type { Constraints, TextPattern } from './constraints.ts'
import { objectFrom } from './read-options.ts'
import type { Fixtures } from './suite.ts'

/** Reads `principals` and their groups, of a suite or of a fixture file. */
export function readPrincipals(
  fields: Fields,
  check: Constraints,
): Pick<Fixtures, 'principals' | 'principalGroups'> {
  const principals = fields.messageMap('principals', (of) => readPrincipal(of, check))
  const groups = fields.messageMap('principalGroups', (of) => check.requiredNames(of, 'principals'))
  return { principals: mapFrom(principals), principalGroups: mapFrom(groups) }
}

/** Reads `resources` and their groups. */
export function readResources(
  fields: Fields,
  check: Constraints,
): Pick<Fixtures, 'resources' | 'resourceGroups'> {
  const resources = fields.messageMap('resources', (of) => readResource(of, check))
  const groups = fields.messageMap('resourceGroups', (of) => check.requiredNames(of, 'resources'))
  return { resources: mapFrom(resources), resourceGroups: mapFrom(groups) }
}

/** Reads `auxData`. */
export function readAuxData(fields: Fields, check: Constraints): Pick<Fixtures, 'auxData'> {
  const auxData = fields.messageMap('auxData', (of): AuxData => {
    const tokens = of.messageMap('jwts', (token) => ({
      place: token.place,
      claims: objectFrom(valuesOf(token.jsonMap('claims'))),
    }))
    check.keys(of, 'jwts', tokens)
    const jwts = tokens.map(({ name, value }) => [name, { claims: value.claims }] as const)
    const jwt = of.jsonMap('jwt')
    return {
      ...(jwt.length > 0 && { jwt: objectFrom(valuesOf(jwt)) }),
      ...(jwts.length > 0 && { jwts: objectFrom(jwts) }),
    }
  })
  return { auxData: mapFrom(auxData) }
}

function readPrincipal(fields: Fields, check: Constraints): Principal {
  const id = check.requiredText(fields, 'id')
  const roles = check.requiredNames(fields, 'roles')
  return { id, roles, ...readParty(fields, check) }
}

function readResource(fields: Fields, check: Constraints): Resource {
  const kind = check.requiredText(fields, 'kind')
  const id = check.requiredText(fields, 'id')
  return { kind, id, ...readParty(fields, check) }
}

function readParty(
  fields: Fields,
  check: Constraints,
): Pick<Principal, 'attr' | 'policyVersion' | 'scope'> {
  const policyVersion = check.pattern(fields.text('policyVersion'), VERSION)
  const attr = fields.jsonMap('attr')
  check.keys(fields, 'attr', attr)
  const scope = check.pattern(fields.text('scope'), SCOPE)
  return {
    attr: objectFrom(valuesOf(attr)),
    ...(policyVersion !== undefined && { policyVersion }),
    ...(scope !== undefined && { scope }),
  }
}

function valuesOf<T>(
  entries: readonly NamedEntry<{ readonly value: T }>[],
): readonly (readonly [string, T])[] {
  return entries.map(({ name, value }) => [name, value.value])
}

function mapFrom<T>(entries: readonly NamedEntry<T>[]): ReadonlyMap<string, T> {
  return new Map(entries.map(({ name, value }) => [name, value]))
}

const VERSION: TextPattern = {
  regex: /^\w*$/,
  source: '^[\\w]*$',
  words: 'letters, digits and `_`',
}

const SCOPE: TextPattern = {
  regex: /^(?:|\.|[0-9a-zA-Z][\w-]*(?:\.\w[\w-]*)*)$/,
  source: '^(^$|\\.|[0-9a-zA-Z][\\w\\-]*(\\.\\w[\\w\\-]*)*)$',
  words: 'names of letters, digits, `_` and `-`, separated by dots',
}
