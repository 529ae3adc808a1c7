import { CelError } from '../errors.ts'
import { isZero } from '../functions/optionals.ts'
import type { CelType, MessageField } from '../types.ts'
import { Duration, Timestamp, Uint, type Value } from '../values.ts'
import type { Code, Run } from './code.ts'
import { readProperty } from './named-reads.ts'

/** Whether a type has fields, which are read by their names alone: no `[]`, no `in`. */
export function isMessage({ kind }: CelType): boolean {
  return kind === 'message' || kind === 'openStruct'
}

/** What a field holds that is not set. */
export function zeroOf(type: CelType): Value {
  switch (type.kind) {
    case 'string':
      return ''
    case 'bool':
      return false
    case 'int':
    case 'double':
      return 0
    case 'uint':
      return new Uint(0n)
    case 'bytes':
      return new Uint8Array()
    case 'list':
      return []
    case 'timestamp':
      return new Timestamp(0, 0)
    case 'duration':
      return new Duration(0n)
    case 'map':
    case 'message':
    case 'openStruct':
      return {}
    default:
      return null
  }
}

/** Reads a declared field; the compiler has made sure that there is one. */
export function messageField(operand: Code, field: MessageField): Code {
  const { property, type } = field
  const zero = zeroOf(type)
  const { run } = operand
  const general: Run = (activation) => {
    const message = run(activation)
    return message instanceof CelError ? message : (rawField(message, property) ?? zero)
  }
  if (operand.slot === undefined) return { type, run: general }
  const { path } = operand.slot
  const read = readProperty(path, operand.slot.read, property)
  return {
    type,
    run: (activation) => read(activation) ?? general(activation),
    slot: { path: `${path}.${property}`, read },
  }
}

/** Whether a declared field is set, which in protobuf is: to something else than its zero value. */
export function hasMessageField(operand: Run, field: MessageField): Run {
  const { property } = field
  return (activation) => {
    const message = operand(activation)
    if (message instanceof CelError) return message
    if (field.alwaysSet === true) return true
    const value = rawField(message, property)
    if (value === undefined || value === null) return false
    const isSet = isMessage(field.type) || value instanceof Timestamp || value instanceof Duration
    return isSet || !isZero(value)
  }
}

function rawField(message: Value, property: string): Value | undefined {
  if (typeof message !== 'object' || message === null) return undefined
  return (message as Readonly<Record<string, Value | undefined>>)[property]
}
