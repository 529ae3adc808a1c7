import { CelError } from '../errors.ts'
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
    return other instanceof Ip && formatAddress(other.address) === formatAddress(this.address)
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
    return other instanceof Cidr && formatPrefix(other.prefix) === formatPrefix(this.prefix)
  }
}

/** IP addresses and ranges. @see https://pkg.go.dev/github.com/google/cel-go/ext#Network */
// biome-ignore format: a table
export const NETWORK: readonly Overload[] = [
  ...globals('ip', [['string_to_ip', [STRING], IP, toIp, 'the address that the text writes']]),
  ...methods('ip', [['cidr_ip', [CIDR], IP, ({ prefix }: Cidr) => new Ip(prefix.address), 'the address of a range']]),
  ...globals('isIP', [['is_ip', [STRING], BOOL, (text: string) => toIp(text) instanceof Ip, 'whether the text writes an address']]),
  ...globals('ip.isCanonical', [['ip_is_canonical', [STRING], BOOL, isCanonical, 'whether the text is the usual way of writing the address']]),
  ...methods('family', [['ip_family', [IP], INT, ({ address }: Ip) => address.family, '4 or 6']]),
  ...test('isUnspecified', 'ip_is_unspecified', (address) => address.value === 0n, 'whether it is 0.0.0.0 or ::'),
  ...test('isLoopback', 'ip_is_loopback', isLoopback, 'whether it is the machine itself'),
  ...test('isGlobalUnicast', 'ip_is_global_unicast', isGlobalUnicast, 'whether it is a single machine beyond the local link'),
  ...test('isLinkLocalMulticast', 'ip_is_link_local_multicast', inRanges('224.0.0.0/24', 'ff02::/16'), 'whether it is a group on the local link'),
  ...test('isLinkLocalUnicast', 'ip_is_link_local_unicast', inRanges('169.254.0.0/16', 'fe80::/10'), 'whether it is a machine on the local link'),
  ...globals('cidr', [['string_to_cidr', [STRING], CIDR, toCidr, 'the range that the text writes']]),
  ...globals('isCIDR', [['is_cidr', [STRING], BOOL, (text: string) => toCidr(text) instanceof Cidr, 'whether the text writes a range']]),
  ...methods('containsIP', [
    ['cidr_contains_ip', [CIDR, IP], BOOL, ({ prefix }: Cidr, { address }: Ip) => contains(prefix, address), 'whether an address is in the range'],
    ['cidr_contains_ip_string', [CIDR, STRING], BOOL, containsIpText, 'whether an address is in the range'],
  ]),
  ...methods('containsCIDR', [
    ['cidr_contains_cidr', [CIDR, CIDR], BOOL, containsCidr, 'whether another range is in the range'],
    ['cidr_contains_cidr_string', [CIDR, STRING], BOOL, containsCidrText, 'whether another range is in the range'],
  ]),
  ...methods('masked', [['cidr_masked', [CIDR], CIDR, ({ prefix }: Cidr) => new Cidr(masked(prefix)), 'the range with its first address']]),
  ...methods('isMask', [['cidr_is_mask', [CIDR], BOOL, ({ prefix }: Cidr) => masked(prefix).address.value === prefix.address.value, 'whether it is written with its first address']]),
  ...methods('prefixLength', [['cidr_prefix_length', [CIDR], INT, ({ prefix }: Cidr) => prefix.length, 'how many leading bits count']]),
  ...globals('string', [
    ['ip_to_string', [IP], STRING, ({ address }: Ip) => formatAddress(address), 'the usual way of writing it'],
    ['cidr_to_string', [CIDR], STRING, ({ prefix }: Cidr) => formatPrefix(prefix), 'the usual way of writing it'],
  ]),
]

function test(
  name: string,
  id: string,
  holds: (address: Address) => boolean,
  doc: string,
): readonly Overload[] {
  return methods(name, [[id, [IP], BOOL, ({ address }: Ip) => holds(address), doc]])
}

/** The address that a text writes. */
export function toIp(text: string): Ip | CelError {
  const address = parseAddress(text)
  if (address === undefined) {
    const message = `IP Address ${JSON.stringify(text)} parse error during conversion from string`
    return new CelError('invalid-conversion', message)
  }
  return isMappedAddress(text) ? notAllowed(text) : new Ip(address)
}

/** The range that a text writes. */
export function toCidr(text: string): Cidr | CelError {
  const prefix = parsePrefix(text)
  if (prefix === undefined) {
    const message = `CIDR ${JSON.stringify(text)} parse error during conversion from string`
    return new CelError('invalid-conversion', message)
  }
  return isMappedAddress(text.replace(/\/.*$/, '')) ? notAllowed(text) : new Cidr(prefix)
}

function notAllowed(text: string): CelError {
  const message = `IPv4-mapped IPv6 address ${JSON.stringify(text)} is not allowed`
  return new CelError('invalid-conversion', message)
}

function formatPrefix({ address, length }: Prefix): string {
  return `${formatAddress(address)}/${length}`
}

function isCanonical(text: string): boolean | CelError {
  const ip = toIp(text)
  return ip instanceof CelError ? ip : formatAddress(ip.address) === text
}

function containsIpText({ prefix }: Cidr, text: string): boolean | CelError {
  const ip = toIp(text)
  return ip instanceof CelError ? ip : contains(prefix, ip.address)
}

function containsCidr({ prefix }: Cidr, other: Cidr): boolean {
  return prefix.length <= other.prefix.length && contains(prefix, other.prefix.address)
}

function containsCidrText(cidr: Cidr, text: string): boolean | CelError {
  const other = toCidr(text)
  return other instanceof CelError ? other : containsCidr(cidr, other)
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
