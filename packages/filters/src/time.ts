import type { PlanOperand } from '@lockstitch/engine'

import { negated, type Outcome } from './compare.ts'
import { FilterError } from './errors.ts'
import {
  ALWAYS,
  type ColumnOperand,
  type Comparison,
  every,
  type Form,
  NEVER,
  not,
  some,
} from './form.ts'
import { columnOperand, type Term } from './term.ts'

/** A moment or a span in milliseconds, and whether it has a part of one more. */
interface Millis {
  readonly floor: number
  readonly isExact: boolean
}

type Order = 'lt' | 'le' | 'gt' | 'ge'

const MIRRORED = { eq: 'eq', lt: 'gt', le: 'ge', gt: 'lt', ge: 'le' } as const

/** A comparison of moments, one of them the resource's: the column, the operator and the moment. */
interface TimeComparison {
  readonly attribute: PlanOperand
  readonly operator: 'eq' | Order
  readonly moment: Millis
  /** What it is subtracted from; a difference beyond some 292 years is an error. */
  readonly now?: number
}

/**
 * Where the moment that a column is stands so to a known one. The column is taken in whole milliseconds,
 * rounded down, because that is what a driver's `Date` has of it.
 */
export function timeOutcome(
  operator: 'eq' | Order,
  [left, right]: readonly PlanOperand[],
  columnOf: (attribute: PlanOperand) => Term,
): Outcome | undefined {
  const found = comparisonOf(operator, left, right) ?? comparisonOf(MIRRORED[operator], right, left)
  if (found === undefined) return undefined
  const term = columnOf(found.attribute)
  if (term.kind !== 'column' || term.type !== 'timestamp') return undefined
  const column = columnOperand(term)
  const { holds, fails } = outcomeOf(column, found)
  const isNearNow = found.now === undefined ? ALWAYS : isNear(column, found.now)
  const isInReach = every({ kind: 'is-dated', column }, isNearNow)
  return { holds: every(isInReach, holds), fails: every(isInReach, fails) }
}

/** The longest difference of two moments in CEL, in whole milliseconds: 2^63 nanoseconds. */
const LONGEST = 9_223_372_036_854

function isNear(column: ColumnOperand, now: number): Form {
  return every(at('ge', column, now - LONGEST), at('lt', column, now + LONGEST + 1))
}

function comparisonOf(
  operator: 'eq' | Order,
  left: PlanOperand | undefined,
  right: PlanOperand | undefined,
): TimeComparison | undefined {
  const attribute = argumentOf(left, 'timestamp')
  const moment = momentOf(right)
  if (attribute?.kind === 'variable' && moment !== undefined) {
    return { attribute, operator, moment }
  }
  return agoOf(operator, left, right)
}

/** How long ago something was: what is longer ago was before. */
function agoOf(
  operator: 'eq' | Order,
  left: PlanOperand | undefined,
  right: PlanOperand | undefined,
): TimeComparison | undefined {
  if (left?.kind !== 'expression') return undefined
  const [first, second] = left.operands
  const isSince = left.operator === 'timeSince'
  if (!isSince && left.operator !== 'sub') return undefined
  const now = isSince ? momentOfText(second) : momentOf(first)
  const attribute = argumentOf(isSince ? first : second, 'timestamp')
  const span = spanOf(right)
  if (now === undefined || span === undefined || attribute?.kind !== 'variable') return undefined
  if (!now.isExact || !span.isExact) return undefined
  const moment = { floor: now.floor - span.floor, isExact: true }
  const found = { attribute, operator: MIRRORED[operator], moment }
  // `timeSince` is the longest duration there is where it would be longer.
  return isSince ? found : { ...found, now: now.floor }
}

function argumentOf(operand: PlanOperand | undefined, name: string): PlanOperand | undefined {
  const isCall = operand?.kind === 'expression' && operand.operator === name
  return isCall && operand.operands.length === 1 ? operand.operands[0] : undefined
}

function textOf(operand: PlanOperand | undefined, name: string): string | undefined {
  const argument = argumentOf(operand, name)
  return argument?.kind === 'value' && typeof argument.value === 'string'
    ? argument.value
    : undefined
}

const RFC3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/

function momentOf(operand: PlanOperand | undefined): Millis | undefined {
  return momentOfText(argumentOf(operand, 'timestamp'))
}

function momentOfText(operand: PlanOperand | undefined): Millis | undefined {
  if (operand?.kind !== 'value' || typeof operand.value !== 'string') return undefined
  const [, seconds, fraction = '', zone] = RFC3339.exec(operand.value) ?? []
  if (seconds === undefined || zone === undefined) return undefined
  const digits = fraction.padEnd(9, '0')
  const floor = Date.parse(`${seconds}${zone}`) + Number(digits.slice(0, 3))
  return Number.isFinite(floor) ? { floor, isExact: digits.endsWith('000000') } : undefined
}

const UNITS = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const

/** A duration of whole milliseconds; others are left to be refused. */
function spanOf(operand: PlanOperand | undefined): Millis | undefined {
  const text = textOf(operand, 'duration') ?? ''
  if (!/^-?(\d{1,9}(h|ms|m)|\d{1,10}(\.\d{1,3})?s)+$/.test(text)) return undefined
  let floor = 0
  for (const [, count, unit] of text.matchAll(/([\d.]+)(h|ms|m|s)/g)) {
    floor += Math.round(Number(count) * UNITS[unit as keyof typeof UNITS]) // As the expression has it.
  }
  return { floor: text.startsWith('-') ? -floor : floor, isExact: true }
}

function outcomeOf(column: ColumnOperand, { operator, moment }: TimeComparison): Outcome {
  const { floor, isExact } = moment
  const after = floor + 1
  const from = isExact ? floor : after
  switch (operator) {
    case 'lt':
      return { holds: at('lt', column, from), fails: at('ge', column, from) }
    case 'ge':
      return negated({ holds: at('lt', column, from), fails: at('ge', column, from) })
    case 'le':
      return { holds: at('lt', column, after), fails: at('ge', column, after) }
    case 'gt':
      return negated({ holds: at('lt', column, after), fails: at('ge', column, after) })
    default: {
      if (!isExact) return { holds: NEVER, fails: not({ kind: 'is-null', column }) }
      return {
        holds: every(at('ge', column, floor), at('lt', column, after)),
        fails: some(at('lt', column, floor), at('ge', column, after)),
      }
    }
  }
}

function at(operator: Comparison, left: ColumnOperand, millis: number): Form {
  const value = new Date(millis).toISOString()
  if (!/^\d{4}-/.test(value) || value.startsWith('0000')) {
    throw new FilterError('unsupported-value', 'a moment outside the years 1 to 9999')
  }
  return { kind: 'compare', operator, left, right: { kind: 'value', value, type: 'timestamp' } }
}
