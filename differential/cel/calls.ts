import { type CelType, DYN, formatType, listType } from '@lockstitch/cel'

import { plainText, stored } from './attributes.ts'
import type { Context } from './context.ts'
import { ARGUMENTS } from './literals.ts'
import type { Signature } from './signatures.ts'
import { leaf, node, separated, type Tree } from './tree.ts'
import { anyType, type Bindings, substitute } from './type-choice.ts'

/** A call of the function, with arguments made for it. */
export function call(ctx: Context, signature: Signature, bindings: Bindings, wanted: number): Tree {
  const types = signature.args.map((type) => substitute(type, bindings, ctx.random))
  const args: Tree[] = []
  const isPlain = RELATING.has(signature.name) && ctx.random.chance(0.5)
  const depth = isPlain ? 1 : wanted
  for (const [i, type] of types.entries()) {
    const first = i === 1 && RELATING.has(signature.name) ? args[0] : undefined
    const isRelated = first !== undefined && ctx.random.chance(0.35)
    args.push(isRelated ? related(ctx, signature, first) : argument(ctx, signature, i, type, depth))
  }
  const result = substitute(signature.result, bindings, ctx.random)
  return node(result, signature.id, ...layout(signature, args))
}

/** Too large a number here takes all memory there is. */
const ALWAYS_FROM_TABLE = new Set(['lists.range(int) 0', 'string.format(list(dyn)) 0'])

function argument(
  ctx: Context,
  { id, name }: Signature,
  position: number,
  type: CelType,
  depth: number,
): Tree {
  const { random } = ctx
  const place = `${id} ${position}`
  const texts = ARGUMENTS.get(place)
  if (texts !== undefined && (ALWAYS_FROM_TABLE.has(place) || random.chance(0.8))) {
    return fromTable(ctx, random.pick(texts), type)
  }
  if (MIXING.has(name) && random.chance(0.15)) return mixed(ctx, type, depth)
  return ctx.expression(type, depth - 1)
}

/** Functions whose arguments are worth being alike. */
const RELATING = new Set([
  '@in',
  '_==_',
  '_!=_',
  '_<_',
  '_<=_',
  '_>_',
  '_>=_',
  'ancestorOf',
  'descendentOf',
  'immediateParentOf',
  'immediateChildOf',
  'siblingOf',
  'overlaps',
  'commonAncestors',
  'pathHasPrefix',
  'relPath',
  'isMemberOf',
  'containsCIDR',
])

function related(ctx: Context, { name, args }: Signature, first: Tree): Tree {
  const same = variant(ctx, first)
  if (name !== '@in') return same
  if (args[1]?.kind === 'map') return { parts: ['{', same, ': 1}'], type: DYN }
  return { parts: ['[', ctx.expression(DYN, 0), ', ', same, ']'], type: DYN }
}

/** The same again, or the same number as another type. */
function variant({ random }: Context, tree: Tree): Tree {
  const text = tree.parts.join('')
  const digits = /^\(?(-?\d{1,15})(\.0|u)?\)?$/.exec(text)?.[1]
  if (digits === undefined || random.chance(0.3)) return tree
  const others = [
    digits,
    `${digits}.0`,
    `"${digits}"`,
    ...(digits.startsWith('-') ? [] : [`${digits}u`]),
  ]
  return { parts: [`dyn(${random.pick(others)})`], type: DYN, feature: 'mixed:number' }
}

/** Mostly written in the expression, sometimes found in an attribute. */
function fromTable(ctx: Context, text: string, type: CelType): Tree {
  const value = type.kind === 'string' ? plainText(text) : undefined
  if (value !== undefined && ctx.random.chance(0.3)) return stored(ctx, type, value)
  return leaf(text, type)
}

/** Comparing values of different types is no mistake if one of them is not known. */
const MIXING = new Set([
  '_==_',
  '_!=_',
  '@in',
  '_<_',
  '_<=_',
  '_>_',
  '_>=_',
  'hasIntersection',
  'intersect',
  'except',
  'isSubset',
  'sets.contains',
  'sets.equivalent',
  'sets.intersects',
])

function mixed(ctx: Context, type: CelType, depth: number): Tree {
  const other = anyType(ctx.random)
  if (type.kind === 'list')
    return { parts: ['dyn(', ctx.expression(listType(other), depth - 1), ')'], type: DYN }
  return {
    parts: ['dyn(', ctx.expression(other, depth - 1), ')'],
    type: DYN,
    feature: `mixed:${formatType(other)}`,
  }
}

const INFIX = /^_(==|!=|<|<=|>|>=|\+|-|\*|\/|%)_$/

function layout({ name, member }: Signature, args: readonly Tree[]): readonly (string | Tree)[] {
  const [first, second] = args as readonly [Tree, Tree]
  const infix = name === '@in' ? 'in' : INFIX.exec(name)?.[1]
  if (infix !== undefined) return ['(', first, ` ${infix} `, second, ')']
  if (name === '!_') return ['!', '(', first, ')']
  if (name === '-_') return ['(', '-', '(', first, ')', ')']
  if (name === '_[_]') return [first, '[', second, ']']
  if (name === '_[?_]') return [first, '[?', second, ']']
  if (!member) return [`${name}(`, ...separated(args, ', '), ')']
  return [first, `.${name}(`, ...separated(args.slice(1), ', '), ')']
}
