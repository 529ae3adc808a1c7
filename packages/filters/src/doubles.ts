/**
 * What is known of a number that is computed from another, where that is between two doubles: the least
 * and the greatest that it can be, no number at all, or nothing yet. CEL tells ints from doubles.
 */
export type Span =
  | { readonly kind: 'double'; readonly low: number; readonly high: number }
  | { readonly kind: 'int'; readonly low: bigint; readonly high: bigint }
  /** What is no number, which equals no number. */
  | { readonly kind: 'other' }
  | { readonly kind: 'nan' }
  | { readonly kind: 'error' }
  | { readonly kind: 'unknown' }

export type Arithmetic = 'add' | 'sub' | 'mult' | 'div' | 'mod'

type Doubles = Span & { readonly kind: 'double' }
type Ints = Span & { readonly kind: 'int' }
type Numbers = Doubles | Ints

const UNKNOWN: Span = { kind: 'unknown' }
const ERROR: Span = { kind: 'error' }

export function doubles(low: number, high: number): Span {
  return Number.isNaN(low) ? { kind: 'nan' } : { kind: 'double', low, high }
}

export function ints(low: bigint, high: bigint): Span {
  if (high < MIN_INT || low > MAX_INT) return ERROR
  return low < MIN_INT || high > MAX_INT ? UNKNOWN : { kind: 'int', low, high }
}

const MAX_INT = 2n ** 63n - 1n
const MIN_INT = -(2n ** 63n)

/** Arithmetic of two numbers. Rounding keeps their order, so that the ends make the ends. */
export function computed(operator: Arithmetic, left: Span, right: Span): Span {
  if (left.kind === 'error' || right.kind === 'error') return ERROR
  if (left.kind === 'unknown' || right.kind === 'unknown') return UNKNOWN
  if (left.kind === 'int' && right.kind === 'int') return ofInts(operator, left, right)
  const [a, b] = [left, right].map(orNaN)
  if (a === undefined || b === undefined || operator === 'mod') return ERROR
  return ofDoubles(operator, a, b)
}

function orNaN(span: Span): Doubles | undefined {
  if (span.kind === 'nan') return { kind: 'double', low: Number.NaN, high: Number.NaN }
  return span.kind === 'double' ? span : undefined
}

const ON_DOUBLES = {
  add: (a: number, b: number) => a + b,
  sub: (a: number, b: number) => a - b,
  mult: (a: number, b: number) => a * b,
  div: (a: number, b: number) => a / b,
} as const

function ofDoubles(operator: keyof typeof ON_DOUBLES, left: Doubles, right: Doubles): Span {
  const on = ON_DOUBLES[operator]
  if (isOne(left) && isOne(right)) {
    const only = on(left.low, right.low)
    return doubles(only, only)
  }
  // Where a result may jump or be no number between the ends, these tell nothing.
  const isByZero = hasZero(right) && (hasZero(left) || !isOne(right))
  if (operator === 'div' && isByZero) return UNKNOWN
  const corners = [left.low, left.high].flatMap((a) => [on(a, right.low), on(a, right.high)])
  if ([left, right].every(isUnbounded) || corners.some(Number.isNaN)) return UNKNOWN
  return doubles(Math.min(...corners), Math.max(...corners))
}

function isOne({ low, high }: Doubles): boolean {
  return Object.is(low, high)
}

function hasZero({ low, high }: Doubles): boolean {
  return low <= 0 && high >= 0
}

function isUnbounded({ low, high }: Doubles): boolean {
  return !Number.isFinite(low) || !Number.isFinite(high)
}

function ofInts(operator: Arithmetic, left: Ints, right: Ints): Span {
  const isDivision = operator === 'div' || operator === 'mod'
  if (isDivision && right.low <= 0n && right.high >= 0n) {
    return right.low === right.high ? ERROR : UNKNOWN
  }
  const isOnePair = left.low === left.high && right.low === right.high
  if (operator === 'mod') {
    if (!isOnePair) return UNKNOWN
    // As in Go, the remainder of the least int by -1 is an overflow.
    if (left.low === MIN_INT && right.low === -1n) return ERROR
    return ints(left.low % right.low, left.low % right.low)
  }
  const on = ON_INTS[operator]
  const corners = [left.low, left.high].flatMap((a) => [on(a, right.low), on(a, right.high)])
  const sorted = corners.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  return ints(sorted[0] ?? 0n, sorted[3] ?? 0n)
}

const ON_INTS = {
  add: (a: bigint, b: bigint) => a + b,
  sub: (a: bigint, b: bigint) => a - b,
  mult: (a: bigint, b: bigint) => a * b,
  div: (a: bigint, b: bigint) => a / b,
} as const

/** `-x` */
export function negative(span: Span): Span {
  switch (span.kind) {
    case 'double':
      return doubles(-span.high, -span.low)
    case 'int':
      return ints(-span.high, -span.low)
    default:
      return span.kind === 'other' ? ERROR : span
  }
}

/** `int(x)`, which cuts off the fraction. */
export function toInt(span: Span): Span {
  if (span.kind === 'nan' || span.kind === 'other') return ERROR
  if (span.kind !== 'double') return span
  const { low, high } = span
  if (high <= -LIMIT || low >= LIMIT) return ERROR
  if (low <= -LIMIT || high >= LIMIT) return UNKNOWN
  return ints(BigInt(Math.trunc(low)), BigInt(Math.trunc(high)))
}

const LIMIT = 2 ** 63

/** `double(x)` */
export function toDouble(span: Span): Span {
  if (span.kind === 'other') return ERROR
  return span.kind === 'int' ? doubles(Number(span.low), Number(span.high)) : span
}

/** A truth that may not be known yet. */
export type Truth = 'true' | 'false' | 'error' | 'unknown'

export function comparedSpans(
  operator: 'eq' | 'lt' | 'le' | 'gt' | 'ge',
  left: Span,
  right: Span,
): Truth {
  const kinds = [left.kind, right.kind]
  if (kinds.includes('error')) return 'error'
  if (kinds.includes('unknown')) return 'unknown'
  if (kinds.includes('other')) {
    if (operator === 'eq') return 'false'
    // Which of the two decides depends on the side that it is on.
    return kinds.includes('nan') ? 'unknown' : 'error'
  }
  if (!('low' in left && 'low' in right)) return 'false'
  if (left.kind === right.kind) return inOrder(operator, left, right)
  // An int beside a double is compared as one, rounded as that is.
  return inOrder(operator, asDoubles(left), asDoubles(right))
}

function asDoubles({ low, high }: Numbers): Numbers {
  return { kind: 'double', low: Number(low), high: Number(high) }
}

function inOrder(operator: 'eq' | 'lt' | 'le' | 'gt' | 'ge', left: Numbers, right: Numbers): Truth {
  switch (operator) {
    case 'eq':
      if (left.low > right.high || left.high < right.low) return 'false'
      return before(left.low >= right.high && left.high <= right.low, false)
    case 'lt':
      return before(left.high < right.low, left.low >= right.high)
    case 'le':
      return before(left.high <= right.low, left.low > right.high)
    case 'gt':
      return before(left.low > right.high, left.high <= right.low)
    default:
      return before(left.low >= right.high, left.high < right.low)
  }
}

function before(holds: boolean, fails: boolean): Truth {
  return holds ? 'true' : fails ? 'false' : 'unknown'
}
