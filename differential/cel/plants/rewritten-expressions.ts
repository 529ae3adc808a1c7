import {
  type Activation,
  type CallExpr,
  CelError,
  DYN,
  type Expr,
  isCelError,
  type SelectExpr,
  type Value,
} from '@lockstitch/cel'

import type { Overload } from '../our-tables.ts'
import type { CelPlant, Implementation } from './plant.ts'

/** Bugs in what the language itself does. */
export const REWRITTEN_EXPRESSIONS: readonly CelPlant[] = [
  {
    name: 'and-does-not-absorb',
    doc: '`error && false` is an error',
    rewrite: onCall(['_&&_'], (expr, [a, b]) => call(expr, '_?_:_', a, b, constant(expr, false))),
  },
  {
    name: 'or-does-not-absorb',
    doc: '`error || true` is an error',
    rewrite: onCall(['_||_'], (expr, [a, b]) => call(expr, '_?_:_', a, constant(expr, true), b)),
  },
  {
    name: 'any-condition',
    doc: '`c ? a : b` takes a condition that is no bool',
    functions: [planted('planted_truth', 1, (value) => Boolean(value) && value !== 0n)],
    rewrite: onCall(['_?_:_'], (expr, [c, a, b]) =>
      call(expr, '_?_:_', call(expr, 'planted_truth', c), a, b),
    ),
  },
  {
    name: 'missing-key-is-null',
    doc: 'an attribute that is missing is null',
    functions: [planted('planted_field', 2, (map, key) => fieldOr(map, key, null))],
    rewrite: onAttribute(false, (expr, operand, key) => call(expr, 'planted_field', operand, key)),
  },
  {
    name: 'has-null-is-false',
    doc: '`has` of an attribute that is null is false',
    functions: [planted('planted_has', 2, (map, key) => fieldOr(map, key, null) !== null)],
    rewrite: onAttribute(true, (expr, operand, key) => call(expr, 'planted_has', operand, key)),
  },
  {
    name: 'has-on-scalar-fails',
    doc: '`has` of a field of a number or string is an error',
    functions: [
      planted('planted_has_strict', 3, (map, _, result) =>
        typeof map === 'object' ? result : new CelError('no-such-overload', 'no such overload'),
      ),
    ],
    rewrite: onAttribute(true, (expr, operand, key) =>
      call(expr, 'planted_has_strict', operand, key, expr),
    ),
  },
  {
    name: 'in-ignores-types',
    doc: '`in` a list compares the texts of values',
    functions: [
      planted('planted_in', 3, (value, list, result) =>
        Array.isArray(list) ? list.some((each) => String(each) === String(value)) : result,
      ),
    ],
    rewrite: onCall(['@in'], (expr, [a, b]) => call(expr, 'planted_in', a, b, expr)),
  },
  {
    name: 'equality-needs-one-type',
    doc: 'an int and a double are never equal',
    functions: [planted('planted_equal', 3, (a, b, result) => (areMixed(a, b) ? false : result))],
    rewrite: onCall(['_==_'], (expr, [a, b]) => call(expr, 'planted_equal', a, b, expr)),
  },
  {
    name: 'order-in-utf16-units',
    doc: 'strings are ordered by UTF-16 units',
    functions: [
      planted('planted_less', 3, (a, b, result) =>
        typeof a === 'string' && typeof b === 'string' ? a < b : result,
      ),
    ],
    rewrite: onCall(['_<_'], (expr, [a, b]) => call(expr, 'planted_less', a, b, expr)),
  },
  {
    name: 'exists-one-takes-several',
    doc: '`exists_one` is true where several satisfy',
    rewrite: (expr) =>
      expr.kind === 'comprehension' &&
      expr.result.kind === 'call' &&
      expr.result.function === '_==_'
        ? { ...expr, result: { ...expr.result, function: '_>=_' } }
        : expr,
  },
  {
    name: 'element-beyond-end-is-null',
    doc: 'an index beyond the end of a list, and a key that a map lacks, give null',
    rewrite: onCall(['_[_]'], (expr, [a, b]) => ({
      ...call(expr, 'orValue', constant(expr, null)),
      target: call(expr, '_[?_]', a, b),
    })),
  },
  {
    name: 'types-not-checked',
    doc: 'what the type checker rejects is evaluated all the same',
    unchecked: true,
  },
  {
    name: 'whole-numbers-are-ints',
    doc: 'whole numbers of the request are ints',
    activation: withInts,
  },
]

/** The pieces of a call that rewriting needs; those that are not there are not used. */
type Operands = readonly [Expr, Expr, Expr]

function onCall(
  names: readonly string[],
  rewrite: (expr: CallExpr, operands: Operands) => Expr,
): (expr: Expr) => Expr {
  return (expr) =>
    expr.kind === 'call' && names.includes(expr.function)
      ? rewrite(expr, expr.args as unknown as Operands)
      : expr
}

/** Selections from attributes: those of `P`, `R` and `request` themselves are declared fields. */
function onAttribute(
  testOnly: boolean,
  rewrite: (expr: SelectExpr, operand: Expr, key: Expr) => Expr,
): (expr: Expr) => Expr {
  return (expr) => {
    if (expr.kind !== 'select' || expr.testOnly !== testOnly) return expr
    const { operand } = expr
    return isWithinAttributes(operand) ? rewrite(expr, operand, constant(expr, expr.field)) : expr
  }
}

function isWithinAttributes(expr: Expr): boolean {
  if (expr.kind !== 'select') return expr.kind === 'call'
  return expr.field === 'attr' || expr.field === 'jwt' || isWithinAttributes(expr.operand)
}

function call(at: Expr, name: string, ...args: readonly Expr[]): CallExpr {
  return { kind: 'call', id: at.id, span: at.span, function: name, args }
}

function constant(at: Expr, value: string | boolean | null): Expr {
  const place = { kind: 'const', id: at.id, span: at.span } as const
  if (value === null) return { ...place, value: { kind: 'null' } }
  if (typeof value === 'string') return { ...place, value: { kind: 'string', value } }
  return { ...place, value: { kind: 'bool', value } }
}

function planted(name: string, count: number, implementation: Implementation): Overload {
  return {
    id: name,
    name,
    member: false,
    args: Array.from({ length: count }, () => DYN),
    result: DYN,
    implementation: implementation as Overload['implementation'],
    readsClock: false,
    doc: 'a planted bug',
  }
}

function fieldOr(map: Value | undefined, key: Value | undefined, missing: Value): Value | CelError {
  if (typeof map !== 'object' || map === null) {
    return new CelError('no-such-overload', 'no such overload')
  }
  if (map instanceof Map) return map.get(key as string) ?? missing
  const record = map as Readonly<Record<string, Value>>
  return Object.hasOwn(record, key as string) ? (record[key as string] as Value) : missing
}

function areMixed(a: Value | undefined, b: Value | undefined): boolean {
  const kinds = new Set([typeof a, typeof b])
  return kinds.size === 2 && kinds.has('number') && kinds.has('bigint')
}

function withInts(activation: Activation): Activation {
  const { P, R, request } = activation as Readonly<Record<string, object>>
  return { ...activation, P: intsIn(P), R: intsIn(R), request: intsIn(request) }
}

function intsIn(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value
  if (Array.isArray(value)) return value.map(intsIn)
  if (typeof value !== 'object' || value === null || isCelError(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, intsIn(each)]))
}
