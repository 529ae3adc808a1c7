import { type Expr, isCelError, type Program, toJson } from '@lockstitch/cel'
import { type Step, trace } from '@lockstitch/cel/trace'
import type { JsonValue, LinkedCondition, SourceLocation, VariableSet } from '@lockstitch/policy'

import { isTrue } from './conditions.ts'
import { type Evaluation, useVariables } from './evaluation.ts'

/** A condition as it came out, each part of it with its value. */
export type ExplainedCondition =
  | {
      readonly kind: 'expr'
      readonly met: boolean
      /** It failed, and that denies: evaluation is strict. */
      readonly failed: boolean
      readonly location: SourceLocation
      readonly part: ExplainedPart
      /** What would have to be different for the expression to be true. */
      readonly missing: readonly ExplainedPart[]
    }
  | {
      readonly kind: 'all' | 'any' | 'none'
      readonly met: boolean
      readonly failed: boolean
      readonly location: SourceLocation
      readonly of: readonly ExplainedCondition[]
    }

/** A part of an expression and what it came to. */
export interface ExplainedPart {
  /** As it is written in the policy. */
  readonly text: string
  /** The same with the values of its operands in their place. */
  readonly withValues: string
  /** Absent when the part failed or its value has no JSON form. */
  readonly value?: JsonValue
  readonly error?: string
  readonly parts: readonly ExplainedPart[]
}

/** Evaluates a condition part by part, with the variables of its policy or derived role. */
export function explainCondition(
  evaluation: Evaluation,
  condition: LinkedCondition,
  variables: VariableSet,
): ExplainedCondition {
  const { location } = condition
  if (condition.kind === 'expr') {
    useVariables(evaluation, variables)
    const step = trace(condition.program, evaluation.activation)
    const missing = missingParts(evaluation, condition.program, variables)
    const met = isTrue(step.result)
    const failed = evaluation.strict && isCelError(step.result)
    return { kind: 'expr', met, failed, location, part: explainPart(step), missing }
  }
  const { kind } = condition
  const of = condition.of.map((part) => explainCondition(evaluation, part, variables))
  return { kind, ...combine(kind, of), location, of }
}

/** The parts that keep a condition from being met; of alternatives, the easiest. */
export function partsMissing(condition: ExplainedCondition): readonly ExplainedPart[] {
  if (condition.met) return []
  if (condition.kind !== 'expr' && condition.failed) return failingParts(condition)
  switch (condition.kind) {
    case 'expr':
      return condition.missing
    case 'all':
      return condition.of.flatMap(partsMissing)
    case 'any':
      return condition.of.map(partsMissing).reduce((a, b) => (b.length < a.length ? b : a))
    case 'none':
      return condition.of.flatMap((part) => (part.met ? truePart(part) : []))
  }
}

/** The parts by which a condition is met. */
export function partsMet(condition: ExplainedCondition): readonly ExplainedPart[] {
  if (condition.kind === 'expr') return [condition.part]
  const parts = condition.kind === 'none' ? condition.of : condition.of.filter(({ met }) => met)
  return parts.flatMap(partsMet)
}

/** As `holds` does it: in order, up to the part that decides or fails. */
function combine(
  kind: 'all' | 'any' | 'none',
  of: readonly ExplainedCondition[],
): { readonly met: boolean; readonly failed: boolean } {
  const decisive = of.find(({ met, failed }) => failed || met === (kind !== 'all'))
  if (decisive?.failed) return { met: false, failed: true }
  return { met: (decisive === undefined) === (kind !== 'any'), failed: false }
}

/**
 * The operands of `&&` that are not true, each evaluated whatever the others are; a variable stands
 * for its own expression.
 */
function missingParts(
  evaluation: Evaluation,
  program: Program,
  variables: VariableSet,
): readonly ExplainedPart[] {
  const step = trace(program, evaluation.activation)
  if (isTrue(step.result)) return []
  const { expr } = program
  if (expr.kind === 'call' && expr.function === '_&&_') {
    const operands = expr.args.map((arg) => compilePart(program, arg))
    if (operands.every((operand) => operand !== undefined)) {
      return operands.flatMap((operand) => missingParts(evaluation, operand, variables))
    }
  }
  const variable = variables.variables.find(({ name }) => name === variableName(expr))
  return variable ? missingParts(evaluation, variable.program, variables) : [explainPart(step)]
}

/** A part of an expression as one of its own. It reads no comprehension variables. */
function compilePart({ env, source }: Program, part: Expr): Program | undefined {
  const result = env.compileExpr(part, source)
  return result.ok ? result.program : undefined
}

function variableName(expr: Expr): string | undefined {
  const isVariable =
    expr.kind === 'select' &&
    expr.operand.kind === 'ident' &&
    (expr.operand.name === 'V' || expr.operand.name === 'variables')
  return isVariable ? expr.field : undefined
}

/** In strict evaluation the first error decides a list, whatever the other parts are. */
function failingParts(condition: ExplainedCondition): readonly ExplainedPart[] {
  if (condition.kind === 'expr') return condition.missing
  const first = condition.of.find(({ failed }) => failed)
  return first ? failingParts(first) : []
}

function truePart(condition: ExplainedCondition): readonly ExplainedPart[] {
  return condition.kind === 'expr' ? [condition.part] : condition.of.flatMap(truePart)
}

function explainPart(step: Step): ExplainedPart {
  return {
    text: step.text,
    withValues: substituteValues(step),
    ...outcomeOf(step),
    parts: step.children.map(explainPart),
  }
}

function outcomeOf({ result }: Step): Pick<ExplainedPart, 'value' | 'error'> {
  if (isCelError(result)) return { error: result.message }
  const value = toJson(result)
  return isCelError(value) ? {} : { value }
}

/** `R.attr.owner == P.id` as `"ann" == "bob"`. */
function substituteValues(step: Step): string {
  let text = ''
  let end = step.span.start
  for (const child of [...step.children].sort((a, b) => a.span.start - b.span.start)) {
    if (child.span.start < end) continue
    text += sourceBetween(step, end, child.span.start) + showValue(child)
    end = child.span.end
  }
  return text + sourceBetween(step, end, step.span.end)
}

function sourceBetween({ text, span }: Step, start: number, end: number): string {
  return text.slice(start - span.start, end - span.start)
}

function showValue(step: Step): string {
  if (isCelError(step.result)) return `<${step.result.message}>`
  const value = toJson(step.result)
  if (isCelError(value)) return step.text
  const json = JSON.stringify(value)
  return json.length > MAX_VALUE_LENGTH ? `${json.slice(0, MAX_VALUE_LENGTH - 1)}…` : json
}

const MAX_VALUE_LENGTH = 60
