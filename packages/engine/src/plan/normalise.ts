import {
  asBool,
  expressionOperand,
  type PlanExpression,
  type PlanOperand,
  valueOperand,
  variableOperand,
} from './operand.ts'

/**
 * A condition in the form that Cerbos gives it: constants and repetitions are gone from `and` and
 * `or`, `in` a single value is `eq`, and abbreviations are written out. Nested operators stay nested.
 */
export function normalise(operand: PlanOperand): PlanOperand {
  return normalised(operand).operand
}

/** A normalised operand, and what Cerbos compares to find that an operand is a repetition. */
interface Normalised {
  readonly operand: PlanOperand
  readonly compared: PlanOperand
}

function normalised(operand: PlanOperand): Normalised {
  switch (operand.kind) {
    case 'value':
      return { operand, compared: operand }
    case 'variable': {
      const variable = variableOperand(expandAbbreviation(operand.name))
      return { operand: variable, compared: variable }
    }
    default:
      return normalisedExpression(operand)
  }
}

function normalisedExpression(given: PlanExpression): Normalised {
  const expression = withoutTrivialSearch(given)
  if (expression.kind === 'value') return { operand: expression, compared: given }
  const { operator } = expression
  const parts = expression.operands.map(normalised)
  if (operator === 'and' || operator === 'or') return junction(expression, parts)
  const operands = parts.map((part) => part.operand)
  const [only] = operands
  const constant = operands.length === 1 ? asBool(only) : undefined
  const whole = { ...expression, operands }
  return operator === 'not' && constant !== undefined
    ? { operand: valueOperand(!constant), compared: withParts(expression, parts) }
    : { operand: whole, compared: whole }
}

function junction(expression: PlanExpression, parts: readonly Normalised[]): Normalised {
  const decisive = expression.operator === 'or'
  const compared = withParts(expression, parts)
  const seen = new Set<string>()
  const operands: PlanOperand[] = []
  for (const part of parts) {
    const constant = asBool(part.operand)
    if (constant === decisive) return { operand: valueOperand(decisive), compared }
    if (constant !== undefined) continue
    const text = JSON.stringify(part.compared)
    if (seen.has(text)) continue
    seen.add(text)
    operands.push(part.operand)
  }
  const [first] = operands
  if (first === undefined) return { operand: valueOperand(!decisive), compared }
  if (operands.length === 1) return { operand: first, compared }
  const whole = { ...expression, operands }
  return { operand: whole, compared: whole }
}

/** Where Cerbos puts nothing else in its place, an operand is compared as it was, its parts apart. */
function withParts(expression: PlanExpression, parts: readonly Normalised[]): PlanExpression {
  return { ...expression, operands: parts.map((part) => part.compared) }
}

/** `in` of what is no list of several values. */
function withoutTrivialSearch(
  expression: PlanExpression,
): PlanExpression | (PlanOperand & { readonly kind: 'value' }) {
  const { operator, operands } = expression
  const [sought, container] = operands
  if (operator !== 'in' || operands.length !== 2) return expression
  if (sought === undefined || container?.kind !== 'value') return expression
  const { value } = container
  if (typeof value !== 'object' || value === null) return { ...expression, operator: 'eq' }
  const members = Array.isArray(value) ? value : Object.keys(value)
  const [only] = members
  if (only === undefined) return valueOperand(false)
  return members.length === 1 ? expressionOperand('eq', sought, valueOperand(only)) : expression
}

const ABBREVIATIONS: Readonly<Record<string, string>> = {
  P: 'request.principal',
  R: 'request.resource',
  V: 'variables',
  C: 'constants',
  G: 'globals',
}

function expandAbbreviation(name: string): string {
  const [root = '', ...rest] = name.split('.')
  const full = Object.hasOwn(ABBREVIATIONS, root) ? ABBREVIATIONS[root] : undefined
  return full === undefined ? name : [full, ...rest].join('.')
}
