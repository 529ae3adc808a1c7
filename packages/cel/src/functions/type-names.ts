import { formatType } from '../types.ts'
import { kindOf, Opaque, type Value, type ValueKind } from '../values.ts'

// biome-ignore format: a table
const NAMES: Readonly<Record<Exclude<ValueKind, 'opaque'>, string>> = {
  null: 'null_type', bool: 'bool', int: 'int', uint: 'uint', double: 'double', string: 'string',
  bytes: 'bytes', list: 'list', map: 'map', type: 'type', optional: 'optional_type',
  timestamp: 'google.protobuf.Timestamp', duration: 'google.protobuf.Duration',
}

/** The names of types that an expression can mention. */
export const TYPE_NAMES: ReadonlySet<string> = new Set([
  ...Object.values(NAMES),
  'net.IP',
  'net.CIDR',
  'cerbos.lib.hierarchy',
  'cerbos.lib.spiffeID',
  'cerbos.lib.spiffeTrustDomain',
  'cerbos.lib.spiffeMatcher',
])

/** The name of a value's type, as `type()` gives it. */
export function typeNameOf(value: Value): string {
  if (value instanceof Opaque) return formatType(value.celType)
  const kind = kindOf(value)
  return kind === undefined || kind === 'opaque' ? 'dyn' : NAMES[kind]
}
