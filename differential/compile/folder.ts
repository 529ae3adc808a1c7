import type { Random } from '../random.ts'
import { goodExpression, type Readable } from './expressions.ts'
import { type Literal, type MapNode, mapOf, raw } from './node.ts'

/**
 * Stands in the names of everything in a case. The oracle writes other digits instead, so that
 * cases do not meet in the folder that they share, and no column moves.
 */
export const TOKEN = 'Q0000'
const API_VERSION = 'api.cerbos.dev/v1'

/** A file that is still a tree. */
export interface PolicyFile {
  /** Without the extension. */
  name: string
  readonly root: MapNode
}

/** A policy folder before mistakes are made in it. */
export interface Folder {
  readonly files: PolicyFile[]
  /** The texts of the files in `_schemas`, by name. */
  readonly schemas: Map<string, string>
  readonly sets: Sets
}

/** What can be imported, by name. */
interface Sets {
  readonly derivedRoles: { readonly name: string; readonly roles: readonly string[] }[]
  readonly variables: { readonly name: string; readonly names: readonly string[] }[]
  readonly constants: { readonly name: string; readonly names: readonly string[] }[]
}

/** A random folder in which everything is right. */
export function healthyFolder(random: Random): Folder {
  const folder: Folder = {
    files: [],
    schemas: new Map(),
    sets: { derivedRoles: [], variables: [], constants: [] },
  }
  const times = (most: number, probability: number, add: (number: number) => void): void => {
    for (let number = 0; number < most && random.chance(probability); number += 1) add(number)
  }
  times(2, 0.4, (number) => addConstants(number, folder, random))
  times(2, 0.4, (number) => addVariables(number, folder, random))
  times(2, 0.5, (number) => addDerivedRoles(number, folder, random))
  times(2, 0.3, (number) => addSchema(number, folder, random))
  times(2, 0.7, (number) => addResourcePolicies(number, folder, random))
  times(2, 0.35, (number) => addPrincipalPolicies(number, folder, random))
  times(2, 0.35, (number) => addRolePolicy(number, folder, random))
  if (folder.files.length === 0) addResourcePolicies(0, folder, random)
  return folder
}

const JSON_VALUES: readonly Literal[] = [
  'text',
  1,
  raw('1.5'),
  true,
  null,
  ['a', 1],
  { a: { b: 'c' }, d: [] },
  raw('017'),
  '',
]

function addConstants(number: number, folder: Folder, random: Random): void {
  const name = `consts${number}_${TOKEN}`
  const names = [`max${number}`, `list${number}`].slice(0, 1 + random.below(2))
  const definitions = Object.fromEntries(names.map((each) => [each, random.pick(JSON_VALUES)]))
  folder.sets.constants.push({ name, names })
  addFile(folder, random, `consts${number}`, { exportConstants: { name, definitions } })
}

function addVariables(number: number, folder: Folder, random: Random): void {
  const name = `vars${number}_${TOKEN}`
  const names = [`is${number}`, `own${number}`].slice(0, 1 + random.below(2))
  const readable = { variables: [], constants: [] }
  const definitions = Object.fromEntries(
    names.map((each) => [each, goodExpression(random, readable)]),
  )
  folder.sets.variables.push({ name, names })
  addFile(folder, random, `vars${number}`, { exportVariables: { name, definitions } })
}

function addDerivedRoles(number: number, folder: Folder, random: Random): void {
  const name = `roles${number}_${TOKEN}`
  const roles = [`owner${number}`, `member${number}`, `guest${number}`].slice(
    0,
    1 + random.below(3),
  )
  const blocks = definitionBlocks(folder, random)
  folder.sets.derivedRoles.push({ name, roles })
  addFile(folder, random, `roles${number}`, {
    derivedRoles: {
      name,
      ...blocks.fields,
      definitions: roles.map((role) => ({
        name: role,
        parentRoles: someOf(random, ['user', 'admin', '*', 'team:*']),
        condition: random.chance(0.6) ? condition(random, blocks.readable) : undefined,
      })),
    },
  })
}

