import type { JsonValue } from '@lockstitch/policy'

/**
 * A condition on a resource, as Cerbos's query plans have it: a value, a variable such as
 * `request.resource.attr.owner`, or an operator over others. What the operators mean is CEL's.
 *
 * @see https://docs.cerbos.dev/cerbos/latest/api/index.html#resources-query-plan
 */
export type PlanOperand = PlanValue | PlanVariable | PlanExpression

export interface PlanValue {
  readonly kind: 'value'
  readonly value: JsonValue
  /** What CEL has it for, where that is not what JSON says: an `int`, which is no double. */
  readonly type?: 'int' | 'uint' | 'bytes'
}

export interface PlanVariable {
  readonly kind: 'variable'
  readonly name: string
}

export interface PlanExpression {
  readonly kind: 'expression'
  readonly operator: string
  readonly operands: readonly PlanOperand[]
}

export function valueOperand(value: JsonValue): PlanValue {
  return { kind: 'value', value }
}

export function variableOperand(name: string): PlanVariable {
  return { kind: 'variable', name }
}

export function expressionOperand(operator: string, ...operands: PlanOperand[]): PlanExpression {
  return { kind: 'expression', operator, operands }
}

/** The bool that an operand is, if it is one. */
export function asBool(operand: PlanOperand | undefined): boolean | undefined {
  if (operand?.kind !== 'value' || typeof operand.value !== 'boolean') return undefined
  return operand.value
}
