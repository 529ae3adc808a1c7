import { isUtf8 } from 'node:buffer'

import { MessageError } from './message-error.ts'

/** How a value is written behind the number of its field. */
export type WireType = 'varint' | 'bit64' | 'length-delimited' | 'bit32'

const WIRE_TYPES: readonly (WireType | undefined)[] = [
  'varint',
  'bit64',
  'length-delimited',
  undefined,
  undefined,
  'bit32',
]

/**
 * Reads protobuf's binary form piece by piece. Written by hand, because what the library reads takes
 * three times as long, and its texts are not looked at for what is no UTF-8.
 */
export class WireBytes {
  readonly #bytes: Buffer
  pos = 0
  /** The number and the wire type of the field that {@link WireBytes.tag} has read. */
  field = 0
  wireType: WireType = 'varint'

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get length(): number {
    return this.#bytes.length
  }

  tag(): void {
    const tag = this.varint()
    const wireType = WIRE_TYPES[tag % 8]
    this.field = Math.floor(tag / 8)
    if (wireType === undefined || this.field === 0) throw malformed()
    this.wireType = wireType
  }

  /** A number; of one beyond 53 bits, about it. */
  varint(): number {
    let value = 0
    let factor = 1
    for (let count = 0; count < 10; count += 1) {
      const byte = this.#bytes[this.pos]
      if (byte === undefined) throw malformed()
      this.pos += 1
      if (byte < 128) return value + byte * factor
      value += (byte - 128) * factor
      factor *= 128
    }
    throw malformed()
  }

  bigVarint(): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.pos]
      if (byte === undefined) throw malformed()
      this.pos += 1
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return BigInt.asUintN(64, value)
    }
    throw malformed()
  }

  double(): number {
    this.#need(8)
    this.pos += 8
    return this.#bytes.readDoubleLE(this.pos - 8)
  }

  /** Where what has a length ends. */
  end(): number {
    const length = this.varint()
    this.#need(length)
    return this.pos + length
  }

  /** Go refuses text that is no UTF-8, where JavaScript puts signs of replacement. */
  text(): string {
    const start = this.pos
    const end = this.end()
    const from = this.pos
    this.pos = end
    const text = this.#bytes.toString('utf8', from, end)
    if (!text.includes('\ufffd') || isUtf8(this.#bytes.subarray(from, end))) return text
    this.pos = start
    throw new MessageError('proto: string field contains invalid UTF-8')
  }

  base64(): string {
    const end = this.end()
    const from = this.pos
    this.pos = end
    return this.#bytes.toString('base64', from, end)
  }

  /** Leaves out a value that nobody knows. */
  skip(): void {
    switch (this.wireType) {
      case 'varint':
        this.varint()
        return
      case 'bit64':
        this.#need(8)
        this.pos += 8
        return
      case 'bit32':
        this.#need(4)
        this.pos += 4
        return
      case 'length-delimited':
        this.pos = this.end()
    }
  }

  #need(length: number): void {
    if (this.pos + length > this.#bytes.length) throw malformed()
  }
}

/** What is said of bytes that are no message. */
export function malformed(): MessageError {
  return new MessageError('proto: cannot parse invalid wire-format data')
}
