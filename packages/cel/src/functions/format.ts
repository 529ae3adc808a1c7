import { andThen, CelError, convertAll, invalidArgument } from '../errors.ts'
import { isMap, type MapValue, mapKeys, valueAt } from '../maps.ts'
import { Duration, kindOf, Timestamp, TypeValue, Uint, type Value } from '../values.ts'
import { limited, MAX_LENGTH, TOO_LONG } from './limits.ts'
import { plainDecimal } from './numbers.ts'
import { NO_SUCH_OVERLOAD } from './overload.ts'
import { formatDuration, formatTimestamp } from './time-values.ts'

const CLAUSE = /%(?:%|(?:\.(\d+))?([sdfexXbo])|)/g
const DEFAULT_PRECISION = 6
/** How many digits behind the point may be asked for. */
export const MAX_PRECISION = 100

type Verb = (value: Value, precision: number) => string | CelError

/** `string.format`: fills in a list of values. @see https://pkg.go.dev/github.com/google/cel-go/ext#Strings */
export function format(template: string, values: readonly Value[]): string | CelError {
  let result = ''
  let last = 0
  let used = 0
  for (const match of template.matchAll(CLAUSE)) {
    result += template.slice(last, match.index)
    last = match.index + match[0].length
    const piece = match[0] === '%%' ? '%' : formatOne(match, values, used)
    if (piece instanceof CelError) return piece
    if (match[0] !== '%%') used += 1
    result += piece
    if (result.length > MAX_LENGTH) return TOO_LONG
  }
  // More values than clauses are a mistake that the checker reports of a literal; cel-go's own
  // run time lets them pass.
  return limited(result + template.slice(last))
}

function formatOne(
  match: RegExpExecArray,
  values: readonly Value[],
  index: number,
): string | CelError {
  const [, precision, verb] = match
  const digits = precision === undefined ? DEFAULT_PRECISION : Number(precision)
  if (verb === undefined || digits > MAX_PRECISION) {
    return invalidArgument('could not parse formatting clause')
  }
  const value = values[index]
  if (value === undefined) return invalidArgument(`index ${index} out of range`)
  return VERBS[verb]?.(value, digits) ?? NO_SUCH_OVERLOAD
}

const VERBS: Readonly<Record<string, Verb>> = {
  s: (value) => text(value),
  d: (value) => (typeof value === 'number' ? doubleText(value) : inBase(value, 10)),
  f: numberText(fixed),
  e: numberText(scientific),
  x: (value) => hexadecimal(value),
  X: (value) => andThen(hexadecimal(value), (written) => written.toUpperCase()),
  b: (value) => (typeof value === 'boolean' ? (value ? '1' : '0') : inBase(value, 2)),
  o: (value) => inBase(value, 8),
}

function text(value: Value): string | CelError {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return doubleText(value)
  if (typeof value !== 'object' || value === null) return String(value)
  if (value instanceof Uint) return String(value.value)
  if (value instanceof Uint8Array) return new TextDecoder().decode(value)
  if (value instanceof Timestamp) return formatTimestamp(value)
  if (value instanceof Duration) return formatDuration(value)
  if (value instanceof TypeValue) return value.typeName
  if (Array.isArray(value)) return listText(value)
  return isMap(value)
    ? mapText(value)
    : invalidArgument(`cannot format a ${kindOf(value) ?? 'value'}`)
}

function doubleText(value: number): string {
  return special(value) ?? plainDecimal(value)
}

function special(value: number): string | undefined {
  if (Number.isNaN(value)) return 'NaN'
  if (Number.isFinite(value)) return undefined
  return value > 0 ? 'Infinity' : '-Infinity'
}

function listText(list: readonly Value[]): string | CelError {
  return andThen(texts(list, text), (parts) => `[${parts.join(', ')}]`)
}

function mapText(map: MapValue): string | CelError {
  const entryText = (key: Value): string | CelError =>
    andThen(text(key), (name) => andThen(text(valueAt(map, key)), (value) => `${name}: ${value}`))
  return andThen(texts(mapKeys(map), entryText), (parts) => `{${parts.sort().join(', ')}}`)
}

/** The texts of items, which may share parts and be longer than they are in memory. */
function texts(
  items: readonly Value[],
  textOf: (item: Value) => string | CelError,
): string[] | CelError {
  let length = 0
  return convertAll(items, (item) =>
    andThen(textOf(item), (part) => {
      length += part.length
      return length > MAX_LENGTH ? TOO_LONG : part
    }),
  )
}

function inBase(value: Value, base: number): string | CelError {
  if (typeof value === 'bigint') return value.toString(base)
  return value instanceof Uint ? value.value.toString(base) : NO_SUCH_OVERLOAD
}

function hexadecimal(value: Value): string | CelError {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value
  if (!(bytes instanceof Uint8Array)) return inBase(value, 16)
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function numberOf(value: Value): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  return value instanceof Uint ? Number(value.value) : undefined
}

/** The verb that writes a finite number in a way. */
function numberText(write: (number: number, precision: number) => string): Verb {
  return (value, precision) => {
    const number = numberOf(value)
    return number === undefined ? NO_SUCH_OVERLOAD : (special(number) ?? write(number, precision))
  }
}

function fixed(number: number, precision: number): string {
  // `toFixed` changes to an exponent there; such a double is a whole number.
  if (Math.abs(number) >= 1e21) {
    return `${BigInt(number)}${precision === 0 ? '' : `.${'0'.repeat(precision)}`}`
  }
  return halfToEven(number.toFixed(precision), number.toFixed(MAX_PRECISION), precision)
}

function scientific(number: number, precision: number): string {
  const [exact = '', exponent = ''] = number.toExponential(MAX_PRECISION).split('e')
  const [rounded = '', roundedExponent = ''] = number.toExponential(precision).split('e')
  const mantissa = halfToEven(rounded, exact, precision)
  const power = mantissa === rounded ? roundedExponent : exponent
  return `${mantissa}e${power.replace(/^([+-])(\d)$/, '$10$2')}`
}

/** Go rounds a number that lies exactly between two to the even one, JavaScript away from zero. */
function halfToEven(rounded: string, exact: string, precision: number): string {
  const end = exact.indexOf('.') + 1 + precision
  if (!/^50*$/.test(exact.slice(end))) return rounded
  const truncated = exact.slice(0, precision === 0 ? end - 1 : end)
  return /[02468]$/.test(truncated) ? truncated : rounded
}