// biome-ignore format: a table
const SCHEMAS: readonly string[] = [
  '{"type": "object"}', '{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "properties": {"owner": {"type": "string"}}, "required": ["owner"]}',
  '{"type": "object", "properties": {"tags": {"type": "array", "items": {"$ref": "#/$defs/tag"}}}, "$defs": {"tag": {"type": "string", "format": "email"}}}',
]

function addSchema(number: number, folder: Folder, random: Random): void {
  folder.schemas.set(`${TOKEN}_${number}.json`, random.pick(SCHEMAS))
}

function addResourcePolicies(number: number, folder: Folder, random: Random): void {
  const resource = random.pick([
    `doc${number}_${TOKEN}`,
    `doc${number}:${TOKEN}`,
    `doc-${number}-${TOKEN}`,
  ])
  const version = random.pick(['default', 'default', '20210210', 'v2'])
  for (const [index, scope] of scopeChain(random).entries()) {
    addFile(folder, random, `resource${number}_${index}`, resourceFile())

    function resourceFile(): Readonly<Record<string, Literal>> {
      const blocks = definitionBlocks(folder, random)
      const imported = folder.sets.derivedRoles.filter(() => random.chance(0.6))
      const roles = imported.flatMap((set) => set.roles)
      return {
        ...blocks.above,
        resourcePolicy: {
          resource,
          version,
          ...scopeFields(scope, random),
          importDerivedRoles: imported.length > 0 ? imported.map(({ name }) => name) : undefined,
          ...blocks.fields,
          schemas: random.chance(0.4) ? schemas(folder, random) : undefined,
          rules: Array.from({ length: random.below(4) }, (_, rule) => ({
            name: random.chance(0.3) ? `rule_${rule}` : undefined,
            actions: someOf(random, ['view', 'edit', 'a:*', '*', 'delete']),
            effect: effect(random),
            ...(roles.length > 0 && random.chance(0.6)
              ? { derivedRoles: someOf(random, [...new Set(roles)]) }
              : { roles: someOf(random, ['user', 'admin', '*', 'team:*']) }),
            ...conditionAndOutput(random, blocks.readable),
          })),
        },
      }
    }
  }
}

function addPrincipalPolicies(number: number, folder: Folder, random: Random): void {
  const principal = random.pick([`ann${number}_${TOKEN}`, `ann${number}@${TOKEN}.example`])
  const version = random.pick(['default', 'default', '20210210'])
  for (const [index, scope] of scopeChain(random).entries()) {
    const blocks = definitionBlocks(folder, random)
    addFile(folder, random, `principal${number}_${index}`, {
      ...blocks.above,
      principalPolicy: {
        principal,
        version,
        ...scopeFields(scope, random),
        ...blocks.fields,
        rules: ['doc', 'album:*', '*'].slice(0, random.below(4)).map((resource) => ({
          resource,
          actions: Array.from({ length: 1 + random.below(2) }, (_, action) => ({
            name: random.chance(0.3) ? `action_${action}` : undefined,
            action: random.pick(['view', 'edit', '*']),
            effect: effect(random),
            ...conditionAndOutput(random, blocks.readable),
          })),
        })),
      },
    })
  }
}

