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
    case 'dyn':
    case 'param':
      return () => true
    case 'message':
    case 'openStruct':
      return (value) => kindOf(value) === 'map'
    case 'opaque':
      if (type.name === 'optional_type') return (value) => kindOf(value) === 'optional'
      return (value) => value instanceof Opaque && nameOf(value.celType) === type.name
    default: {
      const { kind } = type
      return (value) => kindOf(value) === kind
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
  const isOpen = (each: CelType): boolean => each.kind === 'dyn' || each.kind === 'param'
  if (isOpen(parameter) || isOpen(type)) return true
  if (type.kind === 'opaque') return parameter.kind === 'opaque' && parameter.name === type.name
  if (type.kind === 'message' || type.kind === 'openStruct') return parameter.kind === type.kind
  return parameter.kind === type.kind
}

function nameOf(type: CelType): string | undefined {
  return type.kind === 'opaque' ? type.name : undefined
}
