import {
  BOOL,
  type CelType,
  DYN,
  INT,
  listType,
  mapType,
  optionalType,
  STRING,
} from '@lockstitch/cel'

import { optionalAttribute, presence, wrongAttribute } from './attributes.ts'
import type { Context, Local } from './context.ts'
import { leaf, node, type Tree } from './tree.ts'
import { anyType } from './type-choice.ts'

/** A macro or another shape of its own that gives values of some types. */
export interface Shape {
  /** How it is counted. */
  readonly feature: string
  /** A type that it gives, for when it is wanted for its own sake. */
  someType(ctx: Context): CelType
  gives(type: CelType): boolean
  make(ctx: Context, type: CelType, depth: number): Tree
}

const isBool = (type: CelType): boolean => type.kind === 'bool'
const isList = (type: CelType): boolean => type.kind === 'list'
const isAny = (): boolean => true
const isMap = (type: CelType): boolean => type.kind === 'map'
const isOptional = (type: CelType): boolean =>
  type.kind === 'opaque' && type.name === 'optional_type'

const bool = (): CelType => BOOL
const someList = (ctx: Context): CelType => listType(anyType(ctx.random))
const someMap = (ctx: Context): CelType => mapType(STRING, anyType(ctx.random))
const someOptional = (ctx: Context): CelType => optionalType(anyType(ctx.random))
const something = (ctx: Context): CelType => anyType(ctx.random)

/** Everything that is written in CEL and is no overload and no message. */
// biome-ignore format: a table
export const MACRO_SHAPES: readonly Shape[] = [
  { feature: '_&&_', someType: bool, gives: isBool, make: (ctx, _, depth) => junction(ctx, '&&', depth) },
  { feature: '_||_', someType: bool, gives: isBool, make: (ctx, _, depth) => junction(ctx, '||', depth) },
  { feature: '_?_:_', someType: something, gives: isAny, make: conditional },
  { feature: 'has', someType: bool, gives: isBool, make: (ctx) => presence(ctx) },
  ...['all', 'exists', 'exists_one'].map((name): Shape => ({ feature: name, someType: bool, gives: isBool, make: (ctx, _, depth) => test(ctx, name, depth) })),
  ...['all', 'exists', 'existsOne', 'exists_one'].map((name): Shape => ({ feature: `${name}/2`, someType: bool, gives: isBool, make: (ctx, _, depth) => testOfTwo(ctx, name, depth) })),
  { feature: 'map', someType: someList, gives: isList, make: mapping },
  { feature: 'map/filtered', someType: someList, gives: isList, make: mappingOfSome },
  { feature: 'filter', someType: someList, gives: isList, make: filtering },
  { feature: 'sortBy', someType: someList, gives: isList, make: sorting },
  { feature: 'transformList', someType: someList, gives: isList, make: (ctx, type, depth) => transformList(ctx, type, depth, 'transformList') },
  { feature: 'transformList/filtered', someType: someList, gives: isList, make: (ctx, type, depth) => transformList(ctx, type, depth, 'transformList/filtered') },
  { feature: 'transformMap', someType: someMap, gives: isMap, make: (ctx, type, depth) => transformMap(ctx, type, depth, 'transformMap') },
  { feature: 'transformMap/filtered', someType: someMap, gives: isMap, make: (ctx, type, depth) => transformMap(ctx, type, depth, 'transformMap/filtered') },
  { feature: 'transformMapEntry', someType: someMap, gives: isMap, make: (ctx, type, depth) => transformEntries(ctx, type, depth, 'transformMapEntry') },
  { feature: 'transformMapEntry/filtered', someType: someMap, gives: isMap, make: (ctx, type, depth) => transformEntries(ctx, type, depth, 'transformMapEntry/filtered') },
  { feature: 'cel.bind', someType: something, gives: isAny, make: binding },
  { feature: 'optMap', someType: someOptional, gives: isOptional, make: optMap },
  { feature: 'optFlatMap', someType: someOptional, gives: isOptional, make: optFlatMap },
  { feature: '_?._', someType: someOptional, gives: isOptional, make: (ctx, type) => optionalAttribute(ctx, innerOf(type)) },
  { feature: '[?]', someType: someList, gives: isList, make: optionalElement },
  { feature: '{?}', someType: someMap, gives: isMap, make: optionalEntry },
]