function addRolePolicy(number: number, folder: Folder, random: Random): void {
  const blocks = definitionBlocks(folder, random)
  const scope = random.pick([undefined, '', TOKEN, `${TOKEN}.b`])
  addFile(folder, random, `role${number}`, {
    ...blocks.above,
    rolePolicy: {
      role: `role${number}_${TOKEN}`,
      version: random.pick([undefined, 'default', '20210210']),
      scope,
      scopePermissions: random.chance(0.1)
        ? 'SCOPE_PERMISSIONS_REQUIRE_PARENTAL_CONSENT_FOR_ALLOWS'
        : undefined,
      parentRoles: random.chance(0.5) ? someOf(random, ['user', 'admin', 'other']) : undefined,
      ...blocks.fields,
      rules: Array.from({ length: random.below(3) }, (_, rule) => ({
        name: random.chance(0.3) ? `rule_${rule}` : undefined,
        // A pattern that other cases of the folder do not match.
        resource: random.pick([`doc0_${TOKEN}`, `doc*_${TOKEN}`, `*${TOKEN}`, `album-${TOKEN}`]),
        allowActions: someOf(random, ['view', 'edit', '*']),
        ...conditionAndOutput(random, blocks.readable),
      })),
    },
  })
}

function addFile(
  folder: Folder,
  random: Random,
  name: string,
  content: { readonly [key: string]: Literal },
): void {
  const root = mapOf({
    $schema: random.chance(0.03) ? 'https://api.cerbos.dev/latest/Policy.schema.json' : undefined,
    apiVersion: API_VERSION,
    description: random.chance(0.1)
      ? random.pick(['About documents', 'Über Straßen: 😀 #1', 'several\nlines\n'])
      : undefined,
    disabled: random.chance(0.03) ? false : undefined,
    metadata: random.chance(0.08) ? metadata(random) : undefined,
    ...content,
  })
  const directory = random.chance(0.15)
    ? random.pick(['sub/', 'sub.yaml/', 'resource0/', 'a/b/'])
    : ''
  folder.files.push({ name: directory + name, root })
}

function metadata(random: Random): Literal {
  return {
    sourceFile: random.chance(0.5) ? 'x.yaml' : undefined,
    annotations: random.chance(0.6) ? { owner: 'team', 'a.b/c': '1', n: raw('7') } : undefined,
    hash: random.chance(0.3) ? random.pick<Literal>(['12345', raw('12345')]) : undefined,
    storeIdentifer: random.chance(0.2) ? 'old' : undefined,
    storeIdentifier: random.chance(0.3) ? 'x' : undefined,
    sourceAttributes: random.chance(0.4)
      ? { attributes: { driver: 'disk', n: 1, deep: { a: [true, null] } } }
      : undefined,
  }
}

/** Scopes of policies that need each other, in some order. */
function scopeChain(random: Random): (string | undefined)[] {
  const chain = ['', TOKEN, `${TOKEN}.b`, `${TOKEN}.b.c-d`].slice(
    0,
    random.pick([1, 1, 1, 1, 2, 2, 3, 4]),
  )
  const [root, ...rest] = chain
  return [
    root === '' ? random.pick(random.chance(0.03) ? ['.'] : [undefined, undefined, '']) : root,
    ...rest,
  ]
}

function scopeFields(
  scope: string | undefined,
  random: Random,
): { readonly scope?: Literal; readonly scopePermissions?: Literal } {
  // In the root scope, which all cases share, values that differ would meet.
  const isShared = scope === undefined || scope === '' || scope === '.'
  const permissions = random.chance(0.25) && !isShared
  return {
    ...(scope !== undefined && { scope }),
    ...(permissions && {
      scopePermissions: random.pick<Literal>([
        'SCOPE_PERMISSIONS_REQUIRE_PARENTAL_CONSENT_FOR_ALLOWS',
        'SCOPE_PERMISSIONS_OVERRIDE_PARENT',
        raw('1'),
        raw('2'),
        'SCOPE_PERMISSIONS_UNSPECIFIED',
      ]),
    }),
  }
}

interface Blocks {
  /** The deprecated `variables` at the top. */
  readonly above: { readonly variables?: Literal }
  readonly fields: { readonly variables?: Literal; readonly constants?: Literal }
  readonly readable: Readable
}

