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
import { type Aliases, type Elements, elementsOf, filtered, isDecided, mapped } from './elements.ts'
import { ALWAYS, type Comparison, every, type Form, NEVER, not, some } from './form.ts'
import { hierarchyOutcome, type Kinship } from './hierarchies.ts'
import type { Mapping } from './mapping.ts'
import { numberOutcome } from './numbers.ts'
import { given, isScalar, isText, termOf, unsupported } from './operand-term.ts'
import { patternOutcome } from './patterns.ts'
import { isThere, type JsonScalar, type Scope, type Term } from './term.ts'
import { textMatch } from './texts.ts'
import { timeOutcome } from './time.ts'

/** Which rows a filter keeps: those whose resources a check allows. */
export function translate(filter: PlanFilter, mapping: Mapping): Form {
  if (filter.kind !== 'conditional') return filter.kind === 'allowed' ? ALWAYS : NEVER
  return outcome(filter.condition, { mapping, locals: new Map(), aliases: { count: 0 } }).holds
}

interface TranslationScope extends Scope {
  readonly aliases: Aliases
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
  ['in', membership], ['hasIntersection', intersection], ['isSubset', subset],
  ['startsWith', match], ['endsWith', match], ['contains', match],
  ['exists', quantifier], ['all', (expression, scope) => negated(quantifier(expression, scope))],
  ['exists_one', exactlyOne], ['matches', pattern],
  ['ancestorOf', kinship], ['descendentOf', kinship], ['overlaps', kinship],
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

/** Whether there is an attribute. What it is within must be there, and no list; scalars have none. */
function has(expression: PlanExpression, scope: TranslationScope): Outcome {
  const [operand] = expression.operands
  const term = termOf(given(operand), scope, expression)
  const there = isThere(term)
  if (term.kind === 'none') return { holds: NEVER, fails: isThere(term.of) }
  if (term.kind !== 'json' || term.json.path.length === 0)
    return { holds: there, fails: not(there) }
  const parent = { ...term.json, path: term.json.path.slice(0, -1) }
  const isParent = isThere({ ...term, json: parent })
  const isList: Form = { kind: 'json-type', json: parent, types: ['array'] }
  return { holds: there, fails: every(isParent, not(isList), not(there)) }
}

/** Comparisons of what depends on a condition are conditions that depend on it. */
function comparing(
  expression: PlanExpression,
  scope: TranslationScope,
  compare: (expression: PlanExpression) => Outcome,
): Outcome {
  const sides = expression.operands.slice(0, 2)
  if (sides.some((side) => side.kind === 'expression' && side.operator === 'error')) return ERROR
  for (const [index, side] of sides.entries()) {
    const found = branches(side)
    if (found === undefined) continue
    const withSide = (part: PlanOperand): Outcome => {
      const operands = expression.operands.with(index, part)
      return comparing({ ...expression, operands }, scope, compare)
    }
    const { condition, first, second } = found
    return chosen(outcome(condition, scope), withSide(first), withSide(second))
  }
  return compare(expression)
}

interface Branches {
  readonly condition: PlanOperand
  readonly first: PlanOperand
  readonly second: PlanOperand
}

/** What an operand is where a condition within it is true, and where it is false. */
function branches(operand: PlanOperand): Branches | undefined {
  if (operand.kind !== 'expression') return undefined
  const { operator, operands } = operand
  if (operator === 'if') {
    const [condition, first, second] = operands
    return { condition: given(condition), first: given(first), second: given(second) }
  }
  if (!TRANSPARENT.has(operator)) return undefined
  for (const [index, part] of operands.entries()) {
    const found = branches(part)
    if (found === undefined) continue
    const withPart = (each: PlanOperand): PlanOperand => ({
      ...operand,
      operands: operands.with(index, each),
    })
    const { condition, first, second } = found
    return { condition, first: withPart(first), second: withPart(second) }
  }
  return undefined
}

/** What is computed of each branch. */
const TRANSPARENT: ReadonlySet<string> = new Set(
  'add sub mult div mod -_ int double string size get-field index'.split(' '),
)

function equality(expression: PlanExpression, scope: TranslationScope): Outcome {
  return (
    comparedWithFlag(expression, scope) ??
    comparing(expression, scope, (each) => compared('eq', each, scope, equal))
  )
}

function order(expression: PlanExpression, scope: TranslationScope): Outcome {
  const operator = expression.operator as 'lt' | 'le' | 'gt' | 'ge' // As the table above has it.
  return comparing(expression, scope, (each) =>
    compared(operator, each, scope, (left, right) => ordered(operator, left, right)),
  )
}

/** What has ways of its own to be compared, or two scalars. */
function compared(
  operator: 'eq' | 'lt' | 'le' | 'gt' | 'ge',
  expression: PlanExpression,
  scope: TranslationScope,
  compare: (left: Term, right: Term, operator: string) => Outcome,
): Outcome {
  const special =
    sizeCompared(expression, scope, operator) ??
    timeOutcome(operator, expression.operands, (attribute) => termOf(attribute, scope)) ??
    numberOutcome(operator, expression.operands, (operand) => termOf(operand, scope, expression))
  if (special !== undefined) return special
  const [left, right] = expression.operands.map((part) => termOf(part, scope, expression))
  if (left === undefined || right === undefined) throw unsupported(expression)
  if (!isScalar(left) || !isScalar(right)) throw unsupported(expression)
  return compare(left, right, expression.operator)
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
  'and or not holds has eq ne lt le gt ge in hasIntersection isSubset startsWith endsWith contains exists all exists_one matches ancestorOf descendentOf overlaps'.split(
    ' ',
  ),
)

/** `size(list) > 1`, whichever side it is on, or the size of a text. */
function sizeCompared(
  expression: PlanExpression,
  scope: TranslationScope,
  operator: Comparison,
): Outcome | undefined {
  const [left, right] = expression.operands
  const size = [left, right].find(isSize)
  const limit = size === left ? right : left
  if (size === undefined || limit?.kind !== 'value') return undefined
  if (typeof limit.value !== 'number') throw unsupported(expression)
  const asked = size === left ? operator : MIRRORED[operator]
  const { isSized, count } = sizeOf(given(size.operands[0]), scope, size)
  const form = count(asked, limit.value)
  return { holds: form, fails: every(isSized, not(form)) }
}

const MIRRORED = { eq: 'eq', ne: 'ne', lt: 'gt', le: 'ge', gt: 'lt', ge: 'le' } as const

function isSize(operand: PlanOperand | undefined): operand is PlanExpression {
  return operand?.kind === 'expression' && operand.operator === 'size'
}

interface Sized {
  /** Where it has a size. */
  readonly isSized: Form
  readonly count: (operator: Comparison, limit: number) => Form
}

function sizeOf(operand: PlanOperand, scope: TranslationScope, within: PlanExpression): Sized {
  const elements = elementsIn(operand, scope)
  const term = isMade(operand) ? undefined : termOf(operand, scope, within)
  const text = term && operandOf(term, 'string')
  if (elements === undefined && text === undefined) throw unsupported(within)
  const ofElements = elements && every(elements.isList, elements.isComplete)
  const isSized = some(ofElements ?? NEVER, term === undefined ? NEVER : isText(term))
  return {
    isSized,
    count(operator, limit) {
      const counted = elements?.count(operator, limit, () => ALWAYS) ?? NEVER
      const value = { kind: 'value', value: limit, type: 'number' } as const
      const length = text && ({ kind: 'length', of: text, type: 'int' } as const)
      const long = length === undefined ? NEVER : comparison(operator, length, value)
      const isLong = every(term === undefined ? NEVER : isText(term), long)
      return some(every(ofElements ?? NEVER, counted), isLong)
    },
  }
}

function membership(expression: PlanExpression, scope: TranslationScope): Outcome {
  return comparing(expression, scope, ({ operands: [left, right] }) => {
    const sought = termOf(given(left), scope, expression)
    if (!isScalar(sought)) throw unsupported(expression)
    const values = right && !isMade(right) ? termOf(right, scope, expression) : undefined
    if (values?.kind === 'values') return amongValues(sought, values.values)
    const container = listIn(given(right), scope, expression)
    const found = container.some((element) => {
      if (!isScalar(element)) throw unsupported(expression)
      return equal(element, sought, 'in').holds
    })
    const { isList, isComplete } = container
    return {
      holds: every(isComplete, found),
      fails: every(isThere(sought), isList, isComplete, not(found)),
    }
  })
}

function amongValues(sought: Term, values: readonly JsonScalar[]): Outcome {
  const found = equalToAny(sought, values)
  return { holds: found, fails: every(isThere(sought), not(found)) }
}

function intersection(expression: PlanExpression, scope: TranslationScope): Outcome {
  return ofLists(expression, scope, (left, right) =>
    left.elements.some((each) => isAmong(each, right, expression)),
  )
}

function subset(expression: PlanExpression, scope: TranslationScope): Outcome {
  return ofLists(expression, scope, (left, right) =>
    not(left.elements.some((each) => not(isAmong(each, right, expression)))),
  )
}

interface List {
  readonly elements: Elements
  /** Its elements, if they are known. */
  readonly values: readonly JsonScalar[] | undefined
}

/** What is asked of two lists, which are lists and no objects. */
function ofLists(
  expression: PlanExpression,
  scope: TranslationScope,
  test: (left: List, right: List) => Form,
): Outcome {
  const [left, right] = expression.operands.map((part): List => {
    const term = isMade(part) ? undefined : termOf(part, scope, expression)
    const values = term?.kind === 'values' ? term.values : undefined
    return { elements: listIn(part, scope, expression, 'lists'), values }
  })
  if (left === undefined || right === undefined) throw unsupported(expression)
  // Known elements are asked for at once.
  const [first, second] =
    left.values !== undefined && expression.operator === 'hasIntersection'
      ? [right, left]
      : [left, right]
  const both = [first.elements, second.elements]
  const isKnown = every(...both.flatMap(({ isList, isComplete }) => [isList, isComplete]))
  const form = test(first, second)
  return { holds: every(isKnown, form), fails: every(isKnown, not(form)) }
}

function isAmong(element: Term, { elements, values }: List, within: PlanExpression): Form {
  if (!isScalar(element)) throw unsupported(within)
  if (values !== undefined) return equalToAny(element, values)
  return elements.some((other) => {
    if (!isScalar(other)) throw unsupported(within)
    return equal(element, other, 'in').holds
  })
}

function match(expression: PlanExpression, scope: TranslationScope): Outcome {
  const how = expression.operator as 'startsWith' | 'endsWith' | 'contains' // As the table has it.
  return comparing(expression, scope, (each) => {
    const [subject, sought] = each.operands.map((part) => termOf(part, scope, each))
    return textMatch(how, given(subject), given(sought))
  })
}

function pattern(expression: PlanExpression, scope: TranslationScope): Outcome {
  return comparing(expression, scope, ({ operands: [text, sought] }) => {
    const subject = termOf(given(text), scope, expression)
    if (sought?.kind !== 'value' || typeof sought.value !== 'string') throw unsupported(expression)
    if (!isScalar(subject) || sought.type === 'bytes') throw unsupported(expression)
    const found = patternOutcome(subject, sought.value)
    if (found === undefined) throw unsupported(expression)
    return found
  })
}

function kinship(expression: PlanExpression, scope: TranslationScope): Outcome {
  const asked = expression.operator as Kinship // As the table has it.
  const found = hierarchyOutcome(
    asked,
    expression.operands,
    (each) => termOf(each, scope, expression),
    scope.aliases,
  )
  if (found === undefined) throw unsupported(expression)
  return found
}

/** `exists`; `all` is what `exists` is with true and false exchanged. */
function quantifier(expression: PlanExpression, scope: TranslationScope): Outcome {
  const { elements, condition } = quantified(expression, scope)
  const ofElement = (element: Term): Outcome => {
    return expression.operator === 'all' ? negated(condition(element)) : condition(element)
  }
  const { isList, isComplete } = elements
  const other = elements.some((element) => not(ofElement(element).fails))
  return {
    holds: every(
      isComplete,
      elements.some((element) => ofElement(element).holds),
    ),
    fails: every(isList, isComplete, not(other)),
  }
}

/** An error of any element is one of the whole. */
function exactlyOne(expression: PlanExpression, scope: TranslationScope): Outcome {
  const { elements, condition } = quantified(expression, scope)
  const { isList, isComplete } = elements
  const isKnown = every(isList, isComplete, isDecided(elements, condition))
  const one = elements.count('eq', 1, (element) => condition(element).holds)
  return { holds: every(isKnown, one), fails: every(isKnown, not(one)) }
}

interface Quantified {
  readonly elements: Elements
  readonly condition: (element: Term) => Outcome
}

function quantified(expression: PlanExpression, scope: TranslationScope): Quantified {
  const { range, body, within } = lambdaOf(expression)
  return {
    elements: listIn(range, scope, expression),
    condition: (element) => outcome(body, within(scope, element)),
  }
}

interface Lambda {
  readonly range: PlanOperand
  readonly body: PlanOperand
  /** What is known within it, where its variable is an element. */
  readonly within: (scope: TranslationScope, element: Term) => TranslationScope
}

function lambdaOf(expression: PlanExpression): Lambda {
  const [range, lambda] = expression.operands
  if (lambda?.kind !== 'expression' || lambda.operands.length !== 2) throw unsupported(expression)
  const [body, variable] = lambda.operands
  if (variable?.kind !== 'variable') throw unsupported(expression)
  const within = (scope: TranslationScope, element: Term): TranslationScope => ({
    ...scope,
    locals: new Map(scope.locals).set(variable.name, element),
  })
  return { range: given(range), body: given(body), within }
}

/** Whether a list is made of another. */
function isMade(operand: PlanOperand): operand is PlanExpression {
  return operand.kind === 'expression' && ['filter', 'map'].includes(operand.operator)
}

/** The elements of a list, which one may have made. */
function listIn(
  operand: PlanOperand,
  scope: TranslationScope,
  within: PlanExpression,
  of?: 'lists',
): Elements {
  const elements = elementsIn(operand, scope, of)
  if (elements === undefined) throw unsupported(within)
  return elements
}

function elementsIn(
  operand: PlanOperand,
  scope: TranslationScope,
  of?: 'lists',
): Elements | undefined {
  if (!isMade(operand)) return elementsOf(termOf(operand, scope), scope.aliases, of)
  const { range, body, within } = lambdaOf(operand)
  const elements = listIn(range, scope, operand)
  return operand.operator === 'filter'
    ? filtered(elements, (element) => outcome(body, within(scope, element)))
    : mapped(elements, (element) => termOf(body, within(scope, element), operand))
}
