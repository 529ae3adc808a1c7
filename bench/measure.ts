/** How long calls took, in microseconds. */
export interface Timings {
  readonly median: number
  readonly p99: number
}

/** Times calls one by one, each with the next item, after a warm-up that is not counted. */
export function timeCalls<T>(
  items: readonly T[],
  count: number,
  call: (item: T) => unknown,
): Timings {
  for (let index = 0; index < count / 2; index++) call(at(items, index))
  const times = new Float64Array(count)
  for (let index = 0; index < count; index++) {
    const item = at(items, index)
    const start = performance.now()
    call(item)
    times[index] = performance.now() - start
  }
  return timingsOf(times)
}

/** The same for calls that take time elsewhere: one after the other. */
export async function timeAsyncCalls<T>(
  items: readonly T[],
  count: number,
  call: (item: T) => Promise<unknown>,
): Promise<Timings> {
  for (let index = 0; index < count / 2; index++) await call(at(items, index))
  const times = new Float64Array(count)
  for (let index = 0; index < count; index++) {
    const item = at(items, index)
    const start = performance.now()
    await call(item)
    times[index] = performance.now() - start
  }
  return timingsOf(times)
}

/** `0.84 µs` */
export function microseconds(value: number): string {
  return `${value < 10 ? value.toFixed(2) : Math.round(value)} µs`
}

function at<T>(items: readonly T[], index: number): T {
  return items[index % items.length] as T // The remainder is within the list, which is not empty.
}

/** The median and the 99th percentile of times in milliseconds, which are sorted in place. */
export function timingsOf(milliseconds: Float64Array): Timings {
  const sorted = milliseconds.sort()
  const quantile = (part: number): number => (sorted[Math.floor(part * sorted.length)] ?? 0) * 1000
  return { median: quantile(0.5), p99: quantile(0.99) }
}
