const DECIMAL = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/
const HEXADECIMAL = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?[0-9]+)$/
const SPECIAL = /^(?:([+-]?)inf(?:inity)?|nan)$/i

/** Reads a double as Go's `ParseFloat` does; `undefined` for what it refuses. */
export function parseDouble(text: string): number | undefined {
  const special = SPECIAL.exec(text)
  if (special !== null) return specialDouble(special)
  const digits = withoutUnderscores(text)
  if (digits === undefined) return undefined
  const value = DECIMAL.test(digits) ? Number(digits) : parseHexadecimal(digits)
  return value !== undefined && Number.isFinite(value) ? value : undefined
}

function specialDouble([text, sign]: RegExpExecArray): number {
  if (text.toLowerCase() === 'nan') return Number.NaN
  return sign === '-' ? -Infinity : Infinity
}

/** Underscores may stand between digits, of which the prefix `0x` is one. */
function withoutUnderscores(text: string): string | undefined {
  if (!text.includes('_')) return text
  const isHexadecimal = /^[+-]?0[xX]/.test(text)
  const number = text.replace(/^[+-]?(?:0[xX])?/, isHexadecimal ? '0' : '')
  const digit = isHexadecimal ? '[0-9a-fA-F]' : '[0-9]'
  const left = number.replace(new RegExp(`(?<=${digit})_(?=${digit})`, 'g'), '')
  return left.includes('_') ? undefined : text.replaceAll('_', '')
}

const MANTISSA_BITS = 53
const SMALLEST_EXPONENT = -1074
const LARGEST_EXPONENT = 1024

/** `0x1.8p-2`: hexadecimal digits times a power of two, rounded to the nearest double. */
function parseHexadecimal(text: string): number | undefined {
  const match = HEXADECIMAL.exec(text)
  if (match === null) return undefined
  const [, sign, whole = '', fraction = '', power = ''] = match
  if (whole + fraction === '') return undefined
  const absolute = scale(BigInt(`0x${whole}${fraction}`), Number(power) - 4 * fraction.length)
  return sign === '-' ? -absolute : absolute
}

/** `mantissa * 2 ** exponent` */
function scale(mantissa: bigint, exponent: number): number {
  if (mantissa === 0n) return 0
  const bits = mantissa.toString(2).length
  if (bits + exponent > LARGEST_EXPONENT) return Infinity
  if (bits + exponent < SMALLEST_EXPONENT) return 0
  const last = Math.max(bits + exponent - MANTISSA_BITS, SMALLEST_EXPONENT)
  return Number(shiftRounding(mantissa, last - exponent)) * 2 ** last
}

/** Divides by a power of two; a half goes to the even neighbour. */
function shiftRounding(value: bigint, by: number): bigint {
  if (by <= 0) return value << BigInt(-by)
  const shift = BigInt(by)
  const floor = value >> shift
  const rest = value - (floor << shift)
  const half = 1n << (shift - 1n)
  return rest > half || (rest === half && floor % 2n === 1n) ? floor + 1n : floor
}
