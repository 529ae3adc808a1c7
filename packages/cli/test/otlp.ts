/** What is sent of a figure by OTLP, but for its values and its description. */
export interface Figure {
  readonly name: string
  readonly unit: string
  readonly kind: string
  /** The labels of each of its points. */
  readonly labels: readonly string[]
  /** The limits of a histogram. */
  readonly limits: readonly number[]
}

type Field = readonly [number: number, value: Buffer | bigint]

/** The figures of a request in protobuf's binary form: of these messages only what is compared is read. */
export function figuresOf(request: Buffer): readonly Figure[] {
  const metrics = parts(request, 1).flatMap((resource) =>
    parts(resource, 2).flatMap((scope) => parts(scope, 2)),
  )
  return metrics.map((metric) => {
    const [number, data] = fieldsOf(metric).find(([each]) => KINDS.has(each)) ?? []
    const points = data instanceof Buffer ? parts(data, 1) : []
    const isHistogram = number === HISTOGRAM
    return {
      name: text(metric, 1),
      unit: text(metric, 3),
      kind: KINDS.get(number ?? 0) ?? '',
      labels: points.map((point) =>
        parts(point, isHistogram ? 9 : 7)
          .map(labelOf)
          .sort()
          .join(),
      ),
      limits: isHistogram ? doubles(parts(points[0] ?? Buffer.alloc(0), 7)[0]) : [],
    }
  })
}

const HISTOGRAM = 9
const KINDS: ReadonlyMap<number, string> = new Map([
  [5, 'gauge'],
  [7, 'sum'],
  [HISTOGRAM, 'histogram'],
])

function labelOf(label: Buffer): string {
  const [value] = parts(label, 2).flatMap(fieldsOf)
  return `${text(label, 1)}=${value?.[1]}`
}

function doubles(bytes: Buffer = Buffer.alloc(0)): readonly number[] {
  return Array.from({ length: bytes.length / 8 }, (_, at) => bytes.readDoubleLE(at * 8))
}

function text(message: Buffer, number: number): string {
  return String(parts(message, number)[0] ?? '')
}

function parts(message: Buffer, number: number): readonly Buffer[] {
  return fieldsOf(message).flatMap(([each, value]) =>
    each === number && value instanceof Buffer ? [value] : [],
  )
}

/** @see https://protobuf.dev/programming-guides/encoding/ */
function fieldsOf(message: Buffer): readonly Field[] {
  const fields: Field[] = []
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at] ?? 0
      at += 1
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  const bytes = (length: number): Buffer => {
    at += length
    return message.subarray(at - length, at)
  }
  while (at < message.length) {
    const key = Number(varint())
    const sort = key & 7
    const value = sort === 0 ? varint() : bytes(sort === 1 ? 8 : sort === 5 ? 4 : Number(varint()))
    fields.push([key >> 3, value])
  }
  return fields
}
