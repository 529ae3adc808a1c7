import {
  asBool,
  expressionOperand,
  type PlanExpression,
  type PlanOperand,
  valueOperand,
} from './operand.ts'

// Conditions that resources are kept by: one is kept where the condition is true, and neither where it
// is false nor where it is an error. Put together with `every` and `some` alone, errors never let
// anything in, so that one need not know which of the two it is.

export const ALWAYS: PlanOperand = valueOperand(true)
export const NEVER: PlanOperand = valueOperand(false)

/** True where all of them are. */
export function every(...parts: readonly PlanOperand[]): PlanOperand {
  return joined('and', parts)
}

/** True where any of them is. */
export function some(...parts: readonly PlanOperand[]): PlanOperand {
  return joined('or', parts)
}

/**
 * Conditions that are put together, and not made simple yet: much of what the walk is written down as is
 * asked for nowhere.
 */
interface Join extends PlanExpression {
  readonly operator: Operator
  /** Several others may have it in them. */
  simple: PlanOperand | undefined
}

function isJoin(operand: PlanOperand): operand is Join {
  return 'simple' in operand
}

/** A condition without what is said twice in it. */
export function simplified(operand: PlanOperand): PlanOperand {
  if (!isJoin(operand)) return operand
  operand.simple ??= simpleJoin(operand.operator, operand.operands.map(simplified))
  return operand.simple
}

type Operator = 'and' | 'or'

/** Those that matter beside each other. Where one decides, it alone; where none matters, what that comes to. */
function openParts(operator: Operator, parts: readonly PlanOperand[]): readonly PlanOperand[] {
  const open: PlanOperand[] = []
  for (const part of parts) {
    const constant = asBool(part)
    if (constant === (operator === 'or')) return [part]
    if (constant === undefined) open.push(part)
  }
  return open.length > 0 ? open : [valueOperand(operator === 'and')]
}

function joined(operator: Operator, parts: readonly PlanOperand[]): PlanOperand {
  const open = openParts(operator, parts)
  const [first] = open
  // Most of what is put together is one condition and what does not matter beside it.
  if (open.length === 1 && first) return first
  const operands = open.flatMap((part) => (isJoin(part) ? operandsOf(part, operator) : [part]))
  const join: Join = { kind: 'expression', operator, operands, simple: undefined }
  return join
}

function simpleJoin(operator: Operator, parts: readonly PlanOperand[]): PlanOperand {
  const operands = new Map<string, PlanOperand>()
  for (const part of openParts(operator, parts)) {
    for (const each of operandsOf(part, operator)) operands.set(keyOf(each), each)
  }
  const [only = NEVER, ...others] = openParts(operator, absorbed(operator, operands))
  return others.length === 0 ? only : expressionOperand(operator, only, ...others)
}

/** What stands in the same operator is no different from what stands beside it. */
function operandsOf(part: PlanOperand, operator: string): readonly PlanOperand[] {
  return part.kind === 'expression' && part.operator === operator ? part.operands : [part]
}

/**
 * `a && (a || b)` is `a`, and `a || (a && b)` is, too. Where `a` is not true, `a || (b && !holds(a))` is
 * `b`, and where it is, the rest does not matter.
 */
function absorbed(
  operator: Operator,
  operands: ReadonlyMap<string, PlanOperand>,
): readonly PlanOperand[] {
  const dual = operator === 'and' ? 'or' : 'and'
  const kept = new Map<string, PlanOperand>()
  for (const [key, operand] of operands) {
    const inner = operandsOf(operand, dual)
    if (inner.length > 1 && inner.some((each) => operands.has(keyOf(each)))) continue
    const left = operator === 'and' ? inner : inner.filter((each) => !isOutdone(each, operands))
    if (left.length === inner.length) kept.set(key, operand)
    else {
      const rest = simpleJoin(dual, left)
      kept.set(keyOf(rest), rest)
    }
  }
  return [...kept.values()]
}

/** Whether an operand says of one of the others that it does not hold. */
function isOutdone(operand: PlanOperand, others: ReadonlyMap<string, PlanOperand>): boolean {
  if (operand.kind !== 'expression' || operand.operator !== 'not') return false
  const [holds] = operand.operands
  if (holds?.kind !== 'expression' || holds.operator !== 'holds') return false
  const [held] = holds.operands
  return held !== undefined && others.has(keyOf(held))
}

const keys = new WeakMap<PlanOperand, string>()

/** Equal for equal operands. Those within are known mostly, and are not written down again. */
function keyOf(operand: PlanOperand): string {
  let key = keys.get(operand)
  if (key === undefined) {
    key = newKey(operand)
    keys.set(operand, key)
  }
  return key
}

function newKey(operand: PlanOperand): string {
  if (operand.kind !== 'expression') return JSON.stringify(operand)
  let key = `[${operand.operator}`
  for (const each of operand.operands) key += `,${keyOf(each)}`
  return `${key}]`
}

/** Where a condition is true and where it is false; where neither is, it is an error. */
export interface Verdict {
  readonly met: PlanOperand
  readonly unmet: PlanOperand
  /** Whether it is never an error. */
  readonly isTotal: boolean
}

export function constantVerdict(value: boolean): Verdict {
  return { met: valueOperand(value), unmet: valueOperand(!value), isTotal: true }
}

/** What is an error whatever the resource is. */
export const FAILURE: Verdict = { met: NEVER, unmet: NEVER, isTotal: false }

/** The opposite; an error stays one. */
export function opposite({ met, unmet, isTotal }: Verdict): Verdict {
  return { met: unmet, unmet: met, isTotal }
}

/** Where it is no error. */
export function decided({ met, unmet, isTotal }: Verdict): PlanOperand {
  return isTotal ? ALWAYS : some(met, unmet)
}

/** The first that is false ends it, as the first that is an error does. */
export function bothInTurn(first: Verdict, second: Verdict): Verdict {
  const isTotal = first.isTotal && second.isTotal
  const met = every(first.met, second.met)
  // Where nothing is an error, the order does not matter.
  const unmet = isTotal
    ? some(first.unmet, second.unmet)
    : some(first.unmet, every(first.met, second.unmet))
  return { met, unmet, isTotal }
}

/** The first that is true ends it, as the first that is an error does. */
export function eitherInTurn(first: Verdict, second: Verdict): Verdict {
  return opposite(bothInTurn(opposite(first), opposite(second)))
}
