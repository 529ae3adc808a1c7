import type { Expr, MapEntry } from '../ast.ts'
import type { ExprBuilder } from '../expr-builder.ts'
import { formatDuration, formatTimestamp } from '../functions/time-values.ts'
import { isMap, type MapValue, mapKeys, valueAt } from '../maps.ts'
import { Duration, Timestamp, Uint, type Value } from '../values.ts'

// Deeper data would make expressions that nest too deeply to be parsed again.
const MAX_DEPTH = 50

/** An expression for a value, or `undefined` where no literal stands for it. */
export function literalOf(value: Value, build: ExprBuilder, depth = 0): Expr | undefined {
  if (value === null) return build.constant({ kind: 'null' })
  switch (typeof value) {
    case 'boolean':
      return build.bool(value)
    case 'bigint':
      return build.int(value)
    case 'number':
      return doubleOf(value, build)
    case 'string':
      return build.constant({ kind: 'string', value })
    default:
      return depth > MAX_DEPTH ? undefined : literalOfObject(value, build, depth)
  }
}

function doubleOf(value: number, build: ExprBuilder): Expr {
  if (Number.isFinite(value)) return build.constant({ kind: 'double', value })
  return conversion('double', String(value), build)
}

function literalOfObject(value: Value, build: ExprBuilder, depth: number): Expr | undefined {
  if (value instanceof Uint) return build.constant({ kind: 'uint', value: value.value })
  if (value instanceof Uint8Array) return build.constant({ kind: 'bytes', value })
  if (value instanceof Timestamp) return conversion('timestamp', formatTimestamp(value), build)
  if (value instanceof Duration) return conversion('duration', formatDuration(value), build)
  if (Array.isArray(value)) return listOf(value, build, depth)
  return isMap(value) ? mapOf(value, build, depth) : undefined
}

function conversion(name: string, text: string, build: ExprBuilder): Expr {
  return build.call(name, build.constant({ kind: 'string', value: text }))
}

function listOf(list: readonly Value[], build: ExprBuilder, depth: number): Expr | undefined {
  const elements: Expr[] = []
  for (const element of list) {
    const literal = literalOf(element, build, depth + 1)
    if (literal === undefined) return undefined
    elements.push(literal)
  }
  return build.list(...elements)
}

function mapOf(map: MapValue, build: ExprBuilder, depth: number): Expr | undefined {
  const entries: MapEntry[] = []
  for (const each of mapKeys(map)) {
    const key = literalOf(each, build, depth + 1)
    const value = literalOf(valueAt(map, each), build, depth + 1)
    if (key === undefined || value === undefined) return undefined
    entries.push({ id: build.bool(true).id, key, value, optional: false })
  }
  return build.map(entries)
}
