import type { PlanOperand } from '@lockstitch/engine'
import type { WireFilter, WireOperand } from '@lockstitch/engine/table'

// For tests and comparisons: filters of query plans as Cerbos writes them down.

type Plain =
  | null
  | boolean
  | number
  | string
  | undefined
  | readonly Plain[]
  | { readonly [key: string]: Plain }

/** A condition as it is in Cerbos's protobuf JSON. */
export function readOperand(wire: WireOperand): PlanOperand {
  if ('value' in wire) return { kind: 'value', value: wire.value }
  if ('variable' in wire) return { kind: 'variable', name: wire.variable }
  const { operator, operands = [] } = wire.expression
  return { kind: 'expression', operator, operands: operands.map(readOperand) }
}

const COMMUTATIVE = new Set(['and', 'or', 'eq', 'ne', 'add', 'mult'])

/** What Cerbos gives in no fixed order is sorted: operands of symmetric operators, fields of structs. */
export function stabilised({ kind, condition }: WireFilter): Plain {
  return condition === undefined ? { kind } : { kind, condition: stabilisedOperand(condition) }
}

function stabilisedOperand(operand: WireOperand): Plain {
  if (!('expression' in operand)) return operand
  const { operator, operands = [] } = operand.expression
  const inner = operands.map(stabilisedOperand)
  if (COMMUTATIVE.has(operator) || operator === 'struct') inner.sort(byText)
  return { expression: { operator, operands: inner } }
}

function byText(a: Plain, b: Plain): number {
  const [left, right] = [JSON.stringify(a), JSON.stringify(b)]
  return left < right ? -1 : left > right ? 1 : 0
}
