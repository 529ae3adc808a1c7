import { BOOL, type CelType, DYN, formatType, sameType } from '@lockstitch/cel'

import { type Random, randomFor } from '../random.ts'
import { attribute, wrongAttribute } from './attributes.ts'
import { call } from './calls.ts'
import type { Context, Local } from './context.ts'
import { type CelInput, inputBuilder } from './input.ts'
import { literalOf } from './literals.ts'
import { MACRO_SHAPES } from './macros.ts'
import { MESSAGE_SHAPES } from './messages.ts'
import { SIGNATURES, type Signature } from './signatures.ts'
import { leaf, node, separated, type Tree } from './tree.ts'
import { anyType, type Bindings, fits } from './type-choice.ts'

/** Two expressions and what they are asked about. */
export interface CelCase {
  /** An output, so that its value and type are seen. */
  readonly value: Tree
  /** A condition, mostly about the same. */
  readonly condition: Tree
  readonly input: CelInput
  /** Where the case came from, so that it can be made again. */
  readonly seed: number
  readonly index: number
}

const SHAPES = [...MACRO_SHAPES, ...MESSAGE_SHAPES]

type Subject = (ctx: Context, depth: number) => Tree

/** What policies are full of, and what has its turn more often for that. */
const EVERYDAY = new Set([
  '_==_(T, T)',
  '_!=_(T, T)',
  '@in(T, list(T))',
  '_<_(string, string)',
  'string.charAt(int)',
  'intersect(list(T), list(T))',
  'optional.ofNonZeroValue(T)',
  '_&&_',
  '_||_',
  'has',
])
const TURNS_OF_EVERYDAY = 4

/** What each case in turn is about: every overload, every macro. */
const SUBJECTS: readonly Subject[] = [
  ...SIGNATURES.flatMap((signature) =>
    turns(signature.id, (ctx, depth) => call(ctx, signature, new Map(), depth)),
  ),
  ...SHAPES.flatMap((shape) =>
    turns(shape.feature, (ctx, depth) => shape.make(ctx, shape.someType(ctx), depth)),
  ),
]

function turns(feature: string, subject: Subject): readonly Subject[] {
  return Array.from({ length: EVERYDAY.has(feature) ? TURNS_OF_EVERYDAY : 1 }, () => subject)
}

/** Makes a case. Each subject has its turn, whatever chance does with the rest. */
export function generateCase(seed: number, index: number): CelCase {
  const random = randomFor(seed, index)
  const input = inputBuilder()
  const ctx = context(random, input, random.chance(0.35) ? 0.1 : 0)
  const subject = SUBJECTS[index % SUBJECTS.length] as (typeof SUBJECTS)[number]
  const value = subject(ctx, random.chance(0.4) ? 1 : 2 + random.below(2))
  const condition = conditionOf(ctx, value)
  const isStable = !readsClock(value)
  return { value: isStable ? value : condition, condition, input: input.build(), seed, index }
}

function context(
  random: Random,
  input: Context['input'],
  mistakes: number,
  locals: readonly Local[] = [],
): Context {
  const ctx: Context = {
    random,
    input,
    mistakes,
    locals,
    expression: (type, depth) => expression(ctx, type, depth),
    within: (more) => {
      const hidden = new Set(more.map(({ name }) => name))
      const visible = locals.filter(({ name }) => !hidden.has(name))
      return context(random, input, mistakes, [...visible, ...more])
    },
  }
  return ctx
}

function expression(ctx: Context, type: CelType, depth: number): Tree {
  const { random } = ctx
  if (random.chance(ctx.mistakes)) return mistake(ctx, type, depth)
  const known = ctx.locals.filter((each) => sameType(each.type, type))
  if (known.length > 0 && random.chance(0.5)) return leaf(random.pick(known).name, type)
  if (depth <= 0 || random.chance(0.15)) return terminal(ctx, type, depth)
  if (random.chance(0.15)) return attribute(ctx, type)
  const shapes = SHAPES.filter((each) => each.gives(type))
  if (shapes.length > 0 && random.chance(0.3)) return random.pick(shapes).make(ctx, type, depth)
  const choice = chooseSignature(random, type)
  if (choice === undefined) return terminal(ctx, type, depth)
  return call(ctx, choice.signature, choice.bindings, depth)
}

/** Something without calls, if the type has it. */
function terminal(ctx: Context, type: CelType, depth: number): Tree {
  const { random } = ctx
  if (depth >= 0 && random.chance(0.35)) return attribute(ctx, type)
  const inner = (each: CelType): Tree => ctx.expression(each, -1)
  const length = random.below(4)
  switch (type.kind) {
    case 'list': {
      const elements = Array.from({ length }, () => inner(type.element))
      return node(type, 'list', '[', ...separated(elements, ', '), ']')
    }
    case 'map': {
      const entries = Array.from({ length }, (): Tree => {
        return { parts: [inner(type.key), ': ', inner(type.value)], type: DYN }
      })
      return node(type, 'map literal', '{', ...separated(entries, ', '), '}')
    }
    case 'opaque': {
      const [parameter] = type.parameters
      if (parameter === undefined) break
      if (random.chance(0.3)) return leaf('optional.none()', type, 'optional.none()')
      return node(type, 'optional.of(T)', 'optional.of(', inner(parameter), ')')
    }
    default:
  }
  const literal = literalOf(type, random)
  if (literal === undefined) return leaf('null', type)
  return leaf(literal, type, `literal:${formatType(type)}`)
}

