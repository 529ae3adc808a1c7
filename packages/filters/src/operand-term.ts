import type { PlanExpression, PlanOperand } from '@lockstitch/engine'

import { operandOf } from './compare.ts'
import { FilterError } from './errors.ts'
import { ALWAYS, every, type Form, NEVER, type Operand } from './form.ts'
import {
  askable,
  attributeOf,
  fieldOf,
  isValue,
  type JsonScalar,
  type Scope,
  type Term,
  variableTerm,
} from './term.ts'

/** What an operand is in the database, if it is something there, or what it is as a value. */
export function termOf(operand: PlanOperand, scope: Scope, within?: PlanExpression): Term {
  switch (operand.kind) {
    case 'variable':
      return variableTerm(operand.name, scope)
    case 'value':
      return valueTerm(operand.value, operand.type === 'bytes', within ?? operand)
    default: {
      const term = COMPOSED.get(operand.operator)?.(operand, scope)
      if (term === undefined) throw unsupported(operand)
      return term
    }
  }
}

type TermMaker = (expression: PlanExpression, scope: Scope) => Term | undefined

// biome-ignore format: a table
const COMPOSED: ReadonlyMap<string, TermMaker> = new Map<string, TermMaker>([
  ['list', listTerm], ['get-field', fieldTerm], ['index', fieldTerm], ['add', concatTerm],
])

/** Whether a term is, or may be, a scalar. */
export function isScalar(term: Term): boolean {
  return ['value', 'column', 'json', 'made', 'none'].includes(term.kind)
}

/** Where a term is a text. */
export function isText(term: Term): Form {
  switch (term.kind) {
    case 'value':
      return typeof term.value === 'string' ? ALWAYS : NEVER
    case 'column':
      return term.type === 'string' ? isValue(term) : NEVER
    case 'json':
      return { kind: 'json-type', json: term.json, types: ['string'] }
    case 'made':
      return term.where
    default:
      return NEVER
  }
}

/** A list of which some elements are no doubles; those numbers are equal by their values. */
function listTerm(expression: PlanExpression): Term {
  const values = expression.operands.map((part) => {
    const term = part.kind === 'value' ? valueTerm(part.value, part.type === 'bytes', part) : part
    if (term.kind !== 'value' || !isJsonScalar(term.value)) throw unsupported(expression)
    return term.value
  })
  return { kind: 'values', values }
}

/** `x.field`, `x["field"]` and `x[0]`. */
function fieldTerm(expression: PlanExpression, scope: Scope): Term | undefined {
  const [object, field] = expression.operands
  if (object === undefined || field === undefined) return undefined
  const attribute = attributeOf(expression) ?? expression.operator
  if (expression.operator === 'get-field') {
    return field.kind === 'variable'
      ? fieldOf(termOf(object, scope), field.name, attribute)
      : undefined
  }
  if (field.kind !== 'value') return undefined
  const { value: key } = field
  if (typeof key === 'number') {
    const isPlace = Number.isSafeInteger(key) && key >= 0 && field.type !== 'uint'
    return isPlace ? fieldOf(termOf(object, scope), key, attribute) : undefined
  }
  if (typeof key !== 'string') return undefined
  if (object.kind === 'variable' && object.name === 'request.resource.attr') {
    // A name with a dot in it would be read as a path.
    if (key.includes('.')) throw unsupported(expression)
    return variableTerm(`${object.name}.${key}`, scope)
  }
  return fieldOf(termOf(object, scope), key, attribute)
}

/** Texts one behind the other. What is no text beside one is an error. */
function concatTerm(expression: PlanExpression, scope: Scope): Term | undefined {
  const terms = expression.operands.map((part) => termOf(part, scope))
  if (!terms.some(isOnlyText)) return undefined
  const parts = terms.map((term) => operandOf(term, 'string'))
  if (!parts.every((part): part is Operand => part !== undefined)) return undefined
  const operand = { kind: 'concat', parts, type: 'string' } as const
  return { kind: 'made', operand, where: every(...terms.map(isText)) }
}

function isOnlyText(term: Term): boolean {
  return operandOf(term, 'string') !== undefined && term.kind !== 'json'
}

function valueTerm(value: unknown, isBytes: boolean, within: PlanOperand): Term {
  if (isBytes) throw unsupported(within)
  if (isJsonScalar(value)) return { kind: 'value', value: askable(value) }
  if (!Array.isArray(value) || !value.every(isJsonScalar)) throw unsupported(within)
  return { kind: 'values', values: value.map(askable) }
}

function isJsonScalar(value: unknown): value is JsonScalar {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value)
}

/** Thrown for what only a plan of the wrong shape lacks. */
export function given<T>(part: T | undefined): T {
  if (part !== undefined) return part
  throw new FilterError('unsupported-operator', 'an operator lacks an operand')
}

/** What a condition asks that no filter says. */
export function unsupported(operand: PlanOperand): FilterError {
  const attribute = attributeOf(operand)
  const operator = operand.kind === 'expression' ? operand.operator : operand.kind
  const of = attribute === undefined ? '' : ` of \`${attribute}\``
  return new FilterError('unsupported-operator', `no filter says \`${operator}\`${of} exactly`, {
    operator,
    ...(attribute !== undefined && { attribute }),
  })
}
