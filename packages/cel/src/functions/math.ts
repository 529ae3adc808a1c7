import { compare } from '../equality.ts'
import { CelError, invalidArgument } from '../errors.ts'
import { BOOL, type CelType, DOUBLE, DYN, INT, listType, UINT } from '../types.ts'
import { type Int, kindOf, Uint, type Value } from '../values.ts'
import { toInt, toUint } from './integers.ts'
import { globals, NO_SUCH_OVERLOAD, type Overload, undeclared } from './overload.ts'

// biome-ignore format: a table
const NUMBERS: readonly (readonly [name: string, type: CelType])[] = [
  ['double', DOUBLE], ['int', INT], ['uint', UINT],
]

/** Mathematics. `math.greatest` and `math.least` are macros for `@max` and `@min`. */
// biome-ignore format: a table
export const MATH: readonly Overload[] = [
  ...extremum('math.@max', 1),
  ...extremum('math.@min', -1),
  ...onDouble(DOUBLE, { ceil: Math.ceil, floor: Math.floor, round, trunc: Math.trunc }),
  ...onDouble(BOOL, { isInf: (a) => Math.abs(a) === Infinity, isNaN: Number.isNaN, isFinite: Number.isFinite }),
  ...globals('math.sqrt', [
    ['math_sqrt_double', [DOUBLE], DOUBLE, Math.sqrt],
    ['math_sqrt_int', [INT], DOUBLE, (a: Int) => Math.sqrt(Number(a))],
    ['math_sqrt_uint', [UINT], DOUBLE, (a: Uint) => Math.sqrt(Number(a.value))],
  ]),
  ...globals('math.abs', [
    ['math_abs_double', [DOUBLE], DOUBLE, Math.abs],
    ['math_abs_int', [INT], INT, (a: Int) => toInt(a < 0 ? -BigInt(a) : BigInt(a))],
    ['math_abs_uint', [UINT], UINT, (a: Uint) => a],
  ]),
  ...globals('math.sign', [
    ['math_sign_double', [DOUBLE], DOUBLE, (a: number) => Math.sign(a) + 0],
    ['math_sign_int', [INT], INT, (a: Int) => (a < 0 ? -1 : a > 0 ? 1 : 0)],
    ['math_sign_uint', [UINT], UINT, (a: Uint) => new Uint(a.value === 0n ? 0n : 1n)],
  ]),
  ...bitwise('math.bitAnd', (a, b) => a & b),
  ...bitwise('math.bitOr', (a, b) => a | b),
  ...bitwise('math.bitXor', (a, b) => a ^ b),
  ...globals('math.bitNot', [
    ['math_bitNot_int_int', [INT], INT, (a: Int) => ~BigInt(a)],
    ['math_bitNot_uint_uint', [UINT], UINT, (a: Uint) => new Uint(BigInt.asUintN(64, ~a.value))],
  ]),
  ...shift('math.bitShiftLeft', (bits, by) => bits << by),
  ...shift('math.bitShiftRight', (bits, by) => bits >> by),
]

function onDouble(
  result: CelType,
  functions: Readonly<Record<string, (value: number) => Value>>,
): readonly Overload[] {
  return Object.entries(functions).flatMap(([name, implementation]) =>
    globals(`math.${name}`, [[`math_${name}_double`, [DOUBLE], result, implementation]]),
  )
}

type Pick = (a: Value, b: Value) => Value | CelError

function notOrdered(name: string): CelError {
  return invalidArgument(`NaN values cannot be ordered: ${name}`)
}

