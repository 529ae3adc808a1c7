import type { ScalarType } from './yaml-node.ts'

/** What a scalar that is written without quotes is. */
export interface PlainScalar {
  readonly type: ScalarType
  readonly value: string | number | boolean | null
  /** What a string field takes: the digits of a whole number in decimal, anything else as it is. */
  readonly text: string
}

const WORDS: ReadonlyMap<string, PlainScalar> = new Map([
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => entry(word, 'Null', null)),
  ...['true', 'True', 'TRUE'].map((word) => entry(word, 'Bool', true)),
  ...['false', 'False', 'FALSE'].map((word) => entry(word, 'Bool', false)),
  ...['.inf', '.Inf', '.INF'].map((word) => entry(word, 'Infinity', Infinity)),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => entry(word, 'Infinity', -Infinity)),
  ...['.nan', '.NaN', '.NAN'].map((word) => entry(word, 'Nan', Number.NaN)),
])

function entry(
  word: string,
  type: ScalarType,
  value: PlainScalar['value'],
): readonly [string, PlainScalar] {
  return [word, { type, value, text: type === 'Null' ? '' : word }]
}

const INTEGER = /^([-+]?)(0x[\da-fA-F_]+|0o[0-7_]+|0b[01_]+|0[0-7_]*|[1-9][\d_]*)$/
const FLOAT = /^[-+]?(\d[\d_]*\.[\d_]*|\.\d[\d_]*)([eE][-+]?\d+)?$/
const MAX_UINT = 2n ** 64n - 1n
const MIN_INT = -(2n ** 63n)

/**
 * Reads a plain scalar as Cerbos does, which is a mixture of YAML 1.1 and 1.2: `017` is octal and
 * `1_000` a number, but `1e3` is a string, and so is a whole number beyond 64 bits.
 */
export function readPlainScalar(text: string): PlainScalar {
  const word = WORDS.get(text)
  if (word !== undefined) return word
  const integer = INTEGER.exec(text)
  if (integer !== null) {
    const value = integerValue(integer[1] === '-', (integer[2] ?? '').replaceAll('_', ''))
    if (value === undefined) return { type: 'String', value: text, text }
    // JSON has no negative zero, and BigInt neither.
    return { type: 'Integer', value: Number(value), text: String(value) }
  }
  if (!FLOAT.test(text)) return { type: 'String', value: text, text }
  return { type: 'Float', value: Number(text.replaceAll('_', '')), text }
}

/** Undefined for digits that are missing or too many. */
function integerValue(negative: boolean, digits: string): bigint | undefined {
  // 64 binary digits and their prefix are the longest that can fit.
  if (/^0[xob]$/.test(digits) || digits.length > 66) return undefined
  const magnitude = BigInt(/^0\d/.test(digits) ? `0o${digits}` : digits)
  const value = negative ? -magnitude : magnitude
  return value > MAX_UINT || value < MIN_INT ? undefined : value
}
