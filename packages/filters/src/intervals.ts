import type { Truth } from './doubles.ts'

/** The doubles from one to another. */
export interface Interval {
  readonly low: number
  readonly high: number
}

interface Known extends Interval {
  readonly truth: Truth
}

/** How often is asked at most. One place where the truth changes takes some 130 times. */
const MOST = 20_000

/**
 * Where something is true of a double: asked of ever shorter intervals, down to one double, wherever it
 * is not known of a longer one. Undefined where there is no end to that.
 */
export function truthOf(
  domains: readonly Interval[],
  ask: (interval: Interval) => Truth,
): readonly Known[] | undefined {
  const known: Known[] = []
  const open = [...domains].reverse()
  for (let asked = 0; open.length > 0; asked += 1) {
    const interval = open.pop()
    if (interval === undefined || asked > MOST) return undefined
    const truth = ask(interval)
    if (truth !== 'unknown') {
      join(known, { ...interval, truth })
      continue
    }
    const [low, high] = [placeOf(interval.low), placeOf(interval.high)]
    if (low === high) return undefined
    const middle = low + (high - low) / 2n
    open.push({ low: doubleAt(middle + 1n), high: interval.high })
    open.push({ low: interval.low, high: doubleAt(middle) })
  }
  return known
}

function join(known: Known[], next: Known): void {
  const last = known.at(-1)
  if (last === undefined || last.truth !== next.truth) known.push(next)
  else known[known.length - 1] = { ...last, high: next.high }
}

const bytes = new DataView(new ArrayBuffer(8))

/** The place of a double among all of them in their order, -0 before 0. */
function placeOf(value: number): bigint {
  bytes.setFloat64(0, value)
  const bits = bytes.getBigInt64(0)
  return bits >= 0n ? bits : -(bits & MAGNITUDE) - 1n
}

const MAGNITUDE = 2n ** 63n - 1n

function doubleAt(place: bigint): number {
  bytes.setBigInt64(0, place >= 0n ? place : BigInt.asIntN(64, (-place - 1n) | (1n << 63n)))
  return bytes.getFloat64(0)
}
