import { BOOL, Duration, DYN, type Expr, isCelError, type Value } from '@lockstitch/cel'
import { print } from '@lockstitch/cel/print'
import { createConditionEnv } from '@lockstitch/policy'

import type { KnownDifference } from '../area.ts'
import { answerDifference, type CelAnswer, outcomeText } from './answer.ts'
import { openCerbosOracle } from './cerbos-oracle.ts'
import type { CelCase } from './generate.ts'
import { leaf, render } from './tree.ts'

/** Differences from the real Cerbos that are meant. Each is a rule with its reason, never a case. */
export const KNOWN: readonly KnownDifference<CelCase, CelAnswer>[] = [
  {
    reason:
      'Cerbos 0.55 gives null for a fold over constants that never collects: `[1].all(e, true)`',
    applies: somewhere(neverCollects),
    isStillTrue: () => cerbosAnswers('[1].all(e, true)', 'null [null_type]'),
  },
  {
    reason:
      'Cerbos 0.55 loses nanoseconds of a constant duration of more than 104 days, which it keeps as text of seconds in double precision',
    applies: somewhere(isLongAndExact),
    isStillTrue: () =>
      cerbosAnswers(
        'duration("9000000000.123456789s") - duration(R.attr.d) == duration("123456789ns")',
        'false [bool]',
      ),
  },
  {
    reason:
      'Cerbos 0.55 drops a constant that is no bool from `&&` and `||` and takes it for false in `?:`',
    applies: somewhere(hasForeignConstant),
    isStillTrue: () => cerbosAnswers('dyn(1) ? 1 : 2', '2 [int]'),
  },
  {
    reason:
      'nothing in a constant optional is no JSON, and Cerbos 0.55 cannot name its type: `[1].map(x, optional.of([]))[0][1]`',
    applies: (_, { value: ours }, { value: theirs }) =>
      ours.kind === 'value' &&
      ours.json === undefined &&
      ours.types === '[optional_type]' &&
      theirs.kind === 'error' &&
      theirs.message === 'optional.none() dereference',
    isStillTrue: () => cerbosAnswers('[1].map(x, optional.of([]))[0][1]', undefined),
  },
  {
    reason:
      'a list or a map that a variable holds is found as a key of a map in Cerbos 0.55, because it is the same object',
    applies: somewhere(hasKeyFromVariable),
    isStillTrue: () => cerbosAnswers('cel.bind(w, [1], w in {w: 1})', 'true [bool]'),
  },
  {
    reason: 'a map has NaN as a key once, in Cerbos 0.55 as often as it is written',
    applies: somewhere(hasNanKey),
    isStillTrue: () => cerbosAnswers('{0.0 / 0.0: 1, 0.0 / 0.0: 2}.size()', '2 [int]'),
  },
  {
    reason: 'Cerbos 0.55 cannot read a sum of two lists of SPIFFE IDs in `spiffeMatchOneOf`',
    applies: somewhere(matchesOneOfSum),
    isStillTrue: () => {
      const ids = `[spiffeID("spiffe://a.b/" + R.attr.s)]`
      return cerbosAnswers(
        `spiffeMatchOneOf(${ids} + ${ids}).matchesID("spiffe://a.b/a")`,
        undefined,
      )
    },
  },
  {
    reason: 'the time zone `Local` is that of the machine, which must not decide anything here',
    applies: ({ value, condition, input }) =>
      `${render(value)} ${render(condition)} ${JSON.stringify(input)}`.includes('"Local"'),
    isStillTrue: () => cerbosAnswers('timestamp(0).getFullYear("Local") > 0', 'true [bool]'),
  },
]

/** Whether Cerbos answers an expression so; with an error where no answer is given. */
async function cerbosAnswers(expression: string, answer: string | undefined): Promise<boolean> {
  const oracle = await openCerbosOracle()
  try {
    const input = { principal: {}, resource: { s: 'a', d: '9000000000s', l: [1, 2] }, claims: {} }
    const each = { value: leaf(expression, DYN), condition: leaf('true', BOOL), input }
    const [theirs] = await oracle.ask([{ ...each, seed: 0, index: 0 }])
    if (theirs === undefined) return false
    return answer === undefined
      ? theirs.value.kind === 'error'
      : outcomeText(theirs.value) === answer
  } finally {
    await oracle.close()
  }
}

/** Whether the expression whose answers differ has such a part. */
function somewhere(
  test: (part: Expr) => boolean,
): (each: CelCase, ours: CelAnswer, theirs: CelAnswer) => boolean {
  return ({ value, condition }, ours, theirs) => {
    const isOfValue = answerDifference(ours, { ...theirs, condition: ours.condition }) !== undefined
    const isOfCondition = ours.condition !== theirs.condition
    const differing = [...(isOfValue ? [value] : []), ...(isOfCondition ? [condition] : [])]
    return differing.every((tree) => {
      const compiled = ENV.compile(render(tree))
      return compiled.ok && contains(compiled.program.expr, test)
    })
  }
}

const LOGICAL: ReadonlySet<string> = new Set(['_&&_', '_||_'])

/** `R.attr.x == 1 && dyn(1)`, `dyn(1) ? 2 : 3` */
function hasForeignConstant(expr: Expr): boolean {
  if (expr.kind !== 'call') return false
  const tested = LOGICAL.has(expr.function) ? expr.args : []
  return (expr.function === '_?_:_' ? expr.args.slice(0, 1) : tested).some((each) => {
    const value = constantValue(each)
    return value !== undefined && typeof value !== 'boolean'
  })
}

