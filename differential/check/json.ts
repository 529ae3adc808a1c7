/** Content of policy files. A property that is `undefined` is left out. */
export type Json =
  | null
  | boolean
  | number
  | string
  | undefined
  | readonly Json[]
  | { readonly [key: string]: Json }

export type JsonObject = { readonly [key: string]: Json }

export function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The entries of a list field, if there are any. */
export function listOf(value: Json): readonly Json[] {
  return Array.isArray(value) ? value : []
}
