import type { PlanOperand } from '@lockstitch/engine'

import { comparison, type Outcome, operandOf } from './compare.ts'
import {
  type Arithmetic,
  comparedSpans,
  computed,
  doubles,
  ints,
  negative,
  type Span,
  type Truth,
  toDouble,
  toInt,
} from './doubles.ts'
import { FilterError } from './errors.ts'
import { ALWAYS, type Constant, every, type Form, type Operand, some } from './form.ts'
import { type Interval, truthOf } from './intervals.ts'
import { isValue, type Term } from './term.ts'

type Operator = 'eq' | 'lt' | 'le' | 'gt' | 'ge'

/**
 * A comparison of what is computed from one number of the resource's: where it is true and where it is
 * false, told as intervals of that number. So it is CEL's arithmetic that decides, and no database's.
 */
export function numberOutcome(
  operator: Operator,
  operands: readonly PlanOperand[],
  termOf: (operand: PlanOperand) => Term,
): Outcome | undefined {
  const [left, right] = operands
  if (left === undefined || right === undefined) return undefined
  if (!isComputed(left) && !isComputed(right)) return undefined
  const read = [...new Map(operands.flatMap(readIn).map((each) => [keyOf(each), each])).values()]
  const [variable] = read
  if (read.length > 1 || !operands.every(isOfNumbers)) return undefined
  const ask = (interval: Interval): Truth =>
    comparedSpans(operator, spanOf(left, interval), spanOf(right, interval))
  if (variable === undefined) return constantOutcome(ask({ low: 0, high: 0 }))
  const term = termOf(variable)
  const number = operandOf(term, 'number')
  if (number === undefined) return undefined
  // What may be a text is cast as one.
  if (term.kind === 'json' && operands.some(isCast)) return undefined
  return outcomeOf(number, term, ask, left.kind === 'expression' ? left.operator : operator)
}

function constantOutcome(truth: Truth): Outcome {
  const is = (wanted: Truth): Form => ({ kind: 'constant', value: truth === wanted })
  return { holds: is('true'), fails: is('false') }
}

const INTS: readonly Interval[] = [
  { low: -Number.MAX_SAFE_INTEGER, high: -Number.MIN_VALUE },
  { low: 0, high: Number.MAX_SAFE_INTEGER },
]

const DOUBLES: readonly Interval[] = [
  { low: -Number.MAX_VALUE, high: -0 },
  { low: 0, high: Number.MAX_VALUE },
]

function outcomeOf(
  number: Operand,
  term: Term,
  ask: (interval: Interval) => Truth,
  operator: string,
): Outcome {
  const known = truthOf(number.type === 'int' ? INTS : DOUBLES, ask)
  if (known === undefined || known.length > MOST) {
    throw refused('this arithmetic of a number', operator)
  }
  // Databases have one zero.
  if (
    known.some(({ low }, index) => Object.is(low, 0) && index > 0 && isZeroBefore(known[index - 1]))
  ) {
    throw refused('what depends on the sign of a zero', operator)
  }
  const where = (wanted: Truth): Form => {
    const intervals = known.filter(({ truth }) => truth === wanted)
    return some(...intervals.map((each) => within(each, number, term)))
  }
  return { holds: where('true'), fails: where('false') }
}

/** The most intervals that a condition has. */
const MOST = 16

function isZeroBefore(interval: Interval | undefined): boolean {
  return interval !== undefined && Object.is(interval.high, -0)
}

function within({ low, high }: Interval, number: Operand, term: Term): Form {
  const most = number.type === 'int' ? Number.MAX_SAFE_INTEGER : Number.MAX_VALUE
  const [isLowest, isHighest] = [low === -most, high === most]
  if (isLowest && isHighest) return isNumber(term)
  if (low === high) return comparison('eq', number, constant(low))
  return every(
    isLowest ? ALWAYS : comparison('ge', number, constant(low)),
    isHighest ? ALWAYS : comparison('le', number, constant(high)),
  )
}

function constant(value: number): Constant {
  return { kind: 'value', value: value === 0 ? 0 : value, type: 'number' }
}

