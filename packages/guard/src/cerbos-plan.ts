import type { PlanFilter, PlanOperand, Principal } from './decide.ts'

/**
 * The plan of a Cerbos client as a filter. A kind or a part of a condition that is not known is no plan;
 * what an operator means is left to whoever translates the filter, who refuses those that he does not know.
 *
 * @see https://docs.cerbos.dev/cerbos/latest/api/index.html#resources-query-plan
 */
export function readCerbosPlan(response: unknown, principal: Principal): PlanFilter {
  const { kind, condition } = objectOf(response)
  switch (kind) {
    case 'KIND_ALWAYS_ALLOWED':
      return { kind: 'allowed' }
    case 'KIND_ALWAYS_DENIED':
      return { kind: 'denied' }
    case 'KIND_CONDITIONAL':
      return { kind: 'conditional', condition: readOperand(condition, principal) }
    default:
      throw new Error('the answer is a plan of an unknown kind')
  }
}

/** An operand is an expression, a variable or a value, and only one of them. */
function readOperand(operand: unknown, principal: Principal): PlanOperand {
  const { operator, operands, name, ...rest } = objectOf(operand)
  const isValue = Object.hasOwn(rest, 'value')
  const isExpression = typeof operator === 'string' && Array.isArray(operands)
  const isVariable = typeof name === 'string'
  if (Number(isValue) + Number(isExpression) + Number(isVariable) !== 1) {
    throw new Error('the answer has a condition with an unknown part')
  }
  if (isVariable) return ofPrincipal(name, principal) ?? { kind: 'variable', name }
  if (isValue) return { kind: 'value', value: readJson(rest.value) }
  return {
    kind: 'expression',
    operator: operator as string,
    operands: (operands as unknown[]).map((each) => readOperand(each, principal)),
  }
}

/** Branches that Cerbos does not come to evaluate still name what it knows of the principal. */
function ofPrincipal(name: string, { id, roles, attr }: Principal): PlanOperand | undefined {
  const [root, party, ...path] = name.split('.')
  if (root !== 'request' || party !== 'principal') return undefined
  let value: unknown = { id, roles, attr }
  for (const key of path) {
    const isThere = typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    if (!isThere || Array.isArray(value)) return undefined
    value = (value as Readonly<Record<string, unknown>>)[key]
  }
  const isKnown = path.length > 0 && value !== undefined
  return isKnown ? { kind: 'value', value: readJson(value) } : undefined
}

type Json = (PlanOperand & { readonly kind: 'value' })['value']

function readJson(value: unknown): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  if (Array.isArray(value)) return value.map(readJson)
  const entries = Object.entries(objectOf(value))
  return Object.fromEntries(entries.map(([key, each]) => [key, readJson(each)]))
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>
  }
  throw new Error('the answer has a plan with an unknown part')
}
