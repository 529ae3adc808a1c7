import type { CelType } from '../types.ts'
import { kindOf, Opaque, type Value, type ValueKind } from '../values.ts'

/** Tells whether a value is of a type; of lists and maps only that they are such. */
export function guardOf(type: CelType): (value: Value) => boolean {
  switch (type.kind) {
    case 'string':
      return (value) => typeof value === 'string'
    case 'bool':
      return (value) => typeof value === 'boolean'
    case 'double':
      return (value) => typeof value === 'number'
    case 'int':
      return (value) => typeof value === 'bigint'
    case 'list':
      return (value) => Array.isArray(value)
    default: {
      const kind = kindOfType(type)
      if (kind === undefined) return () => true
      if (kind !== 'opaque') return (value) => kindOf(value) === kind
      return (value) => value instanceof Opaque && mayBe(value.celType, type)
    }
  }
}

/**
 * The kind of the values of a type, where there is one. It is all that {@link guardOf} asks, except
 * for `opaque`, which is many types.
 */
export function kindOfType(type: CelType): ValueKind | undefined {
  switch (type.kind) {
    case 'dyn':
    case 'param':
      return undefined
    case 'message':
    case 'openStruct':
      return 'map'
    case 'opaque':
      return type.name === 'optional_type' ? 'optional' : 'opaque'
    default:
      return type.kind
  }
}

/** Whether a value of a static type may be what a parameter asks for. */
export function mayBe(parameter: CelType, type: CelType): boolean {
  if (kindOfType(parameter) === undefined || kindOfType(type) === undefined) return true
  if (parameter.kind === 'opaque' && type.kind === 'opaque') return parameter.name === type.name
  return parameter.kind === type.kind
}
