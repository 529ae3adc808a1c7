/**
 * Exact decimals: a schema's limits are compared with the digits in which a number is written, as
 * Cerbos does, so that 0.3 is a multiple of 0.1.
 */
interface Decimal {
  readonly digits: bigint
  /** The value is `digits` times ten to this power. */
  readonly power: number
}

/** Beyond any double, and small enough to compute with. */
const MAX_POWER = 2_000

/** Compares a number with one that is written as text. Negative when the number is less. */
export function compareWithText(value: number, text: string): number {
  const other = Number(text)
  // Rounding is monotonic: what rounds to different doubles is different in the same way.
  if (value !== other) return value < other ? -1 : 1
  const a = decimal(String(value))
  const b = decimal(text)
  const power = Math.min(a.power, b.power)
  const difference = scale(a, power) - scale(b, power)
  if (difference === 0n) return 0
  return difference < 0n ? -1 : 1
}

/** Whether a number is a whole multiple of one that is written as text. */
export function isMultipleOf(value: number, text: string): boolean {
  const a = decimal(String(value))
  const b = decimal(text)
  if (b.digits === 0n) return false
  const power = Math.min(a.power, b.power)
  return scale(a, power) % scale(b, power) === 0n
}

function decimal(text: string): Decimal {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const power = Number(exponent) - fraction.length
  return {
    digits: BigInt(`${whole}${fraction}`),
    power: Math.max(-MAX_POWER, Math.min(MAX_POWER, power)),
  }
}

function scale({ digits, power }: Decimal, to: number): bigint {
  return digits * 10n ** BigInt(power - to)
}
