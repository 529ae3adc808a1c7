import type { Constant } from './ast.ts'

/** The type of a CEL value or expression. Compare with {@link sameType}, print with {@link formatType}. */
export type CelType =
  | PrimitiveType<PrimitiveKind>
  | ListType<CelType>
  | MapType<CelType, CelType>
  | { readonly kind: 'type'; readonly of?: CelType }
  | { readonly kind: 'param'; readonly name: string }
  | { readonly kind: 'opaque'; readonly name: string; readonly parameters: readonly CelType[] }
  | OpenStructType
  | MessageType

/** A type without parameters. Its kind is known to TypeScript, which infers JS types from it. */
export interface PrimitiveType<Kind extends PrimitiveKind> {
  readonly kind: Kind
}

/** `list(element)` */
export interface ListType<Element extends CelType> {
  readonly kind: 'list'
  readonly element: Element
}

/** `map(key, value)` */
export interface MapType<Key extends CelType, Val extends CelType> {
  readonly kind: 'map'
  readonly key: Key
  readonly value: Val
}

/** The kinds of the types without parameters. */
export type PrimitiveKind =
  | 'null'
  | 'bool'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'timestamp'
  | 'duration'
  | 'dyn'

/** A record whose fields are known: reading another one does not compile. */
export interface MessageType {
  readonly kind: 'message'
  readonly name: string
  /** From the name as it is written in an expression, aliases included. */
  readonly fields: ReadonlyMap<string, MessageField>
  /** The type of the value that CEL has in place of such a message. */
  readonly value?: CelType
}

/** Where a field's value lies in the JS object, and its type. */
export interface MessageField {
  readonly property: string
  readonly type: CelType
  /** Whether `has()` finds it even where it is empty. */
  readonly alwaysSet?: true
}

/** A record with any field; reading one that is not set is a run-time error. */
export interface OpenStructType {
  readonly kind: 'openStruct'
  readonly name: string
}

export const NULL: PrimitiveType<'null'> = { kind: 'null' }
export const BOOL: PrimitiveType<'bool'> = { kind: 'bool' }
export const INT: PrimitiveType<'int'> = { kind: 'int' }
export const UINT: PrimitiveType<'uint'> = { kind: 'uint' }
export const DOUBLE: PrimitiveType<'double'> = { kind: 'double' }
export const STRING: PrimitiveType<'string'> = { kind: 'string' }
export const BYTES: PrimitiveType<'bytes'> = { kind: 'bytes' }
export const TIMESTAMP: PrimitiveType<'timestamp'> = { kind: 'timestamp' }
export const DURATION: PrimitiveType<'duration'> = { kind: 'duration' }
/** Any type; checked when the expression runs. */
export const DYN: PrimitiveType<'dyn'> = { kind: 'dyn' }
/** The type of types. */
export const TYPE: CelType = { kind: 'type' }

// biome-ignore format: a table
/** The types of literals. */
export const CONSTANT_TYPES: Readonly<Record<Constant['kind'], CelType>> = {
  null: NULL, bool: BOOL, int: INT, uint: UINT, double: DOUBLE, string: STRING, bytes: BYTES,
}

/** `list(element)`. */
export function listType<const Element extends CelType>(element: Element): ListType<Element> {
  return { kind: 'list', element }
}

/** `map(key, value)`. */
export function mapType<const Key extends CelType, const Val extends CelType>(
  key: Key,
  value: Val,
): MapType<Key, Val> {
  return { kind: 'map', key, value }
}

/** A type known by its name only, such as `optional_type(V)` or a library's own. */
export function opaqueType(name: string, ...parameters: CelType[]): CelType {
  return { kind: 'opaque', name, parameters }
}

/** `optional_type(value)`. */
export function optionalType(value: CelType): CelType {
  return opaqueType('optional_type', value)
}

/** A type variable in the signature of an overload. */
export function typeParam(name: string): CelType {
  return { kind: 'param', name }
}

/**
 * A record with declared fields. Its value is a JS object with a property for each field; an
 * absent one has its type's zero value. `aliases` maps further names to declared ones; `has()` is
 * true of the fields in `alwaysSet` whatever they hold.
 */
export function messageType(
  name: string,
  fields: Readonly<Record<string, CelType>>,
  aliases: Readonly<Record<string, string>> = {},
  alwaysSet: readonly string[] = [],
): MessageType {
  const declared = new Map<string, MessageField>()
  for (const [property, type] of Object.entries(fields)) {
    const isSet = alwaysSet.includes(property)
    declared.set(property, { property, type, ...(isSet && { alwaysSet: true }) })
  }
  for (const [alias, property] of Object.entries(aliases)) {
    const field = declared.get(property)
    if (field === undefined) throw new TypeError(`alias ${alias} of ${name} names no field`)
    declared.set(alias, field)
  }
  return { kind: 'message', name, fields: declared }
}

/**
 * A record with any field. Reading a field that is not set is the run-time error
 * `undefined field 'x'`; it cannot be indexed and has no `in`.
 */
export function openStructType(name: string): CelType {
  return { kind: 'openStruct', name }
}

/** Whether two types are the same. */
export function sameType(a: CelType, b: CelType): boolean {
  return a === b || (sameName(a, b) && everyPart(a, b, sameType))
}

/** Whether two types are the same but for their parts. */
export function sameName(a: CelType, b: CelType): boolean {
  return a.kind === b.kind && ('name' in a ? a.name : '') === ('name' in b ? b.name : '')
}

/** Whether a test holds for each two parts of two types that have as many. */
export function everyPart(
  a: CelType,
  b: CelType,
  test: (a: CelType, b: CelType) => boolean,
): boolean {
  const parts = partsOf(a)
  const others = partsOf(b)
  return parts.length === others.length && parts.every((part, i) => test(part, others[i] ?? DYN))
}

/** The types that a type is made of, none for a simple one. */
export function partsOf(type: CelType): readonly CelType[] {
  switch (type.kind) {
    case 'list':
      return [type.element]
    case 'map':
      return [type.key, type.value]
    case 'opaque':
      return type.parameters
    case 'type':
      return type.of === undefined ? NO_PARTS : [type.of]
    default:
      return NO_PARTS
  }
}

const NO_PARTS: readonly CelType[] = []

/** A type as cel-go writes it in messages: `list(int)`, `map(string, dyn)`. */
export function formatType(type: CelType): string {
  const name = 'name' in type ? type.name : type.kind
  const parts = partsOf(type)
  return parts.length === 0 ? name : `${name}(${parts.map(formatType).join(', ')})`
}
