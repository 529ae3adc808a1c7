import type { PlanExpression, PlanFilter, PlanOperand } from '@lockstitch/engine'

import {
  comparison,
  ERROR,
  equal,
  equalToAny,
  negated,
  type Outcome,
  operandOf,
  ordered,
} from './compare.ts'
import { FilterError } from './errors.ts'
import { ALWAYS, type Comparison, every, type Form, NEVER, not, some } from './form.ts'
import type { Mapping } from './mapping.ts'
import {
  type ArrayTerm,
  askable,
  attributeOf,
  elementOf,
  fieldOf,
  isList,
  isThere,
  isValue,
  type JsonScalar,
  type Scope,
  type Term,
  variableTerm,
} from './term.ts'
import { timeOutcome } from './time.ts'

/** Which rows a filter keeps: those whose resources a check allows. */
export function translate(filter: PlanFilter, mapping: Mapping): Form {
  if (filter.kind !== 'conditional') return filter.kind === 'allowed' ? ALWAYS : NEVER
  return outcome(filter.condition, { mapping, locals: new Map(), aliases: { count: 0 } }).holds
}

interface TranslationScope extends Scope {
  /** How many names of subqueries there are. */
  readonly aliases: { count: number }
}

type Translator = (expression: PlanExpression, scope: TranslationScope) => Outcome

/** Where an operand is true and where it is false, if it is a condition. */
function outcome(operand: PlanOperand, scope: TranslationScope): Outcome {
  if (operand.kind === 'expression') {
    const translator = TRANSLATORS.get(operand.operator)
    if (translator === undefined) throw unsupported(operand)
    return translator(operand, scope)
  }
  const term = termOf(operand, scope)
  const flag = operandOf(term, 'boolean')
  if (flag === undefined) return ERROR
  const is = (value: boolean): Form => {
    return comparison('eq', flag, { kind: 'value', value, type: 'boolean' })
  }
  return { holds: is(true), fails: is(false) }
}

// biome-ignore format: a table
const TRANSLATORS: ReadonlyMap<string, Translator> = new Map<string, Translator>([
  ['and', junction], ['or', (expression, scope) => negated(junction(expression, scope))],
  ['not', ({ operands: [part] }, scope) => negated(outcome(given(part), scope))],
  ['holds', holds], ['error', () => ERROR], ['if', choice], ['has', has],
  ['eq', equality], ['ne', (expression, scope) => negated(equality(expression, scope))],
  ['lt', order], ['le', order], ['gt', order], ['ge', order],
  ['in', membership], ['hasIntersection', intersection],
  ['startsWith', match], ['endsWith', match], ['contains', match],
  ['exists', quantifier], ['all', (expression, scope) => negated(quantifier(expression, scope))],
])

/** `and`; `or` is what `and` is with true and false exchanged. Neither minds errors that do not matter. */
function junction({ operator, operands }: PlanExpression, scope: TranslationScope): Outcome {
  const parts = operands.map((part) => outcome(part, scope))
  const turned = operator === 'or' ? parts.map(negated) : parts
  return {
    holds: every(...turned.map((part) => part.holds)),
    fails: some(...turned.map((part) => part.fails)),
  }
}

function holds({ operands: [part] }: PlanExpression, scope: TranslationScope): Outcome {
  const { holds: form } = outcome(given(part), scope)
  return { holds: form, fails: not(form) }
}

function choice({ operands }: PlanExpression, scope: TranslationScope): Outcome {
  const [condition, first, second] = operands.map((part) => (): Outcome => outcome(part, scope))
  return chosen(given(condition)(), given(first)(), given(second)())
}

function chosen(condition: Outcome, first: Outcome, second: Outcome): Outcome {
  return {
    holds: some(every(condition.holds, first.holds), every(condition.fails, second.holds)),
    fails: some(every(condition.holds, first.fails), every(condition.fails, second.fails)),
  }
}

/** Whether there is an attribute; what it is within must be there, and has none if it is no object. */
function has(expression: PlanExpression, scope: TranslationScope): Outcome {
  const [operand] = expression.operands
  if (operand?.kind !== 'variable') throw unsupported(expression)
  const term = termOf(operand, scope)
  const there = isThere(term)
  if (term.kind !== 'json' || term.json.path.length === 0)
    return { holds: there, fails: not(there) }
  const parent = { ...term.json, path: term.json.path.slice(0, -1) }
  const isParent = isThere({ ...term, json: parent })
  return { holds: there, fails: every(isParent, not(there)) }
}

