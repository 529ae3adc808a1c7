import type { Constant, ConstExpr, ListExpr, MapExpr } from '../ast.ts'
import { CelError } from '../errors.ts'
import { NO_SUCH_OVERLOAD } from '../functions/overload.ts'
import { CelMap, isKey } from '../maps.ts'
import { type CelType, CONSTANT_TYPES, DYN, listType, mapType, sameType } from '../types.ts'
import { Optional, Uint, type Value } from '../values.ts'
import { boxed, type Code, constantCode, type Run } from './code.ts'
import type { CompileContext } from './context.ts'

/** A literal. */
export function compileConst({ value }: ConstExpr): Code {
  return constantCode(CONSTANT_TYPES[value.kind], literalValue(value))
}

function literalValue(constant: Constant): Value {
  if (constant.kind === 'null') return null
  if (constant.kind === 'uint') return new Uint(constant.value)
  if (constant.kind !== 'int') return constant.value
  const number = Number(constant.value)
  return Number.isSafeInteger(number) ? number : constant.value
}

/** `[a, ?b]` */
export function compileList(expr: ListExpr, context: CompileContext): Code {
  const codes = expr.elements.map((element) => context.compile(element))
  const elements = codes.map(boxed)
  const optional = new Set(expr.optionalIndices)
  const type = listType(commonType(codes))
  const run: Run = (activation) => {
    const list: Value[] = []
    for (let i = 0; i < elements.length; i += 1) {
      const value = (elements[i] as Run)(activation)
      if (value instanceof CelError) return value
      if (!optional.has(i)) list.push(value)
      else if (!(value instanceof Optional)) return NO_SUCH_OVERLOAD
      else if (value.value !== undefined) list.push(value.value)
    }
    return list
  }
  return folded({ type, run }, codes)
}

/** `{k: v, ?k: v}` */
export function compileMap(expr: MapExpr, context: CompileContext): Code {
  const keyCodes = expr.entries.map(({ key }) => context.compile(key))
  const valueCodes = expr.entries.map(({ value }) => context.compile(value))
  const entries = expr.entries.map(({ optional }, i) => ({
    key: boxed(keyCodes[i] as Code),
    value: boxed(valueCodes[i] as Code),
    optional,
  }))
  const run: Run = (activation) => {
    const map = new CelMap()
    for (const entry of entries) {
      const key = entry.key(activation)
      if (key instanceof CelError) return key
      if (!isKey(key)) return NO_SUCH_OVERLOAD
      const value = entry.value(activation)
      if (value instanceof CelError) return value
      if (!entry.optional) map.set(key, value)
      else if (!(value instanceof Optional)) return NO_SUCH_OVERLOAD
      else if (value.value !== undefined) map.set(key, value.value)
    }
    return map
  }
  const type = mapType(commonType(keyCodes), commonType(valueCodes))
  return folded({ type, run }, [...keyCodes, ...valueCodes])
}

function commonType(codes: readonly Code[]): CelType {
  const [first] = codes
  if (first === undefined) return DYN
  return codes.every(({ type }) => sameType(type, first.type)) ? first.type : DYN
}

/** The code, evaluated once where all of its parts are constants. */
export function folded(code: Code, parts: readonly Code[]): Code {
  if (parts.some(({ constant }) => constant === undefined)) return code
  try {
    return constantCode(code.type, code.run({}))
  } catch {
    return code // It takes too much, which an evaluation answers with an error.
  }
}
