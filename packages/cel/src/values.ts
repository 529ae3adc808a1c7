import { CelError } from './errors.ts'
import type { CelType } from './types.ts'

/**
 * A key of a CEL map. The specification has strings, bools, ints and uints; cel-go takes any value
 * whose type is not known when it compiles, and so does this.
 */
export type MapKey = Value

/**
 * A CEL value. A JS number is a CEL **double** (so JSON needs no conversion), a bigint is an
 * **int**. A JSON object is a map with string keys; other CEL maps are JS `Map`s.
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Uint
  | Timestamp
  | Duration
  | TypeValue
  | Optional
  | Opaque
  | readonly Value[]
  | ReadonlyMap<MapKey, Value>
  | { readonly [key: string]: Value }

/** An int where its static type is known: a safe integer, or a bigint beyond that. */
export type Int = number | bigint

/** An unsigned 64-bit integer. */
export class Uint {
  readonly value: bigint

  constructor(value: bigint) {
    this.value = value
  }
}

/** A point in time: whole seconds since 1970 and nanoseconds after that second. */
export class Timestamp {
  readonly seconds: number
  /** 0 to 999,999,999. */
  readonly nanos: number
  /** Minutes east of UTC that it was written with; only `string()` shows it. */
  readonly offset: number

  constructor(seconds: number, nanos: number, offset = 0) {
    this.seconds = seconds
    this.nanos = nanos
    this.offset = offset
  }

  /** From milliseconds since 1970, such as `Date.now()`. */
  static fromMillis(millis: number): Timestamp {
    const seconds = Math.floor(millis / 1000)
    return new Timestamp(seconds, Math.round((millis - seconds * 1000) * 1e6))
  }
}

/** A span of time, exact to the nanosecond, of at most about 292 years. */
export class Duration {
  readonly nanoseconds: bigint

  constructor(nanoseconds: bigint) {
    this.nanoseconds = nanoseconds
  }
}

/** A type as a value: `int`, `type(x)`. */
export class TypeValue {
  readonly typeName: string

  constructor(typeName: string) {
    this.typeName = typeName
  }
}

/** A value that may be missing: `optional.of(x)`, `optional.none()`, `a.?b`. */
export class Optional {
  static readonly none: Optional = new Optional(undefined)
  readonly value: Value | undefined

  constructor(value: Value | undefined) {
    this.value = value
  }
}

/** A value of a library's own type. Libraries extend this class. */
export abstract class Opaque {
  abstract readonly celType: CelType
  /** CEL's `==` with itself on the left; an error for what it cannot be compared with. */
  abstract equals(other: Value): boolean | CelError
  /** How it is ordered before another value; `undefined` where it is not. */
  compare(_other: Value): number | undefined {
    return undefined
  }
  /** What tells it from others as a key of a map; `undefined` where it cannot be one. */
  keyText(): string | undefined {
    return undefined
  }
  /** What it is where a text is asked for: in a message, and as a key in JSON. */
  text(): string | undefined {
    return this.keyText()
  }
}

/** What sort of value a JS value is; `undefined` for one that CEL does not have. */
export type ValueKind =
  | 'null'
  | 'bool'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'timestamp'
  | 'duration'
  | 'type'
  | 'optional'
  | 'opaque'
  | 'list'
  | 'map'

/** The sort of a value. Any object that is none of the classes here is a map of its own properties. */
export function kindOf(value: unknown): ValueKind | undefined {
  switch (typeof value) {
    case 'string':
      return 'string'
    case 'number':
      return 'double'
    case 'boolean':
      return 'bool'
    case 'bigint':
      return 'int'
    case 'object':
      return value === null ? 'null' : kindOfObject(value)
    default:
      return undefined
  }
}

function kindOfObject(value: object): ValueKind | undefined {
  if (Array.isArray(value)) return 'list'
  if (value instanceof Map) return 'map'
  if (value instanceof Uint8Array) return 'bytes'
  if (value instanceof Timestamp) return 'timestamp'
  if (value instanceof Duration) return 'duration'
  if (value instanceof Uint) return 'uint'
  if (value instanceof Optional) return 'optional'
  if (value instanceof TypeValue) return 'type'
  if (value instanceof Opaque) return 'opaque'
  return value instanceof CelError ? undefined : 'map'
}

/** A value of a library's own type that `[]` reads from. */
export abstract class IndexableOpaque extends Opaque {
  /** The element at an index. */
  abstract at(index: Value): Value | CelError
}
