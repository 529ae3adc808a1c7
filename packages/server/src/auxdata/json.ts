/** A value inside a claim. Numbers mean double. */
export type ClaimValue =
  | null
  | boolean
  | number
  | string
  | readonly ClaimValue[]
  | { readonly [key: string]: ClaimValue }

/** The claims of a token by name. An object without a prototype, as names are data. */
export type Claims = Readonly<Record<string, ClaimValue>>

/** An object of JSON. */
export type Fields = Readonly<Record<string, unknown>>

/** Whether a value of `JSON.parse` is an object. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A property of its own, never one that every object inherits. */
export function field(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined
}

/** The object that strict UTF-8 bytes hold as JSON; `undefined` where they hold something else. */
export function parseObject(bytes: Uint8Array): Fields | undefined {
  try {
    const value: unknown = JSON.parse(UTF8.decode(bytes))
    return isFields(value) ? value : undefined
  } catch {
    return undefined
  }
}

// A byte order mark is no JSON.
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
