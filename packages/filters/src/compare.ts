import { FilterError } from './errors.ts'
import {
  ALWAYS,
  type Comparison,
  type Constant,
  every,
  type Form,
  NEVER,
  not,
  type Operand,
  some,
} from './form.ts'
import { columnOperand, isNullValue, isThere, type JsonScalar, type Term } from './term.ts'

/** Where a condition is true, and where it is false. Where it is neither, it is an error. */
export interface Outcome {
  readonly holds: Form
  readonly fails: Form
}

export const ERROR: Outcome = { holds: NEVER, fails: NEVER }

export function negated({ holds, fails }: Outcome): Outcome {
  return { holds: fails, fails: holds }
}

/** Where two terms are equal. What is of different types is not; numbers are compared as such. */
export function equal(left: Term, right: Term, operator: string): Outcome {
  const holds = equalWhere(left, right, operator)
  return { holds, fails: every(isThere(left), isThere(right), not(holds)) }
}

/** Where a term is one of some values. */
export function equalToAny(term: Term, values: readonly JsonScalar[]): Form {
  const texts = values.filter((value) => typeof value === 'string')
  const operand = operandOf(term, 'string')
  const others = values.filter((value) => typeof value !== 'string')
  const isOneOf: Form =
    operand === undefined || operand.kind === 'value' || texts.length < 2
      ? some(...texts.map((value) => equalWhere(term, { kind: 'value', value }, 'in')))
      : { kind: 'in', operand, values: texts.map(constant) }
  const rest = others.map((value) => equalWhere(term, { kind: 'value', value }, 'in'))
  return some(isOneOf, ...rest)
}

function equalWhere(left: Term, right: Term, operator: string): Form {
  const nulls = every(isNullValue(left), isNullValue(right))
  const pairs = operandPairs(left, right, operator)
  return some(nulls, ...pairs.map(([a, b]) => comparison('eq', a, b)))
}

const OPPOSITE = { lt: 'ge', le: 'gt', gt: 'le', ge: 'lt' } as const

/** Where a term is before another. There is no order between different types, nor of `null`. */
export function ordered(operator: keyof typeof OPPOSITE, left: Term, right: Term): Outcome {
  const pairs = operandPairs(left, right, operator)
  return {
    holds: some(...pairs.map(([a, b]) => comparison(operator, a, b))),
    fails: some(...pairs.map(([a, b]) => comparison(OPPOSITE[operator], a, b))),
  }
}

/** What is compared if the terms are of one type: a pair for each type that they can have. */
function operandPairs(
  left: Term,
  right: Term,
  operator: string,
): readonly (readonly [Operand, Operand])[] {
  const pairs: (readonly [Operand, Operand])[] = []
  const areOpen = left.kind === 'json' && right.kind === 'json'
  // Objects and lists are equal by their contents, which is more than a pair of scalars says.
  if (areOpen && !Object.hasOwn(OPPOSITE, operator)) {
    throw new FilterError('unsupported-operator', 'two JSON values cannot be compared as a whole', {
      operator,
    })
  }
  for (const type of ['string', 'number', 'boolean'] as const) {
    const [a, b] = [operandOf(left, type), operandOf(right, type)]
    if (a !== undefined && b !== undefined) pairs.push([a, b])
  }
  return pairs
}

/** A term as an operand of a type, if it can be of that. */
export function operandOf(term: Term, type: 'string' | 'number' | 'boolean'): Operand | undefined {
  switch (term.kind) {
    case 'value':
      return term.value !== null && typeof term.value === type ? constant(term.value) : undefined
    case 'column': {
      if (term.type === 'timestamp') throw momentAsText(term.column)
      const own = term.type === 'int' ? 'number' : term.type
      return own === type ? columnOperand(term) : undefined
    }
    case 'json':
      return { kind: 'json', json: term.json, type }
    case 'made':
      return term.operand.type === type ? term.operand : undefined
    default:
      return undefined
  }
}

function momentAsText(column: string): FilterError {
  const message = `\`${column}\` is a moment, which is compared as \`timestamp()\` of it alone`
  return new FilterError('unsupported-operator', message, { operator: 'timestamp' })
}

function constant(value: NonNullable<JsonScalar>): Constant {
  const type = typeof value as 'string' | 'number' | 'boolean' // What JSON scalars but `null` are.
  return { kind: 'value', value, type }
}

/** A comparison, where integers are compared with integers. */
export function comparison(operator: Comparison, left: Operand, right: Operand): Form {
  if (left.kind === 'value' && right.kind === 'value')
    return compareConstants(operator, left, right)
  if (left.kind === 'value') return comparison(MIRRORED[operator], right, left)
  if (left.type === 'int' && right.kind === 'value') {
    return compareInteger(operator, left, Number(right.value))
  }
  return { kind: 'compare', operator, left, right }
}

const MIRRORED = { eq: 'eq', ne: 'ne', lt: 'gt', le: 'ge', gt: 'lt', ge: 'le' } as const

function compareConstants(
  operator: Comparison,
  { value: a }: Constant,
  { value: b }: Constant,
): Form {
  const order = a === b ? 0 : isBefore(a, b) ? -1 : 1
  const value = {
    eq: order === 0,
    ne: order !== 0,
    lt: order < 0,
    le: order <= 0,
    gt: order > 0,
    ge: order >= 0,
  }[operator]
  return { kind: 'constant', value }
}

/** Texts are ordered by code points. */
function isBefore(a: Constant['value'], b: Constant['value']): boolean {
  if (typeof a !== 'string' || typeof b !== 'string') return a < b
  const [left, right] = [[...a], [...b]]
  const at = left.findIndex((character, index) => character !== right[index])
  if (at < 0) return left.length < right.length
  return (left[at]?.codePointAt(0) ?? -1) < (right[at]?.codePointAt(0) ?? -1)
}

/** An integer and a constant: one with a fraction, or beyond all integers there are, is never met. */
function compareInteger(operator: Comparison, left: Operand, value: number): Form {
  const right = (integer: number): Constant => ({ kind: 'value', value: integer, type: 'int' })
  if (Number.isSafeInteger(value)) return { kind: 'compare', operator, left, right: right(value) }
  const there: Form = left.kind === 'column' ? not({ kind: 'is-null', column: left }) : ALWAYS
  if (operator === 'eq') return NEVER
  if (operator === 'ne') return there
  const isUpper = operator === 'lt' || operator === 'le'
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER) return isUpper === value > 0 ? there : NEVER
  return isUpper
    ? { kind: 'compare', operator: 'le', left, right: right(Math.floor(value)) }
    : { kind: 'compare', operator: 'ge', left, right: right(Math.ceil(value)) }
}
