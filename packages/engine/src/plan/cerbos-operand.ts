import type { ComprehensionExpr, Constant, Expr, MapExpr, SelectExpr } from '@lockstitch/cel'
import { children } from '@lockstitch/cel/partial'
import type { JsonValue } from '@lockstitch/policy'

import { foldParts } from './fold-parts.ts'
import { NotPlannable } from './not-plannable.ts'
import { expressionOperand, type PlanOperand, valueOperand, variableOperand } from './operand.ts'
import { planOperator } from './operators.ts'

/**
 * A residual expression as Cerbos puts it into a plan. Some of its meaning is lost there: `has(x)`
 * is true, ints and doubles are one, and a `map` of three arguments is a `filter`.
 */
export function cerbosOperand(expr: Expr, parent?: Expr): PlanOperand {
  switch (expr.kind) {
    case 'const':
      return valueOperand(jsonOf(expr.value))
    case 'ident':
      return variableOperand(expr.name)
    case 'select':
      return expr.testOnly ? valueOperand(true) : selected(expr)
    case 'call':
      refuseUnwritable(expr)
      return expressionOperand(
        planOperator(expr.function),
        ...children(expr).map((part) => cerbosOperand(part, expr)),
      )
    case 'list':
      if (expr.optionalIndices.length > 0) throw new NotPlannable('optional list elements')
      return listOperand(expr.elements, expr)
    case 'map':
      return isSearched(expr, parent) ? listOperand(sortedKeys(expr), parent) : struct(expr)
    case 'struct':
      return expressionOperand(
        'struct',
        ...expr.entries.map(({ field, value }) => setField(valueOperand(field), value, expr)),
      )
    default:
      return fold(expr)
  }
}

/** What no JSON can hold fails the request of Cerbos. */
function refuseUnwritable(expr: Expr & { readonly kind: 'call' }): void {
  const [only] = expr.args
  const isDouble = expr.function === 'double' && only?.kind === 'const'
  if (isDouble && only.value.kind === 'string' && !Number.isFinite(Number(only.value.value))) {
    throw new NotPlannable('numbers that are not finite')
  }
}

function selected(expr: SelectExpr): PlanOperand {
  const name = dottedName(expr)
  if (name !== undefined) return variableOperand(name)
  const operand = cerbosOperand(expr.operand, expr)
  return expressionOperand('get-field', operand, variableOperand(expr.field))
}

function dottedName(expr: Expr): string | undefined {
  if (expr.kind === 'ident') return expr.name
  if (expr.kind !== 'select') return undefined
  const operand = dottedName(expr.operand)
  return operand && `${operand}.${expr.field}`
}

function listOperand(elements: readonly Expr[], parent: Expr | undefined): PlanOperand {
  const constants = elements.map((each) => (each.kind === 'const' ? each.value : undefined))
  if (constants.every((each) => each !== undefined)) return valueOperand(constants.map(jsonOf))
  return expressionOperand('list', ...elements.map((each) => cerbosOperand(each, parent)))
}

/** Whether a map is what something is looked for in, where its keys alone matter. */
function isSearched(map: MapExpr, parent: Expr | undefined): boolean {
  return parent?.kind === 'call' && parent.function === '@in' && parent.args[1] === map
}

function sortedKeys({ entries }: MapExpr): readonly Expr[] {
  const keys = entries.map(({ key }) => key)
  const text = (key: Expr): string => JSON.stringify(key.kind === 'const' ? jsonOf(key.value) : key)
  return keys.sort((a, b) => (text(a) < text(b) ? -1 : 1))
}

function struct(map: MapExpr): PlanOperand {
  const fields = map.entries.map(({ key, value, optional }) => {
    if (optional) throw new NotPlannable('optional map entries')
    return setField(cerbosOperand(key, map), value, map)
  })
  return expressionOperand('struct', ...fields)
}

function setField(key: PlanOperand, value: Expr, parent: Expr): PlanOperand {
  return expressionOperand('set-field', key, cerbosOperand(value, parent))
}

function fold(expr: ComprehensionExpr): PlanOperand {
  const parts = foldParts(expr)
  if (parts === undefined) throw new NotPlannable('cel.bind, sortBy and optional values')
  // A transformation that is no call is lost.
  const transform = parts.transform?.kind === 'call' || parts.operator !== 'filter'
  const isFilter = parts.operator === 'filter'
  const operator = isFilter && parts.transform?.kind === 'call' ? 'transformList' : parts.operator
  const bodies = [parts.body, ...(transform && parts.transform ? [parts.transform] : [])]
  const variables = [expr.iterVar, ...(expr.iterVar2 === undefined ? [] : [expr.iterVar2])]
  const lambda = expressionOperand(
    'lambda',
    ...bodies.map((body) => cerbosOperand(body, expr)),
    ...variables.map(variableOperand),
  )
  const { iterRange } = expr
  const keysOnly = iterRange.kind === 'map' && !operator.startsWith('transform')
  const range = keysOnly ? listOperand(sortedKeys(iterRange), expr) : cerbosOperand(iterRange, expr)
  return expressionOperand(operator, range, lambda)
}

/** A constant as JSON: bytes in base64, and every number as a double. */
function jsonOf(constant: Constant): JsonValue {
  switch (constant.kind) {
    case 'null':
      return null
    case 'int':
    case 'uint':
      return Number(constant.value)
    case 'bytes':
      return base64(constant.value)
    case 'double':
      if (!Number.isFinite(constant.value)) throw new NotPlannable('numbers that are not finite')
      return constant.value
    default:
      return constant.value
  }
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}
