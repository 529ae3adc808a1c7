import {
  BOOL,
  type CelType,
  DOUBLE,
  DYN,
  formatType,
  INT,
  listType,
  STRING,
  sameType,
} from '@lockstitch/cel'

import type { Context } from './context.ts'
import { anyJson, type Json, jsonOf, KEYS, type Part } from './input.ts'
import { ARGUMENTS } from './literals.ts'
import { leaf, node, type Tree } from './tree.ts'

/** What every policy of a run has beside its rules. Our side has the same. */
export const CONSTANTS: Readonly<Record<string, Json>> = {
  limit: 10,
  name: 'acme',
  tags: ['a', 'b'],
  on: true,
  nothing: null,
  deep: { a: 1.5 },
}
export const GLOBALS: Readonly<Record<string, Json>> = { ratio: 1.5, region: 'eu', off: false }
/** In an order in which each can be evaluated. */
export const VARIABLES: Readonly<Record<string, string>> = {
  who: 'P.id',
  total: '1 + 2',
  flag: 'C.limit > 5.0',
  broken: '1 / 0 == 1',
  nothing: 'null',
}

/** Parts of the environment that are no attributes, with what is in them. */
// biome-ignore format: a table
const FIXED: readonly (readonly [text: string, type: CelType, feature: string])[] = [
  ['P.id', STRING, 'P'], ['request.principal.id', STRING, 'request'], ['P.roles', listType(STRING), 'P'], ['R.id', STRING, 'R'], ['R.kind', STRING, 'R'], ['request.resource.id', STRING, 'request'],
  ['P.scope', STRING, 'P'], ['R.scope', STRING, 'R'], ['runtime.effectiveDerivedRoles', listType(STRING), 'runtime'], ['runtime.effective_derived_roles', listType(STRING), 'runtime'],
  ['C.limit', DOUBLE, 'C'], ['constants.name', STRING, 'C'], ['C.tags', listType(STRING), 'C'], ['C.on', BOOL, 'C'], ['C.deep.a', DOUBLE, 'C'],
  ['G.ratio', DOUBLE, 'G'], ['globals.region', STRING, 'G'], ['G.off', BOOL, 'G'],
  ['V.who', STRING, 'V'], ['variables.total', INT, 'V'], ['V.flag', BOOL, 'V'],
]
/** The same, with nothing in them or something unexpected. */
// biome-ignore format: a table
const FIXED_WRONG: readonly string[] = [
  'V.broken', 'G.nosuch', 'C.nothing', 'V.nothing', 'request.auxData.jwt.nosuch', 'C.limit.x', 'C.name.x', 'request.auxData.jwts.a.claims.b', 'C.deep.b', 'P.attr', 'R.attr',
]

/** Something of the request, constants, globals or variables that should be of a type. */
export function attribute(ctx: Context, type: CelType): Tree {
  const { random } = ctx
  if (random.chance(0.25)) {
    const fixed = FIXED.filter(([, each]) => sameType(each, type))
    if (fixed.length > 0) {
      const [text, , feature] = random.pick(fixed)
      return leaf(text, type, feature)
    }
  }
  if (isJson(type)) return stored(ctx, type, jsonOf(type, random))
  return converted(ctx, type)
}

/** An attribute that is missing, null or of another type than it should be. */
export function wrongAttribute(ctx: Context, type: CelType): Tree {
  const { random } = ctx
  switch (random.below(4)) {
    case 0:
      return {
        ...path(
          ctx,
          random.pick(PARTS),
          random.pick(['nope', 'missing', 'toString', 'constructor']),
          type,
        ),
        feature: 'attribute:missing',
      }
    case 1:
      return { ...stored(ctx, type, null), feature: 'attribute:null' }
    case 2:
      return leaf(random.pick(FIXED_WRONG), type, 'attribute:wrong')
    default:
      return { ...stored(ctx, type, anyJson(random, 2)), feature: 'attribute:wrong' }
  }
}

/** An attribute that holds the very value. */
export function stored(ctx: Context, type: CelType, value: Json): Tree {
  const { random, input } = ctx
  const part = random.pick(PARTS)
  const key = random.pick(KEYS)
  if (random.chance(0.2)) {
    const outer = random.pick(['deep', 'meta', 'profile'])
    input.set(part, outer, Object.fromEntries([[key, value]]))
    return selection(ctx, path(ctx, part, outer, DYN), key, type)
  }
  input.set(part, key, value)
  return path(ctx, part, key, type)
}

/** A selection that does not mind a missing attribute: `R.attr.?x`. */
export function optionalAttribute(ctx: Context, type: CelType): Tree {
  const { random, input } = ctx
  const part = random.pick(PARTS)
  const key = random.pick(['owner', 'name', 'x', 'level'])
  if (random.chance(0.6)) input.set(part, key, jsonOf(type, random))
  const root = leaf(ROOTS[part][0] ?? 'R.attr', DYN)
  if (random.chance(0.3)) return node(type, '_?._', root, `.?${key}.?a`)
  return node(type, '_?._', root, `.?${key}`)
}

