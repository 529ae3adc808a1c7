import { CelError } from '../../errors.ts'
import { BOOL, STRING } from '../../types.ts'
import { contains, parseAddress, parsePrefix } from '../ip-addresses.ts'
import { methods, type Overload } from '../overload.ts'

/** `inIPAddrRange`. @see https://docs.cerbos.dev/cerbos/latest/policies/conditions.html#_ip_addresses */
// biome-ignore format: a table
export const IP_RANGE: readonly Overload[] = [
  ...methods('inIPAddrRange', [['in_ip_addr_range', [STRING, STRING], BOOL, inRange, 'whether an address is in a CIDR range']]),
]

function inRange(text: string, range: string): boolean | CelError {
  const address = parseAddress(text)
  if (address === undefined) return new CelError('invalid-argument', `invalid IP address: ${text}`)
  const prefix = parsePrefix(range)
  if (prefix === undefined)
    return new CelError('invalid-argument', `invalid CIDR address: ${range}`)
  return contains(prefix, address)
}