/** Comparisons of what depends on a condition are conditions that depend on it. */
function comparing(
  expression: PlanExpression,
  scope: TranslationScope,
  compare: (left: Term, right: Term) => Outcome,
): Outcome {
  const [left, right] = [given(expression.operands[0]), given(expression.operands[1])]
  for (const [index, side] of [left, right].entries()) {
    if (side.kind !== 'expression') continue
    if (side.operator === 'error') return ERROR
    if (side.operator !== 'if') continue
    const [condition, first, second] = side.operands
    const withSide = (part: PlanOperand | undefined): Outcome => {
      const operands = index === 0 ? [given(part), right] : [left, given(part)]
      return comparing({ ...expression, operands }, scope, compare)
    }
    return chosen(outcome(given(condition), scope), withSide(first), withSide(second))
  }
  return compare(termOf(left, scope, expression), termOf(right, scope, expression))
}

function equality(expression: PlanExpression, scope: TranslationScope): Outcome {
  const simple =
    comparedWithFlag(expression, scope) ??
    sizeCompared(expression, scope, 'eq') ??
    timeCompared(expression, scope, 'eq')
  if (simple !== undefined) return simple
  return comparing(expression, scope, (left, right) => {
    if (!isScalar(left) || !isScalar(right)) throw unsupported(expression)
    return equal(left, right, expression.operator)
  })
}

/** A condition that is compared with true or false is itself, or its opposite. */
function comparedWithFlag(
  { operands: [left, right] }: PlanExpression,
  scope: TranslationScope,
): Outcome | undefined {
  for (const [side, other] of [[left, right] as const, [right, left] as const]) {
    if (side?.kind !== 'expression' || !CONDITIONS.has(side.operator)) continue
    if (other?.kind !== 'value' || typeof other.value !== 'boolean') continue
    const found = outcome(side, scope)
    return other.value ? found : negated(found)
  }
  return undefined
}

/** Operators whose result is a boolean, whatever they are given. */
const CONDITIONS: ReadonlySet<string> = new Set(
  'and or not holds has eq ne lt le gt ge in hasIntersection startsWith endsWith contains exists all'.split(
    ' ',
  ),
)

function isScalar(term: Term): boolean {
  return term.kind === 'value' || term.kind === 'column' || term.kind === 'json'
}

function order(expression: PlanExpression, scope: TranslationScope): Outcome {
  const operator = expression.operator as 'lt' | 'le' | 'gt' | 'ge' // As the table above has it.
  const simple =
    sizeCompared(expression, scope, operator) ?? timeCompared(expression, scope, operator)
  if (simple !== undefined) return simple
  return comparing(expression, scope, (left, right) => {
    if (!isScalar(left) || !isScalar(right)) throw unsupported(expression)
    return ordered(operator, left, right)
  })
}

/** `size(list) > 1`, whichever side it is on. */
function sizeCompared(
  expression: PlanExpression,
  scope: TranslationScope,
  operator: Comparison,
): Outcome | undefined {
  const [left, right] = expression.operands
  const isLeft = isSize(left)
  const size = isLeft ? left : right
  const limit = isLeft ? right : left
  if (!isSize(size) || limit?.kind !== 'value') return undefined
  if (typeof limit.value !== 'number') throw unsupported(expression)
  const list = termOf(given(size.operands[0]), scope, expression)
  if (list.kind !== 'array' && list.kind !== 'relation') throw unsupported(size)
  const operand = { kind: 'size', range: list.range, type: 'int' } as const
  const constant = { kind: 'value', value: limit.value, type: 'number' } as const
  const form = isLeft
    ? comparison(operator, operand, constant)
    : comparison(operator, constant, operand)
  return { holds: every(isList(list), form), fails: every(isList(list), not(form)) }
}

function timeCompared(
  { operands }: PlanExpression,
  scope: TranslationScope,
  operator: 'eq' | 'lt' | 'le' | 'gt' | 'ge',
): Outcome | undefined {
  return timeOutcome(operator, operands, (attribute) => termOf(attribute, scope))
}

function isSize(operand: PlanOperand | undefined): operand is PlanExpression {
  return operand?.kind === 'expression' && operand.operator === 'size'
}

function membership(expression: PlanExpression, scope: TranslationScope): Outcome {
  return comparing(expression, scope, (sought, container) => {
    if (!isScalar(sought)) throw unsupported(expression)
    if (container.kind === 'values') return amongValues(sought, container.values)
    if (container.kind !== 'array' && container.kind !== 'relation') throw unsupported(expression)
    const found = existsIn(container, scope, (element) => {
      if (!isScalar(element)) throw unsupported(expression)
      return equal(element, sought, 'in').holds
    })
    return { holds: found, fails: every(isThere(sought), isList(container), not(found)) }
  })
}

function amongValues(sought: Term, values: readonly JsonScalar[]): Outcome {
  const found = equalToAny(sought, values)
  return { holds: found, fails: every(isThere(sought), not(found)) }
}

function intersection(expression: PlanExpression, scope: TranslationScope): Outcome {
  const [left, right] = expression.operands.map((part) => termOf(part, scope, expression))
  const values = left?.kind === 'values' ? left : right
  const list = left?.kind === 'values' ? right : left
  if (values?.kind !== 'values') throw unsupported(expression)
  if (list?.kind !== 'array' && list?.kind !== 'relation') throw unsupported(expression)
  const found = existsIn(list, scope, (element) => {
    if (!isScalar(element)) throw unsupported(expression)
    return amongValues(element, values.values).holds
  })
  return { holds: found, fails: every(isList(list), not(found)) }
}

