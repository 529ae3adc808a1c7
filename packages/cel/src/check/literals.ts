import type { CallExpr, Constant } from '../ast.ts'
import { CelError } from '../errors.ts'
import { compilePattern } from '../functions/regex.ts'
import { parseDuration, parseTimestamp, toTimestamp } from '../functions/time-values.ts'
import type { CelType } from '../types.ts'
import { formatProblem, type LiteralProblem } from './format-literals.ts'

/** Finds what is wrong with the literal arguments of a call whose types are right. */
export type LiteralRule = (
  call: CallExpr,
  typeOf: (id: number) => CelType,
) => LiteralProblem | undefined

/**
 * The functions whose literal arguments are tried before any evaluation, as Cerbos has cel-go do.
 * A rule looks at the first argument behind the parenthesis: in the function `matches(text, pattern)`
 * that is the text, which cel-go tries as a pattern.
 */
export const LITERAL_RULES: ReadonlyMap<string, LiteralRule> = new Map([
  ['duration', firstLiteral('duration', durationIsValid)],
  ['timestamp', firstLiteral('timestamp', timestampIsValid)],
  ['matches', firstLiteral('matches', patternIsValid)],
  ['format', formatProblem],
])

function firstLiteral(name: string, isValid: (value: Constant) => boolean): LiteralRule {
  return ({ args: [arg] }) => {
    if (arg?.kind !== 'const' || isValid(arg.value)) return undefined
    return { message: `invalid ${name} argument`, span: arg.span }
  }
}

function durationIsValid(constant: Constant): boolean {
  return constant.kind === 'string' && !(parseDuration(constant.value) instanceof CelError)
}

function timestampIsValid(constant: Constant): boolean {
  if (constant.kind === 'string') return !(parseTimestamp(constant.value) instanceof CelError)
  return constant.kind === 'int' && !(toTimestamp(Number(constant.value), 0) instanceof CelError)
}

function patternIsValid(constant: Constant): boolean {
  return constant.kind === 'string' && !(compilePattern(constant.value) instanceof CelError)
}
