import { type CelError, invalidArgument } from '../../errors.ts'
import { BOOL, STRING } from '../../types.ts'
import {
  contains,
  isMappedAddress,
  type Prefix,
  parseAddress,
  parsePrefix,
} from '../ip-addresses.ts'
import { methods, type Overload } from '../overload.ts'

/** `inIPAddrRange`. @see https://docs.cerbos.dev/cerbos/latest/policies/conditions.html#_ip_addresses */
// biome-ignore format: a table
export const IP_RANGE: readonly Overload[] = [
  ...methods('inIPAddrRange', [['in_ip_addr_range', [STRING, STRING], BOOL, inRange]]),
]

function inRange(text: string, range: string): boolean | CelError {
  const address = parseAddress(text)
  if (address === undefined) return invalidArgument(`invalid IP address: ${text}`)
  const prefix = parseRange(range)
  if (prefix === undefined) return invalidArgument(`invalid CIDR address: ${range}`)
  return contains(prefix, address)
}

const MAPPED_BITS = 96

/** Reads a range as Go's `ParseCIDR` does, which `cidr()` does not: the length may begin with zeros. */
function parseRange(range: string): Prefix | undefined {
  const [, text = '', digits] = /^([^/]*)\/([0-9]+)$/.exec(range) ?? []
  const address = parseAddress(text)
  if (address === undefined || digits === undefined) return undefined
  const length = Number(digits)
  // Shorter than that, ::ffff:10.0.0.0/8 is no range of IPv4 addresses any more.
  if (isMappedAddress(text) && length < MAPPED_BITS) {
    return { address: { family: 6, value: (0xffffn << 32n) | address.value }, length }
  }
  return parsePrefix(`${text}/${length}`)
}