function match(expression: PlanExpression, scope: TranslationScope): Outcome {
  const how = expression.operator as 'startsWith' | 'endsWith' | 'contains' // As the table has it.
  const [subject, sought] = expression.operands.map((part) => termOf(part, scope, expression))
  if (sought?.kind !== 'value' || subject === undefined) throw unsupported(expression)
  if (subject.kind === 'value') throw unsupported(expression)
  const operand = operandOf(subject, 'string')
  if (operand === undefined || typeof sought.value !== 'string') return ERROR
  const form: Form = { kind: 'match', how, operand, text: sought.value }
  const isText: Form =
    subject.kind === 'json'
      ? { kind: 'json-type', json: subject.json, types: ['string'] }
      : isValue(subject)
  return sought.value === ''
    ? { holds: isText, fails: NEVER }
    : { holds: form, fails: every(isText, not(form)) }
}

/** `exists`; `all` is what `exists` is with true and false exchanged. */
function quantifier(expression: PlanExpression, scope: TranslationScope): Outcome {
  const [range, lambda] = expression.operands
  if (lambda?.kind !== 'expression' || lambda.operands.length !== 2) throw unsupported(expression)
  const [body, variable] = lambda.operands
  if (variable?.kind !== 'variable') throw unsupported(expression)
  const list = termOf(given(range), scope, expression)
  const turn = expression.operator === 'all' ? negated : (each: Outcome): Outcome => each
  const ofElement = (element: Term): Outcome => {
    const locals = new Map(scope.locals).set(variable.name, element)
    return turn(outcome(given(body), { ...scope, locals }))
  }
  if (list.kind === 'values') {
    const rounds = list.values.map((value) => ofElement({ kind: 'value', value }))
    return {
      holds: some(...rounds.map((each) => each.holds)),
      fails: every(...rounds.map((each) => each.fails)),
    }
  }
  if (list.kind !== 'array' && list.kind !== 'relation') throw unsupported(expression)
  const other = existsIn(list, scope, (element) => not(ofElement(element).fails))
  return {
    holds: existsIn(list, scope, (element) => ofElement(element).holds),
    fails: every(isList(list), not(other)),
  }
}

function existsIn(
  list: ArrayTerm,
  { aliases }: TranslationScope,
  where: (element: Term) => Form,
): Form {
  aliases.count += 1
  const alias = `lockstitch_${aliases.count}`
  const form = where(elementOf(list, alias))
  const isNever = form.kind === 'constant' && !form.value
  return isNever ? NEVER : { kind: 'exists', range: list.range, alias, where: form }
}

/** What an operand is in the database, if it is something there, or what it is as a value. */
function termOf(operand: PlanOperand, scope: TranslationScope, within?: PlanExpression): Term {
  switch (operand.kind) {
    case 'variable':
      return variableTerm(operand.name, scope)
    case 'value':
      return valueTerm(operand.value, operand.type === 'bytes', within ?? operand)
    default: {
      const term = operand.operator === 'list' ? listTerm(operand) : fieldTerm(operand, scope)
      if (term === undefined) throw unsupported(operand)
      return term
    }
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

/** `x.field` and `x["field"]`. */
function fieldTerm(expression: PlanExpression, scope: TranslationScope): Term | undefined {
  const [object, field] = expression.operands
  if (object === undefined || field === undefined) return undefined
  const attribute = attributeOf(expression) ?? expression.operator
  if (expression.operator === 'get-field' && field.kind === 'variable') {
    return fieldOf(termOf(object, scope), field.name, attribute)
  }
  const isKey = field.kind === 'value' && typeof field.value === 'string'
  if (expression.operator !== 'index' || !isKey) return undefined
  if (object.kind === 'variable' && object.name === 'request.resource.attr') {
    // A name with a dot in it would be read as a path.
    if (String(field.value).includes('.')) throw unsupported(expression)
    return variableTerm(`${object.name}.${String(field.value)}`, scope)
  }
  return fieldOf(termOf(object, scope), String(field.value), attribute)
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
function given<T>(part: T | undefined): T {
  if (part !== undefined) return part
  throw new FilterError('unsupported-operator', 'an operator lacks an operand')
}

function unsupported(operand: PlanOperand): FilterError {
  const attribute = attributeOf(operand)
  const operator = operand.kind === 'expression' ? operand.operator : operand.kind
  const of = attribute === undefined ? '' : ` of \`${attribute}\``
  return new FilterError('unsupported-operator', `no filter says \`${operator}\`${of} exactly`, {
    operator,
    ...(attribute !== undefined && { attribute }),
  })
}
