/** An IP address: 4 or 16 bytes. An IPv4 address inside an IPv6 one counts as IPv4. */
export interface Address {
  readonly family: 4 | 6
  readonly value: bigint
}

/** An address and how many of its leading bits count. */
export interface Prefix {
  readonly address: Address
  readonly length: number
}

/** The number of bits of an address of a family. */
export function bitLength(family: 4 | 6): number {
  return family === 4 ? 32 : 128
}

/** Reads an IPv4 or IPv6 address. Octets with leading zeros are refused, as Go does. */
export function parseAddress(text: string): Address | undefined {
  if (!text.includes(':')) {
    const value = parseV4(text)
    return value === undefined ? undefined : { family: 4, value }
  }
  const value = parseV6(text)
  if (value === undefined) return undefined
  // ::ffff:1.2.3.4
  return value >> 32n === 0xffffn ? { family: 4, value: value & 0xffffffffn } : { family: 6, value }
}

/** Reads a range such as `10.0.0.0/8`. */
export function parsePrefix(text: string): Prefix | undefined {
  const slash = text.lastIndexOf('/')
  const length = text.slice(slash + 1)
  if (slash < 0 || !/^(?:0|[1-9][0-9]{0,2})$/.test(length)) return undefined
  const address = parseAddress(text.slice(0, slash))
  if (address === undefined) return undefined
  // The length counts the bits as written: ::ffff:10.0.0.0/104 is 10.0.0.0/8.
  const isMapped = address.family === 4 && text.includes(':')
  const bits = Number(length) - (isMapped ? 96 : 0)
  return bits >= 0 && bits <= bitLength(address.family) ? { address, length: bits } : undefined
}

/** Whether an address lies in a range. */
export function contains(prefix: Prefix, address: Address): boolean {
  const { family } = prefix.address
  if (family !== address.family) return false
  const shift = BigInt(bitLength(family) - prefix.length)
  return prefix.address.value >> shift === address.value >> shift
}

function parseV4(text: string): bigint | undefined {
  const octets = text.split('.')
  if (octets.length !== 4) return undefined
  let value = 0n
  for (const octet of octets) {
    if (!/^(?:0|[1-9][0-9]{0,2})$/.test(octet) || Number(octet) > 255) return undefined
    value = (value << 8n) | BigInt(octet)
  }
  return value
}

function parseV6(text: string): bigint | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [head, tail] = halves.map((half) => parseGroups(half)) as [Groups, Groups]
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined
  if (halves.length === 1) return head.length === 8 ? join(head) : undefined
  const gap = 8 - head.length - (tail?.length ?? 0)
  return gap < 1 ? undefined : join([...head, ...Array<bigint>(gap).fill(0n), ...(tail ?? [])])
}

type Groups = readonly bigint[] | undefined

/** The 16-bit groups between colons; the last two may be written as an IPv4 address. */
function parseGroups(text: string): Groups {
  if (text === '') return []
  const groups: bigint[] = []
  const words = text.split(':')
  for (const [i, word] of words.entries()) {
    if (i === words.length - 1 && word.includes('.')) {
      const v4 = parseV4(word)
      if (v4 === undefined) return undefined
      groups.push(v4 >> 16n, v4 & 0xffffn)
    } else if (/^[0-9a-fA-F]{1,4}$/.test(word)) groups.push(BigInt(`0x${word}`))
    else return undefined
  }
  return groups
}

function join(groups: readonly bigint[]): bigint {
  return groups.reduce((value, group) => (value << 16n) | group, 0n)
}

/** Whether a text writes an IPv4 address in the form of an IPv6 one. */
export function isMappedAddress(text: string): boolean {
  return text.includes(':') && parseAddress(text)?.family === 4
}

/** The range with all bits that do not count set to zero. */
export function masked({ address, length }: Prefix): Prefix {
  const shift = BigInt(bitLength(address.family) - length)
  return { address: { ...address, value: (address.value >> shift) << shift }, length }
}

/** An address in its usual form; of IPv6 that of RFC 5952. */
export function formatAddress({ family, value }: Address): string {
  if (family === 4) {
    return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.')
  }
  const groups = Array.from({ length: 8 }, (_, i) => (value >> BigInt(112 - 16 * i)) & 0xffffn)
  const text = groups.map((group) => group.toString(16)).join(':')
  // The first of the longest runs of at least two zeros is left out.
  let [start, length] = [0, 0]
  for (const { 0: zeros, index } of text.matchAll(/\b0(?::0)+\b/g)) {
    if (zeros.length > length) [start, length] = [index, zeros.length]
  }
  if (length === 0) return text
  return `${text.slice(0, start)}::${text.slice(start + length)}`.replace(/:{3,}/, '::')
}
