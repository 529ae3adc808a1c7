import type { Expr } from '@lockstitch/cel'

/**
 * Whether an expression is true or false whatever is asked, where its form alone tells: literals,
 * literals that are compared, and what is joined with them. Undefined where it does not.
 */
export function constantOf(expr: Expr): boolean | undefined {
  if (expr.kind === 'const') {
    return expr.value.kind === 'bool' ? expr.value.value : undefined
  }
  if (expr.kind !== 'call' || expr.target !== undefined) return undefined
  const { args } = expr
  switch (expr.function) {
    case '!_':
      return negated(args[0] && constantOf(args[0]))
    case '_==_':
      return sameLiterals(args)
    case '_!=_':
      return negated(sameLiterals(args))
    case '_||_':
      return junction(args, true)
    case '_&&_':
      return junction(args, false)
    default:
      return undefined
  }
}

function negated(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value
}

/** One part is enough for the decisive value, and all are needed for the other one. */
function junction(parts: readonly Expr[], decisive: boolean): boolean | undefined {
  const values = parts.map(constantOf)
  if (values.includes(decisive)) return decisive
  return values.includes(undefined) ? undefined : !decisive
}

function sameLiterals([a, b]: readonly Expr[]): boolean | undefined {
  if (a?.kind !== 'const' || b?.kind !== 'const') return undefined
  const [one, other] = [a.value, b.value]
  // What equality is between kinds, and of bytes, is for the evaluation to say.
  if (one.kind !== other.kind || one.kind === 'bytes' || other.kind === 'bytes') return undefined
  if (one.kind === 'null' || other.kind === 'null') return undefined
  return one.value === other.value
}
