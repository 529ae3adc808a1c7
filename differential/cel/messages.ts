import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  formatType,
  INT,
  listType,
  mapType,
  STRING,
  TIMESTAMP,
  UINT,
} from '@lockstitch/cel'

import type { Context } from './context.ts'
import type { Shape } from './macros.ts'
import { leaf, node, separated, type Tree } from './tree.ts'
import { anyType } from './type-choice.ts'

const FIELDS = mapType(STRING, DYN)
const VALUES = listType(DYN)

const is =
  (...kinds: readonly CelType['kind'][]) =>
  ({ kind }: CelType): boolean =>
    kinds.includes(kind)

/** Literals of the messages for which CEL has values of its own, and of those that a request is made of. */
// biome-ignore format: a table
export const MESSAGE_SHAPES: readonly Shape[] = [
  { feature: 'message:Timestamp', someType: () => TIMESTAMP, gives: is('timestamp'), make: timestamp },
  { feature: 'message:Duration', someType: () => DURATION, gives: is('duration'), make: duration },
  { feature: 'message:wrapper', someType: ({ random }) => random.pick([BOOL, BYTES, DOUBLE, INT, STRING, UINT]), gives: is('bool', 'bytes', 'double', 'int', 'string', 'uint'), make: wrapper },
  { feature: 'message:Struct', someType: () => FIELDS, gives: is('map'), make: struct },
  { feature: 'message:ListValue', someType: () => VALUES, gives: is('list'), make: listValue },
  { feature: 'message:Value', someType: () => DYN, gives: is('dyn', 'bool', 'double', 'string'), make: value },
  { feature: 'message:declared', someType: ({ random }) => random.pick([STRING, listType(STRING)]), gives: (type) => type.kind === 'string' || formatType(type) === 'list(string)', make: declared },
]

function message(
  { random }: Context,
  name: string,
  fields: readonly (readonly [name: string, value: Tree])[],
): readonly (string | Tree)[] {
  const entries = fields.map(([field, each]): Tree => {
    const isOptional = random.chance(0.15)
    const parts = isOptional ? [`?${field}: optional.of(`, each, ')'] : [`${field}: `, each]
    return { parts, type: DYN }
  })
  return [`${name}{`, ...separated(entries, ', '), '}']
}

function some<T>({ random }: Context, items: readonly T[]): readonly T[] {
  return items.filter(() => random.chance(0.8))
}

/** The years that both sides know; Cerbos takes any. */
// biome-ignore format: a table
const SECONDS = ['0', '1', '(-1)', '1700000000', '253402300799', '253402300800', '(-62135596800)', '(-62135596801)', '8000000000000', '(-8000000000000)', 'int(R.attr.n1)', 'dyn(1u)', 'dyn("1")', 'dyn(1.0)', 'dyn(null)', 'R.attr.x', 'R.attr.nope']
// biome-ignore format: a table
const NANOS = ['0', '1', '(-1)', '999999999', '1000000000', '2147483647', '(-2147483648)', '2147483648', '(-2147483649)', 'dyn(5)', 'dyn(1.0)']

function picked({ random }: Context, texts: readonly string[]): Tree {
  return leaf(random.pick(texts), INT)
}

function timestamp(ctx: Context, type: CelType): Tree {
  ctx.input.set('resource', 'n1', ctx.random.pick([0, 5, -3, 1e9]))
  const fields = [
    ['seconds', picked(ctx, SECONDS)],
    ['nanos', picked(ctx, NANOS)],
  ] as const
  return node(
    type,
    'message:Timestamp',
    ...message(ctx, 'google.protobuf.Timestamp', some(ctx, fields)),
  )
}

function duration(ctx: Context, type: CelType, depth: number): Tree {
  const seconds = ctx.random.chance(0.5) ? ctx.expression(INT, depth - 1) : picked(ctx, SECONDS)
  const fields = [
    ['seconds', seconds],
    ['nanos', picked(ctx, NANOS)],
  ] as const
  return node(
    type,
    'message:Duration',
    ...message(ctx, 'google.protobuf.Duration', some(ctx, fields)),
  )
}

// biome-ignore format: a table
const WRAPPERS: Readonly<Record<string, readonly string[]>> = {
  bool: ['Bool'], bytes: ['Bytes'], double: ['Double', 'Float'], int: ['Int32', 'Int64'], string: ['String'], uint: ['UInt32', 'UInt64'],
}

function wrapper(ctx: Context, type: CelType, depth: number): Tree {
  const { random } = ctx
  const name = `google.protobuf.${random.pick(WRAPPERS[type.kind] ?? ['Bool'])}Value`
  const inner = random.chance(0.1) ? anything(ctx) : ctx.expression(type, depth - 1)
  const fields = random.chance(0.9) ? [['value', inner] as const] : []
  return node(type, 'message:wrapper', ...message(ctx, name, fields))
}

/** Of any type, which shows when it is evaluated. */
function anything(ctx: Context): Tree {
  return { parts: ['dyn(', ctx.expression(anyType(ctx.random), 0), ')'], type: DYN }
}

function struct(ctx: Context, type: CelType, depth: number): Tree {
  const fields = ctx.random.chance(0.1) ? anything(ctx) : ctx.expression(type, depth - 1)
  return node(
    type,
    'message:Struct',
    ...message(ctx, 'google.protobuf.Struct', [['fields', fields]]),
  )
}

function listValue(ctx: Context, type: CelType, depth: number): Tree {
  const values = ctx.random.chance(0.1) ? anything(ctx) : ctx.expression(type, depth - 1)
  return node(
    type,
    'message:ListValue',
    ...message(ctx, 'google.protobuf.ListValue', [['values', values]]),
  )
}

/** The kinds of a value, of which a message has one. */
const KINDS: readonly (readonly [field: string, type: CelType])[] = [
  ['number_value', DOUBLE],
  ['string_value', STRING],
  ['bool_value', BOOL],
  ['struct_value', FIELDS],
  ['list_value', VALUES],
  ['null_value', INT],
]

function value(ctx: Context, type: CelType, depth: number): Tree {
  const { random } = ctx
  const fitting = KINDS.filter(([, each]) => each.kind === type.kind)
  const [field, held] = random.pick(fitting.length > 0 ? fitting : KINDS)
  const inner = random.chance(0.1) ? anything(ctx) : ctx.expression(held, depth - 1)
  const fields = random.chance(0.95) ? [[field, inner] as const] : []
  return node(type, 'message:Value', ...message(ctx, 'google.protobuf.Value', fields))
}

function declared(ctx: Context, type: CelType, depth: number): Tree {
  const field =
    type.kind === 'string' ? ctx.random.pick(['id', 'scope', 'policy_version']) : 'roles'
  const attr: Tree = { parts: ['{"a": ', ctx.expression(DYN, 0), '}'], type: FIELDS }
  const fields = [
    [field, ctx.expression(type, depth - 1)],
    ['attr', attr],
  ] as const
  const principal = message(ctx, 'cerbos.engine.v1.Request.Principal', some(ctx, fields))
  return node(type, 'message:declared', ...principal, `.${field}`)
}
