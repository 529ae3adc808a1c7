import type { JsonValue } from '@lockstitch/policy'
import type { PlanFilter } from './filter.ts'
import type { PlanOperand } from './operand.ts'

import { unreachable } from './unreachable.ts'

/** A filter as Cerbos writes it in `filterDebug`: `(eq request.resource.attr.owner "u1")`. */
export function debugText(filter: PlanFilter): string {
  switch (filter.kind) {
    case 'allowed':
      return '(true)'
    case 'denied':
      return '(false)'
    case 'conditional':
      return operandText(filter.condition)
    default:
      return unreachable(filter)
  }
}

/** The text of one operand. */
function operandText(operand: PlanOperand): string {
  switch (operand.kind) {
    case 'value':
      return jsonText(operand.value)
    case 'variable':
      return operand.name
    case 'expression':
      return `(${operand.operator} ${operand.operands.map(operandText).join(' ')})`
    default:
      return unreachable(operand)
  }
}

/** JSON with the sign of zero, which JavaScript leaves out. */
function jsonText(value: JsonValue): string {
  if (Object.is(value, -0)) return '-0'
  if (!Array.isArray(value)) return JSON.stringify(value)
  return `[${value.map(jsonText).join(',')}]`
}