function hasKeyFromVariable(expr: Expr): boolean {
  if (expr.kind !== 'map') return false
  return expr.entries.some(
    ({ key }) => key.kind === 'ident' || bindArgsOf(key).length > 0 || isBind(key),
  )
}

/** `cel.bind` when its macro is expanded: a fold over nothing, for the sake of its variable. */
function isBind(expr: Expr): boolean {
  return expr.kind === 'comprehension' && expr.iterVar === '#unused'
}

function hasNanKey(expr: Expr): boolean {
  return expr.kind === 'map' && expr.entries.some(({ key }) => Number.isNaN(constantValue(key)))
}

function matchesOneOfSum(expr: Expr): boolean {
  if (expr.kind !== 'call' || expr.function !== 'spiffeMatchOneOf') return false
  const isSum = (part: Expr): boolean => part.kind === 'call' && part.function === '_+_'
  return expr.args.some((arg) => contains(arg, (part) => isSum(part) && contains(part, isSpiffeId)))
}

function isSpiffeId(expr: Expr): boolean {
  return expr.kind === 'call' && expr.function === 'spiffeID'
}

/** A constant part that gives a duration whose nanoseconds do not fit into a double of seconds. */
function isLongAndExact(expr: Expr): boolean {
  const value = constantValue(expr)
  if (!(value instanceof Duration)) return false
  const { nanoseconds } = value
  const seconds = Number(nanoseconds / SECOND) + Number(nanoseconds % SECOND) / 1e9
  const digits = seconds.toString().split('.')[1]?.padEnd(9, '0') ?? '0'
  return BigInt(Math.trunc(seconds)) * SECOND + signed(BigInt(digits), seconds) !== nanoseconds
}

function signed(value: bigint, like: number): bigint {
  return like < 0 ? -value : value
}

const SECOND = 1_000_000_000n
const ENV = createConditionEnv()

/** What a call comes to that depends on nothing. */
function constantValue(expr: Expr): Value | undefined {
  if (expr.kind !== 'call' || isOpen(expr)) return undefined
  const compiled = ENV.compile(print(expr))
  const value = compiled.ok ? compiled.program.evaluate({}) : undefined
  return isCelError(value) ? undefined : value
}

/** Whether an expression reads variables but those of its own comprehensions. */
function isOpen(expr: Expr, bound: readonly string[] = []): boolean {
  if (expr.kind === 'ident') return !LIBRARIES.has(expr.name) && !bound.includes(expr.name)
  const [variable, ...bindArgs] = bindArgsOf(expr)
  if (variable?.kind === 'ident') {
    return bindArgs.some((part) => isOpen(part, [...bound, variable.name]))
  }
  if (expr.kind !== 'comprehension') return partsOf(expr).some((part) => isOpen(part, bound))
  const { iterVar, iterVar2 = iterVar, accuVar } = expr
  const inside = [...bound, iterVar, iterVar2, accuVar]
  return partsOf(expr).some((part) => isOpen(part, inside))
}

/** What `cel.bind` is written with: without the extensions' macros it is a call like any other. */
function bindArgsOf(expr: Expr): readonly Expr[] {
  const isCall = expr.kind === 'call' && expr.function === 'bind'
  return isCall && expr.target?.kind === 'ident' && expr.target.name === 'cel' ? expr.args : []
}

/** A fold with one variable over something constant, whose step is the accumulator as it was. */
function neverCollects(expr: Expr): boolean {
  if (expr.kind !== 'comprehension' || expr.iterVar2 !== undefined) return false
  if (isBind(expr) || isOpen(expr.iterRange)) return false
  const step = pruned(expr.loopStep)
  return typeof step !== 'boolean' && step.kind === 'ident' && step.name === expr.accuVar
}

/** Names that stand before functions and are no variables. */
const LIBRARIES: ReadonlySet<string> = new Set(['optional', 'lists', 'math', 'base64', 'sets'])

/** What is left of an expression when constant operands of `&& || ! ?:` have decided what they can. */
function pruned(expr: Expr): Expr | boolean {
  if (expr.kind === 'const') return expr.value.kind === 'bool' ? expr.value.value : expr
  if (expr.kind !== 'call') return expr
  const value = constantValue(expr)
  if (typeof value === 'boolean') return value
  const args = expr.args.map(pruned) as [Expr | boolean, Expr | boolean, Expr | boolean]
  const [a, b, c] = args
  switch (expr.function) {
    case '_&&_':
      return a === false || b === false ? false : a === true ? b : b === true ? a : expr
    case '_||_':
      return a === true || b === true ? true : a === false ? b : b === false ? a : expr
    case '_?_:_':
      return a === true ? b : a === false ? c : expr
    case '!_':
      return typeof a === 'boolean' ? !a : expr
    default:
      return expr
  }
}

function contains(expr: Expr, test: (part: Expr) => boolean): boolean {
  return test(expr) || partsOf(expr).some((part) => contains(part, test))
}

function partsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'select':
      return [expr.operand]
    case 'call':
      return expr.target === undefined ? expr.args : [expr.target, ...expr.args]
    case 'list':
      return expr.elements
    case 'map':
      return expr.entries.flatMap(({ key, value }) => [key, value])
    case 'struct':
      return expr.entries.map(({ value }) => value)
    case 'comprehension':
      return [expr.iterRange, expr.accuInit, expr.loopCondition, expr.loopStep, expr.result]
    default:
      return []
  }
}