/** `has(R.attr.x)`, whatever there is. */
export function presence(ctx: Context): Tree {
  const { random, input } = ctx
  const part = random.pick(PARTS)
  const key = random.pick(KEYS)
  const dice = random.below(10)
  if (dice === 0) return node(BOOL, 'has', `has(${random.pick(PRESENCE)})`)
  if (dice < 7) input.set(part, key, dice < 3 ? null : anyJson(random, 2))
  const attr = path(ctx, part, key, DYN)
  const isSelection = !render1(attr).endsWith(']')
  if (isSelection && random.chance(0.7)) return node(BOOL, 'has', 'has(', attr, ')')
  return node(BOOL, 'has', 'has(', attr, `.${random.pick(['a', 'b', 'x', 'nope'])})`)
}

// biome-ignore format: a table
const PRESENCE: readonly string[] = [
  'R.scope', 'P.scope', 'R.attr', 'P.attr', 'request.auxData', 'request.auxData.jwt', 'V.who', 'V.broken', 'C.limit', 'G.region', 'G.nosuch', 'R.kind', 'P.roles', 'runtime.effectiveDerivedRoles', 'C.nothing', 'C.name.x', 'C.limit.x', 'V.nothing', 'C.deep.a', '{"a": 1}.a', '{"a": 1}.b', '[1].a', 'optional.of({"a": 1}).a',
]

const PARTS: readonly Part[] = [
  'resource',
  'resource',
  'resource',
  'principal',
  'principal',
  'claims',
]
const ROOTS: Readonly<Record<Part, readonly string[]>> = {
  resource: ['R.attr', 'R.attr', 'request.resource.attr'],
  principal: ['P.attr', 'P.attr', 'request.principal.attr'],
  claims: ['request.auxData.jwt', 'request.aux_data.jwt'],
}

function path(ctx: Context, part: Part, key: string, type: CelType): Tree {
  const root = leaf(ctx.random.pick(ROOTS[part]), DYN)
  return { ...selection(ctx, root, key, type), feature: `attribute:${part}` }
}

function selection({ random }: Context, operand: Tree, key: string, type: CelType): Tree {
  if (random.chance(0.1)) return { parts: [operand, `[${JSON.stringify(key)}]`], type }
  const isName = /^[A-Za-z_][A-Za-z0-9_]*$/.test(key)
  if (isName) return { parts: [operand, `.${key}`], type }
  // What cannot be quoted has to be an index.
  const canQuote = /^[A-Za-z0-9_./ -]+$/.test(key)
  return { parts: [operand, canQuote ? `.\`${key}\`` : `[${JSON.stringify(key)}]`], type }
}

function render1(tree: Tree): string {
  return String(tree.parts.at(-1))
}

/** Whether attributes can be of the type. */
function isJson(type: CelType): boolean {
  if (type.kind === 'list') return isJson(type.element)
  if (type.kind === 'map') return sameType(type.key, STRING) && isJson(type.value)
  return ['string', 'double', 'bool', 'null', 'dyn'].includes(type.kind)
}

/** A number or text of the request, made into what JSON does not have. */
function converted(ctx: Context, type: CelType): Tree {
  const { random } = ctx
  const conversion = CONVERSIONS.get(formatType(type))
  if (conversion === undefined) return ctx.expression(type, 0)
  const [name, from, pool] = conversion
  const texts = ARGUMENTS.get(pool ?? '')
  const text = texts && plainText(random.pick(texts))
  const value = text ?? jsonOf(from, random)
  return node(type, `${name}(${formatType(from)})`, `${name}(`, stored(ctx, from, value), ')')
}

// biome-ignore format: a table
const CONVERSIONS: ReadonlyMap<string, readonly [name: string, from: CelType, pool?: string]> = new Map<string, readonly [string, CelType, string?]>([
  ['int', ['int', DOUBLE]], ['uint', ['uint', DOUBLE]], ['bytes', ['bytes', STRING]],
  ['timestamp', ['timestamp', STRING, 'timestamp(string) 0']], ['duration', ['duration', STRING, 'duration(string) 0']],
  ['net.IP', ['ip', STRING, 'ip(string) 0']], ['net.CIDR', ['cidr', STRING, 'cidr(string) 0']],
  ['cerbos.lib.hierarchy', ['hierarchy', STRING, 'hierarchy(string) 0']], ['cerbos.lib.spiffeID', ['spiffeID', STRING, 'spiffeID(string) 0']],
])

/** The text that a simple string literal stands for. */
export function plainText(literal: string): string | undefined {
  try {
    const value: unknown = JSON.parse(literal)
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}
