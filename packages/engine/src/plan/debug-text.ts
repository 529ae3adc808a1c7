import type { JsonValue } from '@lockstitch/policy'
import type { PlanFilter } from './filter.ts'
import type { PlanOperand } from './operand.ts'

/** A filter as Cerbos writes it in `filterDebug`: `(eq request.resource.attr.owner "u1")`. */
export function debugText(filter: PlanFilter): string {
  if (filter.kind === 'conditional') return operandText(filter.condition)
  return filter.kind === 'allowed' ? '(true)' : '(false)'
}

/** The text of one operand. */
function operandText(operand: PlanOperand): string {
  if (operand.kind === 'value') return jsonText(operand.value)
  if (operand.kind === 'variable') return operand.name
  return `(${operand.operator} ${operand.operands.map(operandText).join(' ')})`
}

/** JSON with the sign of zero, which JavaScript leaves out. */
function jsonText(value: JsonValue): string {
  if (Object.is(value, -0)) return '-0'
  if (!Array.isArray(value)) return JSON.stringify(value)
  return `[${value.map(jsonText).join(',')}]`
}
