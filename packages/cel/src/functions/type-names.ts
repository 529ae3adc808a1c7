import { formatType } from '../types.ts'
import { kindOf, Opaque, type Value } from '../values.ts'

/** The names that are not those of the kinds. */
const NAMES: Readonly<Record<string, string>> = {
  null: 'null_type',
  optional: 'optional_type',
  timestamp: 'google.protobuf.Timestamp',
  duration: 'google.protobuf.Duration',
}

/** The name of the type of a kind. */
export function nameOfKind(kind: string): string {
  return NAMES[kind] ?? kind
}

/** The name of a value's type, as `type()` gives it. */
export function typeNameOf(value: Value): string {
  if (value instanceof Opaque) return formatType(value.celType)
  return nameOfKind(kindOf(value) ?? 'dyn')
}