function isNumber(term: Term): Form {
  return term.kind === 'json'
    ? { kind: 'json-type', json: term.json, types: ['number'] }
    : isValue(term)
}

const ARITHMETIC: ReadonlySet<string> = new Set(['add', 'sub', 'mult', 'div', 'mod'])

function isArithmetic(operator: string): operator is Arithmetic {
  return ARITHMETIC.has(operator)
}

const UNARY: Readonly<Record<string, (span: Span) => Span>> = {
  '-_': negative,
  int: toInt,
  double: toDouble,
}

function isComputed(operand: PlanOperand): boolean {
  if (operand.kind !== 'expression') return false
  return isArithmetic(operand.operator) || Object.hasOwn(UNARY, operand.operator)
}

function isCast(operand: PlanOperand): boolean {
  if (operand.kind !== 'expression') return false
  return (
    operand.operator === 'int' || operand.operator === 'double' || operand.operands.some(isCast)
  )
}

/** Whether a computation is one of numbers, or an error: `+` is for texts and lists, too. */
function isOfNumbers(operand: PlanOperand): boolean {
  if (operand.kind !== 'expression' || operand.operator !== 'add') return true
  return operand.operands.every(isOfNumbers) && operand.operands.some(isNumberAlone)
}

function isNumberAlone(operand: PlanOperand): boolean {
  if (operand.kind === 'value') return typeof operand.value === 'number'
  return isComputed(operand)
}

/** What the computation reads. */
function readIn(operand: PlanOperand): readonly PlanOperand[] {
  if (operand.kind === 'value') return []
  if (operand.kind === 'expression' && operand.operator === 'error') return []
  return operand.kind === 'expression' && isComputed(operand)
    ? operand.operands.flatMap(readIn)
    : [operand]
}

function keyOf(operand: PlanOperand): string {
  return JSON.stringify(operand)
}

function spanOf(operand: PlanOperand, { low, high }: Interval): Span {
  if (operand.kind === 'value') return spanOfValue(operand.value, operand.type)
  if (operand.kind === 'variable') return doubles(low, high)
  const { operator, operands } = operand
  if (operator === 'error') return { kind: 'error' }
  if (!isComputed(operand)) return doubles(low, high)
  const [left, right] = operands
  const infinite = infinity(operand)
  if (infinite !== undefined || left === undefined) return infinite ?? { kind: 'error' }
  const first = spanOf(left, { low, high })
  if (!isArithmetic(operator)) return UNARY[operator]?.(first) ?? { kind: 'unknown' }
  if (right === undefined) return { kind: 'error' }
  return (
    ofItself(operator, left, right, first) ??
    computed(operator, first, spanOf(right, { low, high }))
  )
}

/** `double("Infinity")`, which is how plans write what JSON has no number for. */
function infinity(operand: PlanOperand): Span | undefined {
  if (operand.kind !== 'expression' || operand.operator !== 'double') return undefined
  const [text] = operand.operands
  if (text?.kind !== 'value' || typeof text.value !== 'string') return undefined
  const value = Number(text.value)
  return doubles(value, value)
}

/** What is divided by itself or taken from itself is known, which its ends do not tell. */
function ofItself(
  operator: Arithmetic,
  left: PlanOperand,
  right: PlanOperand,
  span: Span,
): Span | undefined {
  if (span.kind !== 'double' || (operator !== 'div' && operator !== 'sub')) return undefined
  if (!Number.isFinite(span.low) || !Number.isFinite(span.high)) return undefined
  if (keyOf(left) !== keyOf(right)) return undefined
  if (operator === 'sub') return doubles(0, 0)
  return span.low > 0 || span.high < 0 ? doubles(1, 1) : undefined
}

function spanOfValue(value: unknown, type: string | undefined): Span {
  if (typeof value !== 'number') return { kind: 'other' }
  // Which number it is compared as is told nowhere.
  if (type === 'uint') return { kind: 'unknown' }
  if (type === 'int') return ints(BigInt(value), BigInt(value))
  return doubles(value, value)
}

function refused(what: string, operator: string): FilterError {
  return new FilterError('unsupported-operator', `no filter says ${what} exactly`, { operator })
}