function junction(ctx: Context, operator: string, depth: number): Tree {
  const operands = ctx.random.chance(0.4) ? absorbing(ctx) : anyOperands(ctx, depth)
  const parts = operands.flatMap((each, i) => (i === 0 ? [each] : [` ${operator} `, each]))
  return node(BOOL, `_${operator}_`, '(', ...parts, ')')
}

function anyOperands(ctx: Context, depth: number): readonly Tree[] {
  const length = ctx.random.chance(0.2) ? 3 : 2
  return Array.from({ length }, () => ctx.expression(BOOL, depth - 1))
}

/** An error beside a bool, which may outweigh it. */
function absorbing(ctx: Context): readonly Tree[] {
  const operands = [wrongAttribute(ctx, BOOL), leaf(ctx.random.pick(['true', 'false']), BOOL)]
  return ctx.random.chance(0.5) ? operands : operands.reverse()
}

function conditional(ctx: Context, type: CelType, depth: number): Tree {
  const [condition, yes, no] = [BOOL, type, type].map((each) =>
    ctx.expression(each, depth - 1),
  ) as [Tree, Tree, Tree]
  return node(type, '_?_:_', '(', condition, ' ? ', yes, ' : ', no, ')')
}

/** The name of a new variable, now and then one that hides another. */
function local(ctx: Context, type: CelType): Local {
  const names = ['i', 'j', 'k', 'v', 'w', 'e']
  const fresh = names.filter((name) => !ctx.locals.some((each) => each.name === name))
  return { name: ctx.random.pick(ctx.random.chance(0.9) && fresh.length > 1 ? fresh : names), type }
}

function twoLocals(ctx: Context, first: CelType, second: CelType): readonly [Local, Local] {
  const one = local(ctx, first)
  let two = local(ctx, second)
  while (two.name === one.name) two = local(ctx, second)
  return [one, two]
}

function test(ctx: Context, name: string, depth: number): Tree {
  const { random } = ctx
  const element = anyType(random)
  const overKeys = random.chance(0.2)
  const range = ctx.expression(overKeys ? mapType(STRING, element) : listType(element), depth - 1)
  const variable = local(ctx, overKeys ? STRING : element)
  const condition = ctx.within([variable]).expression(BOOL, depth - 1)
  return node(BOOL, name, range, `.${name}(${variable.name}, `, condition, ')')
}

function testOfTwo(ctx: Context, name: string, depth: number): Tree {
  const [range, one, two] = pairs(ctx, depth)
  const condition = ctx.within([one, two]).expression(BOOL, depth - 1)
  return node(BOOL, `${name}/2`, range, `.${name}(${one.name}, ${two.name}, `, condition, ')')
}

/** A list with its indices or a map with its keys. */
function pairs(ctx: Context, depth: number): readonly [Tree, Local, Local] {
  const { random } = ctx
  const element = anyType(random)
  if (random.chance(0.5)) {
    const [one, two] = twoLocals(ctx, INT, element)
    return [ctx.expression(listType(element), depth - 1), one, two]
  }
  const [one, two] = twoLocals(ctx, STRING, element)
  return [ctx.expression(mapType(STRING, element), depth - 1), one, two]
}

/** Maps have no order, so a list that comes of one must have one element at most. */
function orderedPairs(ctx: Context, depth: number): readonly [Tree, Local, Local] {
  const element = anyType(ctx.random)
  if (ctx.random.chance(0.7)) {
    const [one, two] = twoLocals(ctx, INT, element)
    return [ctx.expression(listType(element), depth - 1), one, two]
  }
  const [one, two] = twoLocals(ctx, STRING, element)
  const value = ctx.expression(element, depth - 1)
  return [{ parts: ['{"only": ', value, '}'], type: mapType(STRING, element) }, one, two]
}

function elementOf(type: CelType): CelType {
  return type.kind === 'list' ? type.element : DYN
}

function valueTypeOf(type: CelType): CelType {
  return type.kind === 'map' ? type.value : DYN
}

function keyOf(type: CelType): CelType {
  return type.kind === 'map' ? type.key : STRING
}

function innerOf(type: CelType): CelType {
  return type.kind === 'opaque' ? (type.parameters[0] ?? DYN) : DYN
}

function mapping(ctx: Context, type: CelType, depth: number): Tree {
  const from = anyType(ctx.random)
  const variable = local(ctx, from)
  const range = ctx.expression(listType(from), depth - 1)
  const term = ctx.within([variable]).expression(elementOf(type), depth - 1)
  return node(type, 'map', range, `.map(${variable.name}, `, term, ')')
}

