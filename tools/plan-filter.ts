import type { PlanFilter, PlanOperand } from '@lockstitch/engine'
import type { JsonValue } from '@lockstitch/policy'

// For tests and comparisons: filters of query plans as Cerbos writes them down.

type Plain =
  | null
  | boolean
  | number
  | string
  | undefined
  | readonly Plain[]
  | { readonly [key: string]: Plain }

/** `PlanResourcesFilter` as protobuf JSON. */
export interface PlainFilter {
  readonly kind: 'KIND_ALWAYS_ALLOWED' | 'KIND_ALWAYS_DENIED' | 'KIND_CONDITIONAL'
  readonly condition?: PlainOperand
}

export type PlainOperand =
  | { readonly value: Plain }
  | { readonly variable: string }
  | {
      readonly expression: {
        readonly operator: string
        readonly operands?: readonly PlainOperand[]
      }
    }

/** Our filter as Cerbos writes it down. */
export function plainFilter(filter: PlanFilter): PlainFilter {
  if (filter.kind === 'allowed') return { kind: 'KIND_ALWAYS_ALLOWED' }
  if (filter.kind === 'denied') return { kind: 'KIND_ALWAYS_DENIED' }
  return { kind: 'KIND_CONDITIONAL', condition: plainOperand(filter.condition) }
}

function plainOperand(operand: PlanOperand): PlainOperand {
  if (operand.kind === 'value') return { value: operand.value }
  if (operand.kind === 'variable') return { variable: operand.name }
  const { operator, operands } = operand
  return { expression: { operator, operands: operands.map(plainOperand) } }
}

/** A condition as it is in Cerbos's protobuf JSON. */
export function readOperand(plain: PlainOperand): PlanOperand {
  // Protobuf JSON has no `undefined`.
  if ('value' in plain) return { kind: 'value', value: plain.value as JsonValue }
  if ('variable' in plain) return { kind: 'variable', name: plain.variable }
  const { operator, operands = [] } = plain.expression
  return { kind: 'expression', operator, operands: operands.map(readOperand) }
}

const COMMUTATIVE = new Set(['and', 'or', 'eq', 'ne', 'add', 'mult'])

/** What Cerbos gives in no fixed order is sorted: operands of symmetric operators, fields of structs. */
export function stabilised({ kind, condition }: PlainFilter): Plain {
  return condition === undefined ? { kind } : { kind, condition: stabilisedOperand(condition) }
}

function stabilisedOperand(operand: PlainOperand): Plain {
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