/** Imports and definitions of variables and constants, and what can be read because of them. */
function definitionBlocks({ sets }: Folder, random: Random): Blocks {
  const variableSets = sets.variables.filter(() => random.chance(0.4))
  const constantSets = sets.constants.filter(() => random.chance(0.4))
  const constants = random.chance(0.3) ? ['limit', '_x9'].slice(0, 1 + random.below(2)) : []
  const readableConstants = [...constantSets.flatMap(({ names }) => names), ...constants]
  const imported = variableSets.flatMap(({ names }) => names)
  const local: Record<string, Literal> = {}
  if (random.chance(0.35)) {
    for (const name of ['first', 'second', 'third'].slice(0, 1 + random.below(3))) {
      const before = [...imported, ...Object.keys(local)]
      local[name] = goodExpression(random, { variables: before, constants: readableConstants })
    }
  }
  const top = random.chance(0.06) ? { top: 'R.attr.top == 1' } : undefined
  const variables = [...imported, ...Object.keys(local), ...(top ? ['top'] : [])]
  return {
    above: top ? { variables: top } : {},
    fields: {
      ...block(variableSets, local),
      ...named('constants', block(constantSets, valuesOf(constants, random)).variables),
    },
    readable: { variables, constants: readableConstants },
  }
}

function block(
  sets: readonly { readonly name: string }[],
  local: { readonly [key: string]: Literal },
): { readonly variables?: Literal } {
  const hasLocal = Object.keys(local).length > 0
  if (sets.length === 0 && !hasLocal) return {}
  return {
    variables: {
      import: sets.length > 0 ? sets.map(({ name }) => name) : undefined,
      local: hasLocal ? local : undefined,
    },
  }
}

function named(field: string, value: Literal): { readonly [key: string]: Literal } {
  return value === undefined ? {} : { [field]: value }
}

function valuesOf(names: readonly string[], random: Random): { readonly [key: string]: Literal } {
  return Object.fromEntries(names.map((name) => [name, random.pick(JSON_VALUES)]))
}

function schemas({ schemas: files }: Folder, random: Random): Literal {
  const names = [...files.keys()]
  if (names.length === 0) return undefined
  const reference = (): Literal => ({
    ref: `cerbos:///${random.pick(names)}`,
    ignoreWhen: random.chance(0.5)
      ? { actions: someOf(random, ['create', 'a:*', '*']) }
      : undefined,
  })
  return {
    principalSchema: random.chance(0.6) ? reference() : undefined,
    resourceSchema: random.chance(0.8) ? reference() : undefined,
  }
}

function conditionAndOutput(
  random: Random,
  readable: Readable,
): { readonly condition?: Literal; readonly output?: Literal } {
  return {
    condition: random.chance(0.45) ? condition(random, readable) : undefined,
    output: random.chance(0.2) ? output(random, readable) : undefined,
  }
}

function condition(random: Random, readable: Readable): Literal {
  return { match: match(random, readable, 0) }
}

function match(random: Random, readable: Readable, depth: number): Literal {
  if (depth > 1 || random.chance(0.6)) return { expr: goodExpression(random, readable) }
  const of = Array.from({ length: 1 + random.below(3) }, () => match(random, readable, depth + 1))
  return { [random.pick(['all', 'any', 'none'])]: { of } }
}

function output(random: Random, readable: Readable): Literal {
  if (random.chance(0.3)) return { expr: goodExpression(random, readable) }
  const when = random.pick([
    ['ruleActivated'],
    ['conditionNotMet'],
    ['ruleActivated', 'conditionNotMet'],
  ])
  const entries = when.map((key) => [key, goodExpression(random, readable)])
  return { when: Object.fromEntries(entries) }
}

function effect(random: Random): Literal {
  return random.pick<Literal>(['EFFECT_ALLOW', 'EFFECT_ALLOW', 'EFFECT_DENY', raw('1'), raw('2')])
}

function someOf(random: Random, choices: readonly string[]): string[] {
  const some = choices.filter(() => random.chance(0.4))
  return some.length > 0 ? some : [random.pick(choices)]
}
