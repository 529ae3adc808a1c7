import type { JsonValue } from '@lockstitch/policy'

import type { PlanFilter } from './filter.ts'
import { NotPlannable } from './not-plannable.ts'
import type { PlanOperand } from './operand.ts'

/** `cerbos.engine.v1.PlanResourcesFilter` as protobuf JSON. */
export interface WireFilter {
  readonly kind: 'KIND_ALWAYS_ALLOWED' | 'KIND_ALWAYS_DENIED' | 'KIND_CONDITIONAL'
  readonly condition?: WireOperand
}

/** One operand of it. */
export type WireOperand =
  | { readonly value: JsonValue }
  | { readonly variable: string }
  | {
      readonly expression: {
        readonly operator: string
        readonly operands?: readonly WireOperand[]
      }
    }

const KINDS: Readonly<Record<PlanFilter['kind'], WireFilter['kind']>> = {
  allowed: 'KIND_ALWAYS_ALLOWED',
  denied: 'KIND_ALWAYS_DENIED',
  conditional: 'KIND_CONDITIONAL',
}

/** A filter as Cerbos's API has it. */
export function wireFilter(filter: PlanFilter): WireFilter {
  const kind = KINDS[filter.kind]
  return filter.kind === 'conditional'
    ? { kind, condition: wireOperand(filter.condition) }
    : { kind }
}

function wireOperand(operand: PlanOperand): WireOperand {
  if (operand.kind === 'value') return { value: operand.value }
  if (operand.kind === 'variable') return { variable: operand.name }
  const { operator, operands } = operand
  if (ARITHMETIC.has(operator) && operands.some(isTypedInt) && !operands.every(isInt)) {
    throw new NotPlannable(
      'arithmetic of an int and what may be a double, over an API without ints',
    )
  }
  return { expression: { operator, operands: operands.map(wireOperand) } }
}

const ARITHMETIC: ReadonlySet<string> = new Set(['add', 'sub', 'mult', 'div', 'mod'])

function isTypedInt(operand: PlanOperand): boolean {
  return operand.kind === 'value' && (operand.type === 'int' || operand.type === 'uint')
}

/** The API has doubles alone, where CEL has an error for arithmetic of the two. */
function isInt(operand: PlanOperand): boolean {
  if (operand.kind !== 'expression') return isTypedInt(operand)
  if (ARITHMETIC.has(operand.operator)) return operand.operands.every(isInt)
  return operand.operator === 'size' || operand.operator === 'int'
}
