import type { CallExpr, Constant } from '../ast.ts'
import { CelError } from '../errors.ts'
import { toCidr, toIp } from '../functions/network.ts'
import { NO_SUCH_OVERLOAD } from '../functions/overload.ts'
import { cachedPattern } from '../functions/regex.ts'
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
  ['duration', firstText('duration', parseDuration)],
  ['timestamp', firstLiteral('timestamp', asTimestamp)],
  ['matches', firstText('matches', cachedPattern)],
  ['ip', firstText('ip', toIp)],
  ['cidr', firstText('cidr', toCidr)],
  ['format', formatProblem],
])

/** Cerbos says no more than that the argument is invalid; the reason is added here. */
function firstLiteral(name: string, evaluate: (value: Constant) => unknown): LiteralRule {
  return ({ args: [arg] }) => {
    if (arg?.kind !== 'const') return undefined
    const outcome = evaluate(arg.value)
    if (!(outcome instanceof CelError)) return undefined
    return { message: `invalid ${name} argument: ${outcome.message}`, span: arg.span }
  }
}

function firstText(name: string, evaluate: (text: string) => unknown): LiteralRule {
  return firstLiteral(name, (constant) =>
    constant.kind === 'string' ? evaluate(constant.value) : NO_SUCH_OVERLOAD,
  )
}

function asTimestamp(constant: Constant): unknown {
  if (constant.kind === 'string') return parseTimestamp(constant.value)
  return constant.kind === 'int' ? toTimestamp(Number(constant.value), 0) : NO_SUCH_OVERLOAD
}