function extremum(name: string, sign: 1 | -1): readonly Overload[] {
  const id = name.replace('.', '_')
  const pick: Pick = (a, b) => {
    const order = compare(b, a) ?? Number.NaN
    return Number.isNaN(order) ? notOrdered(name) : order * sign > 0 ? b : a
  }
  const ofList = (list: readonly Value[]): Value | CelError => extremumOf(name, list, pick)
  const settled = NUMBERS.flatMap(([a, type]) => {
    const ofType = (list: readonly Value[]): Value | CelError =>
      list.length > 0 && kindOf(list[0] as Value) !== type.kind ? NO_SUCH_OVERLOAD : ofList(list)
    return globals(`${id}_list_${a}`, [[`${id}_list_${a}`, [listType(type)], DYN, ofType]])
  })
  const open = globals(name, [
    ...NUMBERS.map(([a, type]) => [`${id}_${a}`, [type], type, (value: Value) => value] as const),
    // Before those of two types, as in cel-go: the first that fits settles a type that is open.
    ...NUMBERS.map(([a, type]) => [`${id}_${a}_${a}`, [type, type], type, pick] as const),
    ...NUMBERS.flatMap(([a, left]) =>
      NUMBERS.filter(([b]) => b !== a).map(
        ([b, right]) => [`${id}_${a}_${b}`, [left, right], DYN, boxing(left, right, pick)] as const,
      ),
    ),
    ...NUMBERS.map(([a, type]) => [`${id}_list_${a}`, [listType(type)], type, ofList] as const),
  ])
  return [...open, ...undeclared(settled)]
}

/** A result of open type must tell an int from a double, so ints are boxed before. */
function boxing(left: CelType, right: CelType, pick: Pick): Pick {
  const box = (type: CelType, value: Value): Value =>
    type.kind === 'int' && typeof value === 'number' ? BigInt(value) : value
  return (a, b) => pick(box(left, a), box(right, b))
}

function extremumOf(name: string, list: readonly Value[], pick: Pick): Value | CelError {
  const [first, ...rest] = list
  if (first === undefined) {
    return invalidArgument(`${name}(list) argument must not be empty`)
  }
  const isNumber = (value: Value): boolean => /^(?:int|uint|double)$/.test(kindOf(value) ?? '')
  if (!list.every(isNumber)) return new CelError('no-such-overload', `no such overload: ${name}`)
  let extreme: Value = first
  for (const each of rest) {
    const picked = pick(extreme, each)
    if (picked instanceof CelError) return picked
    extreme = picked
  }
  return extreme
}

type BitOperation = (a: bigint, b: bigint) => bigint

function bitwise(name: string, operate: BitOperation): readonly Overload[] {
  const id = name.replace('.', '_')
  const ints = (a: Int, b: Int): bigint => operate(BigInt(a), BigInt(b))
  const uints = (a: Uint, b: Uint): Uint => new Uint(operate(a.value, b.value))
  return globals(name, [
    [`${id}_int_int`, [INT, INT], INT, ints],
    [`${id}_uint_uint`, [UINT, UINT], UINT, uints],
  ])
}

/** Shifts go by the 64 bits of an int as if they were those of a uint. */
function shift(name: string, operate: BitOperation): readonly Overload[] {
  const id = name.replace('.', '_')
  const shifted = (bits: bigint, by: Int): bigint | CelError => {
    if (by < 0) return invalidArgument(`${name}() negative offset: ${by}`)
    return by > 63 ? 0n : BigInt.asUintN(64, operate(BigInt.asUintN(64, bits), BigInt(by)))
  }
  const ints = (a: Int, by: Int): bigint | CelError => {
    const bits = shifted(BigInt(a), by)
    return bits instanceof CelError ? bits : BigInt.asIntN(64, bits)
  }
  const uints = (a: Uint, by: Int): Uint | CelError => {
    const bits = shifted(a.value, by)
    return bits instanceof CelError ? bits : toUint(bits)
  }
  return globals(name, [
    [`${id}_int_int`, [INT, INT], INT, ints],
    [`${id}_uint_int`, [UINT, INT], UINT, uints],
  ])
}

function round(value: number): number {
  const whole = Math.trunc(value)
  return Math.abs(value - whole) >= 0.5 ? whole + Math.sign(value) : whole
}
