import type { CelError } from './errors.ts'
import type { Value } from './values.ts'

/** A JSON document. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }

/** Converts a value to JSON as protobuf does, or says why it cannot be. */
export function toJson(value: Value): JsonValue | CelError {
  throw new Error(`not built yet (${typeof value})`)
}
