import type { EvaluationError, PlanFilter, ValidationError } from '@lockstitch/engine'
import { type WireFilter, type WireOperand, wireFilter } from '@lockstitch/engine/table'

import { stabilised } from '../../tools/plan-filter.ts'
import { errorText, validationErrorText } from '../check/answer.ts'

/** A plan in the form in which the two sides are compared. */
export type PlanAnswer = (Planned | { readonly kind: 'refused'; readonly reason: string }) & Tried

/** What came of a plan when it was tried on resources. */
export interface Tried {
  /** Where a plan of our own keeps a row that a check denies, or the other way round. */
  readonly rows?: string
  /** Whether there was a plan of our own to try, and which of the rows it kept. */
  readonly ownRows?: readonly boolean[] | 'refused'
  /** Of Cerbos's plan, or ours in its place: which rows it keeps; `undefined` where that cannot be told. */
  readonly kept?: readonly (boolean | undefined)[]
  /** Which rows a check of Cerbos's allows; `undefined` where it gave no answer. */
  readonly allowed?: readonly (boolean | undefined)[]
}

interface Planned {
  readonly kind: 'planned'
  /** As JSON; what Cerbos gives in no fixed order is sorted. */
  readonly filter: string
  readonly isMatched: boolean
  readonly scopes: string
  readonly validationErrors: string
  /** Sorted; without operators and types behind `no such overload`. */
  readonly errors: readonly string[]
}

/** Our plan, or Cerbos's, as an answer. */
export function answerOf(plan: {
  readonly filter: WireFilter
  readonly isMatched: boolean
  readonly scopes: Readonly<Record<string, string>>
  readonly validationErrors: readonly Partial<ValidationError>[]
  readonly errors: readonly EvaluationError[]
}): Planned {
  const { filter, isMatched, scopes, validationErrors, errors } = plan
  const said = Object.entries(scopes).filter(([, scope]) => scope !== '')
  return {
    kind: 'planned',
    filter: planFilterText(filter),
    isMatched,
    scopes: JSON.stringify(said.sort()),
    validationErrors: JSON.stringify(validationErrors.map(validationErrorText).sort()),
    errors: errors.map(errorText).sort(),
  }
}

/** A filter as text; what Cerbos gives in no fixed order is sorted. */
export function planFilterText(filter: WireFilter): string {
  return withoutClock(JSON.stringify(stabilised(flattened(filter))))
}

/** The plan of our engine, on the wire. */
export function wireOf(filter: PlanFilter): WireFilter {
  return wireFilter(filter)
}

/** The two sides read their clocks at different times. */
function withoutClock(text: string): string {
  return text.replaceAll(/"20(?:2[5-9]|[3-9]\d)-[^"]*Z"/g, '"NOW"')
}

/**
 * A known map is written out in any order, and the derived roles of a rule come in any order: which then
 * nests in any order, and repeats more or less of it.
 */
function flattened({ kind, condition }: WireFilter): WireFilter {
  return condition === undefined ? { kind } : { kind, condition: flatOperand(condition) }
}

function flatOperand(operand: WireOperand): WireOperand {
  if (!('expression' in operand)) return operand
  const { operator, operands = [] } = operand.expression
  const inner = operands.map(flatOperand)
  const isJunction = operator === 'and' || operator === 'or'
  // The fields of a map come in any order, in which equal ones have to be found.
  if (operator === 'struct') inner.sort(byText)
  if (!isJunction) return { expression: { operator, operands: inner } }
  const flat = inner.flatMap((each) => operandsOf(each, operator))
  const unique = [...new Map(flat.map((each) => [JSON.stringify(each), each])).values()]
  const [only] = unique
  return unique.length === 1 && only ? only : { expression: { operator, operands: unique } }
}

function byText(a: WireOperand, b: WireOperand): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1
}

function operandsOf(operand: WireOperand, operator: string): readonly WireOperand[] {
  const isSame = 'expression' in operand && operand.expression.operator === operator
  return isSame ? (operand.expression.operands ?? []) : [operand]
}

/** What differs, in a word. */
export function answerDifference(ours: PlanAnswer, theirs: PlanAnswer): string | undefined {
  if (ours.rows !== undefined) return 'rows'
  if (ours.kind !== theirs.kind) return ours.kind === 'refused' ? 'refused here' : 'refused there'
  if (ours.kind === 'refused' || theirs.kind === 'refused') return undefined
  const fields = ['filter', 'isMatched', 'scopes', 'validationErrors', 'errors'] as const
  const field = fields.find((each) => JSON.stringify(ours[each]) !== JSON.stringify(theirs[each]))
  return field ?? (hasCerbosRows(ours, theirs) ? undefined : 'rows of Cerbos')
}

/**
 * Where Cerbos's plan keeps what its check allows, ours in its place has to keep the same. This does not
 * depend on how plans are compared.
 */
function hasCerbosRows({ kept = [] }: Tried, theirs: Tried): boolean {
  return kept.every((isKept, row) => {
    const isAllowed = theirs.allowed?.[row]
    const isSound = isAllowed !== undefined && theirs.kept?.[row] === isAllowed
    return !isSound || isKept === undefined || isKept === isAllowed
  })
}

/** Whether anything may be kept. */
export function isAllow(answer: PlanAnswer): boolean {
  return answer.kind === 'planned' && !answer.filter.includes('KIND_ALWAYS_DENIED')
}

export function hasError(answer: PlanAnswer): boolean {
  if (answer.kind === 'refused') return true
  return answer.errors.length > 0 || answer.validationErrors !== '[]'
}
