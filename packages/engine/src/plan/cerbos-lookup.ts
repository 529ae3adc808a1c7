import type { Expr, MapEntry } from '@lockstitch/cel'

import { call, chain } from './cerbos-node.ts'

const COMPARISONS: ReadonlySet<string> = new Set(['_==_', '_!=_', '_<_', '_<=_', '_>_', '_>=_'])

/**
 * A comparison with what a known map has for an unknown key becomes a case for each of its keys. As
 * in Cerbos the constant comes to stand first even where the comparison is not symmetric.
 */
export function lookupCases(expr: Expr): Expr | undefined {
  if (expr.kind !== 'call' || expr.args.length !== 2) return undefined
  const [left, right] = expr.args
  if (left === undefined || right === undefined) return undefined
  if (COMPARISONS.has(expr.function)) return casesOf(expr.function, left, right)
  return expr.function === '@in' ? casesOf('@in', right, left) : undefined
}

function casesOf(operator: string, lookup: Expr, constant: Expr): Expr | undefined {
  const found = lookupOf(lookup)
  if (found === undefined || constant.kind !== 'const') return undefined
  const { entries, key, field } = found
  if (entries.length === 0) return undefined
  const cases = [...entries].sort(byKey).map((entry) => {
    const value = field === undefined ? entry.value : { ...field, operand: entry.value }
    return call('_&&_', [call('_==_', [key, entry.key]), call(operator, [constant, value])])
  })
  return chain('_||_', cases)
}

interface Lookup {
  readonly entries: readonly MapEntry[]
  readonly key: Expr
  /** The selection around it, if there is one. */
  readonly field: (Expr & { readonly kind: 'select' }) | undefined
}

function lookupOf(expr: Expr): Lookup | undefined {
  const field = expr.kind === 'select' ? expr : undefined
  const index = field === undefined ? expr : field.operand
  if (index.kind !== 'call' || index.function !== '_[_]') return undefined
  const [map, key] = index.args
  if (map?.kind !== 'map' || key?.kind !== 'select') return undefined
  return { entries: map.entries, key, field }
}

function byKey({ key: a }: MapEntry, { key: b }: MapEntry): number {
  const [left, right] = [a, b].map((key) =>
    key.kind === 'const' && key.value.kind === 'string' ? key.value.value : undefined,
  )
  if (left === undefined || right === undefined || left === right) return 0
  return left < right ? -1 : 1
}
