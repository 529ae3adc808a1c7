import { andThen, CelError } from '../errors.ts'
import { BOOL, type CelType, INT, opaqueType, STRING } from '../types.ts'
import { Opaque, type Value } from '../values.ts'
import {
  type Address,
  bitLength,
  contains,
  formatAddress,
  isMappedAddress,
  masked,
  type Prefix,
  parseAddress,
  parsePrefix,
} from './ip-addresses.ts'
import { globals, methods, type Overload } from './overload.ts'

const IP = opaqueType('net.IP')
const CIDR = opaqueType('net.CIDR')

class Ip extends Opaque {
  readonly address: Address

  constructor(address: Address) {
    super()
    this.address = address
  }

  get celType(): CelType {
    return IP
  }

  equals(other: Value): boolean {
    return other instanceof Ip && other.keyText() === this.keyText()
  }

  override keyText(): string {
    return formatAddress(this.address)
  }
}

class Cidr extends Opaque {
  readonly prefix: Prefix

  constructor(prefix: Prefix) {
    super()
    this.prefix = prefix
  }

  get celType(): CelType {
    return CIDR
  }

  equals(other: Value): boolean {
    return other instanceof Cidr && other.keyText() === this.keyText()
  }

  override keyText(): string {
    return formatPrefix(this.prefix)
  }
}

/** IP addresses and ranges. @see https://pkg.go.dev/github.com/google/cel-go/ext#Network */
// biome-ignore format: a table
export const NETWORK: readonly Overload[] = [
  ...globals('ip', [['string_to_ip', [STRING], IP, toIp]]),
  ...methods('ip', [['cidr_ip', [CIDR], IP, ({ prefix }: Cidr) => new Ip(prefix.address)]]),
  ...globals('isIP', [['is_ip', [STRING], BOOL, (text: string) => toIp(text) instanceof Ip]]),
  ...globals('ip.isCanonical', [['ip_is_canonical', [STRING], BOOL, isCanonical]]),
  ...methods('family', [['ip_family', [IP], INT, ({ address }: Ip) => address.family]]),
  ...test('isUnspecified', 'ip_is_unspecified', (address) => address.value === 0n),
  ...test('isLoopback', 'ip_is_loopback', isLoopback),
  ...test('isGlobalUnicast', 'ip_is_global_unicast', isGlobalUnicast),
  ...test('isLinkLocalMulticast', 'ip_is_link_local_multicast', inRanges('224.0.0.0/24', 'ff02::/16')),
  ...test('isLinkLocalUnicast', 'ip_is_link_local_unicast', inRanges('169.254.0.0/16', 'fe80::/10')),
  ...globals('cidr', [['string_to_cidr', [STRING], CIDR, toCidr]]),
  ...globals('isCIDR', [['is_cidr', [STRING], BOOL, (text: string) => toCidr(text) instanceof Cidr]]),
  ...methods('containsIP', [
    ['cidr_contains_ip', [CIDR, IP], BOOL, ({ prefix }: Cidr, { address }: Ip) => contains(prefix, address)],
    ['cidr_contains_ip_string', [CIDR, STRING], BOOL, containsIpText],
  ]),
  ...methods('containsCIDR', [
    ['cidr_contains_cidr', [CIDR, CIDR], BOOL, containsCidr],
    ['cidr_contains_cidr_string', [CIDR, STRING], BOOL, containsCidrText],
  ]),
  ...methods('masked', [['cidr_masked', [CIDR], CIDR, ({ prefix }: Cidr) => new Cidr(masked(prefix))]]),
  ...methods('isMask', [['cidr_is_mask', [CIDR], BOOL, ({ prefix }: Cidr) => masked(prefix).address.value === prefix.address.value]]),
  ...methods('prefixLength', [['cidr_prefix_length', [CIDR], INT, ({ prefix }: Cidr) => prefix.length]]),
  ...globals('string', [
    ['ip_to_string', [IP], STRING, ({ address }: Ip) => formatAddress(address)],
    ['cidr_to_string', [CIDR], STRING, ({ prefix }: Cidr) => formatPrefix(prefix)],
  ]),
]

function test(name: string, id: string, holds: (address: Address) => boolean): readonly Overload[] {
  return methods(name, [[id, [IP], BOOL, ({ address }: Ip) => holds(address)]])
}

/** The address that a text writes. */
export function toIp(text: string): Ip | CelError {
  const address = parseAddress(text)
  if (address === undefined) return notRead('IP Address', text)
  return isMappedAddress(text) ? notAllowed(text) : new Ip(address)
}

/** The range that a text writes. */
export function toCidr(text: string): Cidr | CelError {
  const prefix = parsePrefix(text)
  if (prefix === undefined) return notRead('CIDR', text)
  return isMappedAddress(text.replace(/\/.*$/, '')) ? notAllowed(text) : new Cidr(prefix)
}

function notRead(what: string, text: string): CelError {
  const message = `${what} ${JSON.stringify(text)} parse error during conversion from string`
  return new CelError('invalid-conversion', message)
}

function notAllowed(text: string): CelError {
  const message = `IPv4-mapped IPv6 address ${JSON.stringify(text)} is not allowed`
  return new CelError('invalid-conversion', message)
}

function formatPrefix({ address, length }: Prefix): string {
  return `${formatAddress(address)}/${length}`
}

function isCanonical(text: string): boolean | CelError {
  return andThen(toIp(text), ({ address }) => formatAddress(address) === text)
}

function containsIpText({ prefix }: Cidr, text: string): boolean | CelError {
  return andThen(toIp(text), ({ address }) => contains(prefix, address))
}

function containsCidr({ prefix }: Cidr, other: Cidr): boolean {
  return prefix.length <= other.prefix.length && contains(prefix, other.prefix.address)
}

function containsCidrText(cidr: Cidr, text: string): boolean | CelError {
  return andThen(toCidr(text), (other) => containsCidr(cidr, other))
}

function inRanges(...ranges: readonly string[]): (address: Address) => boolean {
  const prefixes = ranges.map(parsePrefix).filter((prefix) => prefix !== undefined)
  return (address) => prefixes.some((prefix) => contains(prefix, address))
}

function isLoopback(address: Address): boolean {
  return address.family === 4 ? address.value >> 24n === 127n : address.value === 1n
}

function isGlobalUnicast(address: Address): boolean {
  const all = (1n << BigInt(bitLength(address.family))) - 1n
  if (address.value === 0n || (address.family === 4 && address.value === all)) return false
  return !(isLoopback(address) || NOT_GLOBAL(address))
}

const NOT_GLOBAL = inRanges('224.0.0.0/4', 'ff00::/8', '169.254.0.0/16', 'fe80::/10')
