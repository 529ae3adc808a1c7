import {
  createEnv,
  type Env,
  isCelError,
  NOW,
  type Program,
  Timestamp,
  type Value,
} from '@lockstitch/cel'
import { createConditionEnv } from '@lockstitch/policy'

import type { Resource } from '../request.ts'
import { conditionText } from './condition-text.ts'
import type { PlanFilter } from './filter.ts'
import { NotPlannable } from './not-plannable.ts'
import {
  expressionOperand,
  type PlanExpression,
  type PlanOperand,
  valueOperand,
} from './operand.ts'

/**
 * Whether a filter keeps a resource: what a database would do with it, for resources that are in
 * memory. A condition that cannot be evaluated keeps nothing.
 */
export function filterAllows(filter: PlanFilter, resource: Resource): boolean {
  if (filter.kind !== 'conditional') return filter.kind === 'allowed'
  return evaluate(filter.condition, resource) === true
}

/** True, false, or an error. */
type Outcome = Value | typeof ERROR

const ERROR: unique symbol = Symbol('error')

function evaluate(operand: PlanOperand, resource: Resource): Outcome {
  if (operand.kind !== 'expression' || !mentionsHolds(operand)) return leaf(operand, resource)
  const { operator, operands } = operand
  if (operator === 'and' || operator === 'or') return junction(operand, resource)
  const [first] = operands
  if (operator === 'holds' && first !== undefined) return evaluate(first, resource) === true
  if (operator === 'not' && first !== undefined) {
    const value = evaluate(first, resource)
    return typeof value === 'boolean' ? !value : ERROR
  }
  return leaf(withoutHolds(operand, resource), resource)
}

function junction({ operator, operands }: PlanExpression, resource: Resource): Outcome {
  const decisive = operator === 'or'
  const outcomes = operands.map((each) => evaluate(each, resource))
  if (outcomes.includes(decisive)) return decisive
  return outcomes.every((each) => each === !decisive) ? !decisive : ERROR
}

function mentionsHolds(operand: PlanOperand): boolean {
  if (operand.kind !== 'expression') return false
  return operand.operator === 'holds' || operand.operands.some(mentionsHolds)
}

/** What holds does not depend on variables of comprehensions, so that it is known by now. */
function withoutHolds(operand: PlanOperand, resource: Resource): PlanOperand {
  if (operand.kind !== 'expression') return operand
  const { operator, operands } = operand
  if (operator === 'holds') return valueOperand(evaluate(operand, resource) === true)
  return expressionOperand(operator, ...operands.map((each) => withoutHolds(each, resource)))
}

let env: Env | undefined
const programs = new WeakMap<PlanOperand, Program>()

function leaf(operand: PlanOperand, resource: Resource): Outcome {
  const program = programs.get(operand) ?? compile(operand)
  programs.set(operand, program)
  const now = instantOf(operand)
  const instant = now === undefined ? {} : { [NOW]: Timestamp.fromMillis(Date.parse(now)) }
  const value = program.evaluate({ request: { principal: {}, resource }, ...instant })
  return isCelError(value) ? ERROR : value
}

/** When the plan was made, where a condition depends on it. */
function instantOf(operand: PlanOperand): string | undefined {
  if (operand.kind !== 'expression') return undefined
  const [, now] = operand.operands
  if (operand.operator === 'timeSince' && now?.kind === 'value') return String(now.value)
  for (const each of operand.operands) {
    const found = instantOf(each)
    if (found !== undefined) return found
  }
  return undefined
}

function compile(operand: PlanOperand): Program {
  // What types the parts had is not told in a plan.
  env ??= createEnv({ ...createConditionEnv().options, check: false })
  const text = conditionText(operand)
  const compiled = env.compile(text)
  if (compiled.ok) return compiled.program
  const messages = compiled.diagnostics.map(({ message }) => message).join('; ')
  throw new NotPlannable(`the condition ${text}: ${messages}`)
}