interface Choice {
  readonly signature: Signature
  readonly bindings: Bindings
}

function chooseSignature(random: Random, type: CelType): Choice | undefined {
  const choices = SIGNATURES.flatMap((signature): readonly Choice[] => {
    const bindings: Bindings = new Map()
    return fits(signature.result, type, bindings) ? [{ signature, bindings }] : []
  })
  // What gives any type would crowd out what gives this one.
  const own = choices.filter(({ signature }) => signature.result.kind !== 'param')
  const few = own.length > 0 && random.chance(0.75) ? own : choices
  const usable = few.filter(({ signature }) => !CLOCK.test(signature.id))
  return usable.length === 0 ? undefined : random.pick(usable)
}

const CLOCK = /^now\(|timeSince\(/

/** Something of another type, something missing, or something that is not even CEL. */
function mistake(ctx: Context, type: CelType, depth: number): Tree {
  const { random } = ctx
  const sane = context(random, ctx.input, 0, ctx.locals)
  const dice = random.below(100)
  if (dice < 55) return wrongAttribute(sane, type)
  const other = sane.expression(anyType(random), Math.min(depth, 1))
  if (dice < 80) return { parts: ['dyn(', other, ')'], type, feature: 'mistake:dynamic' }
  if (dice < 92) return { ...other, feature: 'mistake:static' }
  return leaf(random.pick(NONSENSE), type, 'mistake:nonsense')
}

// biome-ignore format: a table
const NONSENSE: readonly string[] = [
  'P.nosuch', 'R.foo', 'undeclared', 'unknown(1)', '"a".unknown()', '1 +', 'R["attr"]', '9223372036854775808', '18446744073709551616u', 'a.b.c', '1.size()', '[1, "a"].nope()', 'size(1, 2)', '"\\q"', 'true ? 1', 'has(R)', '[1].all(1, true)', '{', "'", 'for', 'x.', 'R.attr..a', 'request.auxData.nosuch', 'C["limit"]', '"limit" in C', 'type', 'cel.bind(1, 2, 3)', 'R.attr.`a', '-9223372036854775809', 'math.max(1, 2)', 'json.decode("1")', '[1].existsOne(x, x == 1)', '1 = 1', 'a && ', '@in', 'google.protobuf.Timestamp{secs: 1}',
]

/** What the clock says differs between two that are asked. */
function readsClock(tree: Tree): boolean {
  return tree.parts.some((part) =>
    typeof part === 'string' ? /now\(|timeSince\(/.test(part) : readsClock(part),
  )
}

/** Makes a condition of an expression. */
function conditionOf(ctx: Context, tree: Tree): Tree {
  const { random } = ctx
  const test = testOf(ctx, tree)
  const dice = random.below(6)
  if (dice > 3) return test
  // The other side gives a further subject its turn.
  const other = random.pick(SUBJECTS)(ctx, 1)
  const more = testOf(ctx, other)
  const [left, right] = dice % 2 === 0 ? [test, more] : [more, test]
  const operator = dice < 2 ? '&&' : '||'
  return node(BOOL, `_${operator}_`, '(', left, ` ${operator} `, right, ')')
}

function testOf(ctx: Context, tree: Tree): Tree {
  if (readsClock(tree)) return clockCondition(tree)
  return tree.type.kind === 'bool' ? tree : comparison(ctx, tree)
}

function clockCondition(tree: Tree): Tree {
  const isTimestamp = tree.type.kind === 'timestamp'
  const bound = isTimestamp ? 'timestamp("2020-01-01T00:00:00Z")' : 'duration("1h")'
  return node(
    BOOL,
    isTimestamp ? '_>_(timestamp, timestamp)' : '_>_(duration, duration)',
    '(',
    tree,
    ` > ${bound})`,
  )
}

const ORDERED = new Set([
  'int',
  'uint',
  'double',
  'string',
  'bytes',
  'bool',
  'timestamp',
  'duration',
])

function comparison(ctx: Context, tree: Tree): Tree {
  const { random } = ctx
  const { type } = tree
  const dice = random.below(10)
  if (dice === 0) return { parts: ['(type(', tree, ') != bool)'], type: BOOL, feature: 'type(T)' }
  const other = ctx.expression(type, 0)
  if (ORDERED.has(type.kind) && dice < 6) {
    const operator = random.pick(['<', '<=', '>', '>='])
    const name = formatType(type)
    return node(BOOL, `_${operator}_(${name}, ${name})`, '(', tree, ` ${operator} `, other, ')')
  }
  if (type.kind === 'list' && dice < 4) return node(BOOL, 'size(list(T))', '(size(', tree, ') < 3)')
  const operator = random.chance(0.25) ? '==' : '!='
  return node(BOOL, `_${operator}_(T, T)`, '(', tree, ` ${operator} `, other, ')')
}

/** Everything that is counted. */
export const ALL_FEATURES: readonly string[] = [
  ...new Set([
    ...SIGNATURES.map(({ id }) => id),
    ...SHAPES.map(({ feature }) => feature),
    'attribute:resource',
    'attribute:principal',
    'attribute:claims',
    'attribute:missing',
    'attribute:null',
    'attribute:wrong',
    'P',
    'R',
    'request',
    'C',
    'G',
    'V',
    'runtime',
    'mistake:dynamic',
    'mistake:static',
    'mistake:nonsense',
  ]),
]