function mappingOfSome(ctx: Context, type: CelType, depth: number): Tree {
  const from = anyType(ctx.random)
  const variable = local(ctx, from)
  const range = ctx.expression(listType(from), depth - 1)
  const inner = ctx.within([variable])
  const condition = inner.expression(BOOL, depth - 1)
  const term = inner.expression(elementOf(type), depth - 1)
  return node(type, 'map/filtered', range, `.map(${variable.name}, `, condition, ', ', term, ')')
}

function filtering(ctx: Context, type: CelType, depth: number): Tree {
  const variable = local(ctx, elementOf(type))
  const range = ctx.expression(type, depth - 1)
  const condition = ctx.within([variable]).expression(BOOL, depth - 1)
  return node(type, 'filter', range, `.filter(${variable.name}, `, condition, ')')
}

function sorting(ctx: Context, type: CelType, depth: number): Tree {
  const variable = local(ctx, elementOf(type))
  const range = ctx.expression(type, depth - 1)
  const key = ctx.within([variable]).expression(ctx.random.pick([INT, STRING]), depth - 1)
  return node(type, 'sortBy', range, `.sortBy(${variable.name}, `, key, ')')
}

function transformList(ctx: Context, type: CelType, depth: number, feature: string): Tree {
  const [range, one, two] = orderedPairs(ctx, depth)
  const inner = ctx.within([one, two])
  const parts: (string | Tree)[] = [range, `.transformList(${one.name}, ${two.name}, `]
  if (feature.endsWith('filtered')) parts.push(inner.expression(BOOL, depth - 1), ', ')
  return node(type, feature, ...parts, inner.expression(elementOf(type), depth - 1), ')')
}

function transformMap(ctx: Context, type: CelType, depth: number, feature: string): Tree {
  const [range, one, two] = pairs(ctx, depth)
  const inner = ctx.within([one, two])
  const parts: (string | Tree)[] = [range, `.transformMap(${one.name}, ${two.name}, `]
  if (feature.endsWith('filtered')) parts.push(inner.expression(BOOL, depth - 1), ', ')
  return node(type, feature, ...parts, inner.expression(valueTypeOf(type), depth - 1), ')')
}

function transformEntries(ctx: Context, type: CelType, depth: number, feature: string): Tree {
  const [range, one, two] = orderedPairs(ctx, depth)
  const inner = ctx.within([one, two])
  const parts: (string | Tree)[] = [range, `.transformMapEntry(${one.name}, ${two.name}, `]
  if (feature.endsWith('filtered')) parts.push(inner.expression(BOOL, depth - 1), ', ')
  const [key, value] = [
    inner.expression(keyOf(type), depth - 1),
    inner.expression(valueTypeOf(type), depth - 1),
  ]
  return node(type, feature, ...parts, '{', key, ': ', value, '})')
}

function binding(ctx: Context, type: CelType, depth: number): Tree {
  const bound = anyType(ctx.random)
  const variable = local(ctx, bound)
  const value = ctx.expression(bound, depth - 1)
  const body = ctx.within([variable]).expression(type, depth - 1)
  return node(type, 'cel.bind', `cel.bind(${variable.name}, `, value, ', ', body, ')')
}

function optMap(ctx: Context, type: CelType, depth: number): Tree {
  const from = anyType(ctx.random)
  const variable = local(ctx, from)
  const operand = ctx.expression(optionalType(from), depth - 1)
  const body = ctx.within([variable]).expression(innerOf(type), depth - 1)
  return node(type, 'optMap', operand, `.optMap(${variable.name}, `, body, ')')
}

function optFlatMap(ctx: Context, type: CelType, depth: number): Tree {
  const from = anyType(ctx.random)
  const variable = local(ctx, from)
  const operand = ctx.expression(optionalType(from), depth - 1)
  const body = ctx.within([variable]).expression(type, depth - 1)
  return node(type, 'optFlatMap', operand, `.optFlatMap(${variable.name}, `, body, ')')
}

function optionalElement(ctx: Context, type: CelType, depth: number): Tree {
  const element = elementOf(type)
  const first = ctx.expression(optionalType(element), depth - 1)
  return node(type, '[?]', '[?', first, ', ', ctx.expression(element, depth - 1), ']')
}

function optionalEntry(ctx: Context, type: CelType, depth: number): Tree {
  const key = ctx.expression(keyOf(type), 0)
  return node(
    type,
    '{?}',
    '{?',
    key,
    ': ',
    ctx.expression(optionalType(valueTypeOf(type)), depth - 1),
    '}',
  )
}
